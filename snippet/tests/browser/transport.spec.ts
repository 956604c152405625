/**
 * The delivery of frames, in a real Chromium: to the real server, and to one in the middle that does what a real one
 * will not do on demand. The pages send custom events only, which their tests name.
 */
import type { Page } from "@playwright/test";
import { beganAt, type Frame, frameName } from "../../testing/wire";
import {
  test as base,
  between,
  type ClientSettings,
  defaults,
  expect,
  flush,
  type Middle,
  record,
  type Site,
  type Tg,
  type Wire,
} from "./harness";

type Testgram = { start(): void; stop(): void; optOut(): void; event(name: string): boolean };

/** Opens a page with the built snippet, under the default settings with `changes`. */
async function openIn(page: Page, site: Site, tg: Tg, changes: ClientSettings = {}, path = "/") {
  const script = await site.bake(defaults(tg, { off: ["visibility"], ...changes }));
  await page.goto(site.page(path, `<script src="${script}"></script><h1>Shop</h1>`));
}

interface Fixtures {
  /** Opens the test's page, as `openIn` does. */
  open(changes?: ClientSettings, path?: string): Promise<void>;
  /**
   * Makes the test the server of the page: `onFrame` decides on each frame; without it, all are dropped. See `between`.
   */
  serve(onFrame?: Parameters<typeof between>[2], onOpen?: (middle: Middle) => void): Promise<Middle[]>;
}

const test = base.extend<Fixtures>({
  open: ({ page, site, tg }, use) => use((changes, path) => openIn(page, site, tg, changes, path)),
  serve: ({ page, wire }, use) =>
    use((onFrame = () => "drop", onOpen = () => {}) => between(page, wire, onFrame, { alone: true, onOpen })),
});

const track = (page: Page, ...names: string[]) =>
  page.evaluate((names) => {
    for (const name of names) (window as unknown as { testgram: Testgram }).testgram.event(name);
  }, names);

const call = (page: Page, name: "start" | "stop" | "optOut") =>
  page.evaluate((name) => (window as unknown as { testgram: Testgram }).testgram[name](), name);

const named = (frames: readonly Frame[]) =>
  frames.flatMap(({ events }) => events.filter(([, kind]) => kind === "custom").map(([, , { name }]) => name as string));

const letters = (n: number) => Array.from({ length: n }, (_, i) => `step-${"abcdefghijklmnopqrstuvwxyz"[i]}`);

const stored = (page: Page) => page.evaluate(() => ({ ...sessionStorage }) as Record<string, string>);

/** One frame for each name. */
async function frames(page: Page, ...names: string[]) {
  for (const name of names) {
    await track(page, name);
    await flush(page);
  }
}

/** What was sent, until all of it is acknowledged and `names` are among it. */
const arrived = (wire: Wire, names: string[]) =>
  expect.poll(() => wire.settled() && named(wire.frames()).sort(), { timeout: 20_000 }).toEqual([...names].sort());

