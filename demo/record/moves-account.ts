/** Moves of visitors who have an account, want one, or write to the shop. */

import { person as invent, KNOWN, MESSAGES, PASSWORD } from "./invented.ts";
import { type Move, once, press, pressOne } from "./move.ts";
import type { Visit } from "./visit.ts";

/** Waits for the page that a form leads to; false if the form does not lead there. */
async function arrives(visit: Visit, act: () => Promise<unknown>): Promise<boolean> {
  const { page } = visit.v;
  const before = page.url();
  await act();
  if (!(await visit.see(".form-error").count()) && !(await visit.see(".field_error").count())) {
    await page
      .waitForURL((url) => url.href !== before && !/\/(login|register)$/.test(url.pathname), { timeout: 5000 })
      .catch(() => {});
    await page.waitForLoadState();
  }
  await visit.v.quiet();
  return page.url() !== before;
}

async function signIn(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const email = dice.pick(KNOWN);
  const byTab = () => ({ byTab: dice.chance(v.habits.tabs) });
  const auto = dice.chance(v.habits.autofill);
  const wrong = !auto && dice.chance(0.25);
  if (!(await v.fill(visit.at("login-email"), wrong ? "who@example.com" : email, { auto }))) return false;
  if (!(await v.fill(visit.at("login-password"), wrong ? "short" : PASSWORD, { ...byTab(), auto }))) return false;
  if (dice.chance(0.2)) {
    await v.click(visit.at("show-password"));
    await v.think(1500);
  }
  const send = () =>
    dice.chance(0.6) ? v.enter(visit.at("login-password"), true).then(() => v.press("Enter")) : v.click(visit.at("login-submit"));
  if (wrong) {
    await send();
    visit.setback(1);
    await v.think(2000);
    await v.fill(visit.at("login-email"), email);
    await v.fill(visit.at("login-password"), PASSWORD, byTab());
  }
  if (await arrives(visit, send)) {
    visit.signedIn = true;
    visit.interest += 3;
    await visit.announce("signed_in");
  }
  return true;
}

async function register(visit: Visit): Promise<boolean> {
  const { v, dice, person } = visit;
  const byTab = () => ({ byTab: dice.chance(v.habits.tabs) });
  if (!(await v.fill(visit.at("register-first-name"), person.first))) return false;
  await v.fill(visit.at("register-last-name"), person.last, byTab());
  await v.fill(visit.at("register-email"), person.email, byTab());
  const short = dice.chance(0.25);
  await v.fill(visit.at("register-password"), short ? "short" : PASSWORD, byTab());
  if (dice.chance(0.4)) await v.click(v.page.locator('label:has([data-testid="register-newsletter"])'));
  const agrees = () => v.tabTo(visit.at("register-terms")).then(() => v.page.keyboard.press("Space"));
  const forgets = dice.chance(0.3);
  if (!forgets) await agrees();
  if (short || forgets) {
    await v.click(visit.at("register-submit"));
    visit.setback(0.5);
    await v.think(1500);
    if (short) await v.fill(visit.at("register-password"), PASSWORD);
    if (forgets) await agrees();
  }
  if (await arrives(visit, () => v.click(visit.at("register-submit")))) {
    visit.signedIn = true;
    await visit.announce("registered");
  }
  return true;
}

async function again(visit: Visit): Promise<boolean> {
  const { v } = visit;
  if (!(await v.click(visit.at("order-again")))) return false;
  visit.inBasket++;
  visit.intent = Math.max(visit.intent, 0.8);
  visit.interest += 4;
  return true;
}

async function editAddress(visit: Visit, button: string): Promise<boolean> {
  const { v, dice } = visit;
  const target = await visit.one(`[data-testid="${button}"]`);
  if (!target || !(await v.click(target))) return false;
  const someone = invent(dice);
  const byTab = () => ({ byTab: dice.chance(v.habits.tabs) });
  if (button === "address-add") {
    await v.fill(visit.at("book-label"), dice.pick(["Home", "Work", "Parents"]));
    await v.fill(visit.at("book-first-name"), someone.first, byTab());
    await v.fill(visit.at("book-last-name"), someone.last, byTab());
    if (dice.chance(0.2)) {
      await v.click(visit.at("address-save"));
      visit.setback(0.5);
    }
  }
  await v.fill(visit.at("book-line1"), someone.line1, byTab());
  await v.fill(visit.at("book-postcode"), someone.postcode, byTab());
  await v.fill(visit.at("book-city"), someone.city, byTab());
  await v.think(1200);
  if (dice.chance(0.15)) return await v.press("Escape").then(() => true);
  return await v.click(visit.at("address-save"));
}

