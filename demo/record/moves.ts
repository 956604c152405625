/**
 * What visitors do, on which pages, and how likely. A weight depends on what has happened so far, and is multiplied by
 * what a persona likes. A move that cannot be made returns false.
 */

import { CHATS } from "./invented.ts";
import type { Move } from "./move.ts";
import { once } from "./move.ts";
import { accountMoves } from "./moves-account.ts";
import { checkoutMoves } from "./moves-checkout.ts";
import { shopMoves } from "./moves-shop.ts";
import type { Place, Visit } from "./visit.ts";

const CHECKOUT: Place[] = ["address", "shipping", "payment", "review"];
const READ: Place[] = ["home", "category", "product", "search", "help", "nowhere", "order", "done"];
const inCheckout = (visit: Visit) => CHECKOUT.includes(visit.place);

/** Moves for all places. */
const anywhere: Move[] = [
  {
    name: "scroll",
    on: READ,
    weight: (visit) => 3.2 * 0.7 ** visit.didHere("scroll"),
    thinkTime: 0.6,
    cost: 0.5,
    make: async ({ v, dice }) => {
      await v.scroll(dice.chance(0.82) ? dice.between(250, 1300) : -dice.between(200, 900));
      return true;
    },
  },
  {
    name: "fidget",
    weight: 0.5,
    thinkTime: 0.7,
    cost: 0.3,
    make: async ({ v }) => {
      await v.fidget();
      await v.think(600);
      return true;
    },
  },
  {
    name: "to category",
    weight: (visit) => (inCheckout(visit) ? 0.05 : visit.place === "product" ? 1 : visit.place === "cart" ? 0.7 : 1.6),
    make: async (visit) => {
      const { v, dice, taste } = visit;
      const menu = visit.at("menu-toggle");
      if ((await menu.isVisible()) && !(await visit.at("nav-tea").isVisible())) {
        if (!(await v.click(menu))) return false;
        await v.think(700);
      }
      const to = dice.chance(0.65) ? taste : dice.pick(["coffee", "tea", "brewing", "table"]);
      return await v.click(visit.at(`nav-${to}`), { loads: true });
    },
  },
  {
    name: "to home",
    weight: (visit) => (visit.place === "nowhere" ? 2 : inCheckout(visit) || visit.place === "home" ? 0.02 : 0.2),
    make: (visit) => visit.v.click(visit.at("logo"), { loads: true }),
  },
  {
    name: "to basket",
    weight: (visit) => (visit.place === "cart" || inCheckout(visit) ? 0.03 : visit.inBasket > 0 ? 0.5 + 4 * visit.intent : 0.05),
    thinkTime: 0.6,
    make: (visit) => visit.v.click(visit.at("nav-cart"), { loads: true }),
  },
  {
    name: "to account",
    weight: (visit) => (inCheckout(visit) ? 0 : visit.signedIn ? 0.4 : 0.08),
    make: async (visit) => {
      if (!(await visit.v.click(visit.at("nav-account"), { loads: true }))) return false;
      // The shop redirects visitors that are not signed in.
      await visit.v.page.waitForURL(/login|#\//);
      await visit.v.page.waitForLoadState();
      await visit.v.quiet();
      return true;
    },
  },
  {
    name: "to help",
    weight: (visit) => (inCheckout(visit) ? 0.04 : 0.22),
    make: async (visit) => {
      const link = visit.dice.weighted(["delivery", "returns", "brewing"], (topic) => (topic === "delivery" ? 3 : 1));
      return await visit.clickOne(`.site-footer a[href="/demo/help/${link}"]`, true);
    },
  },
  {
    name: "to contact",
    weight: (visit) => (visit.place === "help" ? 0.6 : inCheckout(visit) ? 0.01 : 0.06),
    make: (visit) => visit.clickOne(`a[href="/demo/contact"]`, true),
  },
  {
    name: "chat",
    weight: once("chat", 0.05, 0),
    make: async (visit) => {
      const { v, dice } = visit;
      if (!(await v.click(visit.see("#chat-toggle").first()))) return false;
      if (dice.chance(0.7)) {
        await v.write(dice.pick(CHATS));
        await v.press("Enter");
        await v.think(3000);
      }
      return await v.click(visit.see("#chat-toggle").first());
    },
  },
  {
    name: "look away",
    weight: 0.25,
    cost: 0.5,
    make: async ({ v, dice }) => {
      await v.hide(true);
      await v.pass(dice.around(25_000, 0.8));
      await v.hide(false);
      return true;
    },
  },
  {
    name: "detour",
    weight: (visit) => (inCheckout(visit) || visit.place === "done" ? 0 : 0.1),
    make: async (visit) => {
      await visit.v.detour(visit.dice.around(50_000, 0.8));
      return true;
    },
  },
  {
    name: "resize",
    weight: 0.07,
    cost: 0.2,
    make: async ({ v, dice }) => {
      const { width, height } = v.page.viewportSize() ?? { width: 1280, height: 720 };
      const turned = v.habits.hand === "touch";
      const narrow = Math.round(width * dice.between(0.6, 0.95));
      await v.page.setViewportSize(turned ? { width: height, height: width } : { width: narrow, height });
      await v.pass(400);
      await v.think(2500);
      if (turned || dice.chance(0.4)) await v.page.setViewportSize({ width, height });
      await v.pass(400);
      return true;
    },
  },
  {
    name: "reload",
    weight: (visit) => (inCheckout(visit) ? 0.03 : 0.05 + 0.15 * visit.setbacks),
    make: async (visit) => {
      await visit.v.after(() => visit.v.page.reload());
      return true;
    },
  },
  {
    name: "back",
    weight: (visit) =>
      visit.trail < 1 || visit.place === "done" ? 0 : visit.place === "nowhere" ? 3 : inCheckout(visit) ? 0.12 : 0.9,
    thinkTime: 0.7,
    make: async (visit) => {
      visit.trail -= 2;
      await visit.v.after(() => visit.v.page.goBack());
      await visit.v.page.waitForLoadState();
      await visit.v.quiet();
      return true;
    },
  },
  {
    name: "copy",
    on: ["product", "help", "order"],
    weight: 0.06,
    cost: 0.3,
    make: async ({ v }) => {
      await v.page.keyboard.press("Control+c");
      await v.think(800);
      return true;
    },
  },
  {
    name: "forget it is open",
    weight: 0.02,
    make: async (visit) => {
      const { v, dice } = visit;
      await v.hide(true);
      await v.pass(dice.between(33, 70) * 60_000);
      await v.hide(false);
      // A visitor who comes back continues.
      visit.interest = Math.max(visit.interest, 4);
      return true;
    },
  },
  {
    name: "leave",
    weight: (visit) => 0.12 + 0.12 * visit.setbacks + (visit.ordered ? 1 : 0),
    make: async (visit) => {
      visit.interest = 0;
      return true;
    },
  },
];

/** All moves. */
export const MOVES: Move[] = [...anywhere, ...shopMoves, ...checkoutMoves, ...accountMoves];

/** The median think time before a move, by kind of page, in milliseconds. */
export const THINK_MS: Record<Place, number> = {
  home: 3200,
  category: 3800,
  product: 6000,
  search: 2800,
  cart: 3500,
  address: 2000,
  shipping: 2500,
  payment: 2200,
  review: 4500,
  done: 5000,
  login: 2200,
  register: 2500,
  orders: 3000,
  order: 5000,
  addresses: 3000,
  profile: 3000,
  wishlist: 3500,
  help: 8000,
  contact: 3500,
  nowhere: 2500,
};
