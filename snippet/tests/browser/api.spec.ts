// Calls of the page to its APIs: what is recorded of them, and that the page notices nothing.

import { expect, type Observed, ORIGIN, test } from "./observed-page";

const JSON_TYPE = { "content-type": "application/json; charset=utf-8", "access-control-allow-origin": "*" };
const ANSWER = { id: 4711, user: { email: "jane@roe.example" } };

/** Opens a page whose `/api/…` answers, and runs `script` in it. */
async function calling(observed: Observed, script: string, settings = {}): Promise<unknown> {
  const { page } = observed;
  await page.route(/\/api\//, async (route) => {
    const { pathname } = new URL(route.request().url());
    const end = pathname.split("/").pop();
    if (end === "lost") return route.abort();
    if (end === "slow") return;
    if (end === "text") return route.fulfill({ contentType: "text/plain", body: JSON.stringify(ANSWER) });
    if (end === "large") return route.fulfill({ headers: JSON_TYPE, body: JSON.stringify({ pad: "x".repeat(100_000) }) });
    if (end === "empty") return route.fulfill({ status: 204 });
    if (end === "bad") return route.fulfill({ status: 422, headers: JSON_TYPE, body: "{nonsense" });
    return route.fulfill({ status: 201, headers: JSON_TYPE, body: JSON.stringify(ANSWER) });
  });
  await observed.open("<p>x", settings);
  return page.evaluate(script);
}

const RESPONSE = { id: "number", user: { email: "string" } };

const CALLS: [name: string, script: string, expected: object][] = [
  [
    "a GET",
    `fetch("/api/users/4711?token=abc")`,
    { method: "GET", url: "/api/users/:id?token", status: 201, response: RESPONSE },
  ],
  [
    "relative to the base",
    `document.head.append(Object.assign(document.createElement("base"), { href: "/api/v2/" })); fetch("orders")`,
    { url: "/api/v2/orders" },
  ],
  ["a URL object", `fetch(new URL("/api/orders", location.href))`, { url: "/api/orders" }],
  ["a Request", `fetch(new Request("/api/orders", { method: "put", body: "{}" }))`, { method: "PUT", url: "/api/orders" }],
  ["another origin", `fetch("http://pay.test/api/orders", { mode: "cors" })`, { url: "http://pay.test/api/orders" }],
  [
    "a JSON body",
    `fetch("/api/orders", { method: "POST", body: JSON.stringify({ name: "Jane", items: [{ sku: 1 }], "jane@roe.example": 1 }) })`,
    { method: "POST", request: { "*": "number", items: [{ sku: "number" }], name: "string" } },
  ],
  ["an odd method", `fetch("/api/orders", { method: "PURGE" })`, { method: "OTHER" }],
  [
    "URLSearchParams",
    `fetch("/api/orders", { method: "POST", body: new URLSearchParams({ name: "Jane", city: "x" }) })`,
    { request: { city: "string", name: "string" } },
  ],
  [
    "FormData",
    `{ const form = new FormData(); form.set("name", "Jane"); form.set("file", new Blob(["x"])); fetch("/api/orders", { method: "POST", body: form }) }`,
    { request: { file: "string", name: "string" } },
  ],
  [
    "a form as a string",
    `fetch("/api/orders", { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "name=Jane+Roe&jane%40roe.example=1" })`,
    { request: { "*": "string", name: "string" } },
  ],
  ["text with padding that is no form", `fetch("/api/orders", { method: "POST", body: btoa("name") })`, { request: undefined }],
  [
    "an answer that was read before it came",
    `{ testgram.stop(); const read = new Response("{}", { headers: { "content-type": "application/json" } }); read.text();
       window.fetch = async () => read; testgram.start(); fetch("/api/orders") }`,
    { status: 200, response: undefined },
  ],
  [
    "a sensitive key",
    `fetch("/api/orders?shoeSize=4", { method: "POST", body: '{"shoeSize":4}' })`,
    { url: "/api/orders?*", request: { "*": "number" } },
  ],
  ["an answer that is no JSON", `fetch("/api/text")`, { response: undefined, status: 201 - 1 }],
  ["an answer that is too large", `fetch("/api/large")`, { response: undefined, status: 200 }],
  ["an answer that does not parse", `fetch("/api/bad")`, { response: undefined, status: 422 }],
  ["no body", `fetch("/api/empty")`, { response: undefined, status: 204 }],
  ["no answer", `fetch("/api/lost").catch(() => {})`, { status: 0 }],
  [
    "an aborted call",
    `{ const stop = new AbortController(); fetch("/api/slow", { signal: stop.signal }).catch(() => {}); setTimeout(() => stop.abort(), 50) }`,
    { status: 0 },
  ],
  [
    "XMLHttpRequest",
    `{ const r = new XMLHttpRequest(); r.open("POST", "api/orders"); r.send('{"name":"Jane"}') }`,
    { method: "POST", url: "/api/orders", status: 201, xhr: true, request: { name: "string" }, response: RESPONSE },
  ],
  [
    "XMLHttpRequest of JSON",
    `{ const r = new XMLHttpRequest(); r.open("get", "/api/orders"); r.responseType = "json"; r.send() }`,
    { method: "GET", response: RESPONSE, xhr: true },
  ],
  [
    "XMLHttpRequest of bytes",
    `{ const r = new XMLHttpRequest(); r.open("get", "/api/orders"); r.responseType = "arraybuffer"; r.send() }`,
    { response: undefined, xhr: true },
  ],
  [
    "XMLHttpRequest of large JSON",
    `{ const r = new XMLHttpRequest(); r.open("get", "/api/large"); r.responseType = "json"; r.send() }`,
    { response: undefined, xhr: true },
  ],
  [
    "XMLHttpRequest with a text, which may be a form or not",
    `{ const r = new XMLHttpRequest(); r.open("POST", "/api/orders"); r.setRequestHeader("x-user", "jane@roe.example"); r.send("name=Jane") }`,
    { request: undefined },
  ],
  [
    "XMLHttpRequest that is aborted",
    `{ const r = new XMLHttpRequest(); r.open("get", "/api/slow"); r.send(); setTimeout(() => r.abort(), 50) }`,
    { status: 0, xhr: true },
  ],
  [
    "XMLHttpRequest that waits",
    `{ const r = new XMLHttpRequest(); r.open("get", "/api/orders", false); r.send() }`,
    { status: 201, response: RESPONSE },
  ],
];
for (const [name, script, expected] of CALLS) {
  test(`${name} is recorded by its shape`, async ({ observed }) => {
    await calling(observed, `${script};0`, { sensitive: ["shoesize"] });
    const [call] = await observed.waitFor("api");
    for (const [field, value] of Object.entries(expected)) expect([field, call![field]]).toEqual([field, value]);
    expect(call!.ms).toEqual(expect.any(Number));
    expect(JSON.stringify(observed.all)).not.toMatch(/jane|roe|4711/i);
  });
}

