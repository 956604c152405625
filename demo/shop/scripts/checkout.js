// The checkout: one page, a step for each path under /demo/checkout/. What the customer types stays in this module, and
// goes only to the API.

import * as basket from "./basket.js";
import { addressFields, addressLines, field, savedCard } from "./fields.js";
import { $, $$, ApiFailure, api, busy, check, h, icon, mark, money, values } from "./lib.js";
import { signedIn } from "./session.js";
import { miniLine, totals } from "./totals.js";

const STEPS = ["address", "shipping", "payment", "review"];
const BASE = "/demo/checkout";

const draft = { address: null, rate: null, payment: null, user: null, order: null };
let cart = null;

const step = () => location.pathname.slice(BASE.length + 1) || "address";

/** The furthest step that the data so far allows. */
function allowed(wanted) {
  if (wanted === "done") return draft.order || sessionStorage.getItem("shop.order") ? "done" : "address";
  if (!draft.address) return "address";
  if (!draft.rate) return wanted === "address" ? wanted : "shipping";
  if (!draft.payment) return wanted === "review" ? "payment" : wanted;
  return STEPS.includes(wanted) ? wanted : "address";
}

function go(to, failure) {
  history.pushState({ step: to }, "", `${BASE}/${to}`);
  return show(failure);
}

function summary(shown) {
  $("#checkout-lines").replaceChildren(...cart.items.map(miniLine));
  totals($("#checkout-totals"), shown ?? draft.rate?.totals ?? cart.totals);
}

const actions = (back, label, id) =>
  h(
    "p",
    { class: "row row--spread" },
    h("button", { type: "button", class: "link-button", onclick: back, "data-testid": "step-back" }, icon("left", true), "Back"),
    h("button", { type: "submit", class: "button", id, "data-testid": "step-next" }, label),
  );

function addressStep() {
  const known = draft.address ?? {
    ...draft.user?.addresses.find((address) => address.default),
    email: draft.user?.email,
    phone: draft.user?.phone,
  };
  const form = h(
    "form",
    { class: "panel stack", id: "address-form", novalidate: true, "data-testid": "address-form" },
    h("h1", {}, "Where to?"),
    !signedIn() &&
      h(
        "p",
        { class: "quiet" },
        "Been here before? ",
        h("a", { href: "/demo/login?next=/demo/checkout/address" }, "Sign in"),
        " and skip the typing.",
      ),
    field("email", "email", "E-mail", {
      type: "email",
      autocomplete: "email",
      required: true,
      value: known.email ?? "",
      maxlength: 254,
    }),
    field("phone", "phone", "Phone", { type: "tel", autocomplete: "tel", value: known.phone ?? "" }),
    ...addressFields("address", known),
    h(
      "label",
      { class: "tick" },
      h("input", {
        type: "checkbox",
        name: "save_address",
        checked: known.save_address ?? signedIn(),
        "data-testid": "save-address",
      }),
      "Remember this address",
    ),
    actions(() => location.assign("/demo/cart"), "On to delivery", "to-shipping"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!check(form)) return;
    draft.address = values(form);
    go("shipping");
  });
  return form;
}

function rateRow(rate, chosen) {
  const { min_days, max_days } = rate.estimate;
  const price = rate.totals.shipping.amount === 0 ? "Free" : money(rate.totals.shipping);
  return h(
    "label",
    { class: "choice" },
    h("input", {
      type: "radio",
      name: "shipping_method",
      value: rate.id,
      checked: chosen,
      required: true,
      "data-testid": `rate-${rate.id}`,
    }),
    h(
      "span",
      {},
      h("strong", {}, rate.label),
      h("small", {}, rate.id === "pickup" ? "Ready today or tomorrow" : `${min_days} to ${max_days} working days`),
    ),
    h("span", {}, price),
  );
}

function shippingStep() {
  const place = h("div", { class: "choices", "aria-busy": "true" }, h("p", { class: "quiet loading" }, "Asking the carriers…"));
  const form = h(
    "form",
    { class: "panel stack", id: "shipping-form", "data-testid": "shipping-form" },
    h("h1", {}, "How fast?"),
    h("fieldset", { class: "plain" }, h("legend", { class: "visually-hidden" }, "Delivery"), place),
    actions(() => history.back(), "On to payment", "to-payment"),
  );
  let rates = [];
  const chosen = () => rates.find((rate) => rate.id === values(form).shipping_method);
  form.addEventListener("change", () => summary(chosen()?.totals));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!chosen()) return;
    draft.rate = chosen();
    go("payment");
  });
  const load = async () => {
    ({ rates } = await api(`/shipping/rates?cart=${cart.id}`));
    place.replaceChildren(...rates.map((rate) => rateRow(rate, rate.id === (draft.rate?.id ?? "standard"))));
    place.removeAttribute("aria-busy");
    summary(chosen()?.totals);
  };
  load();
  return form;
}

