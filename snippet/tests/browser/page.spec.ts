/** The snippet does not harm the page: it works as without us, whatever it does. */
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import type { Page } from "@playwright/test";
import type { Detail } from "../../testing/wire";
import { expect, flush, type Site, type Tg, type Wire } from "./harness";
import { proof } from "./proof/stack";

const KEY = "page";
const test = proof([
  { key: KEY },
  { key: "memory", settings: { storage: "none" } },
  { key: "asks", settings: { autostart: false } },
]);

const scripted = (site: Site, path: string, text: string) => site.file(path, text);
/** A page with our script, and scripts before and after it. */
const pageWith = (
  site: Site,
  tg: Tg,
  { before = "", after = "", key = KEY }: { before?: string; after?: string; key?: string } = {},
) => {
  scripted(site, "/before.js", before);
  scripted(site, "/after.js", after);
  return site.page(
    "/",
    `<head><script src="/before.js"></script><script src="${tg.script(key)}"></script><script src="/after.js"></script></head>
    <body><button id="buy">Buy</button><input id="note" name="note"><form id="form"><input id="inner" name="inner"><button id="send">Send</button></form></body>`,
  );
};
/** Uses the page; `ALL` must be sent, whatever the page has done. */
async function use(page: Page, wire: Wire): Promise<void> {
  await page.click("#buy");
  await page.click("#note");
  await page.keyboard.type("hello");
  await page.keyboard.press("Tab");
  // The call is recorded when its response has been read.
  await page.evaluate(async () => {
    const answer = await fetch("/api");
    await answer.text();
    await new Promise((done) => setTimeout(done, 50));
    history.pushState(null, "", "/cart");
  });
  await flush(page);
  await expect.poll(() => wire.frames().length && wire.settled()).toBeTruthy();
}
const summary = (wire: Wire) => ({
  click: wire.events("click").map(([, , { el }]) => (el as Detail).id),
  input: wire.events("input").map(([, , { el, value }]) => [(el as Detail).id, (value as Detail).kind, (value as Detail).len]),
  api: wire.events("api").map(([, , { method, url, status }]) => [method, url, status]),
  page: wire.events("page").map(([, , { url, cause }]) => [url, cause]),
});
const ALL = {
  click: ["buy", "note"],
  input: [["note", "text", 3]],
  api: [["GET", "/api", 200]],
  page: [
    ["/", "load"],
    ["/cart", "push"],
  ],
};
const lost = (wire: Wire) => wire.frames().reduce((sum, frame) => sum + (frame.lost?.thrown ?? 0), 0);
const violations = (wire: Wire) => wire.console.filter((line) => /Content Security Policy|Refused to/i.test(line));

test.beforeEach(({ site }) => {
  site.json("/api", { ok: true });
});

test("under a strict CSP nothing is violated and everything is recorded", async ({ page, site, tg, wire }) => {
  const url = pageWith(site, tg, {
    before: "addEventListener('securitypolicyviolation', (event) => console.log('Refused to ' + event.violatedDirective));",
  });
  const csp = (await (await page.request.get(url)).headers())["content-security-policy"]!;
  expect(csp).toContain("default-src 'none'");
  expect(csp).not.toMatch(/unsafe|\*|data:|blob:/);
  await page.goto(url);
  await use(page, wire);
  expect(summary(wire)).toEqual(ALL);
  expect(violations(wire)).toEqual([]);
  expect(wire.errors).toEqual([]);
});

test("the documented tag sends the script's host nothing but the page's world", async ({ page, site, tg, wire }) => {
  const docs = await readFile(new URL("../../../docs/snippet.md", import.meta.url), "utf8");
  const tag = /<script src=.*<\/script>/.exec(docs)![0].replace(/https:.*\.js/, tg.script(KEY));
  const shop = await readFile(new URL("../../../demo/shop/parts/head.html", import.meta.url), "utf8");
  expect(shop).toContain(tag.replace(tg.script(KEY), "/js/world/demo.js"));
  const served: Record<string, string>[] = [];
  page.on("request", async (request) => {
    if (request.url() === tg.script(KEY)) served.push(await request.allHeaders());
  });
  const url = site.page(
    "/users/jane@roe.example",
    `<meta name="referrer" content="unsafe-url">${tag}<button id="buy">Buy</button>`,
  );
  await page.goto(`${url}?token=abc`);
  await page.click("#buy");
  await flush(page);
  await expect.poll(() => summary(wire).click).toEqual(["buy"]);
  expect(served).toHaveLength(1);
  expect(Object.keys(served[0]!).filter((name) => /^(referer|cookie)$/.test(name))).toEqual([]);
});

