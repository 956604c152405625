/** One visit: its visitor, what has happened so far, and the current page. */

import type { Locator } from "../../snippet/testing/playwright.ts";
import type { Dice } from "./dice.ts";
import type { Category, Person } from "./invented.ts";
import type { Persona } from "./personas.ts";
import type { Visitor } from "./visitor.ts";

/** Kinds of page, as a visitor distinguishes them. */
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

/** The kind of page at `address`, a URL of the shop. */
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

/** The state of a visit; moves read and change it. */
export class Visit {
  readonly v: Visitor;
  readonly dice: Dice;
  readonly persona: Persona;
  readonly person: Person;
  readonly taste: Category;
  /** The remaining interest, in moves. Each move costs some; success adds to it, setbacks take more. */
  interest: number;
  /** The wish to buy, 0 to 1. Reviews and choices raise it. */
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

  /** The first visible element with this test id. */
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

  /** Called when the page may have changed. */
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

  /** Sends a custom event, as a site's own code does. The demo shop sends none, so the recorder does it instead. */
  async announce(name: string): Promise<void> {
    await this.v.page.evaluate((name) => {
      (window as { testgram?: { event(name: string): boolean } }).testgram?.event(name);
    }, name);
  }
}