/** Digits in groups of four, as they are on the card. */
function groupDigits(event) {
  const input = event.currentTarget;
  const digits = input.value.replace(/\D/g, "").slice(0, 19);
  input.value = digits.replace(/(\d{4})(?=\d)/g, "$1 ");
}

function slashExpiry(event) {
  const input = event.currentTarget;
  const digits = input.value.replace(/\D/g, "").slice(0, 4);
  input.value = digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits;
}

function cardFields(known) {
  return h(
    "div",
    { class: "stack", id: "card-fields" },
    field("card-number", "card_number", "Card number", {
      inputmode: "numeric",
      autocomplete: "cc-number",
      placeholder: "4242 4242 4242 4242",
      required: true,
      maxlength: 23,
      value: known?.card_number ?? "",
      oninput: groupDigits,
    }),
    field("card-name", "card_name", "Name on card", { autocomplete: "cc-name", required: true, value: known?.card_name ?? "" }),
    h(
      "div",
      { class: "pair" },
      field("card-expiry", "card_expiry", "Expires", {
        inputmode: "numeric",
        autocomplete: "cc-exp",
        placeholder: "MM / YY",
        required: true,
        maxlength: 9,
        value: known?.card_expiry ?? "",
        oninput: slashExpiry,
      }),
      field("card-cvc", "card_cvc", "Security code", {
        inputmode: "numeric",
        autocomplete: "cc-csc",
        required: true,
        maxlength: 4,
        value: known?.card_cvc ?? "",
      }),
    ),
  );
}

function paymentStep(failure) {
  const saved = draft.user?.saved_card;
  // The customer types a declined card again.
  const known = failure ? null : draft.payment;
  const useSaved = saved && !failure && known?.method !== "card";
  const fields = cardFields(known);
  const box = h(
    "p",
    { class: "form-error", role: "alert", "data-testid": "payment-error", hidden: !failure },
    failure?.message ?? "",
  );
  const form = h(
    "form",
    { class: "panel stack", id: "payment-form", novalidate: true, "data-testid": "payment-form" },
    h("h1", {}, "How would you like to pay?"),
    box,
    saved &&
      h(
        "fieldset",
        { class: "plain choices" },
        h("legend", { class: "visually-hidden" }, "Card"),
        h(
          "label",
          { class: "choice" },
          h("input", { type: "radio", name: "method", value: "saved_card", checked: useSaved, "data-testid": "pay-saved" }),
          savedCard(saved),
        ),
        h(
          "label",
          { class: "choice" },
          h("input", { type: "radio", name: "method", value: "card", checked: !useSaved, "data-testid": "pay-new" }),
          h("span", {}, h("strong", {}, "Another card")),
        ),
      ),
    fields,
    h("p", { class: "quiet" }, icon("lock", true), " A demo. Use 4242 4242 4242 4242, any later date, any code."),
    actions(() => history.back(), "Look it over", "to-review"),
  );
  const toggle = () => {
    const own = saved && values(form).method === "saved_card";
    fields.hidden = own;
    for (const input of $$("input", fields)) input.disabled = own;
  };
  form.addEventListener("change", toggle);
  toggle();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!check(form)) return;
    draft.payment = { method: "card", ...values(form) };
    go("review");
  });
  return form;
}

function order() {
  const { email, phone, save_address, ...shipping_address } = draft.address;
  const { method, card_number: number, card_name: name, card_expiry: expiry, card_cvc: cvc } = draft.payment;
  return {
    cart: cart.id,
    contact: { email, phone },
    shipping_address,
    shipping_method: draft.rate.id,
    payment: method === "saved_card" ? { method } : { method, card: { number, name, expiry, cvc } },
    save_address,
  };
}

/** Which step a field that the API refused belongs to. */
const stepOf = (name) => (name.startsWith("card_") ? "payment" : name === "shipping_method" ? "shipping" : "address");

