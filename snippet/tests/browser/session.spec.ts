/**
 * The session of a tab over page loads, duplicates, the back/forward cache and time, in a real Chromium against the
 * real server.
 */
import type { Page } from "@playwright/test";
import { beganAt, type Frame, frameName } from "../../testing/wire";
import { between, type ClientSettings, defaults, expect, flush, type Site, type Tg, test, type Wire } from "./harness";

// Playwright turns the back/forward cache off; a real browser has it.
test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] }),
});

async function place(site: Site, tg: Tg, changes: ClientSettings = {}, path = "/") {
  const script = await site.bake(defaults(tg, { off: ["visibility"], ...changes }));
  return site.page(path, `<script src="${script}"></script><h1>Shop</h1>`);
}

const track = (page: Page, name: string) =>
  page.evaluate((name) => (window as unknown as { testgram: { event(name: string): boolean } }).testgram.event(name), name);

type Numbered = Pick<Frame, "session" | "seq" | "events">;
const named = (frames: readonly Numbered[]) =>
  frames.flatMap(({ events }) => events.filter(([, kind]) => kind === "custom").map(([, , { name }]) => name as string));

const arrived = (wire: Wire, names: string[]) =>
  expect.poll(() => wire.settled() && named(wire.frames()).sort(), { timeout: 20_000 }).toEqual([...names].sort());

const gapless = (frames: readonly Numbered[]) => expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, i) => i));
/** With the cache, a page is back up to `overlap` ms before the other one gets its pagehide. */
const inOrder = (frames: readonly Numbered[], overlap = 0) => {
  const times = frames.flatMap(({ events }) => events.map(([t]) => t));
  for (const [i, t] of times.slice(1).entries()) expect(t).toBeGreaterThanOrEqual(times[i]! - overlap);
};
/** When the test began: the tests of a worker share its server. */
let began = 0;
test.beforeEach(() => {
  began = Date.now();
});
/** The batches of this test's sessions in the buffer. */
const stored = async (tg: Tg) => (await tg.stored()).filter(({ session }) => beganAt(session) >= began);
/**
 * For pages from the back/forward cache, whose connections Playwright does not see: waits until these names are stored.
 */
const kept = async (tg: Tg, names: string[]) => {
  await expect.poll(async () => named(await stored(tg)).sort(), { timeout: 20_000 }).toEqual(names);
  return stored(tg);
};
/** Makes a page that is left note its return from the cache. */
const awaitBack = (page: Page) =>
  page.evaluate(() => addEventListener("pageshow", ({ persisted }) => Object.assign(window, { back: persisted })));
const isBack = (page: Page) => expect.poll(() => page.evaluate(() => (window as unknown as { back?: boolean }).back)).toBe(true);
const state = (page: Page) => page.evaluate(() => sessionStorage.getItem("testgram"));

test("three page loads are one session without gaps, with one meta and one clock", async ({ page, site, tg, wire }) => {
  for (const name of ["step-a", "step-b", "step-c"]) {
    await page.goto(await place(site, tg, {}, `/page-${name}`));
    await track(page, name);
  }
  await flush(page);
  await arrived(wire, ["step-a", "step-b", "step-c"]);
  expect(wire.sessions()).toHaveLength(1);
  gapless(wire.frames());
  inOrder(wire.frames());
  expect(wire.frames().map(({ meta }) => !!meta)).toEqual(wire.frames().map(({ seq }) => seq === 0));
  expect(wire.events().filter(([, kind, { reason }]) => kind === "end" && reason === "unload")).toHaveLength(2);
});

test("pages that come every half second lose nothing", async ({ page, site, tg, wire }) => {
  const names: string[] = [];
  for (let i = 0; i < 12; i++) {
    await page.goto(await place(site, tg, {}, `/page-${"abcdefghijkl"[i]}`), { waitUntil: "commit" });
    await page.waitForFunction(() => "testgram" in window);
    names.push(`step-${"abcdefghijkl"[i]}`);
    await track(page, names[i]!);
    await page.waitForTimeout(500);
  }
  await flush(page);
  await arrived(wire, names);
  expect(wire.sessions()).toHaveLength(1);
  gapless(wire.frames());
  inOrder(wire.frames());
});

