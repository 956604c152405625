import { $, api, busy, check, showFailure, values } from "./lib.js";
import { enter } from "./session.js";

const form = $("#register-form");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  $("#register-error").hidden = true;
  if (!check(form)) return;
  const { terms, ...body } = values(form);
  try {
    enter(await busy($('button[type="submit"]', form), () => api("/auth/register", { method: "POST", body })));
  } catch (failure) {
    showFailure(form, failure, $("#register-error"));
  }
});
