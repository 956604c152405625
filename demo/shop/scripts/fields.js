// Form fields that more than one page has.

import { h } from "./lib.js";

/** A labelled field. */
export function field(id, name, label, attributes = {}) {
  return h(
    "p",
    { class: "field" },
    h("label", { for: id }, label, attributes.required ? null : h("span", { class: "quiet" }, " (optional)")),
    h("input", { id, name, maxlength: 80, "data-testid": id, ...attributes }),
  );
}

const COUNTRIES = { US: "United States", CA: "Canada", DE: "Germany", FR: "France", GB: "United Kingdom" };

/** The fields of an address. `kind` is autocomplete's: shipping or billing. */
export function addressFields(prefix, address, kind = "shipping") {
  const auto = (word) => `${kind} ${word}`;
  const one = (name, label, word, attributes = { required: true }) =>
    field(`${prefix}-${name.replace("_", "-")}`, name, label, {
      autocomplete: auto(word),
      value: address?.[name] ?? "",
      ...attributes,
    });
  return [
    h("div", { class: "pair" }, one("first_name", "First name", "given-name"), one("last_name", "Last name", "family-name")),
    one("line1", "Street and number", "address-line1"),
    one("line2", "Apartment, floor", "address-line2", {}),
    h(
      "div",
      { class: "pair pair--city" },
      one("postcode", "Postcode", "postal-code", { required: true, maxlength: 12 }),
      one("city", "City", "address-level2"),
      one("region", "State", "address-level1", {}),
    ),
    h(
      "p",
      { class: "field" },
      h("label", { for: `${prefix}-country` }, "Country"),
      h(
        "select",
        {
          id: `${prefix}-country`,
          name: "country",
          autocomplete: auto("country"),
          required: true,
          "data-testid": `${prefix}-country`,
        },
        Object.entries(COUNTRIES).map(([code, name]) =>
          h("option", { value: code, selected: code === (address?.country ?? "US") }, name),
        ),
      ),
    ),
  ];
}

/** An address as lines. */
export const addressLines = (address) => [
  `${address.first_name} ${address.last_name}`,
  [address.line1, address.line2].filter(Boolean).join(", "),
  `${address.city}, ${address.region} ${address.postcode}`,
  COUNTRIES[address.country] ?? address.country,
];

/** The box of a saved card. It identifies the customer, so it is masked. */
export const savedCard = (card) =>
  h(
    "div",
    { class: "saved-card", "data-tg-mask": true, "data-testid": "saved-card" },
    h("span", { class: "saved-card_brand" }, card.brand),
    h("span", {}, `•••• ${card.last4}`),
    h("span", { class: "quiet" }, `${card.holder}, ${String(card.exp_month).padStart(2, "0")}/${card.exp_year % 100}`),
  );
