import { fill } from "./card.js";
import { $, api, h, icon, money } from "./lib.js";

const slug = location.pathname.split("/").pop();
const filters = $("#filters");
const NO_LIMIT = Number($("#filter-price").max);

/** The filters show the values in the address. */
function fromAddress() {
  const query = new URLSearchParams(location.search);
  for (const field of filters.elements) {
    if (!field.name) continue;
    const value = query.get(field.name) ?? "";
    if (field.type === "radio" || field.type === "checkbox") field.checked = value === field.value;
    else field.value = field.type === "range" ? value || NO_LIMIT : value;
  }
  showPrice();
}

function query() {
  const wanted = new URLSearchParams();
  for (const [name, value] of new FormData(filters)) {
    if (value && !(name === "max_price" && Number(value) >= NO_LIMIT)) wanted.set(name, value);
  }
  return wanted;
}

function showPrice() {
  const amount = Number($("#filter-price").value);
  $("#filter-price-text").textContent = amount >= NO_LIMIT ? "Any price" : `Up to ${money({ amount, currency: "USD" })}`;
}

/** Pages are links: each has its own address and is loaded. */
function pages({ page, pages: count }) {
  const link = (to, label, content, current) => {
    const wanted = query();
    if (to > 1) wanted.set("page", to);
    return h(
      "a",
      { href: `?${wanted}`, "aria-label": label, "aria-current": current && "page", "data-testid": `page-${to}` },
      content,
    );
  };
  const numbers = Array.from({ length: count }, (_, nth) => link(nth + 1, `Page ${nth + 1}`, String(nth + 1), nth + 1 === page));
  $("#pagination").replaceChildren(
    ...(count < 2
      ? []
      : [
          page > 1 && link(page - 1, "Previous page", icon("left")),
          ...numbers,
          page < count && link(page + 1, "Next page", icon("right")),
        ].filter(Boolean)),
  );
}

async function show() {
  const wanted = new URLSearchParams(location.search);
  if (slug !== "all") wanted.set("category", slug);
  const answer = await api(`/products?${wanted}`);
  fill($("#products"), answer.items);
  const { total } = answer.pagination;
  $("#result-count").textContent = total === 1 ? "1 product" : `${total} products`;
  if (total === 0) $("#products").append(h("li", { class: "empty" }, "Nothing fits. Try fewer filters."));
  pages(answer.pagination);
}

async function title() {
  const { categories } = await api("/categories");
  const found = categories.map(({ category }) => category).find((category) => category.slug === slug);
  const name = found?.name ?? "Everything";
  $("#category-title").textContent = name;
  $("#crumb-here").textContent = name;
  $("#category-text").textContent = found?.description ?? "All that we roast, pack, and put on the shelf.";
  document.title = `${name} | Tamber Lane`;
  $("#filter-roast").hidden = slug !== "coffee";
}

async function changed() {
  const wanted = query();
  history.replaceState(null, "", wanted.size ? `?${wanted}` : location.pathname);
  await show();
}

// On a phone the products come first.
if (matchMedia("(max-width: 760px)").matches) $("details", filters).open = false;
fromAddress();
filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("change", changed);
$("#sort").addEventListener("change", changed);
$("#filter-price").addEventListener("input", showPrice);
filters.addEventListener("reset", () => {
  // The fields have their old values until the event is over.
  setTimeout(() => {
    showPrice();
    changed();
  });
});
await Promise.all([title(), show()]);
