/** Every kind of event, from the visitor's input to the store. */
import { createHash } from "node:crypto";
import type { BrowserContext, Page } from "@playwright/test";
import type { Kind } from "../../src/types";
import type { Detail } from "../../testing/wire";
import { expect, flush, type Site, type Tg, type Wire } from "./harness";
import { shop } from "./pages/app";
import { proof } from "./proof/stack";

const KEY = "kinds";
const test = proof([{ key: KEY }]);

interface Given {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly site: Site;
  readonly wire: Wire;
  /** Waits until the store has so many events of this kind, and returns their details in order. */
  stored(count: number, kind?: Kind): Promise<Detail[]>;
  /** The digest of a control's label in this world. */
  readonly label: (text: string) => string;
  /** The URL of the shop. */
  readonly url: string;
}

/** The session's salt, which the tests have to know. */
const SALT = Buffer.alloc(32, 7);
/** As the store keeps it: 32 of its bits. */
const digest = (text: string) => createHash("sha256").update(SALT).update(text).digest("hex").slice(0, 8);

const KINDS: Record<Kind, (given: Given) => Promise<void>> = {
  async page({ page, site, stored }) {
    await page.evaluate(() => history.pushState(null, "", "/cart?step=2&coupon=SAVE"));
    await page.evaluate(() => history.replaceState(null, "", "/cart?step=3"));
    await page.evaluate(() => history.replaceState(null, "", "/users/jane-roe/orders/8817263"));
    await page.evaluate(() => history.back());
    await page.waitForURL(/shoes/);
    await page.evaluate(async () => {
      const changed = new Promise((done) => addEventListener("hashchange", done, { once: true }));
      location.hash = "#/help/returns";
      await changed;
    });
    // Another query of a route is no other page.
    await page.evaluate(() => {
      location.hash = "#/help/returns?x=1";
    });
    await page.goto(site.url("/second?ref=mail#top"));
    await page.reload();
    await page.goBack();
    await page.waitForFunction(() => document.readyState === "complete");
    const pages = await stored(8);
    expect(pages).toMatchObject([
      { url: "/catalogue/shoes", cause: "load", load: expect.any(Number) },
      { url: "/cart?coupon&step", cause: "push" },
      { url: "/users/:id/orders/:id", cause: "replace" },
      { url: "/catalogue/shoes", cause: "pop" },
      { url: "/catalogue/shoes#/help/returns", cause: "hash" },
      { url: "/second?ref", cause: "load" },
      { url: "/second?ref", cause: "reload" },
      { url: expect.stringMatching(/^\/catalogue\/shoes#\/help\/returns/), cause: "back" },
    ]);
    expect(pages[0]!.load).toBeGreaterThan(0);
    expect(pages[1]!.load ?? undefined).toBe(undefined);
  },

  async click({ page, stored, label }) {
    const at = async (selector: string) => (await page.locator(selector).boundingBox())!;
    const [buy, frame] = [await at("#buy"), await at("#frame")];
    await page.mouse.click(buy.x + 5, buy.y + 6);
    await page.click("h1", { clickCount: 2 });
    await page.click("#star", { button: "right", position: { x: 3, y: 4 } });
    await page.click("#rating >> #five");
    await page.mouse.click(frame.x + 9, frame.y + 11);
    await page.click("#next", { button: "middle" });
    await page.click("#mail-label");
    const clicks = await stored(8);
    expect(clicks).toMatchObject([
      {
        el: {
          tag: "button",
          role: "button",
          id: "buy",
          testid: "buy-now",
          classes: ["btn", "btn-primary"],
          path: "body>main>button",
          label: label("Buy now"),
        },
        x: Math.floor(buy.x + 5),
        y: Math.floor(buy.y + 6),
      },
      { el: { tag: "h1", path: "body>main>h1" } },
      { el: { tag: "h1" }, count: 2 },
      { el: { tag: "rect", id: "star", path: "body>main>svg>g>rect" }, button: "right" },
      {
        el: {
          tag: "button",
          id: "five",
          shadow: true,
          path: expect.stringContaining("x-rating>div>button"),
          label: label("Five"),
        },
      },
      { el: { tag: "button", id: "inner" }, x: frame.x + 9, y: Math.round(frame.y + 11) },
      { el: { tag: "a", role: "link", id: "next", label: label("Next") }, button: "middle" },
      { el: { tag: "label", for: "mail", label: label("E-mail") } },
    ]);
    // The target of a link is not sent, and only controls have labels.
    expect(JSON.stringify(clicks)).not.toMatch(/ref|user=|href/);
    expect(clicks[1]!.el).not.toHaveProperty("label", expect.anything());
  },

  async input({ page, context, stored }) {
    await page.click("#mail");
    await page.keyboard.type("jane@roe.examplee", { delay: 20 });
    await page.keyboard.press("Backspace");
    await page.click("#login");
    await page.keyboard.type("hunter2hunter2");
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.evaluate(() => navigator.clipboard.writeText("+1 312 555 0184"));
    await page.click("#note");
    await page.keyboard.press("Control+v");
    await page.focus("#size");
    await page.keyboard.press("ArrowDown");
    await page.click("#terms");
    await page.click("#editor");
    await page.keyboard.insertText("hello there");
    await page.click("#rating >> #comment");
    await page.keyboard.type("good");
    await page.frameLocator("#frame").locator("#framed").fill("4539 1488 0343 6467");
    await page.click("h1");
    const inputs = await stored(8);
    const by = (id: string) => inputs.find(({ el }) => (el as Detail).id === id);
    expect(by("mail")).toMatchObject({
      el: { tag: "input", role: "textbox", type: "email", name: "email", autocomplete: "email", path: "body>main>form>input" },
      value: { kind: "email", len: 5, digest: digest("jane@roe.example") },
      keys: 18,
      edits: 1,
      ms: expect.any(Number),
      rhythm: expect.arrayContaining([expect.any(Number)]),
    });
    expect(by("mail")!.ms).toBeGreaterThan(300);
    const password = by("login")!;
    expect(password).toMatchObject({ el: { type: "password" }, value: { kind: "password" } });
    expect([password.keys || 0, password.edits || 0, password.rhythm ?? []]).toEqual([0, 0, []]);
    expect((password.value as Detail).digest ?? null).toBe(null);
    expect((password.value as Detail).len ?? null).toBe(null);
    expect(by("note")).toMatchObject({ value: { kind: "phone", len: 4, digest: digest("+1 312 555 0184") }, paste: true });
    expect(by("size")).toMatchObject({
      el: { type: "select", role: "combobox" },
      value: { kind: "choice", digest: digest("M") },
    });
    expect(by("terms")).toMatchObject({
      el: { type: "checkbox", role: "checkbox" },
      value: { kind: "choice", digest: digest("yes") },
    });
    expect(by("editor")).toMatchObject({
      el: { type: "contenteditable" },
      value: { kind: "text", digest: digest("hello there") },
    });
    expect(by("comment")).toMatchObject({ el: { shadow: true }, value: { kind: "text", digest: digest("good") }, keys: 4 });
    expect(by("framed")).toMatchObject({ value: { kind: "card" } });
    expect((by("framed")!.value as Detail).digest ?? null).toBe(null);
  },

  async submit({ page, stored }) {
    await page.fill("#note", "x");
    await page.click("#join");
    await page.fill("#mail", "jane@roe.example");
    await page.keyboard.press("Enter");
    const form = { tag: "form", role: "form", id: "signup", path: "body>main>form" };
    // A menu always holds something.
    expect(await stored(2)).toMatchObject([
      { el: form, valid: false, filled: 2 },
      { el: form, valid: true, filled: 3 },
    ]);
  },

  async key({ page, stored }) {
    await page.focus("#note");
    for (const key of ["Shift+Tab", "Tab", "ArrowLeft", "Control+k", "Control+c", "x", "Escape"]) await page.keyboard.press(key);
    await page.focus("#login");
    for (const key of ["ArrowLeft", "Backspace", "Enter"]) await page.keyboard.press(key);
    const keys = await stored(7);
    expect(keys).toMatchObject([
      { key: "Tab", mods: 8, el: { id: "note" } },
      { key: "Tab", el: { id: "login" } },
      { key: "ArrowLeft", el: { id: "note" } },
      { key: "Shortcut", mods: 2, el: { id: "note" } },
      { key: "Copy", mods: 2, el: { id: "note" } },
      { key: "Escape", el: { id: "note" } },
      { key: "Enter", el: { id: "login" } },
    ]);
  },

  async move({ page, stored }) {
    await page.mouse.move(100, 40);
    for (let step = 1; step < 8; step++) {
      await page.waitForTimeout(110);
      await page.mouse.move(100 + step * 10, 40 + step * 5);
    }
    await page.mouse.down();
    await page.mouse.up();
    const [move] = await stored(1);
    expect(move).toMatchObject({ x: 100, y: 40, path: expect.anything() });
    const path = move!.path as [number, number, number][];
    // A straight line needs few points, and fewer where the machine is slow.
    expect(path.length).toBeGreaterThan(1);
    const sum = (axis: number) => path.reduce((total, step) => total + step[axis]!, 0);
    expect([sum(1), sum(2)]).toEqual([70, 35]);
    expect(sum(0)).toBeGreaterThan(500);
  },

  async scroll({ page, stored }) {
    const max = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    /** Scrolls, and waits until the position no longer changes. */
    const scroll = async (act: () => Promise<unknown>) => {
      await page.evaluate(() => {
        const rest = new Promise((done) => document.addEventListener("scrollend", done, { once: true, capture: true }));
        Object.assign(window, { rest });
      });
      await act();
      await page.evaluate(() => (window as never as { rest: Promise<unknown> }).rest.then(() => {}));
    };
    await page.mouse.move(600, 20);
    await scroll(() => page.mouse.wheel(0, 700));
    await stored(1);
    await scroll(() => page.evaluate(() => scrollTo(0, 0)));
    await stored(2);
    await page.hover("#list");
    await scroll(() => page.mouse.wheel(30, 250));
    const scrolls = await stored(3);
    expect(scrolls[0]).toMatchObject({ y: 700, max });
    expect(scrolls.at(-1)).toMatchObject({ y: 250, x: 30, el: { tag: "div", id: "list", path: "body>main>div:2" } });
  },

  async drag({ page, stored }) {
    await page.dragAndDrop("#card", "#basket");
    await page.hover("#handle");
    await page.mouse.down();
    await page.mouse.move(0, 0);
    const { x, y } = (await page.locator("#handle").boundingBox())!;
    await page.mouse.move(x + 45 + 60, y + 20 - 30, { steps: 4 });
    await page.mouse.up();
    const drags = await stored(2);
    expect(drags).toMatchObject([
      {
        el: { tag: "span", id: "card" },
        to: { tag: "span", id: "basket" },
        dx: expect.any(Number),
        dy: 0,
        ms: expect.any(Number),
      },
      { el: { id: "handle" }, dx: 60, dy: -30 },
    ]);
    expect(drags[0]!.dx).toBeGreaterThan(50);
  },

  async api({ page, site, stored }) {
    site.json("/api/users/8817263/orders", {
      id: 7,
      items: [{ sku: "a", qty: 2 }, { sku: "b" }],
      owner: null,
      "jane@roe.example": { age: 1 },
    });
    site.json("/api/broken", { error: "x" }, { status: 422, headers: { "content-type": "application/problem+json" } });
    site.route("/api/text", (_, response) => void response.writeHead(200, { "content-type": "text/plain" }).end('{"a":1}'));
    await page.evaluate(async () => {
      const body = JSON.stringify({
        card: { number: "4539148803436467", holder: "Jane" },
        tags: ["x"],
        price: 9.5,
        gift: true,
        none: null,
      });
      await fetch("/api/users/8817263/orders?token=abc&page=2", { method: "POST", body });
      await fetch("/api/broken", { method: "put", body: new URLSearchParams({ name: "Jane", "jane@roe.example": "1" }) });
      await fetch("/api/text");
      await fetch("http://localhost:9/gone").catch(() => {});
      await new Promise((resolve) => {
        const request = new XMLHttpRequest();
        request.open("DELETE", "/api/users/8817263/orders?x=1");
        request.onloadend = resolve;
        request.send('{"why":"x"}');
      });
    });
    const apis = await stored(5);
    const answer = { id: "number", items: [{ sku: "string", qty: "number" }], owner: "null", "*": { age: "number" } };
    expect(apis).toMatchObject([
      { method: "POST", url: "/api/users/:id/orders?page&token", status: 200, ms: expect.any(Number) },
      { method: "PUT", url: "/api/broken", status: 422 },
      { method: "GET", url: "/api/text", status: 200 },
      { method: "GET", url: "http://localhost:9/gone", status: 0 },
      { method: "DELETE", url: "/api/users/:id/orders?x", status: 200, xhr: true },
    ]);
    expect(apis[0]!.request).toEqual({
      card: { number: "string", holder: "string" },
      tags: ["string"],
      price: "number",
      gift: "boolean",
      none: "null",
    });
    expect(apis[0]!.response).toEqual(answer);
    expect(apis[1]!.request).toEqual({ name: "string", "*": "string" });
    expect(apis[1]!.response).toEqual({ error: "string" });
    expect(apis[2]!.response ?? null).toBe(null);
    expect(apis[4]!.request).toEqual({ why: "string" });
    expect(apis[4]!.response).toEqual(answer);
  },

  async error({ page, site, stored }) {
    site.file("/broken.js", "\n\n  throw new TypeError(\"Cannot read properties of undefined (reading 'janeroe')\");");
    site.file("/reject.js", 'void Promise.reject(new RangeError("jane@roe.example is out of range 17"));');
    for (const src of ["/broken.js?user=jane", "/reject.js"]) {
      await page.evaluate(async (src) => {
        const script = Object.assign(document.createElement("script"), { src });
        const loaded = new Promise((done) => script.addEventListener("load", done));
        document.head.append(script);
        await loaded;
      }, src);
    }
    const [thrown, rejected] = await stored(2);
    expect(thrown).toMatchObject({
      name: "TypeError",
      message: "uncaught :w cannot read properties of undefined reading :w".replace("uncaught :w ", ""),
      script: "/broken.js?user",
      line: 3,
      col: 9,
    });
    expect(rejected).toMatchObject({
      name: "RangeError",
      message: ":email is out of range :n",
      script: "/reject.js",
      line: 1,
      rejection: true,
    });
  },

  async viewport({ page, stored }) {
    await page.setViewportSize({ width: 801, height: 602 });
    await page.waitForTimeout(400);
    expect((await stored(1))[0]).toMatchObject({ w: 801, h: 602 });
  },

  async visibility({ page, stored }) {
    await flush(page);
    // Events after the first flush are sent with the second.
    await flush(page);
    expect((await stored(3)).slice(0, 3)).toMatchObject([{ hidden: true }, { hidden: false }, { hidden: true }]);
  },

  async end({ page, site, stored }) {
    await page.goto(site.url("/second"));
    await page.evaluate(() => window.testgram.stop());
    await page.evaluate(() => window.testgram.start());
    // A session without frames sends no end.
    await flush(page);
    await stored(2);
    await page.evaluate(() => window.testgram.optOut());
    expect((await stored(3)).map(({ reason }) => reason)).toEqual(["unload", "stopped", "opt_out"]);
  },

  async custom({ page, stored }) {
    const took = await page.evaluate(() =>
      ["tour_finished", "jane@roe.example", "Bought by Jane", "", "8817263"].map((name) => window.testgram.event(name)),
    );
    expect(took).toEqual([true, false, false, false, false]);
    expect(await stored(1)).toMatchObject([{ name: "tour_finished" }]);
  },
};

const labelOf = async (tg: Tg) => {
  const { salt } = (await tg.clientSettings(KEY)) as { salt: string };
  return (text: string) => createHash("sha256").update(Buffer.from(salt, "hex")).update(text).digest("hex").slice(0, 4);
};

test.describe("arrives in the store with the right content:", () => {
  test.beforeEach(async ({ context }) => {
    await context.addInitScript(() => {
      crypto.getRandomValues = (array) => {
        // The session's id has other lengths than its salt.
        if (array instanceof Uint8Array && array.length === 32) return array.fill(7);
        return Crypto.prototype.getRandomValues.call(crypto, array) as typeof array;
      };
    });
  });

  for (const [kind, run] of Object.entries(KINDS) as [Kind, (given: Given) => Promise<void>][]) {
    test(kind, async ({ page, context, site, wire, tg }) => {
      const url = shop(site, tg.script(KEY));
      await page.goto(url);
      const stored: Given["stored"] = async (count, wanted = kind) => {
        let found: Detail[] = [];
        await expect
          .poll(
            async () => {
              if (wanted !== "visibility" && wanted !== "end") await flush(page);
              const sessions = wire.sessions();
              found = (await tg.stored(KEY))
                .filter(({ session }) => sessions.includes(session))
                .flatMap(({ events }) => events.filter(([, kind]) => kind === wanted).map(([, , detail]) => detail));
              return found.length;
            },
            { intervals: [50, 150, 300, 500] },
          )
          .toBeGreaterThanOrEqual(count);
        // One more would be one too many.
        if (wanted !== "visibility") expect(found).toHaveLength(count);
        return found;
      };
      await run({ page, context, site, wire, stored, label: await labelOf(tg), url });
      expect(wire.errors.filter((text) => kind !== "error" || !/properties of undefined|out of range/.test(text))).toEqual([]);
      expect(wire.received.flatMap(({ rejected = [] }) => rejected)).toEqual([]);
      expect(wire.frames().filter(({ lost }) => lost?.thrown)).toEqual([]);
    });
  }
});

test("the session's meta comes with its first frame", async ({ browser, site, wire, tg }) => {
  shop(site, tg.script(KEY));
  const context = await browser.newContext({
    locale: "de-AT",
    // The same all the year.
    timezoneId: "America/Bogota",
    viewport: { width: 999, height: 555 },
  });
  const page = await context.newPage();
  await page.goto(site.url("/plain?from=jane@roe.example"));
  await page.click("#shop");
  await page.waitForURL(/shoes/);
  await flush(page);
  const mine = async () => (await tg.stored(KEY)).filter(({ meta }) => (meta?.viewport as Detail | undefined)?.w === 999);
  await expect.poll(async () => (await mine()).length).toBe(1);
  const [batch] = await mine();
  expect(batch).toMatchObject({
    seq: 0,
    meta: {
      device: "desktop",
      viewport: { w: 999, h: 555 },
      browser: "chrome",
      version: expect.any(Number),
      os: "linux",
      referrer: "/plain",
      language: "de-AT",
      automated: true,
    },
  });
  expect((batch!.meta as Detail).tz).toBe(-300);
  await context.close();
  expect(wire.errors).toEqual([]);
});