test("iterators and getters that the page passes are read once, by the browser", async ({ observed, page }) => {
  const seen: (string | undefined)[] = [];
  page.on("request", async (request) => {
    if (request.url().endsWith("/once")) seen.push((await request.allHeaders())["x-user"]);
  });
  const read = await calling(
    observed,
    `(async () => {
      let read = "";
      const pairs = [["content-type", "application/x-www-form-urlencoded"], ["x-user", "a"]];
      const init = (headers) => ({ method: "POST", headers, body: "name=Jane" });
      await fetch("/api/once", init(new Headers(pairs).entries()));
      await fetch("/api/once", init(pairs.map((pair) => pair.values())));
      await fetch("/api/once", init(Object.fromEntries(pairs)));
      await fetch("/api/once", init(pairs));
      await fetch("/api/once", {
        get method() { read += "m"; return "POST" }, get body() { read += "b"; return "{}" },
        headers: { get "content-type"() { read += "h"; return "a/b" }, "x-user": "a" },
      });
      return read;
    })()`,
  );
  expect([...(read as string)].sort().join("")).toBe("bhm");
  expect(seen).toEqual(Array(5).fill("a"));
  const form = { name: "string" };
  expect((await observed.waitFor("api", 5)).map(({ request }) => request)).toEqual([undefined, undefined, form, form, undefined]);
});

test("a promise of the page's own class is passed on unchanged, and its result is recorded", async ({ observed }) => {
  await observed.page.addInitScript(() => {
    const own = fetch;
    window.fetch = (...args) => Object.assign(own(...args), { cancel: () => 1 });
  });
  const kinds = await calling(
    observed,
    `(async () => { const asked = fetch("/api/orders"); await asked; fetch("/api/lost").catch(() => {}); return typeof asked.cancel })()`,
  );
  expect(kinds).toBe("function");
  expect((await observed.waitFor("api", 2)).map(({ status }) => status)).toEqual([201, 0]);
});

test("properties that a page adds to Object.prototype later are no traps of our proxies", async ({ observed }) => {
  const got = await calling(
    observed,
    `(async () => {
      const trap = function (_, key) { return key === undefined ? this : undefined };
      for (const name of ["get", "has"]) Object.defineProperty(Object.prototype, name, Object.assign(Object.create(null), { value: trap, configurable: true }));
      const { status } = await fetch.call(window, "/api/orders");
      history.pushState.apply(history, [1, "", "/other"]);
      const got = [status, location.pathname, "name" in fetch];
      for (const name of ["get", "has"]) delete Object.prototype[name];
      return got;
    })()`,
  );
  expect(got).toEqual([201, "/other", true]);
});

