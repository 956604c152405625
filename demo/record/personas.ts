/**
 * Who visits the shop. A persona is a policy, not a script: its likes multiply the weights of moves, and the dice
 * decide.
 */

import type { Dice } from "./dice.ts";
import type { Habits } from "./visitor.ts";

/** A kind of visitor. */
export interface Persona {
  name: string;
  /** Share of all visits. */
  share: number;
  hand: Habits["hand"] | "any";
  /** The median number of moves in a visit. */
  interest: number;
  /** Share of those who mean to buy. */
  intent: number;
  /** Share of cards that the bank refuses. */
  declined: number;
  pace: number;
  typos: number;
  autofill: number;
  /** The entry pages, if not those of all visitors. */
  begins?: string[];
  likes: Record<string, number>;
  /** Products that they open where they see them. */
  favourites?: string[];
  /** The browser says that it is automated. */
  automated?: boolean;
}

const BASE = { hand: "any", intent: 0.3, declined: 0.08, pace: 1, typos: 0.02, autofill: 0.25, likes: {} } as const;

export const PERSONAS: Persona[] = [
  {
    ...BASE,
    name: "window-shopper",
    share: 9,
    interest: 5,
    intent: 0.05,
    pace: 0.8,
    likes: { leave: 2.5, scroll: 1.3, add: 0.3, carousel: 2 },
  },
  {
    ...BASE,
    name: "searcher",
    share: 8,
    interest: 14,
    intent: 0.4,
    likes: { search: 6, "to category": 0.3, "filter roast": 0.5, related: 0.4 },
  },
  {
    ...BASE,
    name: "comparer",
    share: 9,
    hand: "mouse",
    interest: 26,
    intent: 0.35,
    pace: 1.2,
    likes: {
      sort: 3,
      "filter roast": 2.5,
      "filter price": 4,
      "filter in-stock": 2,
      "clear filters": 2,
      back: 3,
      crumb: 2,
      "tab details": 4,
      "tab reviews": 2,
      "tab delivery": 2,
      "product in a new tab": 6,
      add: 0.6,
      leave: 0.4,
      picture: 1.3,
    },
  },
  {
    ...BASE,
    name: "impulse-buyer",
    share: 8,
    interest: 14,
    intent: 1,
    pace: 0.55,
    autofill: 0.6,
    likes: { add: 2.5, "best seller": 2, "tab reviews": 0.3, promo: 0.3, "to checkout": 2, leave: 0.3, scroll: 0.6 },
  },
  {
    ...BASE,
    name: "careful-buyer",
    share: 8,
    interest: 28,
    intent: 0.9,
    declined: 0.03,
    pace: 1.5,
    typos: 0.035,
    autofill: 0.05,
    likes: {
      "tab details": 3,
      "tab reviews": 2,
      "tab delivery": 3,
      choose: 1.5,
      change: 3,
      "step back": 3,
      "give up": 0.3,
      leave: 0.2,
      "to help": 2,
    },
  },
  {
    ...BASE,
    name: "returning-customer",
    share: 8,
    interest: 16,
    intent: 0.7,
    pace: 0.8,
    autofill: 0.8,
    begins: ["/demo/account", "/demo/login", "/demo/", "/demo/account#/orders"],
    likes: {
      "to account": 14,
      "open order": 2,
      "order again": 3,
      "view addresses": 1.5,
      "view profile": 1.2,
      leave: 0.5,
      "to basket": 1.5,
      "sign in first": 8,
    },
  },
  {
    ...BASE,
    name: "deal-hunter",
    share: 6,
    interest: 20,
    intent: 0.5,
    begins: ["/demo/shop/all?sale=true", "/demo/", "/demo/?utm_source=deals&utm_medium=affiliate"],
    likes: { promo: 9, "filter sale": 9, sort: 3, "to basket": 3, add: 1.5, "give up": 2, "filter price": 2 },
  },
  {
    ...BASE,
    name: "frustrated",
    share: 6,
    interest: 20,
    intent: 0.8,
    declined: 0.7,
    pace: 0.7,
    typos: 0.07,
    autofill: 0,
    likes: { "give up": 1.5, reload: 3, "to contact": 2, "step back": 2, add: 1.5, "to checkout": 2, promo: 1.5, leave: 0.5 },
  },
  {
    ...BASE,
    name: "reader",
    share: 7,
    interest: 13,
    intent: 0.05,
    pace: 1.6,
    begins: ["/demo/help/brewing", "/demo/help/delivery", "/demo/help/returns", "/demo/"],
    likes: {
      scroll: 1.6,
      "to help": 8,
      unfold: 2,
      "another topic": 1.5,
      journal: 5,
      "tab details": 2,
      add: 0.2,
      copy: 6,
      newsletter: 2,
      "look away": 2,
    },
  },
  {
    ...BASE,
    name: "gift-giver",
    share: 6,
    interest: 24,
    intent: 0.9,
    likes: {
      "gift note": 14,
      "to basket": 1.5,
      add: 1.3,
      wish: 2,
      "to checkout": 1.2,
      "add address": 3,
      leave: 0.2,
      "give up": 0.4,
      "tab delivery": 2,
    },
  },
  {
    ...BASE,
    name: "mobile-visitor",
    share: 12,
    hand: "touch",
    interest: 12,
    intent: 0.3,
    pace: 0.85,
    typos: 0.045,
    autofill: 0.5,
    likes: { scroll: 1.5, "look away": 3, resize: 2, leave: 1.2 },
  },
  {
    ...BASE,
    name: "keyboard-user",
    share: 5,
    hand: "keys",
    interest: 16,
    intent: 0.5,
    pace: 1.1,
    autofill: 0.1,
    likes: { search: 2, scroll: 0.7, fidget: 0, leave: 0.6 },
  },
  {
    ...BASE,
    name: "reviewer",
    share: 5,
    interest: 10,
    intent: 0.1,
    begins: [
      "/demo/product/kiamba-ab",
      "/demo/product/oat-mug",
      "/demo/product/uji-morning",
      "/demo/product/lane-press",
      "/demo/account",
    ],
    likes: { "write review": 90, "tab reviews": 3, "open order": 2, leave: 0.5 },
  },
  {
    ...BASE,
    name: "apron-shopper",
    share: 4,
    interest: 13,
    intent: 0.4,
    begins: ["/demo/shop/table", "/demo/product/canvas-smock", "/demo/product/canvas-smock", "/demo/product/linen-apron"],
    favourites: ["canvas-smock", "linen-apron"],
    likes: { sizes: 3, "to category": 0.5, picture: 1.5, reload: 2 },
  },
  {
    ...BASE,
    name: "wish-lister",
    share: 5,
    hand: "mouse",
    interest: 22,
    intent: 0.7,
    likes: {
      wish: 5,
      "drag to wishes": 14,
      "keep for later": 5,
      reorder: 8,
      "wished for": 3,
      "to checkout": 0.25,
      "to basket": 2,
      "view wishlist": 4,
      leave: 0.4,
    },
  },
  {
    ...BASE,
    name: "newcomer",
    share: 5,
    interest: 18,
    intent: 0.5,
    begins: ["/demo/register", "/demo/", "/demo/login"],
    likes: { "to account": 6, "to register": 12, newsletter: 6, "sign in": 0.3, "add address": 3, "change profile": 2 },
  },
  {
    ...BASE,
    name: "correspondent",
    share: 3,
    interest: 9,
    intent: 0.05,
    begins: ["/demo/contact", "/demo/help/returns", "/demo/"],
    likes: { "to contact": 10, "write to them": 3, stores: 2, unfold: 1.2, "to help": 3, chat: 5, "another topic": 0.7 },
  },
  {
    ...BASE,
    name: "long-tab",
    share: 3,
    interest: 12,
    intent: 0.3,
    likes: { "forget it is open": 30, "look away": 4, detour: 5 },
  },
  // A monitoring robot that says so: models may want to leave it out.
  {
    ...BASE,
    name: "monitor",
    share: 2,
    hand: "mouse",
    interest: 4,
    intent: 0,
    pace: 0.25,
    typos: 0,
    automated: true,
    begins: ["/demo/"],
    likes: { fidget: 0, scroll: 0, leave: 0.5, search: 2, add: 0, chat: 0, "look away": 0, "forget it is open": 0 },
  },
];

/** How one visitor of a persona handles pages in this visit. */
export function habits(dice: Dice, persona: Persona): Habits {
  const hand = persona.hand === "any" ? (dice.chance(0.33) ? "touch" : "mouse") : persona.hand;
  return {
    hand,
    pace: persona.pace * dice.around(1, 0.25),
    typing: dice.around(hand === "touch" ? 190 : 150, 0.3) * Math.sqrt(persona.pace),
    typos: persona.typos * dice.around(1, 0.4),
    tabs: hand === "keys" ? 1 : hand === "touch" ? 0 : dice.pick([0.1, 0.5, 0.9]),
    autofill: persona.autofill,
  };
}

/** The personas of `count` visits, each as often as its share says, in a random order. */
export function cast(dice: Dice, count: number): Persona[] {
  const all = PERSONAS.reduce((sum, { share }) => sum + share, 0);
  let owed = 0;
  const list = PERSONAS.flatMap((persona) => {
    owed += (persona.share / all) * count;
    const times = Math.max(1, Math.round(owed));
    owed -= times;
    return Array.from({ length: times }, () => persona);
  });
  return dice.shuffled(list);
}
