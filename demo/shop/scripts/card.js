// A product in a list. The class names are as a bundler would have made them.

import { h, money } from "./lib.js";
import "./elements.js";

/** What a product costs, with what it cost before. */
export function price(product) {
  const now = h("span", { class: "Price_now__k2Xq1" }, money(product.price));
  if (!product.compare_at_price) return [now];
  return [now, " ", h("s", { class: "Price_was__p0Zt8" }, money(product.compare_at_price))];
}

/** The card of a product; `extra` elements are appended to it. */
export function card(product, ...extra) {
  const out = !product.inventory.in_stock;
  return h(
    "li",
    { class: "ProductCard_root__x7Kd2", "data-product-id": product.id, "data-testid": `product-${product.slug}` },
    h(
      "a",
      { class: "ProductCard_link__b91Lm", href: product.url },
      h(
        "span",
        { class: "ProductCard_media__Qe4v0" },
        h("img", { src: product.image.src, alt: "", width: 400, height: 400, loading: "lazy" }),
        out
          ? h("span", { class: "badge badge--out" }, "Sold out")
          : product.badges.map((badge) => h("span", { class: "badge" }, badge)),
      ),
      h("span", { class: "ProductCard_name__t5Rw3" }, product.name),
      h("span", { class: "ProductCard_sub__9sHj7" }, product.subtitle),
    ),
    h(
      "span",
      { class: "ProductCard_row__c3Yp6" },
      h("span", {}, ...price(product)),
      h(
        "span",
        { class: "ProductCard_stars__m8Nf4" },
        h("shop-rating", { value: product.rating.average }),
        h("span", { class: "quiet" }, String(product.rating.count)),
      ),
    ),
    ...extra,
  );
}

/** Fills a list with cards. */
export function fill(list, products) {
  list.replaceChildren(...products.map((product) => card(product)));
  list.removeAttribute("aria-busy");
}
