/**
 * The base of the tests in a real browser: a real `tg up` on a fresh folder, a small web server whose pages load the
 * served script under a strict CSP, and a record of everything that leaves the browser.
 *
 *     import { expect, flush, test } from "./harness";
 *     test("…", async ({ site, page, wire, tg }) => {
 *       await page.goto(site.page("/", `<script src="${tg.script()}"></script><button>Buy</button>`));
 *       await page.click("button");
 *       await flush(page);
 *       await expect.poll(() => wire.events("click").length).toBe(1);
 *       expect(await tg.stored()).not.toEqual([]);
 *     });
 *
 * A test whose world needs settings uses `proof` of `proof/stack.ts`. TG and SNIPPET name another binary and another
 * script than those that are built in this repository.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, test as base, expect, type Page, type WebSocketRoute } from "@playwright/test";
import { batchesIn, dumpBuffer, type RunningTg, startTg } from "../../testing/tg";
import { type Batch, type Detail, type Event, type Frame, frameName, parsed, type Reply } from "../../testing/wire";

export { expect };

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SCRIPT = process.env.SNIPPET || here("../../dist/testgram.js");

/** The settings as the server bakes them into the script. A test may bake others, or nonsense. */
export type ClientSettings = Record<string, unknown>;

/**
 * A world that the server has from its start, beside `demo`. Pages of this machine may connect, unless
 * `settings.origins` forbids it.
 */
export interface World {
  key: string;
  tenant?: string;
  world?: string;
  settings?: Record<string, unknown>;
}

// tg

/** The server, as tests use it. */
export interface Tg {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** The WebSocket's URL without query. */
  readonly socket: string;
  /** The DynamoDB and S3 endpoint. */
  readonly aws: string;
  /** The script's URL, for a page's script tag. */
  script(key?: string): string;
  /** The settings that the served script of `key` has. */
  clientSettings(key?: string): Promise<ClientSettings>;
  /** The batches in the buffer of a world, by session and number. */
  stored(key?: string): Promise<Batch[]>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it; after `kill` on the same folder and port. */
  start(): Promise<void>;
}

/** A fresh folder for one `tg up`. */
export interface Folder {
  /** What `tg up` writes. */
  readonly state: string;
  /** The flags by which `tg up` uses the folder, and the worlds that it starts with. */
  readonly flags: readonly string[];
  /** Tenant and name of the world with this key; undefined for `demo`. */
  world(key: string): { readonly tenant: string; readonly world: string } | undefined;
  remove(): Promise<void>;
}

/** Makes a folder whose name begins with `prefix`. */
export async function makeFolder(prefix: string, worlds: readonly World[]): Promise<Folder> {
  const data = await mkdtemp(join(tmpdir(), prefix));
  const state = join(data, "state");
  const all = worlds.map(({ key, tenant = "tests", world = key.toLowerCase(), settings = {} }) => ({
    tenant,
    world,
    key,
    settings: { origins: ["http://127.0.0.1:*", "http://localhost:*"], eu_visitors: false, ...settings },
  }));
  const flags = ["--data", state];
  if (all.length) {
    const file = join(data, "worlds.json");
    await writeFile(file, JSON.stringify(all));
    flags.push("--worlds", file);
  }
  return {
    state,
    flags,
    world: (key) => all.find((world) => world.key === key),
    remove: () => rm(data, { recursive: true, force: true }),
  };
}

/** `tg up` on a folder. `start` comes first: everything else needs the running server. */
export class FolderTg implements Tg {
  #running!: RunningTg;
  #port = "0";

  /** `flags` are more of `tg up`; `onLine` reads its output and log. */
  constructor(
    readonly folder: Folder,
    readonly flags: readonly string[] = [],
    readonly onLine?: (line: string) => void,
  ) {}

  async start(): Promise<void> {
    this.#running = await startTg([...this.folder.flags, ...this.flags], { port: this.#port, onLine: this.onLine });
    this.#port = new URL(this.origin).port;
  }

  get origin(): string {
    return this.#running.origin;
  }

  get socket(): string {
    return `${this.origin.replace("http", "ws")}/ws`;
  }

  get aws(): string {
    return this.#running.aws;
  }

  script(key = "demo"): string {
    return `${this.origin}/js/world/${key}.js`;
  }