test.describe("against the real server", () => {
  test("events are sent, acknowledged and stored, and leave nothing in the tab's storage", async ({ page, wire, open }) => {
    await open();
    await frames(page, "step-a", "step-b");
    await arrived(wire, ["step-a", "step-b"]);
    const [first, second] = wire.frames();
    expect([first!.seq, second!.seq]).toEqual([0, 1]);
    expect([!!first!.meta, !!second!.meta]).toEqual([true, false]);
    expect(first!.session).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(wire.received.map(({ type, rejected }) => [type, rejected])).toEqual([
      ["ack", []],
      ["ack", []],
    ]);
    expect(Object.keys(await stored(page))).toEqual(["testgram"]);
    expect(wire.errors).toEqual([]);
  });

  test("a frame is sealed ten seconds after its first event", async ({ page, wire, open }) => {
    await page.clock.install();
    await open();
    await track(page, "step-a");
    await flush(page);
    await arrived(wire, ["step-a"]);
    await page.clock.pauseAt(Date.now() + 60_000);
    const before = wire.sent.length;
    await track(page, "step-b");
    await page.clock.runFor(9_000);
    expect(wire.sent).toHaveLength(before);
    await page.clock.runFor(2_000);
    await arrived(wire, ["step-a", "step-b"]);
  });

  test("frames stay within their bounds, no matter how many events come at once", async ({ page, wire, open }) => {
    await open();
    await page.evaluate(() => {
      for (let i = 0; i < 2_000; i++) {
        const name = `a${"-step".repeat(1 + (i % 10))}`;
        (window as unknown as { testgram: Testgram }).testgram.event(name);
      }
    });
    await flush(page);
    await expect.poll(() => wire.settled() && named(wire.frames()).length, { timeout: 20_000 }).toBe(2_000);
    expect(Math.max(...wire.sent.map(({ text }) => text.length))).toBeLessThanOrEqual(30_000);
    expect(Math.max(...wire.frames().map(({ events }) => events.length))).toBeLessThanOrEqual(450);
    expect(wire.received.filter(({ type }) => type !== "ack")).toEqual([]);
  });

  test("nothing is lost while the network is away for ten seconds", async ({ page, context, wire, open }) => {
    const connections = await between(page, wire, () => "pass");
    await open();
    await frames(page, "step-a");
    await arrived(wire, ["step-a"]);
    await context.setOffline(true);
    await connections[0]!.server!.close();
    connections[0]!.close(1006 as never);
    const names = letters(8).slice(1);
    for (const name of names) {
      await frames(page, name);
      await page.waitForTimeout(1_300);
    }
    await context.setOffline(false);
    await arrived(wire, ["step-a", ...names]);
    expect(wire.frames().map(({ seq }) => seq)).toEqual(wire.frames().map((_, i) => i));
    expect(wire.sessions()).toHaveLength(1);
  });

  test("the server is killed and comes back: nothing is acknowledged twice, nothing lost", async ({ page, tg, wire, open }) => {
    await open();
    await frames(page, "step-a");
    await arrived(wire, ["step-a"]);
    await tg.kill();
    await frames(page, "step-b", "step-c");
    await page.waitForTimeout(1_500);
    await tg.start();
    await arrived(wire, ["step-a", "step-b", "step-c"]);
    expect(wire.frames().map(({ seq }) => seq)).toEqual([0, 1, 2]);
  });

  test("a device whose clock is days behind or an hour ahead delivers under the right time", async ({ browser, site, tg }) => {
    for (const off of [-3 * 86_400_000, 3_600_000, 400 * 86_400_000]) {
      const context = await browser.newContext();
      const wire = record(context);
      const page = await context.newPage();
      await page.clock.install({ time: Date.now() + off });
      await openIn(page, site, tg);
      await frames(page, "step-a", "step-b");
      await expect
        .poll(() => {
          const acked = wire.received.filter(({ type }) => type === "ack");
          return new Set(acked.map(frameName)).size;
        })
        .toBe(2);
      const acks = wire.received.filter(({ type }) => type === "ack");
      expect(acks.every(({ rejected }) => rejected!.length === 0)).toBe(true);
      const sessions = new Set(acks.map(({ session }) => session!));
      expect(sessions.size).toBe(1);
      expect(Math.abs(beganAt([...sessions][0]!) - Date.now())).toBeLessThan(60_000);
      // The next page uses the corrected clock.
      await openIn(page, site, tg, {}, "/next");
      await frames(page, "step-c");
      await expect
        .poll(() => wire.received.filter(({ type }) => type === "error").every(({ code }) => code === "clock_skew"))
        .toBe(true);
      await expect.poll(() => named(wire.frames([...sessions][0]!))).toEqual(["step-a", "step-b", "step-c"]);
      await context.close();
    }
  });
});

