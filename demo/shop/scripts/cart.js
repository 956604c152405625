import * as basket from "./basket.js";
import { $, $$, ApiFailure, busy, h, icon, money, toast } from "./lib.js";
import { totals } from "./totals.js";
import "./elements.js";

const NOTE = 500;
const DRAGGED = "application/x-shop-line";

/** Changes the cart; shows the customer a refusal that has a message for them. */
async function attempt(work) {
  try {
    return await work();
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    toast(failure.message);
    await basket.load();
  }
}

async function removeLine(item) {
  await attempt(() => basket.remove(item.id));
  toast(`${item.product.name} removed.`, () => attempt(() => basket.add(item.product.slug, basket.choices(item), item.quantity)));
}

async function keepForLater(item) {
  await attempt(async () => {
    await basket.wish(item.product.slug);
    await basket.remove(item.id);
  });
  toast(`${item.product.name} is on your wishlist.`);
}

/** Moves a line by so many places, by keyboard, as dragging does. */
async function move(item, by) {
  const ids = basket.current().items.map((other) => other.id);
  const from = ids.indexOf(item.id);
  const to = from + by;
  if (to < 0 || to >= ids.length) return;
  ids.splice(to, 0, ...ids.splice(from, 1));
  await attempt(() => basket.reorder(ids));
  $(`[data-line="${item.id}"] .grip`)?.focus();
}

function row(item) {
  const options = item.options.map((option) => option.text).join(", ");
  const grip = h(
    "button",
    {
      type: "button",
      class: "icon-button grip",
      "aria-label": `Move ${item.product.name}: arrow up or down`,
      onkeydown: (event) => {
        const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!by) return;
        event.preventDefault();
        move(item, by);
      },
    },
    icon("grip"),
  );
  const stepper = h("shop-stepper", {
    small: true,
    value: item.quantity,
    max: 12,
    label: `Quantity of ${item.product.name}`,
    "data-testid": "line-quantity",
    onquantity: (event) => attempt(() => basket.setQuantity(item.id, event.detail)),
  });
  return h(
    "li",
    { class: "line", draggable: "true", "data-line": item.id, "data-testid": `line-${item.product.slug}` },
    grip,
    h(
      "a",
      { href: item.product.url, class: "line_image", draggable: "false" },
      h("img", { src: item.product.image.src, alt: "", width: 96, height: 96, draggable: "false" }),
    ),
    h(
      "div",
      { class: "line_text" },
      h("a", { href: item.product.url, draggable: "false" }, item.product.name),
      h("span", { class: "quiet" }, options || item.product.subtitle),
      h(
        "span",
        { class: "line_actions" },
        h(
          "button",
          { type: "button", class: "link-button", "data-testid": "line-wish", onclick: () => keepForLater(item) },
          "Keep for later",
        ),
        h(
          "button",
          {
            type: "button",
            class: "link-button",
            "data-testid": "line-remove",
            "aria-label": `Remove ${item.product.name}`,
            onclick: () => removeLine(item),
          },
          icon("bin", true),
          "Remove",
        ),
      ),
    ),
    stepper,
    h("span", { class: "line_total" }, money(item.total)),
  );
}

function wishRow(product) {
  return h(
    "li",
    { "data-testid": `wish-${product.slug}` },
    h("a", { href: product.url }, h("img", { src: product.image.src, alt: "", width: 56, height: 56 }), product.name),
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": `Take ${product.name} off the wishlist`,
        onclick: () => attempt(() => basket.unwish(product.slug)),
      },
      icon("close", true),
    ),
  );
}

function show(cart) {
  const empty = cart.items.length === 0;
  $("#lines").replaceChildren(...cart.items.map(row));
  $("#basket-empty").hidden = !empty;
  $("#to-checkout").setAttribute("aria-disabled", String(empty));
  totals($("#totals"), cart.totals);
  const missing = cart.totals.free_shipping_remaining;
  $("#free-shipping").textContent = missing.amount > 0 ? `${money(missing)} more for free delivery.` : "Delivery is on us.";
  $("#promo-active").hidden = !cart.promo;
  $("#promo-active").replaceChildren(
    ...(cart.promo
      ? [
          h("span", {}, `${cart.promo.code}: ${cart.promo.description}`),
          h(
            "button",
            { type: "button", class: "link-button", "data-testid": "promo-remove", onclick: () => attempt(basket.clearPromo) },
            "Remove",
          ),
        ]
      : []),
  );
  $("#wishes").replaceChildren(...cart.wishlist.map(wishRow));
  $("#wishlist-hint").hidden = cart.wishlist.length > 0;
  const note = $("#gift-note");
  if (document.activeElement !== note) note.textContent = cart.gift.note;
  countNote();
  $("#basket").removeAttribute("aria-busy");
}

const lineOf = (id) => basket.current().items.find((item) => item.id === id);

/** Lines are dragged among each other, or onto the wishlist. */
function dragging() {
  const list = $("#lines");
  const zone = $("#wishlist");
  let dragged = null;

  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".line");
    if (!dragged) return;
    event.dataTransfer.setData(DRAGGED, dragged.dataset.line);
    event.dataTransfer.effectAllowed = "move";
    dragged.classList.add("is-dragged");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest(".line");
    if (!dragged) return;
    event.preventDefault();
    if (!over || over === dragged) return;
    const { top, height } = over.getBoundingClientRect();
    over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
  });
  list.addEventListener("drop", (event) => {
    event.preventDefault();
    attempt(() => basket.reorder($$(".line", list).map((line) => line.dataset.line)));
  });
  list.addEventListener("dragend", (event) => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    zone.classList.remove("is-over");
    if (event.dataTransfer.dropEffect === "none") show(basket.current());
  });
  zone.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    zone.classList.add("is-over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    const item = lineOf(event.dataTransfer.getData(DRAGGED));
    if (item) keepForLater(item);
  });
}

function countNote() {
  $("#gift-count").textContent = `${$("#gift-note").textContent.length} of ${NOTE}`;
}

function note() {
  const box = $("#gift-note");
  box.addEventListener("input", countNote);
  $("#gift-save").addEventListener("click", async () => {
    const cart = await attempt(() => busy($("#gift-save"), () => basket.setNote(box.innerText.trim())));
    if (cart) toast("We will write it on the card.");
  });
}

function promo() {
  const form = $("#promo-form");
  const said = $("#promo-error");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      await busy($("button", form), () => basket.setPromo($("#promo-code").value));
      form.reset();
    } catch (failure) {
      // The customer can correct a refused code. Anything else is not expected here, and is not caught.
      if (failure.status !== 422) throw failure;
      said.textContent = failure.message;
    }
  });
}

document.addEventListener("shop:cart", (event) => show(event.detail));
$("#to-checkout").addEventListener("click", (event) => {
  if (event.currentTarget.getAttribute("aria-disabled") !== "true") return;
  event.preventDefault();
  toast("Your basket is empty.");
});
dragging();
note();
promo();
const cart = basket.current() ?? (await basket.load());
if (cart) show(cart);
else {
  $("#basket-empty").hidden = false;
  $(".summary").hidden = true;
  $(".gift").hidden = true;
  $("#wishlist").hidden = true;
  $("#basket").removeAttribute("aria-busy");
}