test("Trusted Types are not violated either", async ({ page, site, tg, wire }) => {
  const url = site.page("/tt", `<script src="${tg.script(KEY)}"></script><button id="buy">Buy</button>`, {
    csp: `script-src ${tg.origin}; require-trusted-types-for 'script'; trusted-types 'none'`,
  });
  await page.goto(url);
  await page.click("#buy");
  await flush(page);
  await expect.poll(() => summary(wire).click).toEqual(["buy"]);
  expect(violations(wire)).toEqual([]);
});

test.describe("hostile pages change nothing in what is sent:", () => {
  const JUNK = "for (const name of ['el', 'id', 'value', 'label', 'session', 'meta', 'lost', 'events', 'digest', 'junk'])";
  const THROW = "() => { throw new Error('the page\\'s own') }";
  /** For all calls that we make, not those of the page or of Playwright. */
  const arrays = (then: string) =>
    `for (const name of ['push', 'map', 'filter', 'concat', 'join', 'slice', 'some', 'every', 'find', 'includes', 'shift', 'unshift', 'splice', 'forEach', 'indexOf']) { const own = Array.prototype[name]; Array.prototype[name] = function (...args) { if (new Error().stack.includes('/js/world/')) ${then}; return own.apply(this, args); }; }`;
  const HOSTILE: Record<string, { before?: string; after?: string }> = {
    "toJSON on every prototype": {
      before:
        "for (const type of [Array, Object, String, Number, Boolean, Date]) type.prototype.toJSON = () => 'jane@roe.example';",
    },
    "enumerable junk on Object.prototype": { before: `${JUNK} Object.prototype[name] = 'jane@roe.example';` },
    "setters on Object.prototype": {
      before: `${JUNK} Object.defineProperty(Object.prototype, name, Object.assign(Object.create(null), { set() { throw new Error('set') }, get() { return 'jane@roe.example' }, configurable: true }));`,
    },
    "junk on Array.prototype": { before: "Array.prototype.junk = 'jane@roe.example'; Array.prototype[500] = 'jane';" },
    "replaced JSON": { after: "JSON.stringify = () => '\"jane@roe.example\"'; JSON.parse = () => ({ type: 'stop' });" },
    "array methods that throw, later": { after: arrays("throw new Error('the page\\'s own')") },
    "array methods that answer false, later": { after: arrays("return false") },
    "array methods that answer nothing, later": { after: arrays("return") },
    "an Array.from of its own, as in Prototype.js": {
      before:
        "Array.from = (items) => { if (!items) return []; if ('toArray' in Object(items)) return items.toArray(); let at = items.length || 0; const all = new Array(at); while (at--) all[at] = items[at]; return all; };",
    },
    "a get on Object.prototype": {
      before: "Object.defineProperty(Object.prototype, 'get', { value() {}, configurable: true, writable: true });",
    },
    "replaced addEventListener": {
      after: `EventTarget.prototype.addEventListener = ${THROW}; window.addEventListener = ${THROW};`,
    },
    "replaced timers": { after: `setTimeout = ${THROW}; clearTimeout = ${THROW}; setInterval = ${THROW};` },
    "replaced WebSocket": { after: "window.WebSocket = class { constructor() { document.title = 'taken'; } };" },
    "replaced DOM methods": {
      after: `for (const name of ['getAttribute', 'matches', 'closest']) Element.prototype[name] = ${THROW}; for (const name of ['parentNode', 'parentElement']) Object.defineProperty(Node.prototype, name, { get: ${THROW} });`,
    },
    "a broken DOM": {
      after: `Node.prototype.getRootNode = ${THROW}; for (const name of ['nodeType', 'childNodes', 'isConnected']) Object.defineProperty(Node.prototype, name, { get: ${THROW} });`,
    },
    "replaced Event methods": {
      after: `Event.prototype.composedPath = ${THROW}; Object.defineProperty(Event.prototype, 'target', { get: ${THROW} });`,
    },
    "replaced URL and crypto": {
      after: `URL = ${THROW}; Object.defineProperty(window, 'crypto', { get: ${THROW} }); TextEncoder = ${THROW};`,
    },
    "replaced storage": {
      after: `Storage.prototype.getItem = ${THROW}; Storage.prototype.setItem = ${THROW}; Storage.prototype.removeItem = ${THROW};`,
    },
    "replaced clocks": { after: `Date.now = ${THROW}; Math.random = ${THROW};` },
    "replaced fetch and history of its own": {
      before: `const own = window.fetch; window.fetch = function (...args) { return own.apply(this, args) }; const push = history.pushState; history.pushState = function (...args) { return push.apply(this, args) };`,
    },
    "replaced Function.prototype": { after: `Function.prototype.call = ${THROW}; Function.prototype.bind = ${THROW};` },
    "frozen prototypes": { before: "for (const type of [Object, Array, Function, Promise]) Object.freeze(type.prototype);" },
    "frozen window": {
      before:
        "Object.freeze(History.prototype); Object.freeze(XMLHttpRequest.prototype); Object.defineProperty(window, 'fetch', { value: fetch, writable: false, configurable: false });",
    },
  };
  /** The page makes our handlers throw; the exceptions are counted. */
  const COUNTED: ReadonlySet<string> = new Set([
    "a broken DOM",
    "replaced storage",
    "frozen window",
    ...["throw", "answer false", "answer nothing"].map((what) => `array methods that ${what}, later`),
  ]);
  /** Here events are lost as well: better none than a wrong one. */
  const SILENT: ReadonlySet<string> = new Set(
    ["a broken DOM"].concat(["throw", "answer false", "answer nothing"].map((what) => `array methods that ${what}, later`)),
  );
  for (const [name, { before = "", after = "" }] of Object.entries(HOSTILE)) {
    test(name, async ({ page, site, tg, stack, wire }) => {
      // Playwright needs functions that the page replaces: they are called before.
      const others = new Set((await stack.stored(KEY)).map(({ session }) => session));
      const kept = async (kind?: string) =>
        (await stack.stored(KEY))
          .filter(({ session }) => !others.has(session))
          .flatMap(({ events }) => events.filter((event) => !kind || event[1] === kind).map(([, , detail]) => detail));
      await page.goto(
        pageWith(site, tg, { before, after: `addEventListener("click", () => { ${after} }, { once: true, capture: true });` }),
      );
      await page.mouse.click(400, 400);
      const { x, y } = { x: 20, y: 15 };
      await page.mouse.click(x, y);
      await page.keyboard.press("Tab");
      await page.keyboard.type("hello");
      await page.keyboard.press("Tab");
      // Events are sent as the page goes, over a connection that is open by then.
      await expect.poll(() => wire.connections).toBe(1);
      await page.waitForTimeout(50);
      await page.goto(site.page("/bye", "bye"));
      await page.goto(site.page("/again", `<script src="${tg.script(KEY)}"></script>`));
      await flush(page);
      await expect.poll(() => wire.frames().length > 0 && wire.settled()).toBe(true);
      // Playwright does not see what a page sends as it goes; the store has it.
      if (!name.startsWith("array methods")) await expect.poll(async () => (await kept("end")).length).toBeGreaterThan(0);
      const click = (await kept("click")).map(({ el }) => (el as Detail).id);
      const input = (await kept("input")).map(({ el, value }) => [
        (el as Detail).id,
        (value as Detail).kind,
        (value as Detail).len,
      ]);
      const everything = wire.sent.map(({ text }) => text).join("\n") + JSON.stringify(await kept());
      expect(everything).not.toContain("roe.example");
      expect(everything).not.toContain("junk");
      expect(wire.received.flatMap(({ rejected = [] }) => rejected)).toEqual([]);
      if (!SILENT.has(name)) {
        expect(click.slice(-1)).toEqual(["buy"]);
        expect(input).toEqual([["note", "text", 3]]);
      }
      if (!COUNTED.has(name)) expect(lost(wire), "exceptions of ours").toBe(0);
      expect(wire.errors).toEqual([]);
    });
  }
});

