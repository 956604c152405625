/** Moves from the basket to the order. */

import { DECLINED_CARDS, GOOD_CARDS, person as invent, NOTES, PROMOS, WRONG_CARD } from "./invented.ts";
import { type Move, once, press, pressOne } from "./move.ts";
import type { Visit } from "./visit.ts";

/** The middle of an element, where it can be grabbed. */
async function hold(visit: Visit, selector: string, nth: number) {
  const found = visit.see(selector).nth(nth);
  return (await found.count()) ? await visit.v.aim(found) : undefined;
}

/** Puts the lines of the basket into another order: by dragging, or by the handle's arrow keys. */
async function reorder(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const count = await visit.see(".line").count();
  if (count < 2) return false;
  if (v.habits.hand !== "mouse") {
    if (!(await v.tabTo(visit.see(".grip").first()))) return false;
    await v.press("ArrowDown");
    return true;
  }
  const from = await hold(visit, ".line_text", dice.int(0, count - 1));
  const to = await visit
    .see(".line")
    .nth(dice.int(0, count - 1))
    .boundingBox();
  if (!from || !to) return false;
  await v.drag(from, { x: from.x, y: to.y + to.height * (to.y > from.y ? 0.8 : 0.2) });
  return true;
}

async function dragToWishes(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const count = await visit.see(".line").count();
  if (count === 0 || v.habits.hand !== "mouse") return false;
  const { height } = v.page.viewportSize() ?? { height: 720 };
  const zone = visit.at("wishlist-drop");
  const below = ((await zone.boundingBox())?.y ?? 0) - height * 0.75;
  if (below > 0) await v.scroll(below);
  const to = await zone.boundingBox();
  const from = await visit
    .see(".line_text")
    .nth(dice.int(0, count - 1))
    .boundingBox();
  // Visitors drag only within what they see.
  if (!from || !to || to.y + 40 > height || from.y < 70 || from.y + from.height > height) return false;
  await v.drag(
    { x: from.x + from.width * 0.8, y: from.y + from.height * 0.6 },
    { x: to.x + to.width / 2, y: to.y + Math.min(60, to.height / 2) },
  );
  visit.wished++;
  visit.inBasket = Math.max(0, visit.inBasket - 1);
  return true;
}

async function promo(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const field = visit.at("promo-input");
  if (!(await field.isVisible())) return false;
  const kind = dice.weighted(
    ["good", "unknown", "over", "broken"] as const,
    (kind) => ({ good: 3, unknown: 3, over: 2, broken: 1.2 })[kind],
  );
  const code = kind === "good" || kind === "unknown" ? dice.pick(PROMOS[kind]) : PROMOS[kind ?? "over"];
  const typed = dice.chance(0.3) ? code.toLowerCase() : code;
  if (v.habits.hand === "mouse" && dice.chance(0.35)) {
    if (!(await v.paste(field, typed))) return false;
  } else if (!(await v.fill(field, typed))) return false;
  if (dice.chance(0.6)) await v.press("Enter");
  else await v.click(visit.at("promo-apply"));
  if (kind === "good") visit.interest += 2;
  else visit.setback(kind === "broken" ? 2 : 1);
  // It just does not react.
  if (kind === "broken" && v.habits.hand === "mouse") await v.click(visit.at("promo-apply"), { times: dice.int(2, 6) });
  return true;
}

async function remove(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  if (!(await visit.clickOne('[data-testid="line-remove"]'))) return false;
  visit.inBasket = Math.max(0, visit.inBasket - 1);
  await v.think(1500);
  if (dice.chance(0.25) && (await v.click(visit.at("undo")))) visit.inBasket++;
  return true;
}

async function toCheckout(visit: Visit): Promise<boolean> {
  const { v } = visit;
  const link = visit.at("to-checkout");
  if (!(await link.isVisible())) return false;
  const empty = (await link.getAttribute("aria-disabled")) === "true";
  return await v.click(link, { loads: !empty });
}

/** Fills the address: field by field, or by the browser's autofill, with mistakes in between. */
async function fillAddress(visit: Visit): Promise<boolean> {
  const { v, dice, person } = visit;
  const someone =
    visit.did("gift note") > 0 && dice.chance(0.7) ? { ...invent(dice), email: person.email, phone: person.phone } : person;
  const known = await visit.at("email").inputValue();
  if (!known) {
    const auto = dice.chance(v.habits.autofill);
    if (dice.chance(0.12 + 6 * v.habits.typos)) {
      // Submitted before it was filled, or with half an address.
      await v.fill(visit.at("email"), someone.first.toLowerCase());
      await v.click(visit.at("step-next"));
      visit.setback(0.5);
      await v.think(1800);
    }
    const fields: [id: string, text: string][] = [
      ["email", someone.email],
      ["phone", dice.chance(0.5) ? someone.phone : ""],
      ["address-first-name", someone.first],
      ["address-last-name", someone.last],
      ["address-line1", someone.line1],
      ["address-line2", someone.line2],
      ["address-postcode", someone.postcode],
      ["address-city", someone.city],
      ["address-region", someone.region],
    ];
    if (auto && !(await v.enter(visit.at("email")))) return false;
    for (const [id, text] of fields) {
      if (!text) continue;
      if (!(await v.fill(visit.at(id), text, { byTab: dice.chance(v.habits.tabs), auto }))) return false;
    }
    if (auto) await v.think(1200);
    if (someone.country !== "US") await v.choose(visit.at("address-country"), someone.country);
    // The visitor looks again and corrects something.
    if (dice.chance(8 * v.habits.typos)) {
      await v.think(2500);
      const [id, text] = dice.pick(fields.filter(([, text]) => text));
      await v.fill(visit.at(id), text);
    }
  }
  if (dice.chance(0.15)) await v.click(v.page.locator('label:has([data-testid="save-address"])'));
  await v.think(1200);
  return dice.chance(0.15) && v.habits.hand !== "touch" && (await v.enter(visit.at("address-city"), true))
    ? await v.press("Enter").then(() => true)
    : await v.click(visit.at("step-next"));
}