async function removeAddress(visit: Visit): Promise<boolean> {
  if (!(await visit.clickOne('[data-testid="address-remove"]'))) return false;
  await visit.v.think(1200);
  // All visitors share the demo's customers: their addresses come back.
  return await visit.v.click(visit.at("undo"));
}

async function profile(visit: Visit): Promise<boolean> {
  const { v, dice, person } = visit;
  if (!(await v.fill(visit.at("profile-phone"), person.phone))) return false;
  if (dice.chance(0.4)) await v.click(v.page.locator('label:has([data-testid="profile-newsletter"])'));
  return await v.click(visit.at("profile-save"));
}

async function contact(visit: Visit): Promise<boolean> {
  const { v, dice, person } = visit;
  const byTab = () => ({ byTab: dice.chance(v.habits.tabs) });
  if (!(await v.fill(visit.at("contact-name"), `${person.first} ${person.last}`))) return false;
  await v.fill(visit.at("contact-email"), person.email, byTab());
  await v.choose(visit.at("contact-topic"), dice.pick(["order", "brewing", "wholesale", "other"]));
  if (dice.chance(0.4)) await v.fill(visit.at("contact-order"), `TL-${dice.int(10480, 10999)}`, byTab());
  if (dice.chance(0.2)) {
    await v.click(visit.at("contact-submit"));
    visit.setback(0.5);
    await v.think(1500);
  }
  await v.fill(visit.at("contact-message"), dice.pick(MESSAGES), byTab());
  if (dice.chance(0.3)) {
    await visit
      .at("contact-file")
      .setInputFiles({ name: "picture.png", mimeType: "image/png", buffer: Buffer.from("not a picture") });
    await v.think(1500);
  }
  return await v.click(visit.at("contact-submit"));
}

async function stores(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const frame = v.page.frameLocator('[data-testid="stores-frame"]');
  const choice = dice.chance(0.4)
    ? frame.locator(".pin").nth(dice.int(0, 2))
    : frame.locator("#stores-list button").nth(dice.int(0, 2));
  if (v.habits.hand === "keys") {
    await choice.focus();
    await v.press("Enter");
    return true;
  }
  return await v.click(choice);
}

const VIEWS = ["orders", "order", "addresses", "profile", "wishlist"] as const;
const inAccount = [...VIEWS];
const view = (name: string, weight: number): Move =>
  press(`view ${name}`, inAccount, `account-${name}`, once(`view ${name}`, weight, 0.3));

export const accountMoves: Move[] = [
  { name: "sign in", on: ["login"], weight: 5, thinkTime: 0.7, make: signIn },
  pressOne("to register", ["login"], '#main a[href="/demo/register"]', 0.5, true),
  { name: "register", on: ["register"], weight: 5, cost: 0.5, make: register },

  view("orders", 0.5),
  view("addresses", 0.6),
  view("profile", 0.5),
  view("wishlist", 0.6),
  pressOne("open order", ["orders"], '[data-testid="order-row"] a', 2.5),
  { name: "order again", on: ["order"], weight: once("order again", 1.2, 0.02), make: again },
  pressOne("all orders", ["order"], "a.back", 1),
  {
    name: "add address",
    on: ["addresses"],
    weight: once("add address", 0.8, 0.02),
    make: (visit) => editAddress(visit, "address-add"),
  },
  {
    name: "change address",
    on: ["addresses"],
    weight: once("change address", 0.7, 0.05),
    make: (visit) => editAddress(visit, "address-edit"),
  },
  { name: "remove address", on: ["addresses"], weight: once("remove address", 0.3, 0.05), make: removeAddress },
  { name: "change profile", on: ["profile"], weight: once("change profile", 1.5, 0.05), make: profile },
  pressOne("wish removed", ["wishlist"], '[data-testid="wish-remove"]', 0.5),
  pressOne("wish opened", ["wishlist"], ".ProductCard_root__x7Kd2 a", 1, true),
  {
    name: "sign out",
    on: inAccount,
    weight: 0.12,
    make: async (visit) => {
      if (!(await visit.v.click(visit.at("logout"), { loads: true }))) return false;
      visit.signedIn = false;
      return true;
    },
  },

  { name: "write to them", on: ["contact"], weight: (visit) => 2 * 0.02 ** visit.did("write to them"), make: contact },
  { name: "stores", on: ["contact"], weight: once("stores", 1.2, 0.5), make: stores },
];