test("in the head, before DOMContentLoaded: events during the load are recorded", async ({ page, site, tg, wire }) => {
  scripted(site, "/early.js", "addEventListener('click', () => { document.title = document.readyState; });");
  const asked = new Promise<ServerResponse>((resolve) => {
    site.route("/slow.js", (_, response) => resolve(response));
  });
  await page.goto(
    site.page(
      "/",
      `<head><script src="${tg.script(KEY)}"></script><script src="/early.js"></script></head><button id="buy">Buy</button><script src="/slow.js"></script>`,
    ),
    { waitUntil: "commit" },
  );
  await page.waitForSelector("#buy");
  await page.mouse.click(20, 15);
  await expect.poll(() => page.title()).toBe("loading");
  (await asked).writeHead(200, { "content-type": "text/javascript" }).end("");
  await page.waitForLoadState();
  await flush(page);
  await expect.poll(() => summary(wire).click).toEqual(["buy"]);
  expect(
    wire
      .events()
      .map(([, kind]) => kind)
      .indexOf("page"),
  ).toBe(0);
});

test("twice on a page it runs once", async ({ page, site, tg, wire }) => {
  const script = `<script src="${tg.script(KEY)}"></script>`;
  await page.goto(site.page("/", `<head>${script}${script}</head><button id="buy">Buy</button><input id="note">${script}`));
  const same = await page.evaluate(async (src) => {
    const { testgram } = window;
    document.head.append(Object.assign(document.createElement("script"), { src: `${src}?again` }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    return testgram === window.testgram;
  }, tg.script(KEY));
  expect(same).toBe(true);
  await use(page, wire);
  expect(summary(wire)).toEqual(ALL);
  expect(wire.connections).toBe(1);
});

test("elements named like our words, or like DOM properties, do no harm and open no mask", async ({ page, site, tg, wire }) => {
  const names =
    "testgram currentScript body fetch location history navigator crypto host defaultView parentNode nodeType getRootNode " +
    "getAttribute childNodes visibilityState";
  const clobbers = names
    .split(" ")
    .map((name) => `<a id="${name}"></a><a id="${name}" name="start"></a><form name="${name}"></form><img name="${name}">`);
  // Names of controls become properties of the form, and hide its own.
  const controls = names.split(" ").map((name) => `<input name="${name}" hidden>`);
  const form = (attribute: string, id: string) =>
    `<form ${attribute}>${controls.join("")}<button id="${id}" type="button">Plan</button></form>`;
  await page.goto(
    site.page(
      "/",
      `<body><div id="clobbers">${clobbers.join("")}</div><script src="${tg.script(KEY)}"></script>
       <button id="buy">Buy</button><input id="note" name="note">
       ${form("", "open")}${form("data-tg-mask", "masked")}${form("data-tg-ignore", "ignored")}`,
    ),
  );
  expect(await page.evaluate(() => typeof window.testgram.stop)).toBe("function");
  // By position: Playwright itself cannot find elements in such a form.
  const place = (id: string) => page.$eval(`#${id}`, (button) => button.getBoundingClientRect().toJSON() as DOMRect);
  for (const id of ["buy", "open", "masked", "ignored", "note"]) {
    const { x, y } = await place(id);
    await page.mouse.click(x + 5, y + 5);
  }
  await page.keyboard.type("hello");
  await page.keyboard.press("Tab");
  await page.goto(site.page("/again", `<script src="${tg.script(KEY)}"></script>`));
  await flush(page);
  await expect.poll(() => wire.settled() && summary(wire).click.length > 0).toBe(true);
  expect(summary(wire).click).toEqual(["buy", "open", undefined, "note"]);
  expect(summary(wire).input).toEqual(ALL.input);
  const labelled = wire.events("click").map(([, , { el }]) => "label" in (el as Detail));
  expect(labelled).toEqual([true, true, false, false]);
  expect(lost(wire)).toBe(0);
  expect(wire.errors).toEqual([]);
});

test("an exception of ours never reaches the page, and is counted", async ({ page, site, tg, wire }) => {
  await page.goto(
    pageWith(site, tg, {
      before: `window.seen = []; window.onerror = (message) => void seen.push(message); addEventListener('unhandledrejection', (event) => seen.push(String(event.reason)));`,
      after: `addEventListener('DOMContentLoaded', () => {
        for (const id of ['buy', 'note']) for (const name of ['type', 'value', 'labels', 'isConnected', 'ownerDocument', 'getRootNode', 'checked', 'selectedOptions', 'textContent'])
          Object.defineProperty(document.getElementById(id), name, { get() { throw new Error('trap ' + name) }, configurable: true });
      });`,
    }),
  );
  await page.mouse.click(20, 15);
  await page.keyboard.press("Tab");
  await page.keyboard.type("hello");
  await page.keyboard.press("Tab");
  await page.click("#inner");
  await flush(page);
  // The counts come with the next frame.
  await page.click("#inner");
  await flush(page);
  await expect.poll(() => wire.frames().length && wire.settled()).toBeTruthy();
  await expect.poll(() => lost(wire)).toBeGreaterThan(0);
  expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]);
  expect(wire.errors).toEqual([]);
  expect(wire.sent.map(({ text }) => text).join()).not.toContain("trap");
});

