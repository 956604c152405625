/**
 * Each setting of a world changes what is sent, and each has its row here: `docs/settings.md` and the served script
 * list them.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "@playwright/test";
import type { Detail } from "../../testing/wire";
import { type ClientSettings, expect, flush, type Site, type Wire, type World } from "./harness";
import { proof, type Stack } from "./proof/stack";

const DOCS = readFileSync(fileURLToPath(new URL("../../../docs/settings.md", import.meta.url)), "utf8");

/** A visit in a world, and what was sent and stored of it. */
interface Visit {
  readonly page: Page;
  readonly wire: Wire;
  readonly stack: Stack;
  readonly key: string;
  /** The length of the server's log before the visit. */
  readonly logged: number;
  events(kind?: string): Detail[];
  /** The element that an event is about. */
  by(kind: string, id: string): Detail | undefined;
}

interface Row {
  readonly setting: unknown;
  /** Other settings that it needs to have an effect. */
  readonly also?: Record<string, unknown>;
  /** Before the page is opened. */
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
  /** What is compared, and its value in a world without and with the setting. */
  readonly see: (visit: Visit) => unknown;
  readonly without: unknown;
  readonly with: unknown;
}

const says = (name: string) => (context: BrowserContext) =>
  context.addInitScript((name) => {
    Object.defineProperty(navigator, name, { value: name === "doNotTrack" ? "1" : true });
  }, name);
const isHeard = ({ events }: Visit) => events().length > 0;
/** How the server answered connections of this world, by its log, and whether anything is stored. */
const atTheServer =
  (code: string) =>
  async ({ stack, key, wire, logged }: Visit) => {
    const said = () => stack.log().slice(logged).includes(code);
    await expect.poll(() => said() || wire.received.length > 0).toBe(true);
    return { stored: (await stack.stored(key)).length > 0, acknowledged: wire.received.length > 0 };
  };
const taken = { stored: true, acknowledged: true };
const refused = { stored: false, acknowledged: false };
const kindOf = (input: Detail | undefined) => (input?.value as Detail | undefined)?.kind;

const ROWS: Record<string, Row> = {
  off: {
    setting: ["click", "api"],
    see: ({ events }) => ["click", "api", "input"].map((kind) => events(kind).length > 0),
    without: [true, true, true],
    with: [false, false, true],
  },
  digests: {
    setting: false,
    see: ({ by }) => {
      const value = by("input", "city")!.value as Detail;
      return [kindOf(by("input", "city")), "len" in value, "digest" in value];
    },
    without: ["text", true, true],
    with: ["text", true, false],
  },
  labels: {
    setting: false,
    see: ({ by }) => "label" in (by("click", "buy")!.el as Detail),
    without: true,
    with: false,
  },
  storage: {
    setting: "none",
    see: async ({ page, wire }) => {
      await page.reload();
      await flush(page);
      await expect.poll(() => wire.settled() && wire.events("page").length).toBe(2);
      const keys = await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("testgram")).length > 0);
      return { keys, sessions: wire.sessions().length };
    },
    without: { keys: true, sessions: 1 },
    with: { keys: false, sessions: 2 },
  },
  gpc: { setting: false, prepare: says("globalPrivacyControl"), see: isHeard, without: false, with: true },
  dnt: { setting: false, prepare: says("doNotTrack"), see: isHeard, without: false, with: true },
  autostart: {
    setting: false,
    see: async (visit) => {
      const before = isHeard(visit);
      await visit.page.evaluate(() => window.testgram.start());
      await visit.page.click("#buy");
      await flush(visit.page);
      await expect.poll(() => isHeard(visit)).toBe(true);
      return before;
    },
    without: true,
    with: false,
  },
  sample: { setting: 0, see: isHeard, without: true, with: false },
  masked: {
    setting: [".private"],
    // A masked element has no name by which to find it.
    see: ({ by, events }) => [
      !!by("click", "plan"),
      events("click").some(({ el }) => !("id" in (el as Detail)) && !("label" in (el as Detail))),
      kindOf(by("input", "town") ?? events("input").find(({ el }) => !("id" in (el as Detail)))),
    ],
    without: [true, false, "text"],
    with: [false, true, "masked"],
  },
  ignored: {
    setting: [".internal"],
    see: ({ by }) => [!!by("click", "staff"), !!by("input", "salary"), !!by("click", "buy")],
    without: [true, true, true],
    with: [false, false, true],
  },
  ignored_domains: {
    setting: ["localhost"],
    see: async ({ events, page, wire, key }) => {
      const calls = events("api").map(({ url }) => new URL(String(url), "http://own").hostname);
      const before = wire.events().length;
      await page.goto(page.url().replace("127.0.0.1", "localhost"));
      await page.click("#buy");
      await flush(page);
      await (key === keyOf("ignored_domains", "with")
        ? page.waitForTimeout(500)
        : expect.poll(() => wire.events("page").length).toBe(2));
      const own = wire.events("page").length > 1;
      return { calls, own, more: wire.events().length > before + 1 };
    },
    without: { calls: ["own", "localhost"], own: true, more: true },
    // The one event is the end of the page before.
    with: { calls: ["own"], own: false, more: false },
  },
  url_rules: {
    setting: ["/shelf/:name/*"],
    see: ({ events }) => events("page").map(({ url }) => url),
    without: ["/shelf/jane/notes?nickname"],
    with: ["/shelf/:name/notes?nickname"],
  },
  sensitive: {
    setting: ["nickname"],
    see: ({ by, events }) => [kindOf(by("input", "handle")), events("api")[0]!.request, events("page")[0]!.url],
    without: ["text", { nickname: "string", plan: "string" }, "/shelf/jane/notes?nickname"],
    with: ["masked", { "*": "string", plan: "string" }, expect.not.stringContaining("nickname")],
  },
  paused: { setting: true, see: atTheServer("world_paused"), without: taken, with: refused },
  origins: { setting: ["https://shop.example"], see: atTheServer("origin_not_allowed"), without: taken, with: refused },
  eu_visitors: { setting: true, see: atTheServer("agreement_missing"), without: taken, with: refused },
  agreement: {
    setting: "2026-11-01",
    also: { eu_visitors: true },
    see: atTheServer("agreement_missing"),
    without: refused,
    with: taken,
  },
  monthly_events: { setting: 0, see: atTheServer("over_quota"), without: taken, with: refused },
  // These two affect only what happens to the data later.
  retention_days: { setting: 7, see: isHeard, without: true, with: true },
  k: { setting: 50, see: isHeard, without: true, with: true },
  epsilon: { setting: 0.5, see: isHeard, without: true, with: true },
};

