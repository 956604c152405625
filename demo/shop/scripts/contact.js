import { $, api, busy, check, h, showFailure } from "./lib.js";

const form = $("#contact-form");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  $("#contact-error").hidden = true;
  if (!check(form)) return;
  try {
    const { ticket } = await busy($('button[type="submit"]', form), () =>
      api("/contact", { method: "POST", body: new FormData(form) }),
    );
    form.replaceChildren(
      h("h2", { tabindex: -1, "data-testid": "contact-done" }, "Thank you"),
      h("p", {}, `Your message has arrived. We answer within ${ticket.reply_within_hours} hours.`),
    );
    $("h2", form).focus();
  } catch (failure) {
    showFailure(form, failure, $("#contact-error"));
  }
});
