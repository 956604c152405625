import * as basket from "../basket.js";
import { addressLines } from "../fields.js";
import { ApiFailure, day, h, icon, money, toast } from "../lib.js";
import { own } from "../session.js";
import { miniLine, totals } from "../totals.js";

const WORDS = { processing: "Being packed", shipped: "On its way", delivered: "Delivered" };

const status = (order) => h("span", { class: `Status_pill__h4Dn9 is-${order.status}` }, WORDS[order.status] ?? order.status);

function row(order) {
  return h(
    "li",
    { class: "OrderRow_root__u8Ws3", "data-order-id": order.id, "data-testid": "order-row" },
    h(
      "a",
      { href: `#/orders/${order.id}` },
      h(
        "span",
        { class: "OrderRow_images__j2Ef7" },
        order.images.slice(0, 3).map((image) => h("img", { src: image.src, alt: "", width: 56, height: 56 })),
      ),
      h(
        "span",
        { class: "OrderRow_text__a5Xb1" },
        h("strong", {}, order.number),
        h("small", {}, `${day(order.placed_at)}, ${order.item_count === 1 ? "1 item" : `${order.item_count} items`}`),
      ),
      status(order),
      h("span", { class: "OrderRow_total__r0Kc8" }, money(order.totals.total)),
      icon("right", true),
    ),
  );
}

export async function orders() {
  const answer = await own("/me/orders");
  if (answer.orders.length === 0) {
    return [
      h("h1", {}, "Orders"),
      h("p", { class: "empty" }, "No orders yet. ", h("a", { href: "/demo/shop/coffee" }, "There is coffee.")),
    ];
  }
  return [h("h1", {}, "Orders"), h("ol", { class: "OrderRow_list__y3Mq6", "data-testid": "order-list" }, answer.orders.map(row))];
}

async function again(order) {
  try {
    for (const item of order.items) await basket.add(item.product.slug, basket.choices(item), item.quantity);
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    return toast(failure.message);
  }
  toast("All of it is in your basket.");
}

export async function order(_, id) {
  let answer;
  try {
    answer = await own(`/me/orders/${id}`);
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    return [h("h1", {}, "Order"), h("p", { class: "empty" }, "We cannot find this order.")];
  }
  const { order: found } = answer;
  const sums = h("dl", { class: "totals" });
  totals(sums, found.totals);
  return [
    h("a", { class: "back", href: "#/orders" }, icon("left", true), "All orders"),
    h("h1", { "data-testid": "order-title" }, found.number),
    h("p", { class: "row" }, status(found), h("span", { class: "quiet" }, `Placed on ${day(found.placed_at)}`)),
    h(
      "ol",
      { class: "timeline" },
      found.timeline.map((step) => h("li", { class: step.done && "is-done" }, WORDS[step.status])),
    ),
    h(
      "div",
      { class: "split split--even" },
      h(
        "section",
        { class: "panel" },
        h("h2", { class: "panel_title" }, "Items"),
        h("ol", { class: "mini-lines" }, found.items.map(miniLine)),
        sums,
      ),
      h(
        "section",
        { class: "panel stack stack--tight", "data-tg-mask": true },
        h("h2", { class: "panel_title" }, "Sent to"),
        h(
          "p",
          {},
          addressLines(found.shipping.address).map((line) => h("span", { class: "line-block" }, line)),
        ),
        h("h2", { class: "panel_title" }, "Paid with"),
        h("p", { class: "saved-card_brand" }, `${found.payment.brand} •••• ${found.payment.last4}`),
      ),
    ),
    h(
      "p",
      {},
      h(
        "button",
        { class: "button", type: "button", "data-testid": "order-again", onclick: () => again(found) },
        "Order it again",
      ),
    ),
  ];
}