async function ship(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const rate = dice.weighted(["standard", "express", "pickup"], (rate) => (rate === "standard" ? 0.5 : 1));
  if (dice.chance(0.45) && v.habits.hand !== "keys") {
    await v.click(v.page.locator(`label:has([data-testid="rate-${rate}"])`));
    await v.think(1500);
  }
  return await v.click(visit.at("step-next"));
}

async function pay(visit: Visit): Promise<boolean> {
  const { v, dice, person } = visit;
  const saved = visit.at("pay-saved");
  if ((await saved.count()) && (await saved.isChecked()) && dice.chance(0.85)) return await v.click(visit.at("step-next"));
  if (await saved.count()) await v.click(v.page.locator('label:has([data-testid="pay-new"])'));
  const luck = visit.persona.declined * 0.5 ** visit.did("pay");
  const number = dice.chance(luck) ? dice.pick(DECLINED_CARDS) : dice.chance(0.05) ? WRONG_CARD : dice.pick(GOOD_CARDS);
  if (dice.chance(0.08)) {
    await v.click(visit.at("step-next"));
    visit.setback(0.5);
  }
  const byTab = () => ({ byTab: dice.chance(v.habits.tabs) });
  const fields: [string, string][] = [
    ["card-number", number],
    ["card-name", `${person.first} ${person.last}`],
    ["card-expiry", `0${dice.int(1, 9)}${dice.int(28, 32)}`],
    ["card-cvc", String(dice.int(100, 999))],
  ];
  for (const [id, text] of fields) if (!(await v.fill(visit.at(id), text, byTab()))) return false;
  await v.think(900);
  return await v.click(visit.at("step-next"));
}

async function order(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const times = visit.persona.name === "frustrated" && dice.chance(0.4) ? 2 : 1;
  if (!(await v.click(visit.at("place-order"), { times }))) return false;
  if (visit.place === "done") {
    visit.ordered = true;
    visit.inBasket = 0;
    visit.interest = Math.min(visit.interest, dice.between(1, 5));
    await visit.announce("order_placed");
  } else visit.setback(2.5);
  return true;
}

async function note(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const box = visit.at("gift-note");
  if (!(await box.isVisible()) || !(await v.enter(box))) return false;
  await v.write(dice.pick(NOTES));
  await v.think(1200);
  return await v.click(visit.at("gift-save"));
}

const stepper = (name: string, id: string, weight: number): Move => ({
  name,
  on: ["cart"],
  weight: once(name, weight, 0.4),
  make: (visit) => visit.clickOne(`[data-testid="line-quantity"] #${id}:not([disabled])`),
});

const filled = (visit: Visit) => (visit.inBasket > 0 ? 1 : 0);

export const checkoutMoves: Move[] = [
  // The basket
  stepper("one more", "more", 0.5),
  stepper("one less", "less", 0.3),
  { name: "remove", on: ["cart"], weight: once("remove", 0.35, 0.3), make: remove },
  pressOne("keep for later", ["cart"], '[data-testid="line-wish"]', once("keep for later", 0.15, 0.3)),
  { name: "reorder", on: ["cart"], weight: (visit) => (visit.inBasket > 1 ? 0.3 : 0), make: reorder },
  { name: "drag to wishes", on: ["cart"], weight: (visit) => 0.12 * filled(visit), make: dragToWishes },
  { name: "promo", on: ["cart"], weight: (visit) => 0.35 * filled(visit) * 0.3 ** visit.did("promo"), make: promo },
  { name: "gift note", on: ["cart"], weight: (visit) => 0.1 * filled(visit) * 0.05 ** visit.did("gift note"), make: note },
  pressOne("look again", ["cart"], ".line_text > a", (visit) => 0.3 * filled(visit), true),
  pressOne("wished for", ["cart"], ".wishes a", (visit) => 0.2 * Math.min(2, visit.wished), true),
  {
    name: "to checkout",
    on: ["cart"],
    weight: (visit) => filled(visit) * (0.5 + 4 * visit.intent),
    thinkTime: 1.2,
    make: toCheckout,
  },

  // The steps
  { name: "fill address", on: ["address"], weight: 6, cost: 0.3, make: fillAddress },
  {
    name: "sign in first",
    on: ["address"],
    weight: (visit) => (visit.signedIn ? 0 : 0.3),
    make: (visit) => visit.clickOne('a[href^="/demo/login?next"]', true),
  },
  { name: "ship", on: ["shipping"], weight: 6, cost: 0.3, make: ship },
  { name: "pay", on: ["payment"], weight: 6, cost: 0.3, make: pay },
  { name: "order", on: ["review"], weight: 5, cost: 0.3, make: order },
  pressOne("change", ["review"], '[data-testid^="change-"]', once("change", 0.3, 0.3)),
  press("step back", ["shipping", "payment", "review"], "step-back", (visit) => 0.25 * 0.5 ** visit.did("step back")),
  pressOne("step link", ["payment", "review"], '#steps a[aria-disabled="false"]', 0.15),
  {
    name: "give up",
    on: ["address", "shipping", "payment", "review"],
    weight: (visit) => 0.25 + 0.3 * visit.setbacks,
    make: async (visit) => {
      visit.interest = visit.dice.chance(0.6) ? 0 : visit.interest - 3;
      return true;
    },
  },
  press("see order", ["done"], "see-order", 2, true),
  pressOne("back to the shop", ["done"], '[data-testid="order-done"] a[href="/demo/"]', 0.6, true),
];