async function place(box) {
  try {
    const answer = await busy($("#place-order"), () => api("/checkout", { method: "POST", body: order() }));
    draft.order = answer.order;
    draft.payment = null;
    sessionStorage.setItem("shop.order", draft.order.id);
    await basket.load();
    history.replaceState({ step: "done" }, "", `${BASE}/done`);
    show();
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    const fields = Object.keys(failure.fields);
    if (failure.status === 402) {
      go("payment", failure);
    } else if (fields.length > 0) {
      await go(stepOf(fields[0]));
      mark($("form", $("#step")), Object.fromEntries(fields.map((name) => [name, failure.fields[name].code])));
    } else {
      box.hidden = false;
      box.textContent = failure.message;
    }
  }
}

function reviewStep() {
  const { payment, address, rate } = draft;
  const card =
    payment.method === "saved_card"
      ? savedCard(draft.user.saved_card)
      : h("p", { "data-tg-mask": true }, `Card ending in ${payment.card_number.replace(/\D/g, "").slice(-4)}`);
  const part = (title, to, ...content) =>
    h(
      "section",
      { class: "recap" },
      h("h2", {}, title),
      h("div", { "data-tg-mask": to === "address" }, ...content),
      h("button", { type: "button", class: "link-button", "data-testid": `change-${to}`, onclick: () => go(to) }, "Change"),
    );
  const box = h("p", { class: "form-error", role: "alert", hidden: true, "data-testid": "review-error" });
  const form = h(
    "form",
    { class: "panel stack", id: "review-form", "data-testid": "review-step" },
    h("h1", {}, "Everything right?"),
    box,
    part(
      "Address",
      "address",
      ...addressLines(address).map((line) => h("span", { class: "line-block" }, line)),
      h("span", { class: "line-block quiet" }, address.email),
    ),
    part("Delivery", "shipping", h("p", {}, rate.label)),
    part("Payment", "payment", card),
    h(
      "p",
      { class: "row row--spread" },
      h(
        "button",
        { type: "button", class: "link-button", onclick: () => history.back(), "data-testid": "step-back" },
        icon("left", true),
        "Back",
      ),
      h(
        "button",
        { type: "submit", class: "button", id: "place-order", "data-testid": "place-order" },
        `Pay ${money(rate.totals.total)}`,
      ),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    place(box);
  });
  return form;
}

async function doneStep() {
  draft.order ??= (await api(`/orders/${sessionStorage.getItem("shop.order")}`)).order;
  const { order: placed } = draft;
  $("#steps").hidden = true;
  $("#checkout-lines").replaceChildren(...placed.items.map(miniLine));
  totals($("#checkout-totals"), placed.totals);
  return h(
    "div",
    { class: "panel stack done", "data-testid": "order-done" },
    h("span", { class: "done_mark" }, icon("check")),
    h("h1", {}, "Thank you."),
    h(
      "p",
      {},
      "Your order is ",
      h("strong", { "data-testid": "order-number" }, placed.number),
      ". A letter with all of this is on its way to ",
      h("span", { "data-tg-mask": true }, placed.customer.email),
      ".",
    ),
    h(
      "p",
      { class: "row" },
      signedIn() &&
        h("a", { class: "button", href: `/demo/account#/orders/${placed.id}`, "data-testid": "see-order" }, "See the order"),
      h("a", { class: "button button--quiet", href: "/demo/" }, "Back to the shop"),
    ),
  );
}

const VIEWS = { address: addressStep, shipping: shippingStep, payment: paymentStep, review: reviewStep, done: doneStep };

async function show(failure) {
  const wanted = step();
  const now = allowed(wanted);
  if (now !== wanted || location.pathname === BASE) history.replaceState({ step: now }, "", `${BASE}/${now}`);
  const place = $("#step");
  place.replaceChildren(await VIEWS[now](failure));
  document.title = `${now === "done" ? "Thank you" : "Checkout"} | Tamber Lane`;
  for (const link of $$("#steps a")) {
    const reached = allowed(link.dataset.step) === link.dataset.step;
    link.setAttribute("aria-disabled", String(!reached));
    if (link.dataset.step === now) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
  if (now !== "done") summary();
  place.focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

$("#steps").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  if (link.getAttribute("aria-disabled") !== "true") go(link.dataset.step);
});
addEventListener("popstate", () => show());

async function customer() {
  if (!signedIn()) return null;
  try {
    const [{ user }, { addresses }] = await Promise.all([api("/me"), api("/me/addresses")]);
    return { ...user, addresses };
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    sessionStorage.removeItem("shop.token");
    return null;
  }
}

cart = basket.current() ?? (await basket.load());
if (step() !== "done" && (!cart || cart.items.length === 0)) location.replace("/demo/cart");
else {
  draft.user = await customer();
  await show();
}
