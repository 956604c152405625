// Who is signed in, for this tab.

import { ApiFailure, api } from "./lib.js";

const TOKEN = "shop.token";

/** Whether a customer is signed in. */
export const signedIn = () => sessionStorage.getItem(TOKEN) !== null;

/** Signs in with the response of login or register, and goes back to where the customer came from. */
export function enter({ token }) {
  sessionStorage.setItem(TOKEN, token);
  const next = new URLSearchParams(location.search).get("next") ?? "";
  // Only to our own pages.
  location.assign(/^\/demo\/[\w/#-]*$/.test(next) ? next : "/demo/account#/orders");
}

/** Goes to the login page, and from there back. */
export function ask() {
  sessionStorage.removeItem(TOKEN);
  location.replace(`/demo/login?${new URLSearchParams({ next: location.pathname + location.hash })}`);
}

/** As `api`, but a token that is no longer good leads to the login page. */
export async function own(path, options) {
  try {
    return await api(path, options);
  } catch (failure) {
    if (!(failure instanceof ApiFailure) || failure.status !== 401) throw failure;
    ask();
    return new Promise(() => {});
  }
}

export async function leave() {
  try {
    await api("/auth/session", { method: "DELETE" });
  } finally {
    sessionStorage.removeItem(TOKEN);
    location.assign("/demo/");
  }
}