test.describe("in flight", () => {
  test("at most four, sent in order; an acknowledgement makes room and frees the storage", async ({ page, open, serve }) => {
    const connections = await serve();
    await open();
    await frames(page, ...letters(7));
    await page.waitForTimeout(200);
    const [connection] = connections;
    expect(connection!.frames.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(Object.keys(await stored(page)).filter((key) => key !== "testgram")).toHaveLength(7);
    // Out of order, twice, and for a frame that was not sent.
    connection!.ack(connection!.frames[2]!);
    connection!.ack(connection!.frames[2]!);
    connection!.ack({ ...connection!.frames[2]!, seq: 77 });
    await expect.poll(() => connection!.frames.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
    for (const frame of connection!.frames.slice(0, 2)) connection!.ack(frame);
    await expect.poll(() => connection!.frames.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const frame of connection!.frames) connection!.ack(frame);
    await expect.poll(async () => Object.keys(await stored(page))).toEqual(["testgram"]);
  });

  test("a new connection gets everything unacknowledged again, in order, byte for byte", async ({ page, open, serve }) => {
    const connections = await serve((frame) => (connections.length > 1 && frame.seq !== 1 ? "ack" : "drop"));
    await open();
    await frames(page, ...letters(3));
    await expect.poll(() => connections[0]?.frames.length).toBe(3);
    connections[0]!.ack(connections[0]!.frames[1]!);
    await page.waitForTimeout(100);
    connections[0]!.close(1001);
    await expect.poll(() => connections[1]?.frames.length).toBe(2);
    expect(connections[1]!.texts).toEqual([connections[0]!.texts[0], connections[0]!.texts[2]]);
    await expect.poll(async () => Object.keys(await stored(page))).toEqual(["testgram"]);
  });

  test("a frame without a reply within 30 s is sent again: on a connection that has received something, else on a new one", async ({
    page,
    open,
    serve,
  }) => {
    const connections = await serve();
    await page.clock.install();
    await open();
    await frames(page, "step-a");
    await page.clock.runFor(100);
    await expect.poll(() => connections[0]?.frames.length).toBe(1);
    await page.clock.runFor(20_000);
    connections[0]!.reply({ message: "Internal server error", connectionId: "abc=", requestId: "def=" });
    await page.waitForTimeout(100);
    await page.clock.runFor(11_000);
    await expect.poll(() => connections[0]!.texts.length).toBe(2);
    expect(connections).toHaveLength(1);
    await page.clock.runFor(35_000);
    await expect.poll(() => connections[1]?.texts.length).toBe(1);
    expect(new Set([...connections[0]!.texts, ...connections[1]!.texts]).size).toBe(1);
  });

  test("an acknowledgement that comes after the frame was sent again counts, and the second changes nothing", async ({
    page,
    open,
    serve,
  }) => {
    const connections = await serve();
    await open();
    await frames(page, "step-a");
    await expect.poll(() => connections[0]?.frames.length).toBe(1);
    connections[0]!.close(1001);
    await expect.poll(() => connections[1]?.frames.length).toBe(1);
    const rejected = [{ index: 0, code: "kind_not_collected" }];
    connections[1]!.ack(connections[0]!.frames[0]!, { rejected });
    connections[1]!.ack(connections[0]!.frames[0]!, { rejected });
    await frames(page, "step-b");
    await expect.poll(() => connections[1]!.frames.at(-1)?.lost).toEqual({ refused: 1 });
  });
});

test.describe("replies", () => {
  test("errors: with retry the frame is sent again after the given time, without it is dropped and counted", async ({
    page,
    wire,
    open,
    serve,
  }) => {
    const times: number[] = [];
    const connections = await serve((frame, middle) => {
      const reply = { type: "error", message: "", session: frame.session, seq: frame.seq, server_time: Date.now() };
      if (frame.seq === 0) {
        times.push(Date.now());
        if (times.length > 3) return "ack";
        middle.reply({ ...reply, code: "throttled", retry: true, retry_after_ms: 200 });
      } else if (frame.seq === 1) middle.reply({ ...reply, code: "bad_envelope", retry: false });
      else return "ack";
      return "drop";
    });
    await open();
    await track(page, "step-a");
    await flush(page);
    await track(page, "step-b", "step-c", "step-d");
    await flush(page);
    await expect.poll(() => times.length).toBe(4);
    const waits = times.slice(1).map((time, i) => time - times[i]!);
    expect(waits[0]).toBeGreaterThanOrEqual(190);
    expect(waits[1]).toBeGreaterThanOrEqual(390);
    expect(waits[2]).toBeGreaterThanOrEqual(790);
    expect(connections).toHaveLength(1);
    expect(new Set(connections[0]!.texts).size).toBe(2);
    const dropped = wire.frames().find(({ seq }) => seq === 1)!.events.length;
    await frames(page, "step-e");
    await expect.poll(() => connections[0]!.frames.at(-1)!.lost).toEqual({ refused: dropped });
    await expect.poll(async () => Object.keys(await stored(page))).toEqual(["testgram"]);
  });

  test("an error that names no frame is about the only one in flight; among several it is about none", async ({
    page,
    open,
    serve,
  }) => {
    const connections = await serve();
    await open();
    await frames(page, ...letters(2));
    await expect.poll(() => connections[0]?.frames.length).toBe(2);
    const odd = { type: "error", code: "not_json", message: "", retry: false, server_time: Date.now() };
    connections[0]!.reply(odd);
    await page.waitForTimeout(100);
    expect(Object.keys(await stored(page))).toHaveLength(3);
    connections[0]!.ack(connections[0]!.frames[0]!);
    connections[0]!.reply(odd);
    await expect.poll(async () => Object.keys(await stored(page))).toEqual(["testgram"]);
  });

  test("anything else that the server sends is ignored", async ({ page, wire, open, serve }) => {
    const odd = [
      "",
      "hello",
      "{",
      "null",
      "0",
      "[]",
      '"stop"',
      "[1,2]",
      "{}",
      '{"type":"ack"}',
      '{"type":"error"}',
      '{"type":7}',
      '{"type":{}}',
      '{"type":"ack","session":null,"seq":null,"rejected":{"length":9}}',
      '{"type":"welcome"}',
      '{"type":"error","session":"x","seq":0}',
      '{"message":"Forbidden","connectionId":"a","requestId":"b"}',
      '{"type":"Stop"}',
      '{"__proto__":{"type":"stop"}}',
      "\u0000",
    ]; // prettier-ignore
    const connections = await serve();
    await open();
    await frames(page, ...letters(2));
    // With one frame in flight, a reply may be about that one.
    await expect.poll(() => connections[0]?.frames.length).toBe(2);
    odd.forEach(connections[0]!.reply);
    await page.waitForTimeout(500);
    expect(connections).toHaveLength(1);
    for (const frame of connections[0]!.frames) connections[0]!.ack(frame);
    await frames(page, "step-z");
    await expect.poll(() => named(connections[0]!.frames)).toEqual(["step-a", "step-b", "step-z"]);
    expect(connections[0]!.frames.at(-1)!.lost).toBeUndefined();
    expect(wire.errors).toEqual([]);
  });

  test("reconnect: a new connection, the same bytes", async ({ page, open, serve }) => {
    const connections = await serve(({ session, seq }, middle) => {
      if (connections.length > 1) return "ack";
      middle.reply({ type: "error", code: "reconnect", message: "", retry: true, session, seq, server_time: Date.now() });
      return "drop";
    });
    await open();
    await frames(page, "step-a");
    await expect.poll(() => connections[1]?.texts).toEqual(connections[0]!.texts);
  });

  test("clock_skew with four in flight: the whole session is sent again, once, under one new id", async ({
    page,
    wire,
    open,
    serve,
  }) => {
    const server = Date.now() + 3 * 86_400_000;
    const connections = await serve((frame, middle) => {
      if (Math.abs(beganAt(frame.session) - server) < 60_000) return "ack";
      if (middle.frames.length === 4) {
        for (const { session, seq } of middle.frames)
          middle.reply({ type: "error", code: "clock_skew", message: "", retry: false, session, seq, server_time: server });
      }
      return "drop";
    });
    await open();
    await frames(page, ...letters(6));
    await expect.poll(() => connections[0]?.frames.length).toBe(10);
    const [old, fresh] = wire.sessions();
    expect(wire.sessions()).toHaveLength(2);
    expect(wire.frames(old).map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(named(wire.frames(fresh))).toEqual(letters(6));
    expect(wire.frames(fresh)[0]!.meta).toEqual(wire.frames(old)[0]!.meta);
    await expect.poll(async () => Object.keys(await stored(page))).toEqual(["testgram"]);
    await frames(page, "step-z");
    await expect.poll(() => wire.frames(fresh).at(-1)!.seq).toBe(6);
    expect(wire.frames(fresh).at(-1)!.lost).toBeUndefined();
  });

  test("a session that is too old, with the right clock, is dropped and counted", async ({ page, wire, open, serve }) => {
    let refuse = true;
    const connections = await serve(({ session, seq }, middle) => {
      if (!refuse) return "ack";
      refuse = false;
      middle.reply({ type: "error", code: "clock_skew", message: "", retry: false, session, seq, server_time: Date.now() });
      return "drop";
    });
    await open();
    await frames(page, "step-a");
    await expect.poll(() => connections[0]?.frames.length).toBe(1);
    const gone = connections[0]!.frames[0]!.events.length;
    await frames(page, "step-b");
    await expect.poll(() => connections[0]?.frames[1]?.lost).toEqual({ queue: gone });
    expect(wire.sessions()).toHaveLength(1);
  });

  test("stop works at once, deletes everything, and holds for the tab", async ({ page, open, serve }) => {
    const connections = await serve();
    await open();
    await frames(page, ...letters(6));
    await track(page, "step-g");
    await expect.poll(() => connections[0]?.frames.length).toBe(4);
    connections[0]!.reply({ type: "stop", reason: "paused" });
    await expect.poll(() => stored(page)).toEqual({ testgram: "off" });
    await frames(page, "step-h");
    await call(page, "start");
    await frames(page, "step-i");
    await page.waitForTimeout(300);
    await open({}, "/next");
    await frames(page, "step-j");
    await page.waitForTimeout(500);
    expect(connections).toHaveLength(1);
    expect(connections[0]!.frames).toHaveLength(4);
    expect(await stored(page)).toEqual({ testgram: "off" });
  });
});

test.describe("the connection", () => {
  /** Runs the page's clock on by `ms`, and returns when connections were tried, in ms of that clock. */
  const attempts = async (page: Page, ms: number) => {
    await page.clock.runFor(ms);
    return page.evaluate(() => (window as unknown as { tried: number[] }).tried);
  };
  /** Refuses every connection, as a closed port or a paused world does. */
  const refuse = (page: Page, random: number) =>
    page.addInitScript((random) => {
      Math.random = () => random;
      const tried: number[] = [];
      Object.assign(window, {
        tried,
        WebSocket: class extends EventTarget {
          readyState = 0;
          bufferedAmount = 0;
          onclose?: (event: Event) => void;
          constructor() {
            super();
            tried.push(performance.now());
            setTimeout(() => this.onclose?.(new Event("close")), 1);
          }
          close() {}
        },
      });
    }, random);

  test("back-off doubles from one second to a minute", async ({ page, open }) => {
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await refuse(page, 0.999);
    await open();
    await track(page, "step-a");
    const times = await attempts(page, 300_000);
    const waits = times.slice(1).map((time, i) => Math.round((time - times[i]!) / 1000));
    expect(waits.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test("back-off has full jitter, and the network's return does not wait for it", async ({ page, open }) => {
    // The clock stands still: an attempt that is seen late would begin the next wait late.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await refuse(page, 0.5);
    await open();
    await track(page, "step-a");
    const times = await attempts(page, 70_000);
    const waits = times.slice(1).map((time, i) => (time - times[i]!) / 1000);
    for (const [i, expected] of [0.5, 1, 2, 4, 8, 16, 30].entries()) expect(waits[i]).toBeCloseTo(expected, 1);
    const before = times.length;
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    expect(await attempts(page, 10)).toHaveLength(before + 1);
  });

  test("without frames to send no connection is kept open", async ({ page, wire, open, serve }) => {
    const connections = await serve(() => "ack");
    await page.clock.install();
    await open();
    await frames(page, "step-a");
    await expect.poll(() => wire.settled() && wire.sent.length).toBe(1);
    connections[0]!.close(1001);
    await page.waitForTimeout(100);
    await page.clock.runFor(65_000);
    await page.waitForTimeout(100);
    expect(connections).toHaveLength(1);
    await frames(page, "step-b");
    await expect.poll(() => named(connections[1]?.frames ?? [])).toEqual(["step-b"]);
  });

  test("the page goes while it connects: the next page sends its frames", async ({ page, site, wire, open }) => {
    // A server that takes connections and never answers the handshake.
    const hole = await site.another();
    await open({ socket: `${hole.origin.replace("http", "ws")}/ws` });
    await frames(page, "step-a");
    await track(page, "step-b");
    await open({}, "/next");
    await frames(page, "step-c");
    await arrived(wire, ["step-a", "step-b", "step-c"]);
    expect(wire.sessions()).toHaveLength(1);
    expect(wire.errors).toEqual([]);
  });

  test("a browser that refuses to connect at all changes nothing for the page", async ({ page, wire, open }) => {
    await page.addInitScript(() => {
      Object.assign(window, {
        WebSocket: () => {
          throw new DOMException("insecure", "SecurityError");
        },
      });
    });
    await open();
    await frames(page, ...letters(3));
    expect(Object.keys(await stored(page))).toHaveLength(4);
    expect(wire.errors).toEqual([]);
  });
});

test.describe("bounds", () => {
  test("beyond 128 frames the oldest is dropped, and its events are counted", async ({ page, wire, open, serve }) => {
    let silent = true;
    const connections = await serve(() => (silent ? "drop" : "ack"));
    await open({ storage: "none" });
    for (let i = 0; i < 131; i++) await frames(page, "step-a");
    silent = false;
    connections.at(-1)!.close(1001);
    await expect.poll(() => connections.at(-1)!.frames.length, { timeout: 20_000 }).toBeGreaterThan(120);
    await expect.poll(() => wire.settled(), { timeout: 20_000 }).toBe(false);
    await frames(page, "step-z");
    const delivered = () => connections.at(-1)!.frames;
    await expect.poll(() => named(delivered()).includes("step-z")).toBe(true);
    const sealed = wire.frames().reduce((sum, { events }) => sum + events.length, 0);
    const arrived = delivered().reduce((sum, { events }) => sum + events.length, 0);
    const counted = delivered().reduce((sum, { lost }) => sum + (lost?.queue ?? 0), 0);
    expect(counted).toBeGreaterThan(0);
    expect(arrived + counted).toBe(sealed);
  });

  test("the spool keeps the newest 256 KB, and what is lost with the page is counted", async ({ page, tg, wire, open }) => {
    const deaf = { socket: `${tg.socket.replace(/:\d+/, ":9")}` };
    await open(deaf);
    await page.evaluate(() => {
      for (let i = 0; i < 7_000; i++)
        (window as unknown as { testgram: Testgram }).testgram.event(`a${"-step".repeat(10 + (i % 3))}`);
    });
    await flush(page);
    const kept = Object.entries(await stored(page)).filter(([key]) => key !== "testgram");
    expect(kept.reduce((sum, [, text]) => sum + text.length, 0)).toBeLessThanOrEqual(256 * 1024);
    expect(kept.reduce((sum, [, text]) => sum + text.length, 0)).toBeGreaterThan(200 * 1024);
    await open({}, "/next");
    await frames(page, "step-z");
    await expect.poll(() => wire.settled() && named(wire.frames()).includes("step-z"), { timeout: 20_000 }).toBe(true);
    const all = wire.frames();
    const counted = all.reduce((sum, { lost }) => sum + (lost?.queue ?? 0), 0);
    // The `page` event, which came first, is among the dropped.
    expect(named(all).length - 1 + counted).toBeGreaterThan(7_000);
    expect(named(all).length - 1 + counted).toBeLessThan(7_004);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => all[0]!.seq + i));
  });

  test("a full storage loses frames at a page load, not on the page that is open", async ({ page, wire, open }) => {
    await open();
    await page.evaluate(() => {
      for (let size = 1 << 22; size >= 1; size >>= 1) {
        for (let i = 0; ; i++) {
          try {
            sessionStorage.setItem(`page-${size}-${i}`, "x".repeat(size));
          } catch {
            break;
          }
        }
      }
    });
    await frames(page, "step-a", "step-b");
    await arrived(wire, ["step-a", "step-b"]);
    await open({}, "/next");
    await frames(page, "step-c");
    await expect.poll(() => named(wire.frames()).includes("step-c") && wire.settled()).toBe(true);
    expect(wire.errors).toEqual([]);
    for (const session of wire.sessions()) {
      const seqs = wire.frames(session).map(({ seq }) => seq);
      expect(new Set(seqs).size).toBe(seqs.length);
    }
  });

  test("a storage that throws counts as none", async ({ page, wire, open }) => {
    await page.addInitScript(() => {
      Object.defineProperty(window, "sessionStorage", {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    });
    await open();
    await frames(page, "step-a");
    await arrived(wire, ["step-a"]);
    await open({}, "/next");
    await frames(page, "step-b");
    await arrived(wire, ["step-a", "step-b"]);
    expect(wire.sessions()).toHaveLength(2);
    expect(wire.errors).toEqual([]);
  });

  test("frames survive a page that clears the storage", async ({ page, wire, open, serve }) => {
    let up = false;
    await serve(() => (up ? "ack" : "drop"));
    await open();
    await frames(page, "step-a", "step-b");
    await expect.poll(() => named(wire.frames())).toEqual(["step-a", "step-b"]);
    await page.evaluate(() => sessionStorage.clear());
    up = true;
    await open({}, "/bye");
    await frames(page, "step-c");
    await arrived(wire, ["step-a", "step-b", "step-c"]);
    expect(wire.sent.filter(({ frame }) => named([frame]).includes("step-a"))).toHaveLength(2);
    expect(wire.sessions()).toHaveLength(1);
  });

  test('storage "none": nothing is stored, each page is a session', async ({ page, wire, open }) => {
    await page.addInitScript(() => {
      // It has to read the storage, for an opt-out.
      for (const name of ["setItem", "removeItem", "key"] as const) {
        const original = Storage.prototype[name] as (...args: unknown[]) => unknown;
        Storage.prototype[name] = function (...args: unknown[]) {
          Object.assign(window, { touched: true });
          return original.apply(this, args) as never;
        };
      }
    });
    await open({ storage: "none" });
    await frames(page, "step-a");
    await arrived(wire, ["step-a"]);
    await open({ storage: "none" }, "/next");
    await frames(page, "step-b");
    await arrived(wire, ["step-a", "step-b"]);
    expect(wire.sessions()).toHaveLength(2);
    expect(await page.evaluate(() => "touched" in window)).toBe(false);
    expect(await stored(page)).toEqual({});
    // An opt-out holds for the tab, and is stored as one word.
    await call(page, "optOut");
    expect(await stored(page)).toEqual({ testgram: "off" });
    await call(page, "start");
    await frames(page, "step-c");
    await open({ storage: "none" }, "/again");
    await frames(page, "step-d");
    await page.waitForTimeout(500);
    expect(named(wire.frames())).toEqual(["step-a", "step-b"]);
  });

  test('storage "none": a stop by the server holds for the tab', async ({ page, wire, open, serve }) => {
    const connections = await serve((_, middle) => {
      middle.reply({ type: "stop", reason: "x" });
      return "drop";
    });
    await open({ storage: "none" });
    await frames(page, "step-a");
    await expect.poll(() => wire.received.length).toBeGreaterThan(0);
    await open({ storage: "none" }, "/next");
    await frames(page, "step-b");
    await page.waitForTimeout(300);
    expect(connections).toHaveLength(1);
  });
});

test.describe("stop and opt-out", () => {
  test("stop() sends what is held and the end, and start() begins another session", async ({ page, wire, open }) => {
    await open();
    await track(page, "step-a");
    await call(page, "stop");
    await arrived(wire, ["step-a"]);
    expect(wire.events().at(-1)!.slice(1)).toEqual(["end", { reason: "stopped" }]);
    await track(page, "step-b");
    await call(page, "start");
    await frames(page, "step-c");
    await arrived(wire, ["step-a", "step-c"]);
    expect(wire.sessions()).toHaveLength(2);
  });

  test("optOut() deletes what is held and in flight, sends the end only, and holds for the tab", async ({
    page,
    open,
    serve,
  }) => {
    const connections = await serve();
    await open();
    await frames(page, ...letters(6));
    await track(page, "step-g");
    await expect.poll(() => connections[0]?.frames.length).toBe(4);
    await call(page, "optOut");
    expect(await stored(page)).toEqual({ testgram: "off" });
    await expect.poll(() => connections[0]!.frames.length).toBe(5);
    expect(connections[0]!.frames[4]!.events.map(([, kind, detail]) => [kind, detail])).toEqual([["end", { reason: "opt_out" }]]);
    for (const frame of connections[0]!.frames) connections[0]!.ack(frame);
    await call(page, "start");
    await frames(page, "step-h");
    await open({}, "/next");
    await frames(page, "step-i");
    await page.waitForTimeout(500);
    expect(connections).toHaveLength(1);
    expect(connections[0]!.frames).toHaveLength(5);
    expect(await stored(page)).toEqual({ testgram: "off" });
  });

  for (const again of [false, true]) {
    test(`optOut() after stop() ${again ? "and start() " : ""}deletes what stop() was still sending`, async ({
      page,
      open,
      serve,
    }) => {
      const connections = await serve();
      await open();
      await frames(page, ...letters(6));
      await expect.poll(() => connections[0]?.frames.length).toBe(4);
      await page.evaluate((again) => {
        const { testgram } = window as unknown as { testgram: Testgram };
        testgram.stop();
        if (again) testgram.start();
        testgram.optOut();
      }, again);
      expect(await stored(page)).toEqual({ testgram: "off" });
      // That makes room for those that waited.
      for (const frame of connections[0]!.frames.slice()) connections[0]!.ack(frame);
      await page.waitForTimeout(500);
      expect(connections).toHaveLength(again ? 2 : 1);
      expect(connections.flatMap(({ frames }) => frames)).toHaveLength(4);
      expect(await stored(page)).toEqual({ testgram: "off" });
    });
  }

  test("stop() and optOut() before there is a connection: none is made", async ({ page, open, serve }) => {
    await page.addInitScript(() => Object.defineProperty(Math, "random", { value: () => 0.9 }));
    await page.clock.install();
    let refuse = true;
    const connections = await serve(undefined, (middle) => refuse && middle.close());
    await open();
    await frames(page, "step-a");
    await expect.poll(() => connections.length).toBeGreaterThan(0);
    refuse = false;
    await page.waitForTimeout(50);
    const before = connections.length;
    await page.evaluate(() => {
      const { testgram } = window as unknown as { testgram: Testgram };
      testgram.stop();
      testgram.optOut();
    });
    await page.clock.runFor(65_000);
    await page.waitForTimeout(100);
    expect(connections).toHaveLength(before);
  });

  test("an opt-out before anything was sent sends nothing", async ({ page, wire, open }) => {
    for (const autostart of [false, true]) {
      await open({ autostart });
      await call(page, "optOut");
      await call(page, "start");
      await frames(page, "step-a");
      await open({}, "/next");
      await frames(page, "step-b");
      await page.waitForTimeout(300);
      expect(await stored(page)).toEqual({ testgram: "off" });
      expect(wire.sent).toEqual([]);
      await page.evaluate(() => sessionStorage.clear());
    }
  });

  test("optOut() before start() sends nothing of what an earlier page left", async ({ page, open, serve }) => {
    const connections = await serve();
    await open();
    await frames(page, "step-a");
    await expect.poll(() => connections[0]?.frames.length).toBe(1);
    await open({ autostart: false }, "/next");
    expect(Object.keys(await stored(page)).length).toBeGreaterThan(1);
    await call(page, "optOut");
    await page.waitForTimeout(200);
    expect(connections).toHaveLength(1);
    expect(await stored(page)).toEqual({ testgram: "off" });
  });

  test("optOut() right after a return from the cache deletes what was held as well", async ({ page, open, serve }) => {
    const connections = await serve();
    await open();
    await frames(page, "step-a");
    await expect.poll(() => connections[0]?.frames.length).toBe(1);
    // As the back/forward cache would: the page goes, and at once it is back.
    await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      (window as unknown as { testgram: Testgram }).testgram.optOut();
    });
    await expect.poll(() => connections[1]?.frames.length).toBe(1);
    await page.waitForTimeout(100);
    expect(connections[1]!.frames.flatMap(({ events }) => events.map(([, , detail]) => detail))).toEqual([{ reason: "opt_out" }]);
    expect(await stored(page)).toEqual({ testgram: "off" });
  });

  test("an image called referrer costs no frame", async ({ page, site, tg, wire }) => {
    const script = await site.bake(defaults(tg, { off: ["visibility"] }));
    await page.goto(site.page("/", `<img name=referrer><script src="${script}"></script>`));
    await frames(page, "step-a");
    await arrived(wire, ["step-a"]);
    expect(wire.frames()[0]).toMatchObject({ seq: 0, meta: { browser: "chrome" } });
  });
});
