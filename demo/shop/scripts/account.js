// The account: one page, a view for each route behind the #.

import { addresses } from "./account/addresses.js";
import { order, orders } from "./account/orders.js";
import { profile } from "./account/profile.js";
import { wishlist } from "./account/wishlist.js";
import { $, $$, h } from "./lib.js";
import { ask, leave, own, signedIn } from "./session.js";

const ROUTES = [
  [/^#\/orders$/, orders, "Orders"],
  [/^#\/orders\/([\w-]+)$/, order, "Order"],
  [/^#\/addresses$/, addresses, "Addresses"],
  [/^#\/profile$/, profile, "Profile"],
  [/^#\/wishlist$/, wishlist, "Wishlist"],
];

let turn = 0;

async function show() {
  const route = ROUTES.find(([pattern]) => pattern.test(location.hash));
  if (!route) return location.replace("#/orders");
  const [pattern, view, title] = route;
  const mine = ++turn;
  const place = $("#view");
  place.setAttribute("aria-busy", "true");
  for (const link of $$("#account-nav a")) {
    if (location.hash.startsWith(link.hash)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const content = await view(show, location.hash.match(pattern)[1]);
  // A later click may have been answered sooner.
  if (mine !== turn) return;
  place.replaceChildren(...[content].flat());
  place.removeAttribute("aria-busy");
  document.title = `${title} | Tamber Lane`;
}

if (signedIn()) {
  $("#logout").addEventListener("click", leave);
  addEventListener("hashchange", async () => {
    await show();
    $("#view").focus({ preventScroll: true });
  });
  const { user } = await own("/me");
  $("#account-name").append(h("strong", {}, `${user.first_name} ${user.last_name}`), h("small", {}, user.email));
  await show();
} else {
  ask();
}