test("a page that goes sends what it held, also when the tab is closed", async ({ page, context, site, tg, wire }) => {
  await page.goto(await place(site, tg));
  // Over an open connection.
  await track(page, "step-a");
  await flush(page);
  await arrived(wire, ["step-a"]);
  await track(page, "step-b");
  await page.close({ runBeforeUnload: true });
  await expect.poll(async () => named(await stored(tg))).toEqual(["step-a", "step-b"]);
  const batch = (await stored(tg)).at(-1)!;
  expect(batch.events.at(-1)!.slice(1)).toEqual(["end", { reason: "unload" }]);
  await expect.poll(() => context.pages()).toEqual([]);
});

test("a window opened by the page is another session, and overwrites nothing", async ({ page, context, site, tg, wire }) => {
  const url = await place(site, tg);
  await page.goto(url);
  await track(page, "step-a");
  const before = await state(page);
  const [popup] = await Promise.all([context.waitForEvent("page"), page.evaluate((url) => void window.open(url), url)]);
  await popup.waitForFunction(() => "testgram" in window);
  await track(popup, "step-b");
  await track(page, "step-c");
  expect(await state(page)).toBe(before);
  await flush(popup);
  await flush(page);
  await arrived(wire, ["step-a", "step-b", "step-c"]);
  expect(wire.sessions()).toHaveLength(2);
  for (const session of wire.sessions()) gapless(wire.frames(session));
  // Each continues its own session.
  await popup.goto(url);
  await track(popup, "step-d");
  await page.goto(url);
  await track(page, "step-e");
  await Promise.all([flush(popup), flush(page)]);
  await arrived(wire, ["step-a", "step-b", "step-c", "step-d", "step-e"]);
  expect(wire.sessions()).toHaveLength(2);
  for (const session of wire.sessions()) gapless(wire.frames(session));
});

test("a window opened while the tab is elsewhere does not take its session over", async ({ page, context, site, tg, wire }) => {
  const other = await site.another();
  const url = await place(site, tg);
  await page.goto(url);
  await track(page, "step-a");
  await page.goto(other.page("/", "<h1>Bank</h1>"));
  const [popup] = await Promise.all([context.waitForEvent("page"), page.evaluate((url) => void window.open(url), url)]);
  await popup.waitForFunction(() => "testgram" in window);
  await track(popup, "step-b");
  await page.goto(url);
  await track(page, "step-c");
  await Promise.all([flush(popup), flush(page)]);
  await arrived(wire, ["step-a", "step-b", "step-c"]);
  expect(wire.sessions()).toHaveLength(2);
  const first = wire.frames().find((frame) => named([frame]).includes("step-a"))!;
  expect(named(wire.frames(first.session))).toEqual(["step-a", "step-c"]);
});

test("a duplicate tab sends its copy of the spool unchanged", async ({ page, context, site, tg, wire }) => {
  const deaf = await place(site, tg, { socket: tg.socket.replace(/:\d+/, ":9") }, "/deaf");
  const url = await place(site, tg);
  await page.goto(deaf);
  await track(page, "step-a");
  await flush(page);
  const [popup] = await Promise.all([context.waitForEvent("page"), page.evaluate((url) => void window.open(url), url)]);
  await popup.waitForFunction(() => "testgram" in window);
  await expect.poll(() => named(wire.frames())).toEqual(["step-a"]);
  await page.goto(url);
  // The same frame from both: `frames` throws if it were not the same bytes.
  await expect.poll(() => wire.sent.filter(({ frame }) => named([frame]).includes("step-a")).length).toBe(2);
  await arrived(wire, ["step-a"]);
});

test("back from the back/forward cache, the session continues where the other page left it", async ({ page, site, tg }) => {
  await page.goto(await place(site, tg, {}, "/a"));
  await awaitBack(page);
  await track(page, "step-a");
  await page.goto(await place(site, tg, {}, "/b"));
  await track(page, "step-b");
  // A clock that started again would be further back than two pages overlap.
  await page.waitForTimeout(1_500);
  await page.goBack({ waitUntil: "commit" });
  await isBack(page);
  await track(page, "step-c");
  await page.waitForTimeout(1_500);
  await page.goForward({ waitUntil: "commit" });
  await track(page, "step-d");
  await flush(page);
  const batches = await kept(tg, ["step-a", "step-b", "step-c", "step-d"]);
  expect(new Set(batches.map(({ session }) => session)).size).toBe(1);
  gapless(batches);
  inOrder(batches, 1_000);
});

