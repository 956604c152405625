import { field, savedCard } from "../fields.js";
import { $, busy, check, day, h, showFailure, toast, values } from "../lib.js";
import { own } from "../session.js";

export async function profile(refresh) {
  const { user } = await own("/me");
  const form = h(
    "form",
    { class: "panel stack", id: "profile-form", novalidate: true, "data-testid": "profile-form" },
    h(
      "div",
      { class: "pair" },
      field("profile-first-name", "first_name", "First name", {
        autocomplete: "given-name",
        required: true,
        value: user.first_name,
      }),
      field("profile-last-name", "last_name", "Last name", {
        autocomplete: "family-name",
        required: true,
        value: user.last_name,
      }),
    ),
    h(
      "p",
      { class: "field" },
      h("label", { for: "profile-email" }, "E-mail"),
      h("input", { id: "profile-email", type: "email", value: user.email, readonly: true, autocomplete: "email" }),
    ),
    field("profile-phone", "phone", "Phone", { type: "tel", autocomplete: "tel", value: user.phone }),
    h(
      "label",
      { class: "tick" },
      h("input", {
        type: "checkbox",
        name: "newsletter",
        checked: user.preferences.newsletter,
        "data-testid": "profile-newsletter",
      }),
      "Send me a letter when a new harvest arrives",
    ),
    h("p", {}, h("button", { class: "button", type: "submit", "data-testid": "profile-save" }, "Save")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!check(form)) return;
    try {
      await busy($("button", form), () => own("/me", { method: "PATCH", body: values(form) }));
    } catch (failure) {
      return showFailure(form, failure);
    }
    toast("Saved.");
    refresh();
  });
  return [
    h("h1", {}, "Profile"),
    h("p", { class: "quiet" }, `With us since ${day(user.created_at)}.`),
    h(
      "div",
      { class: "split split--even" },
      form,
      h(
        "section",
        { class: "panel stack" },
        h("h2", { class: "panel_title" }, "Saved card"),
        user.saved_card ? savedCard(user.saved_card) : h("p", { class: "quiet" }, "None. You can pay without."),
      ),
    ),
  ];
}