  async clientSettings(key = "demo"): Promise<ClientSettings> {
    const script = await (await fetch(this.script(key))).text();
    return JSON.parse(script.slice(script.lastIndexOf('({"v":') + 1).replace(/\);\s*$/, "")) as ClientSettings;
  }

  /** What `tg buffer dump` prints of the whole buffer. */
  dump(): Promise<string> {
    return dumpBuffer(this.aws);
  }

  /**
   * A batch whose page went away before it read the acknowledgement is sent again, and stands in the buffer twice where
   * that was in the next window: both must be the same.
   */
  async stored(key = "demo"): Promise<Batch[]> {
    const { tenant, world } = this.folder.world(key) ?? { tenant: "demo", world: "demo" };
    const batches = new Map<string, Batch>();
    for (const batch of batchesIn(await this.dump())) {
      if (batch.tenant !== tenant || batch.world !== world) continue;
      const name = frameName(batch);
      const before = batches.get(name);
      if (before && JSON.stringify(before) !== JSON.stringify(batch)) throw new Error(`two batches have one number: ${name}`);
      batches.set(name, batch);
    }
    return [...batches.values()].sort((a, b) => (a.session === b.session ? a.seq - b.seq : a.session < b.session ? -1 : 1));
  }

  kill(): Promise<void> {
    return this.#running.end("SIGKILL");
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.#running.end("SIGTERM");
    await this.folder.remove();
  }
}

// The web server

