/** One visit: who it is, what has happened so far, and where it stands. */

import type { Locator } from "../../snippet/testing/playwright.ts";
import type { Dice } from "./dice.ts";
import type { Category, Person } from "./invented.ts";
import type { Persona } from "./personas.ts";
import type { Visitor } from "./visitor.ts";

/** Kinds of page, as a visitor tells them apart. */
export type Place =
  | "home"
  | "category"
  | "product"
  | "search"
  | "cart"
  | "address"
  | "shipping"
  | "payment"
  | "review"
  | "done"
  | "login"
  | "register"
  | "orders"
  | "order"
  | "addresses"
  | "profile"
  | "wishlist"
  | "help"
  | "contact"
  | "nowhere";

const PATHS: [RegExp, Place][] = [
  [/^\/demo\/$/, "home"],
  [/^\/demo\/shop\//, "category"],
  [/^\/demo\/product\//, "product"],
  [/^\/demo\/(search|cart|login|register|contact)$/, "search"],
  [/^\/demo\/help\//, "help"],
];

export function placeOf(address: string): Place {
  const { pathname, hash } = new URL(address);
  if (pathname === "/demo/account") {
    const [, view, one] = hash.split("/");
    return view === "orders" && one ? "order" : ((view || "orders") as Place);
  }
  const step = /^\/demo\/checkout(?:\/(\w+))?$/.exec(pathname);
  if (step) return (step[1] ?? "address") as Place;
  const [found, place] = PATHS.find(([path]) => path.test(pathname)) ?? [];
  return place === "search" ? (found?.exec(pathname)?.[1] as Place) : (place ?? "nowhere");
}

export class Visit {
  readonly v: Visitor;
  readonly dice: Dice;
  readonly persona: Persona;
  readonly person: Person;
  readonly taste: Category;
  /** What is left of the wish to be here. Each move takes of it; what goes well gives, what goes wrong takes more. */
  interest: number;
  /** How much somebody means to buy, 0 to 1. Reviews and choices raise it. */
  intent: number;
  inBasket = 0;
  wished = 0;
  signedIn = false;
  ordered = false;
  /** Things that went wrong: errors, refusals, sold out. */
  setbacks = 0;
  /** How often each move was made, in all and on this page. */
  readonly made = new Map<string, number>();
  readonly here = new Map<string, number>();
  /** Pages that "back" can go to. */
  trail = 0;
  #path = "";

  constructor(v: Visitor, dice: Dice, persona: Persona, person: Person, taste: Category) {
    this.v = v;
    this.dice = dice;
    this.persona = persona;
    this.person = person;
    this.taste = taste;
    this.interest = Math.min(70, dice.around(persona.interest, 0.5));
    this.intent = dice.chance(persona.intent) ? dice.between(0.5, 0.9) : dice.between(0, 0.25);
  }

  get place(): Place {
    return placeOf(this.v.page.url());
  }

  /** The element with this test id that can be seen. */
  at(id: string): Locator {
    return this.v.page.locator(`[data-testid="${id}"]:visible`).first();
  }

  see(selector: string): Locator {
    return this.v.page.locator(selector).locator("visible=true");
  }

  /** One of what matches, more likely one of the first. */
  async one(selector: string): Promise<Locator | undefined> {
    const all = this.see(selector);
    const count = await all.count();
    if (count === 0) return undefined;
    return all.nth(Math.min(count - 1, Math.floor(this.dice.next() ** 1.5 * count)));
  }

  async clickOne(selector: string, loads = false): Promise<boolean> {
    const found = await this.one(selector);
    return found ? await this.v.click(found, { loads }) : false;
  }

  did(move: string): number {
    return this.made.get(move) ?? 0;
  }

  /** How often on this page. */
  didHere(move: string): number {
    return this.here.get(move) ?? 0;
  }

  note(move: string) {
    this.made.set(move, this.did(move) + 1);
    this.here.set(move, this.didHere(move) + 1);
  }

  /** To be called when a page may have changed. */
  turn() {
    const { pathname, hash } = new URL(this.v.page.url());
    if (this.#path === pathname + hash) return;
    if (this.#path) this.trail++;
    this.#path = pathname + hash;
    this.here.clear();
  }

  setback(by = 2) {
    this.setbacks++;
    this.interest -= by;
  }

  /** What the shop's owner counts: a call that a site makes itself. The demo shop makes none, so the recorder does for it. */
  async announce(name: string): Promise<void> {
    await this.v.page.evaluate((name) => {
      (window as { testgram?: { event(name: string): boolean } }).testgram?.event(name);
    }, name);
  }
}