test("URLs follow the rules of the settings", async ({ observed }) => {
  await calling(observed, `fetch("/api/u/janeroe/posts/blue-dress");0`, { urls: ["/api/u/:name/posts/**"] });
  expect((await observed.waitFor("api"))[0]!.url).toBe("/api/u/:name/posts/:more");
});

test("calls to ignored domains and for our own script are not recorded", async ({ observed, page }) => {
  await calling(
    observed,
    `Promise.all([fetch("http://a.ads.test/api/x"), fetch("http://ads.test/api/x"), fetch("http://a.ads.test./api/x"), fetch("/js/world/demo.js").catch(() => {})])
      .then(() => fetch("/api/last")).then(() => 0)`,
    { domains: ["*.ads.test"], socket: "ws://shop.test/ws" },
  );
  await page.waitForTimeout(100);
  expect((await observed.waitFor("api", 2)).map(({ url }) => url)).toEqual(["http://ads.test/api/x", "/api/last"]);
});

test("the page gets the same results and errors as without us", async ({ observed, page }) => {
  const got = await calling(
    observed,
    `(async () => {
      const answer = await fetch("/api/orders");
      const caught = async (run) => { try { await run(); return "none"; } catch (error) { return error.name + (error instanceof Error); } };
      const large = await fetch("/api/large");
      return {
        untouched: [answer.bodyUsed, answer instanceof Response, answer.url, await answer.json(), (await large.text()).length],
        errors: [
          await caught(() => fetch()),
          await caught(() => fetch("/api/lost")),
          await caught(() => fetch("/api/x", { method: "GET", body: "x" })),
          await caught(() => fetch.call(document, "/api/x")),
          await caught(() => new fetch("/api/x")),
          await caught(() => history.pushState(() => {}, "")),
          await caught(() => new XMLHttpRequest().send()),
        ],
        looks: [fetch.name, fetch.length, String(fetch), Function.prototype.toString.call(fetch), typeof fetch, "prototype" in fetch],
      };
    })()`,
  );
  expect(got).toEqual({
    untouched: [false, true, `${ORIGIN}/api/orders`, ANSWER, 100_010],
    errors: [
      "TypeErrortrue",
      "TypeErrortrue",
      "TypeErrortrue",
      "TypeErrortrue",
      "TypeErrortrue",
      "DataCloneErrortrue",
      "InvalidStateErrortrue",
    ],
    looks: ["fetch", 1, "function () { [native code] }", "function () { [native code] }", "function", false],
  });
  await page.waitForTimeout(50);
});

test("an unhandled rejection stays unhandled, and a handled one handled", async ({ observed, page }) => {
  await calling(
    observed,
    `window.unhandled = 0; addEventListener("unhandledrejection", (event) => { unhandled++; event.preventDefault(); });
     fetch("/api/lost"); fetch("/api/lost").catch(() => {}); 0`,
  );
  await observed.waitFor("api", 2);
  await page.waitForTimeout(100);
  expect(await page.evaluate("unhandled")).toBe(1);
});

test("a stream is not read, and is neither delayed nor ended", async ({ observed, page }) => {
  const got = await calling(
    observed,
    `(async () => {
      // A mock in place of the network, from before us, that never ends.
      const stream = (type) => new Response(new ReadableStream({ pull(out) { window.pulled = (window.pulled || 0) + 1; out.enqueue(new TextEncoder().encode('{"a":1}')); } }, { highWaterMark: 0 }), { headers: { "content-type": type } });
      window.testgram.stop();
      window.fetch = async (type) => stream(type);
      window.testgram.start();
      const types = ["text/event-stream", "application/x-ndjson", "application/stream+json", "application/octet-stream", "image/png"];
      for (const type of types) await fetch(type);
      return window.pulled || 0;
    })()`,
  );
  expect(got).toBe(0);
  const endless = await page.evaluate(`(async () => {
    const answer = await fetch("application/json");
    const reader = answer.body.getReader();
    let size = 0;
    while (size < 300_000) size += (await reader.read()).value.length;
    await reader.cancel();
    return size;
  })()`);
  expect(endless).toBeGreaterThan(299_999);
  expect((await observed.waitFor("api", 6)).every(({ response }) => response === undefined)).toBe(true);
});

test("a response that the page cancels is released within seconds, and recorded without a shape", async ({ observed, page }) => {
  await calling(
    observed,
    `(async () => {
      window.testgram.stop();
      window.fetch = async () => new Response(new ReadableStream({ start(out) { out.enqueue(new TextEncoder().encode("{}")); }, cancel() { window.let = true; } }), { headers: { "content-type": "application/json" } });
      window.testgram.start();
      const reader = (await fetch("/api/watch")).body.getReader();
      await reader.read();
      reader.cancel();
    })()`,
  );
  await page.waitForFunction(() => "let" in window, null, { timeout: 20_000 });
  expect((await observed.waitFor("api"))[0]).not.toHaveProperty("response");
});
