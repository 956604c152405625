import { addressFields, addressLines, field } from "../fields.js";
import { $, busy, check, h, icon, showFailure, toast, values } from "../lib.js";
import { own } from "../session.js";

function dialog(address, done) {
  const form = h(
    "form",
    { class: "stack", novalidate: true, "data-testid": "address-dialog" },
    h("h2", {}, address ? "Change address" : "New address"),
    field("book-label", "label", "Name of this address", { value: address?.label ?? "", placeholder: "Home" }),
    ...addressFields("book", address, "shipping"),
    h(
      "label",
      { class: "tick" },
      h("input", { type: "checkbox", name: "default", checked: address?.default }),
      "Send things here unless I say otherwise",
    ),
    h(
      "p",
      { class: "row row--spread" },
      h("button", { type: "button", class: "button button--quiet", onclick: () => box.close() }, "Cancel"),
      h("button", { type: "submit", class: "button", "data-testid": "address-save" }, "Save"),
    ),
  );
  const box = h("dialog", { class: "dialog", onclose: () => box.remove() }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!check(form)) return;
    const [path, method] = address ? [`/me/addresses/${address.id}`, "PUT"] : ["/me/addresses", "POST"];
    try {
      await busy($('[type="submit"]', form), () => own(path, { method, body: values(form) }));
    } catch (failure) {
      return showFailure(form, failure);
    }
    box.close();
    done();
  });
  document.body.append(box);
  box.showModal();
}

export async function addresses(refresh) {
  const answer = await own("/me/addresses");
  const remove = async (address) => {
    await own(`/me/addresses/${address.id}`, { method: "DELETE" });
    await refresh();
    const { id, ...body } = address;
    toast("Address removed.", async () => {
      await own("/me/addresses", { method: "POST", body });
      refresh();
    });
  };
  const row = (address) =>
    h(
      "li",
      { class: "panel AddressCard_root__n6Tz4", "data-testid": "address-card" },
      h(
        "p",
        { class: "row row--spread" },
        h("strong", {}, address.label || "Address"),
        address.default && h("span", { class: "badge" }, "Default"),
      ),
      h(
        "p",
        { "data-tg-mask": true },
        addressLines(address).map((line) => h("span", { class: "line-block" }, line)),
      ),
      h(
        "p",
        { class: "row" },
        h(
          "button",
          { type: "button", class: "link-button", "data-testid": "address-edit", onclick: () => dialog(address, refresh) },
          "Change",
        ),
        h(
          "button",
          { type: "button", class: "link-button", "data-testid": "address-remove", onclick: () => remove(address) },
          icon("bin", true),
          "Remove",
        ),
      ),
    );
  return [
    h(
      "div",
      { class: "section_head" },
      h("h1", {}, "Addresses"),
      h(
        "button",
        { type: "button", class: "button button--small", "data-testid": "address-add", onclick: () => dialog(null, refresh) },
        "Add an address",
      ),
    ),
    answer.addresses.length > 0
      ? h("ul", { class: "address-list" }, answer.addresses.map(row))
      : h("p", { class: "empty" }, "No address yet."),
  ];
}
