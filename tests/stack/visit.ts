/**
 * Visits to a site with our script tag: real Chromium, real pages, real input.
 *
 *     node visit.ts <script URL> <number of visits>
 *
 * Prints the server's replies as JSON: {visits: [{acked: [[session, seq, events]], rejected, errors}], planted: […]}.
 * Frames that a page sent as it went may be in the store too, although the page did not read their acknowledgement.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { LAUNCH } from "../../snippet/testing/chromium.ts";
import { chromium, type Page } from "../../snippet/testing/playwright.ts";
import type { Frame, Reply } from "../../snippet/testing/wire.ts";

const [script, many] = [process.argv[2] ?? "", Number(process.argv[3])];

// Values that must not leave the browser.
const planted = ["jane.roe@planted.example", "Planted Roe", "+1 202 555 0147"];

const page = (title: string, body: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<script src="${script}" async referrerpolicy="no-referrer" crossorigin="anonymous"></script></head><body><main>${body}
<nav><a href="/">Home</a> <a href="/list">List</a> <a href="/join">Join</a></nav></main></body></html>`;

const pages: Record<string, string> = {
  "/": page("Home", `<h1>Hello ${planted[1]}</h1><button id="more" type="button">More</button>`),
  "/list": page("List", `<ul><li><button type="button" data-testid="buy">Buy</button></li></ul>`),
  "/join": page(
    "Join",
    `<form onsubmit="event.preventDefault()"><label>E-mail <input id="email" type="email" name="email"></label>
     <label>Phone <input id="phone" type="tel" name="phone"></label><button id="join">Join</button></form>`,
  ),
};

const server = createServer((request, response) => {
  const found = pages[(request.url ?? "").split("?")[0] ?? ""];
  response.writeHead(found ? 200 : 404, { "content-type": "text/html" }).end(found);
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

interface Visit {
  acked: [session: string, seq: number, accepted: number][];
  rejected: unknown[];
  errors: string[];
}

/** Makes the page send what it holds, as when its tab is hidden for a moment. */
const flush = (page: Page) =>
  page.evaluate(() => {
    for (const state of ["hidden", "visible"]) {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }
  });

const browser = await chromium.launch(LAUNCH);

async function visit(number: number): Promise<Visit> {
  const seen: Visit = { acked: [], rejected: [], errors: [] };
  const pending = new Map<number, number>();
  const context = await browser.newContext();
  const tab = await context.newPage();
  tab.on("pageerror", (error) => seen.errors.push(error.message));
  tab.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      const frame = JSON.parse(String(payload)) as Frame;
      pending.set(frame.seq, frame.events.length);
    });
    socket.on("framereceived", ({ payload }) => {
      const { type, retry, session = "", seq = -1, accepted = -1, rejected = [] } = JSON.parse(String(payload)) as Reply;
      // The page sends it again soon: on a busy machine the table may not answer in time.
      if (type === "error" && retry) return;
      if (type !== "ack" || pending.get(seq) !== accepted) seen.errors.push(String(payload));
      seen.acked.push([session, seq, accepted]);
      seen.rejected.push(...rejected);
      pending.delete(seq);
    });
  });
  // Waits until this page has sent what it holds and read the acknowledgements: a page that goes away does not read
  // them any more.
  const settle = async () => {
    const before = seen.acked.length;
    for (let i = 0; i < 300 && (pending.size > 0 || seen.acked.length === before); i++) {
      if (i % 10 === 0) await flush(tab);
      await tab.waitForTimeout(100);
    }
    if (pending.size > 0 || seen.acked.length === before) seen.errors.push("a page's batches were not acknowledged");
  };
  await tab.goto(`${origin}/`);
  await tab.waitForLoadState("networkidle");
  await tab.mouse.move(100 + number, 80, { steps: 8 });
  await tab.click("#more");
  await settle();
  await tab.click("text=List");
  await tab.click("[data-testid=buy]");
  await settle();
  await tab.click("text=Join");
  await tab.locator("#email").pressSequentially(planted[0] ?? "", { delay: 20 });
  await tab.locator("#phone").fill(planted[2] ?? "");
  await tab.click("#join");
  await settle();
  await context.close();
  return seen;
}

const visits: Visit[] = [];
for (let done = 0; done < many; done += 4) {
  visits.push(...(await Promise.all([...Array(Math.min(4, many - done)).keys()].map((at) => visit(done + at)))));
}
await browser.close();
server.close();
console.log(JSON.stringify({ visits, planted }));
