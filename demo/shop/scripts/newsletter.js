// In a frame of its own, as sign-up forms of mailing services are. Its form is sent as browsers send forms.

import { $, ApiFailure, api, busy } from "./lib.js";

const form = $("#newsletter-form");
const said = $("#newsletter-answer");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await busy($("button", form), () => api("/newsletter", { method: "POST", body: new URLSearchParams(new FormData(form)) }));
    said.textContent = "Almost there: please look into your inbox.";
    form.reset();
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    said.textContent = "This does not look like an e-mail address.";
  }
});