test.describe("cookies and storage:", () => {
  const WATCH = `
    window.touched = [];
    const note = (what) => { if (new Error().stack.includes("/js/world/")) touched.push(what); };
    const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
    Object.defineProperty(Document.prototype, "cookie", {
      configurable: true,
      get() { note("read cookie"); return cookie.get.call(this); },
      set(value) { note("write cookie"); cookie.set.call(this, value); },
    });
    for (const name of ["localStorage", "indexedDB", "caches", "cookieStore", "sessionStorage"]) {
      const own = Object.getOwnPropertyDescriptor(window, name) ?? Object.getOwnPropertyDescriptor(Window.prototype, name);
      if (own) Object.defineProperty(window, name, { configurable: true, get() { note(name); return own.get.call(window); } });
    }
    for (const name of ["sendBeacon", "fetch", "eval", "Function", "open", "postMessage"]) {
      const owner = name === "sendBeacon" ? Navigator.prototype : window;
      const own = owner[name];
      owner[name] = new Proxy(own, { apply(call, self, args) { note(name); return Reflect.apply(call, self, args); }, construct(call, args) { note("new " + name); return Reflect.construct(call, args); } });
    }
    for (const name of ["appendChild", "insertBefore"]) {
      const own = Node.prototype[name];
      Node.prototype[name] = function (...args) { note(name); return own.apply(this, args); };
    }
    for (const name of ["append", "setAttribute", "insertAdjacentHTML", "attachShadow"]) {
      const own = Element.prototype[name];
      Element.prototype[name] = function (...args) { note(name); return own.apply(this, args); };
    }`;
  for (const [key, expected] of [
    [KEY, ["sessionStorage"]],
    // Whether the visitor has opted out.
    ["memory", ["sessionStorage"]],
  ] as const) {
    test(`of "${key}", only sessionStorage, and only our keys`, async ({ page, context, site, tg, wire }) => {
      const before = pageWith(site, tg, { before: `${WATCH} sessionStorage.setItem("own", "1"); touched.length = 0;`, key });
      await page.goto(before);
      await use(page, wire);
      const { touched, keys, local, databases } = await page.evaluate(async () => ({
        touched: [...new Set((window as unknown as { touched: string[] }).touched)],
        keys: Object.keys(sessionStorage),
        local: localStorage.length,
        databases: (await indexedDB.databases()).length,
      }));
      // The page's fetch runs through ours, which passes its arguments on.
      expect(touched.filter((what) => what !== "fetch")).toEqual(expected);
      expect(keys.filter((name) => name !== "own" && !/^testgram(\..+)?$/.test(name))).toEqual([]);
      expect(keys.some((name) => /^testgram/.test(name))).toBe(key === KEY);
      expect([local, databases]).toEqual([0, 0]);
      expect(await context.cookies()).toEqual([]);
      // Requests went only to the page's own server and ours.
      const hosts = new Set(wire.requests.map((request) => new URL(request.split(" ")[1]!).origin));
      expect([...hosts].sort()).toEqual([site.origin, tg.origin].sort());
      expect(wire.requests.filter((request) => request.includes(tg.origin) && !/^GET \S+\/js\/world\//.test(request))).toEqual(
        [],
      );
    });
  }

  test("the server sets no cookie and keeps none that it is sent", async ({ page, context, site, tg, stack, wire }) => {
    // Cookies ignore ports: those of this page go to our server too, because it has the same host.
    const url = pageWith(site, tg, { before: "document.cookie = 'user=marisela-quackenbush-4711; path=/';" });
    const heads: string[] = [];
    page.on("response", async (response) => {
      if (response.url().startsWith(tg.origin)) heads.push(JSON.stringify(await response.allHeaders()));
    });
    const socket = await context.newCDPSession(page);
    await socket.send("Network.enable");
    socket.on("Network.webSocketHandshakeResponseReceived", ({ response }) => heads.push(JSON.stringify(response.headers)));
    await page.goto(url);
    await use(page, wire);
    await expect.poll(() => heads.length).toBeGreaterThanOrEqual(2);
    for (const path of ["/health", "/js/world/none.js", "/ws", "/nothing"]) {
      const { headers } = await fetch(tg.origin + path);
      heads.push(JSON.stringify([...headers]));
    }
    expect(heads.filter((head) => /set-cookie/i.test(head))).toEqual([]);
    const kept = [stack.log(), await stack.dump(), ...(await stack.files()).map(({ bytes }) => bytes.toString("latin1"))];
    expect(kept.filter((text) => text.includes("quackenbush-4711"))).toEqual([]);
  });
});

test.describe("the page's requests are the same as without us:", () => {
  /** Functions that run in the page; their results must be the same with the snippet and without. */
  const PROBES: Record<string, () => unknown> = {
    "what fetch is": () => [
      fetch.name,
      fetch.length,
      /\[native code\]/.test(String(fetch)),
      typeof fetch,
      Object.keys(fetch),
      "prototype" in fetch,
    ],
    "what XMLHttpRequest is": () => {
      const { open, send } = XMLHttpRequest.prototype;
      return [
        open.name,
        open.length,
        /\[native code\]/.test(String(open)),
        send.length,
        Object.keys(XMLHttpRequest.prototype).length,
        new XMLHttpRequest() instanceof XMLHttpRequest,
      ];
    },
    "an answer": async () => {
      const answer = await fetch("/api", { headers: { "x-a": "b" } });
      const copy = answer.clone();
      return [
        answer instanceof Response,
        answer.constructor === Response,
        answer.bodyUsed,
        answer.type,
        answer.url.slice(-4),
        await answer.json(),
        answer.bodyUsed,
        await copy.text(),
      ];
    },
    "an answer that is never read": async () => [
      (await fetch("/big.json")).status,
      (await fetch("/big.json", { keepalive: true })).status,
    ],
    "a large answer": async () => {
      const text = await (await fetch("/big.json")).text();
      return [text.length, JSON.parse(text).items.length];
    },
    "keepalive requests with bodies, unread answers": async () => {
      const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
      const answers = [];
      // What the browser keeps for such requests, 64 KB in all, must be free again a moment after each.
      for (let at = 0; at < 5; at++) {
        for (let tries = 0; tries < 40 && answers.length === at; tries++) {
          await pause();
          const asked = fetch("/api", { method: "POST", body: "x".repeat(30_000), keepalive: true });
          answers.push(...(await asked.then(({ status }) => [status]).catch(() => [])));
        }
      }
      return answers;
    },
    "a stream": async () => {
      const answer = await fetch("/stream");
      const reader = answer.body!.getReader();
      const first = await reader.read();
      await reader.cancel();
      return [answer.body!.locked, new TextDecoder().decode(first.value)];
    },
    abort: async () => {
      const controller = new AbortController();
      const asked = fetch("/never", { signal: controller.signal });
      setTimeout(() => controller.abort(), 20);
      return asked.then(
        () => "answered",
        (error) => [error.name, error instanceof DOMException, error === controller.signal.reason],
      );
    },
    "abort with a reason, before": () => fetch("/api", { signal: AbortSignal.abort("why") }).catch((reason) => reason),
    "abort while the body comes": async () => {
      const controller = new AbortController();
      const answer = await fetch("/stream", { signal: controller.signal });
      setTimeout(() => controller.abort(), 20);
      return answer.text().catch((error) => error.name);
    },
    "no server": () =>
      fetch("http://127.0.0.1:9/").catch((error) => [error.name, error.message, error.constructor === TypeError]),
    "a bad URL": () => fetch("http://[").catch((error) => [error.name, error.message.slice(0, 20)]),
    "a bad method": () => fetch("/api", { method: "TRACE" }).catch((error) => error.name),
    "no argument": async () => {
      try {
        return await (fetch as unknown as () => Promise<unknown>)().catch((error) => error.name);
      } catch (error) {
        return `thrown ${(error as Error).name}`;
      }
    },
    "another this": async () => {
      try {
        return await fetch.call({} as never, "/api").then(({ status }) => status);
      } catch (error) {
        return `thrown ${(error as Error).name}`;
      }
    },
    "a Request whose body is used": async () => {
      const request = new Request("/api", { method: "POST", body: "{}" });
      await fetch(request);
      return [request.bodyUsed, await fetch(request).catch((error) => error.name)];
    },
    "upload progress and order of events": () =>
      new Promise((resolve) => {
        const seen: string[] = [];
        const request = new XMLHttpRequest();
        const note = (where: string) => (event: Event) => {
          const line = `${where} ${event.type}`;
          if (seen.at(-1) !== line) seen.push(line);
          if (line === "request loadend") resolve([seen, request.status, request.responseText]);
        };
        for (const type of ["loadstart", "progress", "load", "loadend", "readystatechange", "abort", "error"]) {
          request.addEventListener(type, note("request"));
          request.upload.addEventListener(type, note("upload"));
        }
        request.open("POST", "/api");
        request.send("x".repeat(300_000));
      }),
    "XHR: types of answer": async () => {
      const kinds: XMLHttpRequestResponseType[] = ["", "text", "json", "blob", "arraybuffer", "document"];
      const ask = (responseType: XMLHttpRequestResponseType) =>
        new Promise((resolve) => {
          const request = new XMLHttpRequest();
          request.responseType = responseType;
          request.open("GET", "/api");
          request.onload = () =>
            resolve([responseType, Object.prototype.toString.call(request.response), request.getResponseHeader("content-type")]);
          request.send();
        });
      return Promise.all(kinds.map(ask));
    },
    "XHR: synchronous": () => {
      const request = new XMLHttpRequest();
      request.open("GET", "/api", false);
      request.send();
      return [request.status, request.responseText, request.readyState];
    },
    "XHR: abort, timeout, error": async () => {
      const end = (url: string, act: (request: XMLHttpRequest) => void) =>
        new Promise((resolve) => {
          const request = new XMLHttpRequest();
          for (const type of ["abort", "timeout", "error", "load"])
            request.addEventListener(type, () => resolve([type, request.status]));
          request.open("GET", url);
          act(request);
          request.send();
        });
      return Promise.all([
        end("/never", (request) => setTimeout(() => request.abort(), 20)),
        end("/never", (request) => {
          request.timeout = 20;
        }),
        end("http://127.0.0.1:9/", () => {}),
      ]);
    },
    "XHR: misuse": () => {
      const answers: unknown[] = [];
      for (const misuse of [
        () => new XMLHttpRequest().send(),
        () => new XMLHttpRequest().open("GET", "http://["),
        () => (XMLHttpRequest.prototype.open as unknown as () => void)(),
        () => (new XMLHttpRequest().open as unknown as (method: string) => void)("GET"),
      ]) {
        try {
          answers.push(misuse());
        } catch (error) {
          answers.push((error as Error).name);
        }
      }
      return answers;
    },
    "XHR: used twice": async () => {
      const request = new XMLHttpRequest();
      const ask = (url: string) =>
        new Promise((resolve) => {
          request.onloadend = () => resolve(request.responseText);
          request.open("GET", url);
          request.send();
        });
      return [await ask("/api"), await ask("/text")];
    },
    history: () => {
      const before = history.length;
      const answers = [history.pushState({ a: 1 }, "", "/one"), history.replaceState({ b: 2 }, "", "/two")];
      const { state } = history;
      let refused = "";
      try {
        history.pushState(null, "", "http://elsewhere.example/");
      } catch (error) {
        refused = (error as Error).name;
      }
      const own = Object.keys(history).length;
      const { pushState } = History.prototype;
      return [
        answers,
        state,
        history.length - before,
        location.pathname,
        refused,
        own,
        pushState.name,
        pushState.length,
        /\[native code\]/.test(String(pushState)),
      ];
    },
    "addEventListener, console, Promise": () =>
      [EventTarget.prototype.addEventListener, console.error, Promise.prototype.then, JSON.stringify].map(String),
    "enumerable names of the window": () => Object.keys(window).filter((name) => name === "testgram"),
  };

  test("the page sees the same with the snippet and without", async ({ page, site, tg, wire }) => {
    test.setTimeout(60_000);
    site.json("/big.json", { items: Array.from({ length: 20_000 }, (_, at) => ({ at, name: "x".repeat(10) })) });
    site.file("/text", "plain");
    site.route("/never", () => {});
    site.route("/stream", (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"a":');
    });
    const answers: Record<"with" | "without", Record<string, unknown>> = { with: {}, without: {} };
    for (const has of ["without", "with"] as const) {
      const script = has === "with" ? `<script src="${tg.script(KEY)}"></script>` : "";
      await page.goto(site.page("/", `${script}<h1>Probes</h1>`, { csp: false }));
      for (const [name, probe] of Object.entries(PROBES))
        answers[has][name] = await page.evaluate(probe).catch((error) => `${error}`.slice(0, 60));
    }
    expect(answers.with).toEqual(answers.without);
    await flush(page);
    await expect.poll(() => wire.settled()).toBe(true);
    expect(wire.events("api").length).toBeGreaterThan(20);
    expect(lost(wire)).toBe(0);
    expect(wire.errors).toEqual([]);
  });
});

test.describe("window.testgram", () => {
  test("start, stop and start again: nothing while stopped, and the page's functions are its own again", async ({
    page,
    site,
    tg,
    wire,
  }) => {
    await page.goto(
      pageWith(site, tg, { before: "window.own = [fetch, History.prototype.pushState, XMLHttpRequest.prototype.send];" }),
    );
    await use(page, wire);
    const isOwn = () =>
      page.evaluate(() => {
        const { own } = window as unknown as { own: unknown[] };
        return [fetch, History.prototype.pushState, XMLHttpRequest.prototype.send].map((now, at) => now === own[at]);
      });
    expect(await isOwn()).toEqual([false, false, false]);
    expect(await page.evaluate(() => window.testgram.stop())).toBe(undefined);
    expect(await isOwn()).toEqual([true, true, true]);
    await expect.poll(() => wire.events("end").map(([, , { reason }]) => reason)).toEqual(["stopped"]);
    const before = wire.events().length;
    await page.click("#buy");
    expect(await page.evaluate(() => window.testgram.event("quiet"))).toBe(false);
    await page.evaluate(() => window.testgram.stop());
    await page.evaluate(() => window.testgram.start());
    await page.evaluate(() => window.testgram.start());
    await page.click("#buy");
    expect(await page.evaluate(() => window.testgram.event("spoken"))).toBe(true);
    await flush(page);
    await expect.poll(() => wire.sessions().length).toBe(2);
    const after = wire.events().slice(before);
    expect(after.filter(([, kind]) => kind === "click")).toHaveLength(1);
    expect(after.filter(([, kind]) => kind === "custom")).toHaveLength(1);
    expect(wire.errors).toEqual([]);
  });

  test("waits for start() where the settings say so; optOut() holds over page loads", async ({ page, site, tg, wire }) => {
    const url = pageWith(site, tg, { key: "asks" });
    await page.goto(url);
    await page.click("#buy");
    await flush(page);
    expect([wire.connections, wire.sent.length]).toEqual([0, 0]);
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
    await page.evaluate(() => window.testgram.start());
    await page.click("#buy");
    // A session without frames sends no end.
    await flush(page);
    await expect.poll(() => wire.sent.length > 0 && wire.settled()).toBe(true);
    await page.evaluate(() => window.testgram.optOut());
    await expect.poll(() => wire.events("end").map(([, , { reason }]) => reason)).toEqual(["opt_out"]);
    const before = wire.sent.length;
    await page.goto(url);
    await page.evaluate(() => window.testgram.start());
    await page.click("#buy");
    await flush(page);
    await page.waitForTimeout(150);
    expect(wire.sent.length).toBe(before);
    expect(await page.evaluate(() => window.testgram.event("x_y"))).toBe(false);
  });

  test("accepts any argument", async ({ page, site, tg, wire }) => {
    await page.goto(pageWith(site, tg));
    const answers = await page.evaluate(() => {
      const event = window.testgram.event as unknown as (name?: unknown) => unknown;
      const throws = {
        toString: () => {
          throw new Error("mine");
        },
      };
      return [undefined, null, 7, {}, [], Symbol("x"), throws, "x".repeat(99), "jane@roe.example", () => {}].map((name) =>
        event(name),
      );
    });
    expect(answers).toEqual(Array(10).fill(false));
    expect(await page.evaluate(() => (window.testgram.event as (name: string) => unknown).call(undefined, "checkout_done"))).toBe(
      true,
    );
    await flush(page);
    await expect.poll(() => wire.events("custom").map(([, , { name }]) => name)).toEqual(["checkout_done"]);
    expect(wire.errors).toEqual([]);
  });
});

test("the built file needs nothing that a strict page forbids", async () => {
  const script = await readFile(process.env.SNIPPET ?? new URL("../../dist/testgram.js", import.meta.url), "utf8");
  for (const word of [
    "eval(",
    "new Function",
    "Function(",
    "document.cookie",
    "localStorage",
    "indexedDB",
    "innerHTML",
    "document.write",
    "import(",
  ]) {
    expect(script.includes(word), word).toBe(false);
  }
});