test("with the session in memory, a page that comes back continues its own", async ({ page, site, tg }) => {
  await page.goto(await place(site, tg, { storage: "none" }, "/a"));
  await track(page, "step-a");
  await page.goto(await place(site, tg, { storage: "none" }, "/b"));
  await track(page, "step-b");
  // Only what this page has sent outlives it.
  await flush(page);
  await expect.poll(async () => named(await stored(tg))).toContain("step-b");
  await page.goBack({ waitUntil: "commit" });
  await track(page, "step-c");
  await flush(page);
  const batches = await kept(tg, ["step-a", "step-b", "step-c"]);
  const sessions = [...new Set(batches.map(({ session }) => session))];
  expect(sessions).toHaveLength(2);
  for (const session of sessions) gapless(batches.filter((batch) => batch.session === session));
});

test("a session that another page has ended does not continue when the page before comes back", async ({ page, site, tg }) => {
  const call = (name: "start" | "stop") =>
    page.evaluate((name) => (window as unknown as { testgram: Record<string, () => void> }).testgram[name]!(), name);
  await page.goto(await place(site, tg, { autostart: false }, "/a"));
  await awaitBack(page);
  await call("start");
  await track(page, "step-a");
  await page.goto(await place(site, tg, {}, "/b"));
  await track(page, "step-b");
  await call("stop");
  await kept(tg, ["step-a", "step-b"]);
  await page.goBack({ waitUntil: "commit" });
  await isBack(page);
  // Events of the first moment after the return are dropped.
  await expect.poll(() => track(page, "step-c")).toBe(false);
  // A new start() begins a new session, and so does a page that loads.
  await call("start");
  await track(page, "step-d");
  await flush(page);
  const batches = await kept(tg, ["step-a", "step-b", "step-d"]);
  const sessions = [...new Set(batches.map(({ session }) => session))];
  expect(sessions).toHaveLength(2);
  for (const session of sessions) gapless(batches.filter((batch) => batch.session === session));
});

test("back without the stored state, a new session begins: another page has used the old one's numbers", async ({
  page,
  site,
  tg,
}) => {
  await page.goto(await place(site, tg, {}, "/a"));
  await track(page, "step-a");
  await page.goto(await place(site, tg, {}, "/b"));
  await track(page, "step-b");
  await flush(page);
  await kept(tg, ["step-a", "step-b"]);
  // As if the state could not be stored.
  await page.evaluate(() => {
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
      if (key === "testgram") throw new Error("full");
      set.call(this, key, value);
    };
  });
  const own = async () => (await state(page))?.split(",")[1];
  const before = await own();
  await page.goBack({ waitUntil: "commit" });
  await expect.poll(async () => ((await own()) ?? before) !== before).toBe(true);
  await track(page, "step-c");
  await flush(page);
  const batches = await kept(tg, ["step-a", "step-b", "step-c"]);
  const names = new Set(batches.map(frameName));
  expect(names.size).toBe(batches.length);
  const last = batches.find((batch) => named([batch]).includes("step-c"))!;
  expect(last.session).not.toBe(batches.find((batch) => named([batch]).includes("step-a"))!.session);
});

test("an opt-out on one page holds for a page that comes back", async ({ page, site, tg }) => {
  await page.goto(await place(site, tg, {}, "/a"));
  await track(page, "step-a");
  await flush(page);
  // Frames that have not arrived by then are deleted by the opt-out.
  await kept(tg, ["step-a"]);
  await page.goto(await place(site, tg, {}, "/b"));
  await page.evaluate(() => (window as unknown as { testgram: { optOut(): void } }).testgram.optOut());
  await page.goBack({ waitUntil: "commit" });
  await track(page, "step-b");
  await flush(page);
  await page.waitForTimeout(1_000);
  expect(named(await stored(tg))).toEqual(["step-a"]);
});

