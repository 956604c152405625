import { $, $$, api, h, icon } from "./lib.js";

const SVG = "http://www.w3.org/2000/svg";
const map = $("#stores-map");

function select(id) {
  for (const row of $$("[data-store]")) row.classList.toggle("is-on", row.dataset.store === id);
}

function pin(store) {
  const made = document.createElementNS(SVG, "g");
  made.setAttribute("transform", `translate(${store.location.x} ${store.location.y})`);
  made.setAttribute("class", "pin");
  made.setAttribute("role", "button");
  made.setAttribute("tabindex", "0");
  made.setAttribute("aria-label", store.name);
  made.dataset.store = store.id;
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", "M0 0C-5-6-5-7-5-9a5 5 0 0 1 10 0c0 2 0 3-5 9z");
  const dot = document.createElementNS(SVG, "circle");
  dot.setAttribute("cy", "-9");
  dot.setAttribute("r", "1.8");
  made.append(shape, dot);
  made.addEventListener("click", () => select(store.id));
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") select(store.id);
  });
  return made;
}

function row(store) {
  return h(
    "li",
    { "data-store": store.id },
    h(
      "button",
      { type: "button", onclick: () => select(store.id) },
      icon("pin"),
      h(
        "span",
        {},
        h("strong", {}, store.name),
        h("small", {}, `${store.line1}, ${store.city}`),
        store.hours.map((hours) => h("small", {}, `${hours.days}: ${hours.open} to ${hours.close}`)),
      ),
    ),
  );
}

const { stores } = await api("/stores");
$("#stores-list").append(...stores.map(row));
map.append(...stores.map(pin));
select(stores[0].id);
