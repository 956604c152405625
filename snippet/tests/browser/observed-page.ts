// A page with the real snippet, whose transport passes each event to the test.

import { resolve } from "node:path";
import { test as base, expect, type Page } from "@playwright/test";
import { build, type PluginBuild } from "esbuild";
import type { Kind, Settings } from "../../src/types";

export const ORIGIN = "http://shop.test";

/** The settings of observed pages, where a test changes none. */
export const SETTINGS: Settings = {
  v: 1,
  key: "demo",
  socket: "wss://gather.test/prod",
  salt: "0123456789abcdef".repeat(4),
  off: [],
  digests: true,
  labels: true,
  storage: "session",
  gpc: true,
  dnt: true,
  autostart: true,
  sample: 1,
  mask: [],
  ignore: [],
  domains: [],
  urls: [],
  sensitive: [],
};

type Detail = Record<string, unknown> & { el?: Record<string, unknown> };
/** An event as the snippet serialised it; `t` is in milliseconds since the page opened. */
export type Recorded = [t: number, kind: Kind, detail: Detail];

let built: Promise<string> | undefined;

/** The snippet with `collector.ts` in place of its transport. */
const snippet = () =>
  (built ??= build({
    entryPoints: [resolve(import.meta.dirname, "../../src/main.ts")],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2019",
    plugins: [
      {
        name: "collector",
        setup: (esbuild: PluginBuild) => {
          esbuild.onResolve({ filter: /^\.\/transport$/ }, () => ({ path: resolve(import.meta.dirname, "collector.ts") }));
        },
      },
    ],
    tsconfigRaw: { compilerOptions: { strict: true, useDefineForClassFields: false } },
    define: { __BROKEN__: '""', __TESTGRAM__: "$settings$" },
  }).then(({ outputFiles }) => outputFiles[0]!.text));

/** The page of one test; the `observed` fixture makes it. */
export class Observed {
  /** Every event so far. */
  readonly all: Recorded[] = [];
  /** Errors that reached the page. */
  readonly failures: string[] = [];

  constructor(readonly page: Page) {}

  /** Serves pages of `ORIGIN` by path, the snippet first in each, and opens the first. */
  async open(pages: string | Record<string, string>, settings: Partial<Settings> = {}): Promise<void> {
    const bodies = typeof pages === "string" ? { "/": pages } : pages;
    await this.page.exposeFunction("collect", (json: string) => this.all.push(JSON.parse(json)));
    this.page.on("pageerror", (error) => this.failures.push(error.message));
    const script = (await snippet()).split("$settings$").join(JSON.stringify({ ...SETTINGS, ...settings }));
    await this.page.route(`${ORIGIN}/**`, (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === "/tg.js") return route.fulfill({ contentType: "text/javascript", body: script });
      const body = bodies[pathname];
      if (body === undefined) return route.fallback();
      const head = "<!doctype html><title>Jane Roe's page</title><script src=/tg.js></script>";
      return route.fulfill({ contentType: "text/html", body: body.startsWith("<!") ? body : head + body });
    });
    await this.page.goto(ORIGIN + Object.keys(bodies)[0]);
  }

  /** Waits for at least `count` events of a kind, up to 15 s, and returns the details of all of them. */
  async waitFor(kind: Kind, count = 1): Promise<Detail[]> {
    const found = () => this.all.filter((event) => event[1] === kind).map((event) => event[2]);
    await expect.poll(() => found().length, { message: `${count} of ${kind}`, timeout: 15_000 }).toBeGreaterThanOrEqual(count);
    return found();
  }

  /** Makes the observers emit what they hold; `last` as when the page goes away. */
  async settle(last = true): Promise<void> {
    await this.page.evaluate(
      (last) => (window as never as { collector: { settle(last: boolean): void } }).collector.settle(last),
      last,
    );
  }

  /** The counts of lost events so far. */
  lost(): Promise<{ thrown: number; refused: number; queue: number }> {
    return this.page.evaluate(() => (window as never as { collector: { lost: never } }).collector.lost);
  }
}

export const test = base.extend<{ observed: Observed }>({
  observed: async ({ page }, use) => {
    const observed = new Observed(page);
    await use(observed);
    // In every test, no exception of ours may reach the page, and no handler may have failed.
    expect(observed.failures).toEqual([]);
    if (!page.isClosed()) expect((await observed.lost()).thrown).toBe(0);
  },
});
export { expect };