test("a state that was not released, or that we did not write, begins a new session", async ({ page, site, tg, wire }) => {
  const url = await place(site, tg);
  await page.goto(url);
  await track(page, "step-a");
  await flush(page);
  await arrived(wire, ["step-a"]);
  const own = (await state(page))!;
  const odd = [own, "", "1", "off ", "{}", own.replace(/,/g, ";"), `${own},1`, own.replace(/^demo/, "other"), "x".repeat(9999)];
  for (const [i, text] of odd.entries()) {
    await page.goto(site.page("/blank", "<h1>Blank</h1>"));
    await page.evaluate((text) => sessionStorage.setItem("testgram", text), text);
    await page.goto(url);
    await track(page, "step-a");
    await flush(page);
    await expect.poll(() => wire.settled() && wire.sessions().length).toBe(2 + i);
  }
  expect(wire.sessions()).toHaveLength(1 + odd.length);
  expect(wire.errors).toEqual([]);
});

test("entries that the page writes into the spool do no harm", async ({ page, site, tg, wire }) => {
  await page.goto(site.page("/blank", "<h1>Blank</h1>"));
  await page.evaluate(() => {
    for (const text of ["", "hello", "{}", "null"]) sessionStorage.setItem(`testgram.demo.X.${text.length}`, text);
    sessionStorage.setItem("testgram.other.01M844DZG0YVM1BB80V6S7Q7RQ.0", "another world's");
  });
  await page.goto(await place(site, tg));
  await track(page, "step-a");
  await flush(page);
  await expect.poll(() => named(wire.frames().filter(({ type }) => type === "batch")), { timeout: 20_000 }).toEqual(["step-a"]);
  expect(wire.everything()).not.toContain("another world's");
  expect(wire.errors).toEqual([]);
});

test("thirty idle minutes end a session with the time of its last event; what the page does then belongs to none", async ({
  page,
  site,
  tg,
  wire,
}) => {
  // A real server would refuse the clock, which the test moves on.
  await between(page, wire, () => "ack", { alone: true });
  await page.clock.install();
  await page.goto(await place(site, tg));
  await track(page, "step-a");
  await page.clock.runFor(11_000);
  await page.clock.fastForward(29 * 60_000);
  await track(page, "step-b");
  await page.clock.runFor(11_000);
  await page.clock.fastForward(31 * 60_000);
  await track(page, "step-c");
  await flush(page);
  await arrived(wire, ["step-a", "step-b", "step-c"]);
  const [first, second] = wire.sessions();
  expect(named(wire.frames(first))).toEqual(["step-a", "step-b"]);
  const events = wire.frames(first).flatMap(({ events }) => events);
  const last = events.filter(([, kind]) => kind === "custom").at(-1)!;
  const end = events.at(-1)!;
  expect(end.slice(1)).toEqual(["end", { reason: "timeout" }]);
  // The end and the event are two readings of the clock.
  expect(Math.abs(end[0] - last[0])).toBeLessThan(1_000);
  expect(wire.frames(second)[0]!.events.map(([, kind]) => kind)).toEqual(["page", "custom"]);
  expect(wire.frames(second)[0]!.meta).toBeTruthy();
  expect(wire.frames(second)[0]!.events[0]![0]).toBeLessThan(1_000);
});

test("a page that scrolls, calls its API and shows another page by itself keeps no session alive", async ({
  page,
  site,
  tg,
  wire,
}) => {
  await between(page, wire, () => "ack", { alone: true });
  await page.clock.install();
  const script = await site.bake(defaults(tg, { off: ["visibility"] }));
  await page.goto(
    site.page(
      "/",
      `<script src="${script}"></script><style>#s { height: 60px; overflow: auto } p { height: 9000px }</style>
      <div id="s"><p>x</p></div><button id="b">Buy</button>`,
      { csp: false },
    ),
  );
  await track(page, "step-a");
  for (let minutes = 0; minutes < 40; minutes += 4) {
    await page.clock.fastForward(4 * 60_000);
    await page.evaluate(
      async (at) => {
        const box = document.querySelector("#s")!;
        // It comes with a drawn frame, which is late on a busy machine; a scroll at the time of the click would be
        // recorded with it.
        const scrolled = new Promise((done) => box.addEventListener("scroll", done, { once: true }));
        box.scrollTop = at * 50;
        history.pushState(null, "", `/step-${"abcdefghijk"[at]}`);
        await scrolled;
      },
      minutes / 4 + 1,
    );
    await page.clock.runFor(1_000);
  }
  await page.click("#b");
  await flush(page);
  await expect.poll(() => wire.sessions().length).toBe(2);
  const [first, second] = wire.sessions();
  const end = wire
    .frames(first)
    .flatMap(({ events }) => events)
    .at(-1)!;
  expect(end.slice(1)).toEqual(["end", { reason: "timeout" }]);
  expect(end[0]).toBeLessThan(60_000);
  expect(
    wire
      .frames(second)[0]!
      .events.map(([, kind]) => kind)
      .filter((kind) => kind !== "move"),
  ).toEqual(["page", "click"]);
});

