/**
 * A visitor's eyes and hands: looking, pointing, typing and scrolling as people do, in virtual time. `moves.ts` has
 * what visitors do with them, `personas.ts` who they are.
 */

import type { BrowserContext, Locator, Page, Request } from "../../snippet/testing/playwright.ts";
import type { Dice } from "./dice.ts";
import type { Tape } from "./tape.ts";
import { warp } from "./warp.ts";

/** How a visitor handles pages; `personas.ts` makes it. */
export interface Habits {
  hand: "mouse" | "touch" | "keys";
  /** How long everything takes, relative to the median visitor. */
  pace: number;
  /** Milliseconds from key to key. */
  typing: number;
  /** Wrong keys a key. */
  typos: number;
  /** How often the next field is reached by the Tab key. */
  tabs: number;
  /** How often a form is filled by the browser. */
  autofill: number;
}

type Point = { x: number; y: number };

/** Leaps of up to so many milliseconds need not wait for the network: nothing that a timer sends by then is missed. */
const SHORT_MS = 1500;
const PATIENCE_MS = 10_000;
const DIAL_MS = 50;
const NEIGHBOURS = "qwertyuiopasdfghjklzxcvbnm";

/** Waits so many milliseconds of real time. */
export const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** A page took longer than its real-time bound: the visit is discarded. */
export class Stuck extends Error {}

/** One visitor with their browser context; a `Visit` acts through it. */
export class Visitor {
  readonly context: BrowserContext;
  readonly dice: Dice;
  readonly habits: Habits;
  readonly tape: Tape;
  /** Exceptions that reached the page. */
  readonly errors: string[] = [];
  #page: Page;
  #ahead: number;
  #leaping = false;
  #at: Point = { x: 200, y: 200 };
  readonly #pending = new Set<Request>();

