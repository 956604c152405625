// What a cart or an order comes to, as rows of a list.

import { h, money } from "./lib.js";

/** Fills `list` with these amounts. */
export function totals(list, { subtotal, discount, shipping, tax, total }) {
  const rows = [
    ["Subtotal", money(subtotal)],
    discount.amount > 0 && ["Discount", `−${money(discount)}`],
    ["Delivery", shipping === null ? "At checkout" : shipping.amount === 0 ? "Free" : money(shipping)],
    ["Tax", money(tax)],
    ["Total", money(total), "totals_sum"],
  ];
  list.replaceChildren(
    ...rows.filter(Boolean).map(([label, text, name]) => h("div", { class: name }, h("dt", {}, label), h("dd", {}, text))),
  );
}

/** A line without controls. */
export function miniLine(item) {
  const options = item.options.map((option) => option.text).join(", ");
  return h(
    "li",
    {},
    h("img", { src: item.product.image.src, alt: "", width: 56, height: 56 }),
    h("span", {}, h("strong", {}, item.product.name), h("small", {}, [options, `× ${item.quantity}`].filter(Boolean).join(" "))),
    h("span", {}, money(item.total)),
  );
}
