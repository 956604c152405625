/** Moves on the pages that show products, and on the help pages. */

import { REVIEWS, search } from "./invented.ts";
import { type Move, once, press, pressOne } from "./move.ts";
import type { Visit } from "./visit.ts";
import { sleep } from "./visitor.ts";

const CARD = ".ProductCard_root__x7Kd2 a";

async function openProduct(visit: Visit): Promise<boolean> {
  for (const slug of visit.persona.favourites ?? []) {
    if (!visit.dice.chance(0.6)) continue;
    const found = visit.see(`.ProductCard_root__x7Kd2 a[href="/demo/product/${slug}"]`);
    if (await found.count()) return await visit.v.click(found.first(), { loads: true });
  }
  return await visit.clickOne(CARD, true);
}

/** Types into a search field, and follows a suggestion or opens the page of results. */
async function find(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const onPage = visit.place === "search" && dice.chance(0.6);
  const field = visit.at(onPage ? "search-page-input" : "search-input");
  if (!(await field.isVisible())) return false;
  if (!(await v.fill(field, search(dice, visit.taste)))) return false;
  await v.think(900);
  const suggestions = visit.see('[data-testid="suggestion"] a');
  if (!onPage && (await suggestions.count()) > 0 && dice.chance(0.55)) {
    if (v.habits.hand === "keys" || dice.chance(0.3)) {
      for (let i = dice.int(1, 2); i > 0; i--) await v.press("ArrowDown");
      await v.press("Enter", true);
      return true;
    }
    return await v.click(suggestions.nth(dice.int(0, Math.min(2, (await suggestions.count()) - 1))), { loads: true });
  }
  if (dice.chance(0.75)) {
    await v.press("Enter", true);
    return true;
  }
  return await v.click(visit.at(onPage ? "search-page-submit" : "search-submit"), { loads: true });
}

/** Chooses size, grind or colour. */
async function choose(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const groups = visit.see("fieldset.options");
  const count = await groups.count();
  if (count === 0) return false;
  const labels = groups.nth(dice.int(0, count - 1)).locator("label.option");
  const label = labels.nth(dice.int(0, (await labels.count()) - 1));
  visit.intent += 0.05;
  if (v.habits.hand !== "keys") return await v.click(label);
  if (!(await v.tabTo(label.locator("input")))) return false;
  await v.press("ArrowRight");
  return true;
}

async function add(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const button = visit.at("add-to-cart");
  if (!(await button.isVisible())) return false;
  if (await button.isDisabled()) {
    visit.setback(1);
    // A rage click: perhaps it works when it is pressed again.
    return v.habits.hand === "mouse" && (await v.click(button, { times: dice.int(1, 4) }));
  }
  if (!(await v.click(button))) return false;
  const dialog = visit.at("added-dialog");
  if (!(await dialog.isVisible())) {
    // Not so many in stock.
    visit.setback(1);
    return true;
  }
  visit.inBasket++;
  visit.interest += 3;
  await v.think(1600);
  if (dice.chance(0.35 + visit.intent / 2)) return await v.click(visit.at("added-to-cart"), { loads: true });
  if (dice.chance(0.35) || v.habits.hand === "keys") await v.press("Escape");
  else await v.click(visit.at(dice.chance(0.6) ? "added-continue" : "added-close"));
  return true;
}

async function review(visit: Visit): Promise<boolean> {
  const { v, dice, person } = visit;
  if (!(await visit.at("review-form").isVisible()) && !(await v.click(visit.at("tab-reviews")))) return false;
  await v.think(3000);
  if (dice.chance(0.3)) {
    // Submitted too soon.
    await v.click(visit.at("review-submit"));
    visit.setback(0.5);
  }
  const [title, body] = dice.pick(REVIEWS);
  const stars = visit.v.page.locator('[data-testid="review-rating"] label').nth(dice.int(1, 4));
  if (v.habits.hand !== "keys") await v.click(stars);
  await v.fill(visit.at("review-author"), person.first);
  await v.fill(visit.at("review-title"), title, { byTab: dice.chance(v.habits.tabs) });
  await v.fill(visit.at("review-body"), body, { byTab: dice.chance(v.habits.tabs) });
  await v.think(2500);
  if (!(await v.click(visit.at("review-submit")))) return false;
  await visit.announce("review_sent");
  return true;
}

/** Opens the chart of sizes; one product has none by mistake. */
async function sizes(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  if (!(await v.click(visit.at("size-guide")))) return false;
  if (await visit.at("guide-dialog").isVisible()) {
    await v.think(4000);
    await v.press("Escape");
    return true;
  }
  visit.setback(2);
  await v.think(1500);
  if (v.habits.hand === "mouse") await v.click(visit.at("size-guide"), { times: dice.int(1, 5) });
  return true;
}

