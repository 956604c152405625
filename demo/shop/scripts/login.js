import { $, api, busy, check, showFailure } from "./lib.js";
import { enter } from "./session.js";

const form = $("#login-form");
const password = $("#login-password");
const eye = $("#show-password");

eye.addEventListener("click", () => {
  const show = password.type === "password";
  password.type = show ? "text" : "password";
  eye.setAttribute("aria-pressed", String(show));
  eye.setAttribute("aria-label", show ? "Hide password" : "Show password");
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  $("#login-error").hidden = true;
  if (!check(form)) return;
  const { email, password } = Object.fromEntries(new FormData(form));
  try {
    enter(await busy($('button[type="submit"]', form), () => api("/auth/login", { method: "POST", body: { email, password } })));
  } catch (failure) {
    showFailure(form, failure, $("#login-error"));
  }
});