/** The names of the settings in the served script, where they differ. */
const SERVED_AS: Record<string, string> = { masked: "mask", ignored: "ignore", ignored_domains: "domains", url_rules: "urls" };
/** Fields that every script has, for any settings: tested below. */
const ALWAYS = ["v", "key", "socket", "salt"];

const keyOf = (name: string, has: "with" | "without") => `${name.replace(/_/g, "")}${has}`;
const WORLDS: World[] = Object.entries(ROWS).flatMap(([name, { setting, also = {} }]) => [
  { key: keyOf(name, "without"), settings: also },
  { key: keyOf(name, "with"), settings: { ...also, [name]: setting } },
]);
const test = proof(WORLDS);

async function visit(
  context: BrowserContext,
  page: Page,
  site: Site,
  wire: Wire,
  stack: Stack,
  key: string,
  script?: string,
): Promise<Visit> {
  const other = site.json("/api/ads", {}, { headers: { "access-control-allow-origin": "*" } }).replace("127.0.0.1", "localhost");
  site.json("/api/own", {});
  const url = site.page(
    "/shelf/jane/notes",
    `<script src="${script ?? stack.script(key)}"></script><main>
      <button id="buy">Buy</button><input id="city" name="city">
      <div class="private"><button id="plan">Plan</button><input id="town" name="town"></div>
      <div class="internal"><button id="staff">Staff</button><input id="salary" name="salary"></div>
      <input id="handle" name="your-nickname"></main>`,
    { csp: false },
  );
  await context.clearPermissions();
  const logged = stack.log().length;
  await page.goto(`${url}?nickname=x`);
  for (const id of ["buy", "plan", "staff"]) await page.click(`#${id}`);
  for (const id of ["city", "town", "salary", "handle"]) {
    await page.focus(`#${id}`);
    await page.keyboard.type("Graz");
  }
  await page.keyboard.press("Tab");
  await page.evaluate(async (other) => {
    // The calls are recorded when their responses have been read.
    await (await fetch("/api/own", { method: "POST", body: JSON.stringify({ nickname: "x", plan: "y" }) })).text();
    await (await fetch(other)).text();
    await new Promise((done) => setTimeout(done, 50));
  }, other);
  await flush(page);
  const events = (kind?: string) => wire.events(kind).map(([, , detail]) => detail);
  // Waits for the expected events, and a little for unexpected ones.
  await expect
    .poll(() => wire.frames().length > 0 && wire.settled(), { timeout: 2_000 })
    .toBe(true)
    .catch(() => {});
  return { page, wire, stack, key, logged, events, by: (kind, id) => events(kind).find(({ el }) => (el as Detail).id === id) };
}