async function slide(visit: Visit): Promise<boolean> {
  const { v, dice } = visit;
  const track = visit.at("filter-price");
  const box = await track.boundingBox();
  if (!box) return false;
  if (v.habits.hand === "keys") {
    if (!(await v.tabTo(track))) return false;
    for (let i = dice.int(3, 9); i > 0; i--) await v.press("ArrowLeft");
    return true;
  }
  if (v.habits.hand === "touch") return await v.click(track);
  if (!(await v.aim(track))) return false;
  const now = (await track.boundingBox()) ?? box;
  const value = await track.evaluate((element) => {
    const { value, min, max } = element as HTMLInputElement;
    return (Number(value) - Number(min)) / (Number(max) - Number(min));
  });
  const x = (share: number) => now.x + 8 + (now.width - 16) * share;
  const y = now.y + now.height / 2;
  await v.drag({ x: x(value), y }, { x: x(dice.between(0.1, 0.7)), y });
  return true;
}

const tab = (name: string, weight: number, gain: number): Move => ({
  name: `tab ${name}`,
  on: ["product"],
  weight: once(`tab ${name}`, weight, 0.15),
  make: async (visit) => {
    if (!(await visit.v.click(visit.at(`tab-${name}`)))) return false;
    visit.intent += gain;
    await visit.v.think(name === "reviews" ? 6000 : 3000);
    return true;
  },
});

