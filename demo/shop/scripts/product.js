import * as basket from "./basket.js";
import { fill, price } from "./card.js";
import { $, $$, ApiFailure, api, busy, h, icon, money, toast } from "./lib.js";
import { reviews } from "./reviews.js";

const slug = location.pathname.split("/").pop();

function gallery(images) {
  const stage = $("#gallery-image");
  const show = (nth) => {
    stage.src = images[nth].src;
    stage.alt = images[nth].alt;
    for (const [at, thumb] of $$("#gallery-thumbs button").entries()) thumb.setAttribute("aria-pressed", String(at === nth));
  };
  $("#gallery-thumbs").append(
    ...images.map((image, nth) =>
      h(
        "button",
        { type: "button", "aria-label": `Picture ${nth + 1}`, "data-testid": `thumb-${nth + 1}`, onclick: () => show(nth) },
        h("img", { src: image.src, alt: "", width: 80, height: 80 }),
      ),
    ),
  );
  show(0);
  $("#gallery-zoom").addEventListener("click", () => {
    $("#zoom-image").src = stage.src;
    $("#zoom-image").alt = stage.alt;
    $("#zoom").showModal();
  });
}

function options(product) {
  const total = () => {
    const extras = $$("#product-options input:checked").map((input) => Number(input.dataset.extra));
    const amount = extras.reduce((sum, extra) => sum + extra, product.price.amount);
    const shown = { ...product, price: { ...product.price, amount } };
    $("#product-price").replaceChildren(...price(shown));
  };
  $("#product-options").append(
    ...product.options.map((option) =>
      h(
        "fieldset",
        { class: "options", "data-testid": `option-${option.name}` },
        h("legend", {}, option.label),
        h(
          "div",
          { class: "options_row" },
          option.values.map((value, nth) =>
            h(
              "label",
              { class: "option" },
              h("input", {
                type: "radio",
                name: option.name,
                value: value.id,
                checked: nth === 0,
                "data-extra": value.extra,
                "data-testid": `${option.name}-${value.id}`,
                onchange: total,
              }),
              h("span", {}, value.label),
            ),
          ),
        ),
      ),
    ),
  );
  total();
}

function stock(product) {
  const { quantity } = product.inventory;
  $("#quantity").setAttribute("max", String(Math.max(1, Math.min(12, quantity))));
  if (quantity === 0) {
    $("#add-to-cart").disabled = true;
    $("#add-to-cart").textContent = "Sold out";
    $("#stock").textContent = "We are waiting for the next delivery, too.";
  } else {
    $("#stock").textContent = quantity < 10 ? `Only ${quantity} left` : "In stock, sent within a day";
  }
}

function buying(product) {
  $("#buy-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = Object.fromEntries($$("#product-options input:checked").map((input) => [input.name, input.value]));
    try {
      const cart = await busy($("#add-to-cart"), () => basket.add(slug, chosen, $("#quantity").value));
      const line = cart.items.find((item) => item.product.slug === slug);
      $("#added-item").replaceChildren(
        h("img", { src: product.image.src, alt: "", width: 88, height: 88 }),
        h(
          "p",
          {},
          h("strong", {}, product.name),
          h("br"),
          h("span", { class: "quiet" }, `${line.quantity} in your basket, ${money(cart.totals.subtotal)} in all`),
        ),
      );
      $("#added").showModal();
    } catch (failure) {
      if (!(failure instanceof ApiFailure)) throw failure;
      toast(failure.message);
    }
  });
}

function wishing() {
  const button = $("#wish");
  const show = (cart) => {
    const on = cart.wishlist.some((wish) => wish.slug === slug);
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", on ? "Take off the wishlist" : "Add to wishlist");
  };
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") === "true";
    await busy(button, () => (on ? basket.unwish(slug) : basket.wish(slug)));
    toast(on ? "Taken off your wishlist." : "On your wishlist.");
  });
  document.addEventListener("shop:cart", (event) => show(event.detail));
  if (basket.current()) show(basket.current());
}

/** Every product that is worn has the button. One of them has no chart, by mistake. */
function sizeGuide(product) {
  const worn = product.options.some((option) => option.values.some((value) => value.id === "xl"));
  const button = $("#size-guide");
  button.hidden = !worn;
  button.addEventListener("click", () => {
    const { unit, columns, rows } = product.size_guide;
    $("#guide-table").replaceChildren(
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map((column, nth) => h("th", {}, nth ? `${column} (${unit})` : column)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell) => h("td", {}, String(cell))),
          ),
        ),
      ),
    );
    $("#guide").showModal();
  });
}

function tabs() {
  const all = $$('[role="tab"]');
  const select = (tab, focus) => {
    for (const other of all) {
      const on = other === tab;
      other.setAttribute("aria-selected", String(on));
      other.tabIndex = on ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
    }
    if (focus) tab.focus();
  };
  for (const [nth, tab] of all.entries()) {
    tab.addEventListener("click", () => select(tab, false));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (by) select(all[(nth + by + all.length) % all.length], true);
    });
  }
  const byHash = () => {
    if (location.hash === "#reviews") select($("#tab-reviews"), false);
  };
  addEventListener("hashchange", byHash);
  $("#review-count").addEventListener("click", () => select($("#tab-reviews"), false));
  byHash();
}

function facts(product) {
  const words = (name) => name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
  $("#product-facts").append(
    ...Object.entries(product.details).flatMap(([name, value]) => [h("dt", {}, words(name)), h("dd", {}, value)]),
  );
}

const { product } = await api(`/products/${slug}`);
document.title = `${product.name} | Tamber Lane`;
$("#crumb-category").textContent = product.breadcrumb.name;
$("#crumb-category").href = `/demo/shop/${product.category}`;
$("#crumb-here").textContent = product.name;
$("#product-name").textContent = product.name;
$("#product-subtitle").textContent = product.subtitle;
$("#product-description").textContent = product.description;
$("#product-rating").setAttribute("value", product.rating.average);
$("#product-badges").append(...product.badges.map((badge) => h("span", { class: "badge" }, badge)));
$("#product-notes").append(...product.notes.map((note) => h("li", {}, icon("leaf", true), note)));
gallery(product.images);
options(product);
stock(product);
buying(product);
wishing();
sizeGuide(product);
facts(product);
tabs();
fill($("#related"), product.related);
$("#product").removeAttribute("aria-busy");
reviews(slug);