  constructor(context: BrowserContext, page: Page, ahead: number, dice: Dice, habits: Habits, tape: Tape) {
    this.context = context;
    this.#page = page;
    this.#ahead = ahead;
    this.dice = dice;
    this.habits = habits;
    this.tape = tape;
    context.on("request", (request) => this.#pending.add(request));
    context.on("requestfinished", (request) => this.#pending.delete(request));
    context.on("requestfailed", (request) => this.#pending.delete(request));
    context.on("weberror", (error) => this.errors.push(`${error.error().name}: ${error.error().message}`));
  }

  get page(): Page {
    return this.#page;
  }

  // Time

  /** Virtual time, in milliseconds since 1970; undefined while it leaps. */
  now(): number | undefined {
    return this.#leaping ? undefined : Date.now() + this.#ahead;
  }

  /** Lets so many milliseconds of virtual time pass. */
  async pass(ms: number): Promise<void> {
    const until = Date.now() + this.#ahead + ms;
    for (let there = false; !there; ) {
      this.#leaping = true;
      try {
        if (ms <= SHORT_MS) {
          this.#ahead = await this.page.evaluate((until) => window.__warp.leap(until), until);
          there = true;
        } else ({ ahead: this.#ahead, there } = await this.page.evaluate((until) => window.__warp.step(until), until));
      } catch (error) {
        // The page has just gone to another one.
        if (!/context was destroyed|Cannot find context|navigation/i.test(String(error))) throw error;
        await this.page.waitForLoadState();
      } finally {
        this.#leaping = false;
        this.tape.date(Date.now() + this.#ahead);
      }
      // An answer takes real time: it must arrive before the next timer runs.
      if (ms > SHORT_MS) await this.quiet();
    }
  }

  /** The visitor reads or thinks for about so many milliseconds. */
  async think(median: number, spread = 0.6): Promise<void> {
    await this.pass(this.dice.around(median, spread) * this.habits.pace);
  }

  /** Waits, in real time, until no request is open. */
  async quiet(): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (let calm = 0; calm < 2; ) {
      const busy = this.#pending.size > 0 || this.tape.waits || Date.now() - this.tape.dialled < DIAL_MS;
      calm = busy ? 0 : calm + 1;
      if (Date.now() > end) {
        const urls = [...this.#pending].map((request) => request.url());
        throw new Stuck(`still under way at ${this.page.url()}: ${urls} ${this.tape.waits ? "frames" : ""}`);
      }
      await sleep(busy ? 8 : 4);
    }
  }

  /** Sets the time at which documents of new tabs begin. */
  async #setTime(): Promise<void> {
    await this.context.addInitScript(warp, this.#ahead);
  }

  // Pages

  /** Does something, and waits for its effects; with `loads`, for another page. */
  async after(act: () => Promise<unknown>, loads = false): Promise<void> {
    const loaded = loads ? this.page.waitForEvent("load", { timeout: 2 * PATIENCE_MS }) : undefined;
    // It is awaited below, unless `act` fails first.
    loaded?.catch(() => {});
    await act();
    if (loaded) await loaded;
    else await this.page.evaluate(() => 0).catch(() => this.page.waitForLoadState());
    await this.quiet();
  }

  async open(url: string, referer?: string): Promise<void> {
    await this.page.goto(url, referer ? { referer } : {});
    await this.quiet();
  }

  /**
   * Goes to a page without the snippet. It stands for another site, but has the same origin: so Playwright sees what
   * the last page sent as it went, and can read what it left in the tab's storage.
   */
  async leave(): Promise<void> {
    await this.quiet();
    await this.page.goto(new URL("/elsewhere", this.page.url()).href);
    const left = await this.page.evaluate(() =>
      Object.entries(sessionStorage)
        .filter(([key]) => key.startsWith("testgram."))
        .map(([, text]) => text as string),
    );
    for (const text of left) this.tape.find(text);
    await sleep(20);
  }

  /** Leaves the shop for a while and comes back with the browser's back button. */
  async detour(ms: number): Promise<void> {
    await this.leave();
    await this.pass(ms);
    await this.after(() => this.page.goBack());
  }

  /** Opens a link in a new tab, which is another session, does something there, and closes it. */
  async inNewTab(link: Locator, visit: () => Promise<void>): Promise<void> {
    const here = this.#page;
    const at = await this.aim(link);
    if (!at) return;
    await this.point(at);
    await this.#setTime();
    const [tab] = await Promise.all([this.context.waitForEvent("page"), here.mouse.click(at.x, at.y, { button: "middle" })]);
    await tab.waitForLoadState();
    await this.quiet();
    await this.hide(true);
    this.#page = tab;
    await visit();
    await this.leave();
    await tab.close();
    this.#page = here;
    await here.evaluate((ahead) => window.__warp.atLeast(ahead), this.#ahead);
    await this.hide(false);
  }

  /** Hides the tab or shows it again, by events: the recording browser shows all of its tabs all the time. */
  async hide(hidden: boolean): Promise<void> {
    await this.page.evaluate((hidden) => {
      Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
    await this.quiet();
  }

  // Pointing

  /** Where to point at for an element: scrolled to, not covered, and not always in its middle. */
  async aim(target: Locator): Promise<Point | undefined> {
    const { width, height } = this.page.viewportSize() ?? { width: 1280, height: 720 };
    for (let tries = 0; tries < 3; tries++) {
      const box = await target.boundingBox({ timeout: 1000 }).catch(() => null);
      if (!box || box.width < 1 || box.height < 1) return undefined;
      const off = { x: this.#scatter(), y: this.#scatter() };
      const at = { x: box.x + box.width * (0.5 + off.x), y: box.y + Math.min(box.height, 400) * (0.5 + off.y) };
      const isThere = at.x > 0 && at.x < width && at.y > 60 && at.y < height - 8;
      if (isThere && (await this.#shows(target, at))) return at;
      if (!isThere && tries === 0 && box.x < width && box.x + box.width > 0) {
        await this.scroll(box.y - height * this.dice.between(0.3, 0.55));
      } else
        await target
          .evaluate((element) => element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" }))
          .catch(() => {});
    }
    return undefined;
  }

  #scatter(): number {
    return Math.max(-0.35, Math.min(0.35, this.dice.normal() * 0.13));
  }

  async #shows(target: Locator, at: Point): Promise<boolean> {
    return await target
      .evaluate((element, { x, y }) => {
        if (element.ownerDocument !== window.top?.document) return true;
        let hit: Element | null = document.elementFromPoint(x, y);
        for (let inner = hit; inner?.shadowRoot; hit = inner) {
          inner = inner.shadowRoot.elementFromPoint(x, y);
          if (!inner || inner === hit) break;
        }
        for (let node: Node | null = hit; node; node = node.parentNode ?? (node as ShadowRoot).host ?? null) {
          if (node === element) return true;
        }
        return false;
      }, at)
      .catch(() => false);
  }

  /** Moves the pointer, in a curve, slower over longer ways. */
  async point(to: Point): Promise<void> {
    if (this.habits.hand !== "mouse") return;
    const from = this.#at;
    const way = Math.hypot(to.x - from.x, to.y - from.y);
    if (way < 3) return;
    const steps = Math.max(2, Math.min(9, Math.round(way / 110) + 1));
    const duration = this.dice.around(180 + way * 0.7, 0.3) * this.habits.pace;
    const bend = this.dice.normal() * way * 0.12;
    const over = {
      x: (from.x + to.x) / 2 - ((to.y - from.y) / way) * bend,
      y: (from.y + to.y) / 2 + ((to.x - from.x) / way) * bend,
    };
    for (let step = 1; step <= steps; step++) {
      // Slow at both ends.
      const t = step === steps ? 1 : 0.5 - Math.cos((Math.PI * step) / steps) / 2;
      const on = (a: number, b: number, c: number) => (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c;
      const shake = step === steps ? 0 : 2;
      await this.page.mouse.move(
        on(from.x, over.x, to.x) + this.dice.normal() * shake,
        on(from.y, over.y, to.y) + this.dice.normal() * shake,
      );
      await this.pass(duration / steps);
    }
    this.#at = to;
  }

  /** Moves the pointer without an aim, as people do while they read. */
  async fidget(): Promise<void> {
    if (this.habits.hand !== "mouse") return;
    const { width, height } = this.page.viewportSize() ?? { width: 1280, height: 720 };
    const near = (value: number, most: number) => Math.max(10, Math.min(most - 10, value + this.dice.normal() * most * 0.12));
    await this.point({ x: near(this.#at.x, width), y: near(this.#at.y, height) });
  }

  /** Presses on a place; the pointer is there. */
  async #press(at: Point, nth = 1): Promise<void> {
    if (this.habits.hand === "touch") return await this.page.touchscreen.tap(at.x, at.y);
    await this.page.mouse.down({ clickCount: nth });
    await this.pass(this.dice.around(75, 0.3));
    await this.page.mouse.up({ clickCount: nth });
  }

  /** Clicks, taps or presses Enter on an element. Returns false where it is not there or cannot be reached. */
  async click(target: Locator, options: { loads?: boolean; times?: number } = {}): Promise<boolean> {
    if (!(await target.isVisible().catch(() => false))) return false;
    if (this.habits.hand === "keys") {
      if (!(await this.tabTo(target))) return false;
      const isBox = await target.evaluate((element) => element.matches("input, label, summary"));
      await this.after(() => this.page.keyboard.press(isBox ? "Space" : "Enter"), options.loads);
      return true;
    }
    const at = await this.aim(target);
    if (!at) return false;
    await this.point(at);
    await this.think(120, 0.4);
    await this.after(async () => {
      for (let nth = 1; nth <= (options.times ?? 1); nth++) {
        if (nth > 1) await this.pass(this.dice.around(140, 0.3));
        await this.#press(at, nth);
      }
    }, options.loads);
    return true;
  }

  /** Drags from one place to another, past it a little and back. */
  async drag(from: Point, to: Point): Promise<void> {
    await this.point(from);
    await this.page.mouse.down();
    await this.pass(160);
    const steps = 6;
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      await this.page.mouse.move(from.x + (to.x - from.x) * t + this.dice.normal() * 2, from.y + (to.y - from.y) * t);
      await this.pass(this.dice.around(90, 0.3));
    }
    await this.page.mouse.move(to.x, to.y);
    await this.pass(150);
    this.#at = to;
    await this.after(() => this.page.mouse.up());
  }

  /** Scrolls the page by about so many pixels. */
  async scroll(by: number): Promise<void> {
    if (Math.abs(by) < 20) return;
    if (this.habits.hand === "keys") {
      const pages = Math.min(4, Math.max(1, Math.round(Math.abs(by) / 600)));
      for (let i = 0; i < pages; i++) {
        await this.page.keyboard.press(by > 0 ? "PageDown" : "PageUp");
        await sleep(20);
        await this.think(500);
      }
      return;
    }
    const tick = this.habits.hand === "touch" ? 220 : 120;
    const ticks = Math.min(14, Math.max(1, Math.round(Math.abs(by) / tick)));
    for (let i = 0; i < ticks; i++) {
      await this.page.mouse.wheel(0, by / ticks);
      await sleep(8);
      await this.pass(this.dice.around(70, 0.4));
    }
    await sleep(25);
    await this.pass(200);
  }

  // Keys

  /** One key, and the time until the next. */
  async press(key: string, loads = false): Promise<void> {
    await this.after(() => this.page.keyboard.press(key), loads);
    await this.think(280, 0.4);
  }

  /** Moves the focus to an element, by the Tab key where that is not too far. */
  async tabTo(target: Locator): Promise<boolean> {
    const way = await target
      .evaluate((element) => {
        const stops = "a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]";
        const all = [...document.querySelectorAll<HTMLElement>(stops)].filter(
          (stop) => stop.tabIndex >= 0 && !(stop as HTMLInputElement).disabled && stop.checkVisibility(),
        );
        const place = (node: Element | null) => {
          const shown = node?.getRootNode() instanceof ShadowRoot ? (node.getRootNode() as ShadowRoot).host : node;
          return all.findIndex((stop) => stop === shown || shown?.contains(stop));
        };
        return place(element) - place(document.activeElement);
      })
      .catch(() => undefined);
    if (way === undefined) return false;
    const isThere = () =>
      target.evaluate((element) => (element.getRootNode() as Document | ShadowRoot).activeElement === element).catch(() => false);
    if (Math.abs(way) <= 20) {
      for (let i = 0; i < Math.abs(way) + 2 && !(await isThere()); i++) {
        await this.page.keyboard.press(way > 0 ? "Tab" : "Shift+Tab");
        await this.pass(this.dice.around(230, 0.4) * this.habits.pace);
      }
    }
    if (await isThere()) return true;
    // Farther elements are reached by other means: headings, landmarks, find in page.
    const inner = target.locator("input, a, button").first();
    const focusable = (await target.evaluate((element) => (element as HTMLElement).tabIndex >= 0)) ? target : inner;
    if (!(await focusable.count())) return false;
    await focusable.focus();
    await this.pass(400);
    return true;
  }

  /** Moves the focus into a field. */
  async enter(field: Locator, byTab = false): Promise<boolean> {
    if (byTab && (await field.count()) && this.habits.hand !== "touch") return await this.tabTo(field);
    return this.habits.hand === "keys" ? await this.tabTo(field) : await this.click(field);
  }

  /** Types into the field with the focus, with wrong keys that the visitor corrects. */
  async write(text: string): Promise<void> {
    for (const unit of text) {
      if (/[a-z]/.test(unit) && this.dice.chance(this.habits.typos)) {
        await this.#key(NEIGHBOURS[(NEIGHBOURS.indexOf(unit) + 1) % NEIGHBOURS.length] as string);
        await this.think(300, 0.3);
        await this.#key("Backspace");
      }
      await this.#key(unit === "\n" ? "Enter" : unit);
    }
    await this.quiet();
  }

  async #key(key: string): Promise<void> {
    // Events of a touch keyboard do not name the key.
    if (this.habits.hand === "touch" && key.length === 1) await this.page.keyboard.insertText(key);
    else await this.page.keyboard.press(key);
    await this.pass(this.dice.around(this.habits.typing, 0.45) * (key === " " ? 1.4 : 1));
  }

  /** Fills a field: typed, or put there at once, as a browser that remembers does. */
  async fill(field: Locator, text: string, how: { byTab?: boolean; auto?: boolean } = {}): Promise<boolean> {
    if (how.auto) {
      await field.fill(text);
      await this.quiet();
      return true;
    }
    if (!(await this.enter(field, how.byTab))) return false;
    const before = await field.evaluate((element) => (element as HTMLInputElement).value ?? element.textContent);
    if (before) await this.page.keyboard.press("Control+a");
    await this.think(250, 0.4);
    await this.write(text);
    return true;
  }

  /** Pastes a text into a field. */
  async paste(field: Locator, text: string): Promise<boolean> {
    if (!(await this.enter(field))) return false;
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), text);
    await this.page.keyboard.press("Control+v");
    await this.think(300);
    return true;
  }

  /** Chooses from a list. */
  async choose(list: Locator, value: string): Promise<boolean> {
    if (!(await this.enter(list, this.habits.hand !== "touch"))) return false;
    await this.think(500);
    await this.after(() => list.selectOption(value));
    return true;
  }
}