export const shopMoves: Move[] = [
  {
    name: "search",
    weight: (visit) => ({ home: 0.8, category: 0.4, product: 0.3, search: 1.2, nowhere: 0.8 })[visit.place as string] ?? 0.08,
    make: find,
  },

  // The front page
  press("hero", ["home"], "hero-shop", 0.9, true),
  pressOne("tile", ["home"], ".category", 1.5, true),
  { name: "best seller", on: ["home"], weight: 1.4, make: openProduct },
  pressOne("see everything", ["home"], 'a[href="/demo/shop/all?sort=rating"]', 0.4, true),
  {
    name: "carousel",
    on: ["home"],
    weight: once("carousel", 0.6, 0.7),
    make: async (visit) => {
      const ok = await visit.v.click(visit.at(visit.dice.chance(0.85) ? "carousel-next" : "carousel-prev"));
      // The carousel moves in real time.
      await sleep(350);
      return ok;
    },
  },
  {
    name: "journal",
    on: ["home"],
    weight: (visit) => 0.15 + 0.3 * visit.didHere("carousel"),
    make: async (visit) => {
      const ok = await visit.clickOne(".story a", true);
      if (ok && visit.place === "nowhere") visit.setback(2);
      return ok;
    },
  },
  {
    name: "newsletter",
    on: ["home"],
    weight: (visit) => 0.1 * 0.05 ** visit.did("newsletter"),
    make: async (visit) => {
      const { v, dice, person } = visit;
      const frame = v.page.frameLocator('[data-testid="newsletter-frame"]');
      await v.page.locator('[data-testid="newsletter-frame"]').evaluate((element) => element.scrollIntoView({ block: "center" }));
      await v.quiet();
      const field = frame.locator("#newsletter-email");
      if (v.habits.hand === "keys") await field.focus();
      else if (!(await v.click(field))) return false;
      if (dice.chance(0.15)) {
        await v.write(person.first.toLowerCase());
        await v.press("Enter");
        await v.page.keyboard.press("Control+a");
      }
      await v.write(person.email);
      await v.press("Enter");
      await v.think(1500);
      await visit.announce("newsletter_joined");
      return true;
    },
  },

  // Categories
  { name: "product", on: ["category", "search"], weight: 3.4, make: openProduct },
  {
    name: "product in a new tab",
    on: ["category", "search"],
    weight: (visit) => (visit.v.habits.hand === "mouse" ? 0.05 : 0),
    make: async (visit) => {
      const link = await visit.one(CARD);
      if (!link) return false;
      await visit.v.inNewTab(link, async () => {
        await visit.v.think(5000);
        await visit.v.scroll(visit.dice.between(300, 900));
        await visit.v.think(4000);
        if (visit.dice.chance(0.5)) await visit.v.click(visit.at("tab-reviews"));
        await visit.v.think(5000);
      });
      return true;
    },
  },
  {
    name: "filter roast",
    on: ["category"],
    weight: (visit) => (/shop\/coffee/.test(visit.v.page.url()) ? 0.9 * 0.5 ** visit.didHere("filter roast") : 0),
    make: async (visit) => {
      const { v, dice } = visit;
      if (!(await openFilters(visit))) return false;
      const choice = visit.at(`filter-roast-${dice.pick(["light", "medium", "dark"])}`);
      if (v.habits.hand !== "keys") return await v.click(choice);
      if (!(await choice.isVisible())) return false;
      await v.tabTo(visit.see('input[name="roast"]').first());
      await v.press("ArrowDown");
      return true;
    },
  },
  {
    name: "filter price",
    on: ["category"],
    weight: once("filter price", 0.5, 0.5),
    make: async (visit) => (await openFilters(visit)) && (await slide(visit)),
  },
  ...["in-stock", "sale"].map(
    (which): Move => ({
      name: `filter ${which}`,
      on: ["category"],
      weight: once(`filter ${which}`, 0.35, 0.3),
      make: async (visit) => (await openFilters(visit)) && (await visit.v.click(visit.at(`filter-${which}`))),
    }),
  ),
  {
    name: "clear filters",
    on: ["category"],
    weight: (visit) => (/\?/.test(visit.v.page.url()) ? 0.35 : 0.01),
    make: async (visit) => (await openFilters(visit)) && (await visit.v.click(visit.at("filter-reset"))),
  },
  {
    name: "sort",
    on: ["category"],
    weight: once("sort", 0.7, 0.35),
    make: async (visit) =>
      await visit.v.choose(visit.at("sort"), visit.dice.pick(["rating", "price_asc", "price_asc", "price_desc", "name"])),
  },
  pressOne("next page", ["category"], ".pagination a:not([aria-current])", (visit) => 0.2 + 0.25 * visit.didHere("scroll"), true),

  // Products
  pressOne("picture", ["product"], "#gallery-thumbs button", once("picture", 1, 0.6)),
  {
    name: "zoom",
    on: ["product"],
    weight: once("zoom", 0.35, 0.2),
    make: async (visit) => {
      if (!(await visit.v.click(visit.at("gallery-zoom")))) return false;
      await visit.v.think(3000);
      if (visit.dice.chance(0.5) || visit.v.habits.hand === "keys") await visit.v.press("Escape");
      else await visit.clickOne("#zoom .dialog_close");
      return true;
    },
  },
  { name: "choose", on: ["product"], weight: once("choose", 1.2, 0.6), make: choose },
  {
    name: "quantity",
    on: ["product"],
    weight: (visit) => 0.3 * 0.4 ** visit.didHere("quantity") * (0.3 + visit.intent),
    make: async (visit) => {
      const more = visit.v.page.locator("#quantity #more");
      for (let i = visit.dice.int(1, 2); i > 0; i--) if (!(await visit.v.click(more))) return false;
      return true;
    },
  },
  {
    name: "add",
    on: ["product"],
    weight: (visit) => (0.1 + 6 * visit.intent + 0.5 * visit.didHere("choose")) * 0.1 ** visit.didHere("add"),
    thinkTime: 1.2,
    make: add,
  },
  {
    name: "wish",
    on: ["product"],
    weight: once("wish", 0.3, 0.2),
    make: async (visit) => {
      visit.wished++;
      return await visit.v.click(visit.at("wish"));
    },
  },
  tab("details", 0.3, 0.02),
  tab("delivery", 0.4, 0.04),
  tab("reviews", 0.9, 0.12),
  { name: "write review", on: ["product"], weight: (visit) => 0.02 * 0.05 ** visit.did("write review"), make: review },
  {
    name: "sizes",
    on: ["product"],
    weight: (visit) => (/-(apron|smock)$/.test(visit.v.page.url()) ? 1.6 * 0.1 ** visit.didHere("sizes") : 0),
    make: sizes,
  },
  { name: "related", on: ["product"], weight: 0.5, make: openProduct },
  pressOne("crumb", ["product"], "#crumb-category", 0.7, true),

  // Help
  {
    name: "unfold",
    on: ["help"],
    weight: (visit) => 3.5 * 0.75 ** visit.didHere("unfold"),
    thinkTime: 0.5,
    make: async (visit) => {
      if (!(await visit.clickOne("details.fold > summary"))) return false;
      await visit.v.think(5000);
      return true;
    },
  },
  pressOne("another topic", ["help"], ".help_nav a:not([aria-current])", 1, true),
];

/** On a phone the filters are folded. */
async function openFilters(visit: Visit): Promise<boolean> {
  if (await visit.see("#filters fieldset").count()) return true;
  return await visit.clickOne("#filters summary");
}