/** A request that the site got. */
export interface Seen {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Answers a request to the site. */
export type Handler = (request: Seen, response: ServerResponse) => void | Promise<void>;

/** How the site answers for one path. */
export interface PageOptions {
  /** The Content-Security-Policy in place of the strict one; `false` for none. */
  csp?: string | false;
  headers?: Record<string, string>;
  status?: number;
  /** Milliseconds before the response. */
  delay?: number;
}

/** The web server of one test. */
export interface Site {
  readonly origin: string;
  /** Every request that came in. */
  readonly requests: Seen[];
  url(path: string): string;
  /** Puts a page under `path`; `html` is a document or a part of one. Returns its URL. */
  page(path: string, html: string, options?: PageOptions): string;
  /** Puts a script, an image or any other file there. */
  file(path: string, content: string | Buffer, options?: PageOptions): string;
  /** A JSON API: `body` is the response or makes it. */
  json(path: string, body: unknown | ((request: Seen) => unknown), options?: PageOptions): string;
  /** Anything else: streams, redirects, broken connections. */
  route(path: string, handler: Handler): string;
  /**
   * The built script with these settings in place of the server's, for settings that a server would not bake. Returns
   * its URL.
   */
  bake(settings: ClientSettings, script?: string): Promise<string>;
  /** Another origin, with its own server. */
  another(): Promise<Site>;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".txt": "text/plain; charset=utf-8",
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The CSP of our pages: nothing inline, nothing evaluated, only their own origin and the server. */
const strict = (tg: Tg) =>
  [
    "default-src 'none'",
    `script-src 'self' ${tg.origin}`,
    `connect-src 'self' ${tg.origin} ${new URL(tg.socket).origin}`,
    "style-src 'self'",
    "img-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
  ].join("; ");

async function openSite(tg: Tg): Promise<Site & { close(): Promise<void> }> {
  const routes = new Map<string, Handler>();
  const requests: Seen[] = [];
  const others: { close(): Promise<void> }[] = [];
  const server: Server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", async () => {
      const { method = "GET", url = "/", headers } = incoming;
      const seen: Seen = { method, url, headers, body: Buffer.concat(chunks).toString() };
      requests.push(seen);
      const handler = routes.get(url.split(/[?#]/)[0]!);
      if (handler) return void handler(seen, response);
      response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    });
    incoming.on("error", () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const at = (path: string) => origin + path;
  const route: Site["route"] = (path, handler) => {
    routes.set(path.split(/[?#]/)[0]!, handler);
    return at(path);
  };
  const answer = (type: string, content: (seen: Seen) => string | Buffer, options: PageOptions = {}): Handler => {
    return async (seen, response) => {
      if (options.delay) await pause(options.delay);
      response.writeHead(options.status ?? 200, { "content-type": type, ...options.headers }).end(content(seen));
    };
  };

  const site: Site = {
    origin,
    requests,
    url: at,
    route,
    page(path, html, options = {}) {
      const document = html.includes("<html") ? html : `<!doctype html><html lang="en"><title>Page</title>${html}</html>`;
      const csp = options.csp ?? strict(tg);
      const headers = { ...(csp && { "content-security-policy": csp }), ...options.headers };
      return route(
        path,
        answer(TYPES[".html"]!, () => document, { ...options, headers }),
      );
    },
    file(path, content, options) {
      return route(
        path,
        answer(TYPES[extname(path)] ?? "application/octet-stream", () => content, options),
      );
    },
    json(path, body, options) {
      const make = (seen: Seen) => JSON.stringify(typeof body === "function" ? body(seen) : body);
      return route(path, answer("application/json", make, options));
    },
    async bake(settings, script = SCRIPT) {
      const path = `/served/${others.length}-${routes.size}.js`;
      const text = (await readFile(script, "utf8")).replace("__TESTGRAM__", () => JSON.stringify(settings));
      return site.file(path, text);
    },
    async another() {
      const other = await openSite(tg);
      others.push(other);
      return other;
    },
  };
  return {
    ...site,
    async close() {
      await Promise.all(others.map((other) => other.close()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The settings that a server bakes for a world without any, with `changes`. */
export const defaults = (tg: Tg, changes: ClientSettings = {}): ClientSettings => ({
  v: 1,
  key: "demo",
  socket: tg.socket,
  salt: "5a".repeat(32),
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
  ...changes,
});

// What leaves the browser

/** A frame with its text, and the page that sent it. */
export interface Sent {
  page: Page;
  /** Which of the page's connections, from 0. */
  connection: number;
  text: string;
  frame: Frame;
}

/** Everything that left the browser in one test. */
export interface Wire {
  /** Every frame in the order of sending, also those sent again. */
  readonly sent: Sent[];
  readonly received: Reply[];
  /** Every HTTP request: method, URL, headers, body. */
  readonly requests: string[];
  /** Lines of the console, and exceptions that reached the page. */
  readonly console: string[];
  readonly errors: string[];
  /** The number of connections that were opened. */
  readonly connections: number;
  /** Each frame once, by session and number. Throws if two frames have one number. */
  frames(session?: string): Frame[];
  /** The events of these frames; of one kind, if given. */
  events(kind?: string): Event[];
  /** The sessions in the order of their first frames. */
  sessions(): string[];
  /** Whether every frame has been acknowledged. */
  settled(): boolean;
  /** Everything that left the browser, as text: frames, requests, URLs of connections. */
  everything(): string;
}

interface Recorder extends Wire {
  connect(page: Page, url: string): { send(data: string | Buffer): void; receive(data: string | Buffer): void };
}

/** Records everything that leaves `context` from now on; the `wire` fixture is one for the test's own context. */
export function record(context: BrowserContext): Recorder {
  const sent: Sent[] = [];
  const received: Reply[] = [];
  const requests: string[] = [];
  const lines: string[] = [];
  const errors: string[] = [];
  const urls: string[] = [];
  const odd: string[] = [];
  const connect: Recorder["connect"] = (page, url) => {
    const connection = urls.push(url) - 1;
    return {
      send(data) {
        const text = String(data);
        const frame = parsed(text) as Frame | undefined;
        if (frame?.session) sent.push({ page, connection, text, frame });
        else odd.push(text);
      },
      receive(data) {
        const reply = parsed(String(data)) as Reply | undefined;
        if (reply) received.push(reply);
      },
    };
  };
  const watch = (page: Page) => {
    page.on("websocket", (socket) => {
      const { send, receive } = connect(page, socket.url());
      socket.on("framesent", ({ payload }) => send(payload));
      socket.on("framereceived", ({ payload }) => receive(payload));
    });
    page.on("console", (message) => lines.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => errors.push(error.message));
  };
  context.on("page", watch);
  context.pages().forEach(watch);
  context.on("request", async (request) => {
    const place = requests.push(`${request.method()} ${request.url()} ${request.postDataBuffer()?.toString() ?? ""}`) - 1;
    const headers = await request.allHeaders().catch(() => ({}));
    requests[place] += ` ${JSON.stringify(headers)}`;
  });
  const frames: Wire["frames"] = (session) => {
    const texts = new Map<string, Sent>();
    for (const one of sent) {
      const name = `${one.frame.session} ${String(one.frame.seq).padStart(6, "0")}`;
      const before = texts.get(name);
      if (before && before.text !== one.text) throw new Error(`two frames have one number: ${before.text} and ${one.text}`);
      if (!before) texts.set(name, one);
    }
    const all = [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { frame }]) => frame);
    return session ? all.filter((frame) => frame.session === session) : all;
  };
  return {
    sent,
    received,
    requests,
    console: lines,
    errors,
    get connections() {
      return urls.length;
    },
    connect,
    frames,
    events: (kind) => frames().flatMap(({ events }) => events.filter((event) => !kind || event[1] === kind)),
    sessions: () => [...new Set(sent.map(({ frame }) => frame.session))],
    settled: () =>
      frames().every(({ session, seq }) => received.some((r) => r.type === "ack" && r.session === session && r.seq === seq)),
    everything: () => [...requests, ...urls, ...sent.map(({ text }) => text), ...odd].join("\n"),
  };
}

/**
 * Makes the page send what it holds, as when its tab is hidden for a moment. The page gets both events; a test that
 * counts `visibility` events makes its own.
 */
export async function flush(page: Page): Promise<void> {
  await page.evaluate(() => {
    const turn = (state: string) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    };
    turn("hidden");
    turn("visible");
    for (const name of ["visibilityState", "hidden"]) Reflect.deleteProperty(document, name);
  });
}

/** One connection that a test intercepts. */
export interface Middle {
  readonly page: WebSocketRoute;
  /** The real server's side; undefined where the test is the only server. */
  readonly server: WebSocketRoute | undefined;
  readonly frames: Frame[];
  readonly texts: string[];
  reply(message: unknown): void;
  ack(frame: Frame, more?: Detail): void;
  close(code?: number): void;
}

/**
 * Intercepts the connections of the page (or of all pages of the context). `onFrame` decides on each frame: "pass"
 * sends it to the real server, "drop" loses it, "ack" acknowledges it; it may also send other replies through `middle`.
 * Returns the connections so far.
 */
export async function between(
  where: Page | BrowserContext,
  wire: Wire,
  onFrame: (frame: Frame, middle: Middle, text: string) => "pass" | "drop" | "ack",
  options: { alone?: boolean; onOpen?: (middle: Middle) => void } = {},
): Promise<Middle[]> {
  const all: Middle[] = [];
  await where.routeWebSocket(/\?world=/, (route) => {
    const server = options.alone ? undefined : route.connectToServer();
    const page = "pages" in where ? where.pages()[0]! : where;
    const { send, receive } = (wire as Recorder).connect(page, route.url());
    const deliver = (text: string) => {
      receive(text);
      route.send(text);
    };
    const middle: Middle = {
      page: route,
      server,
      frames: [],
      texts: [],
      reply: (message) => deliver(typeof message === "string" ? message : JSON.stringify(message)),
      ack: ({ session, seq, events }, more) =>
        middle.reply({ type: "ack", session, seq, accepted: events.length, rejected: [], server_time: Date.now(), ...more }),
      close: (code = 1001) => void route.close({ code }),
    };
    all.push(middle);
    route.onMessage((message) => {
      const text = String(message);
      send(text);
      const frame = parsed(text) as Frame;
      middle.frames.push(frame);
      middle.texts.push(text);
      const verdict = onFrame(frame, middle, text);
      if (verdict === "pass") server?.send(text);
      if (verdict === "ack") middle.ack(frame);
    });
    server?.onMessage((message) => deliver(String(message)));
    options.onOpen?.(middle);
  });
  return all;
}

// Fixtures

interface Fixtures {
  tg: Tg;
  site: Site;
  wire: Wire;
}

interface WorkerFixtures {
  /** One server for all tests of a worker. A test that reads the buffer looks for its own sessions. */
  server: FolderTg;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs.
    async ({}, use) => {
      const server = new FolderTg(await makeFolder("testgram-snippet-", []));
      await server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  tg: ({ server }, use) => use(server),
  site: async ({ tg }, use) => {
    const site = await openSite(tg);
    await use(site);
    await site.close();
  },
  wire: [
    async ({ context }, use) => {
      await use(record(context));
    },
    { auto: true },
  ],
});