test("every setting of the docs and of the served script has its row", async ({ tg }) => {
  const documented = [...DOCS.matchAll(/^\| `(\w+)` \|.*\|.*\|.*\|.*\|$/gm)]
    .map(([, name]) => name!)
    .filter((name) => !/^(bad|setting|not)_/.test(name));
  expect(Object.keys(ROWS).sort()).toEqual(documented.sort());
  const client = Object.keys(await tg.clientSettings(keyOf("k", "without")));
  const names = Object.keys(ROWS).map((name) => SERVED_AS[name] ?? name);
  expect(client.filter((name) => !ALWAYS.includes(name) && !names.includes(name))).toEqual([]);
  expect(ALWAYS.filter((name) => !client.includes(name))).toEqual([]);
});

test.describe("changes what is sent:", () => {
  for (const [name, row] of Object.entries(ROWS)) {
    for (const has of ["without", "with"] as const) {
      test(`${name}, ${has}`, async ({ context, page, site, wire, stack }) => {
        await row.prepare?.(context);
        const seen = await visit(context, page, site, wire, stack, keyOf(name, has));
        expect(await row.see(seen)).toEqual(row[has]);
      });
    }
  }
});

test.describe("a script that was served before the world closed is refused by the server:", () => {
  for (const [name, code] of [
    ["paused", "world_paused"],
    ["eu_visitors", "agreement_missing"],
    ["origins", "origin_not_allowed"],
    ["monthly_events", "over_quota"],
  ] as const) {
    test(name, async ({ context, page, site, wire, stack }) => {
      const key = keyOf(name, "with");
      const script = await site.bake({ ...(await stack.clientSettings(keyOf(name, "without"))), key });
      // The log is that of all tests of this worker, and its refusals name no world: only lines that this test adds
      // count.
      const before = stack.log().length;
      const seen = await visit(context, page, site, wire, stack, key, script);
      await expect.poll(() => stack.log().slice(before)).toContain(code);
      expect(wire.connections).toBeGreaterThan(0);
      expect(wire.received).toEqual([]);
      expect(await stack.stored(key)).toEqual([]);
      expect(await seen.page.evaluate(() => typeof window.testgram.stop)).toBe("function");
      expect(wire.errors).toEqual([]);
    });
  }
});

test("version, key, socket and salt", async ({ browser, site, stack, wire }) => {
  const key = keyOf("k", "without");
  const client = await stack.clientSettings(key);
  const run = async (changes: ClientSettings) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const urls: string[] = [];
    const labels: unknown[] = [];
    const lines: string[] = [];
    page.on("console", (message) => lines.push(message.text()));
    page.on("websocket", (socket) => {
      urls.push(socket.url());
      socket.on("framesent", ({ payload }) => labels.push(...String(payload).matchAll(/"label":"(\w+)"/g)));
    });
    const script = await site.bake({ ...client, ...changes });
    await page.goto(site.page("/x", `<script src="${script}"></script><button>Buy</button>`, { csp: false }));
    await page.click("button");
    await flush(page);
    if (changes.v === undefined) await expect.poll(() => labels.length).toBeGreaterThan(0);
    else await page.waitForTimeout(300);
    await context.close();
    return { urls, label: (labels[0] as string[] | undefined)?.[1], lines };
  };
  const as = await run({});
  expect(as.urls).toEqual([`${client.socket}?world=${key}&v=1`]);
  expect(as.label).toMatch(/^[\da-f]{4}$/);
  expect((await run({ salt: "00".repeat(32) })).label).not.toBe(as.label);
  const elsewhere = await run({ key: keyOf("k", "with"), socket: `${client.socket}`.replace("127.0.0.1", "localhost") });
  expect(elsewhere.urls[0]).toBe(`${client.socket}?world=${keyOf("k", "with")}&v=1`.replace("127.0.0.1", "localhost"));
  const later = await run({ v: 2 });
  expect(later.urls).toEqual([]);
  expect(later.lines.join()).toContain("testgram: bad_setting v");
  expect(wire.errors).toEqual([]);
});