test("a session is no longer than a day", async ({ page, site, tg, wire }) => {
  // A real server would refuse the clock, which the test moves on.
  await between(page, wire, () => "ack", { alone: true });
  await page.clock.install();
  await page.goto(await place(site, tg));
  for (let i = 0; i < 51; i++) {
    await track(page, "step-a");
    await page.clock.fastForward(29 * 60_000);
  }
  await flush(page);
  await expect.poll(() => wire.sessions().length, { timeout: 20_000 }).toBe(2);
});

test("a device that slept for hours begins a new session at the right time", async ({ page, site, tg, wire }) => {
  // Its monotonic clock stood still in that time.
  await page.addInitScript(() => {
    const { now } = Date;
    const slept = { ms: 0 };
    Object.assign(window, { slept });
    Date.now = () => now() + slept.ms - 3 * 3_600_000;
  });
  await page.goto(await place(site, tg));
  await track(page, "step-a");
  await page.evaluate(() => {
    (window as unknown as { slept: { ms: number } }).slept.ms = 3 * 3_600_000;
  });
  await track(page, "step-b");
  await flush(page);
  await arrived(wire, ["step-a", "step-b"]);
  const starts = wire.sessions().map(beganAt);
  expect(starts).toHaveLength(2);
  expect(Math.abs(starts[1]! - Date.now())).toBeLessThan(60_000);
});

test("the wall clock is set back between two pages: times do not go back", async ({ page, site, tg, wire }) => {
  await page.addInitScript(() => {
    const { now } = Date;
    if (location.pathname === "/b") Date.now = () => now() - 120_000;
  });
  await page.goto(await place(site, tg, {}, "/a"));
  await page.waitForTimeout(300);
  await track(page, "step-a");
  await page.goto(await place(site, tg, {}, "/b"));
  await track(page, "step-b");
  await page.waitForTimeout(100);
  await track(page, "step-c");
  await flush(page);
  await arrived(wire, ["step-a", "step-b", "step-c"]);
  expect(wire.sessions()).toHaveLength(1);
  inOrder(wire.frames());
  const [b, c] = wire.events("custom").slice(1);
  expect(c![0] - b![0]).toBeGreaterThanOrEqual(90);
});

test("the sample is decided once a session, also against it", async ({ page, site, tg, wire }) => {
  await page.goto(await place(site, tg, { sample: 0 }, "/a"));
  await track(page, "step-a");
  await page.goto(await place(site, tg, { sample: 1 }, "/b"));
  await track(page, "step-b");
  await page.waitForTimeout(500);
  expect(wire.connections).toBe(0);
  expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual(["testgram"]);
});

test("without a source of randomness nothing is recorded", async ({ page, site, tg, wire }) => {
  await page.addInitScript(() => Object.defineProperty(window, "crypto", { value: undefined }));
  await page.goto(await place(site, tg));
  await track(page, "step-a");
  await page.waitForTimeout(300);
  expect(wire.connections).toBe(0);
  expect(wire.errors).toEqual([]);
});

test("ids and salts are all different", async ({ browser, site, tg }) => {
  const url = await place(site, tg);
  const ids = new Set<string>();
  const salts = new Set<string>();
  for (let i = 0; i < 8; i++) {
    const page = await browser.newPage();
    await page.goto(url);
    const [, id, ...numbers] = (await state(page))!.split(",");
    ids.add(id!.slice(10));
    salts.add(numbers.slice(10).join());
    expect(numbers.slice(10)).toHaveLength(32);
    await page.close();
  }
  expect([ids.size, salts.size]).toEqual([8, 8]);
});
