// One contestant in a fresh Chromium: load, 20 seconds of use, and what it took.

import { readdirSync, readFileSync } from "node:fs";
import { LAUNCH } from "../../../snippet/testing/chromium.ts";
import { chromium } from "../../../snippet/testing/playwright.ts";
import { readProfile } from "./profile.mjs";
import { USE_MS, usage } from "./usage.mjs";

const SEED = 3;
/** Recorders load their second file and draw the first snapshot in this time. */
const SETTLE_MS = 1500;
const END_MS = 400;
const SAMPLE_MICROS = 500;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** CPU milliseconds of the threads of a process: the main one, dedicated workers, all. */
function cpuOf(pid) {
  const cpu = { main: 0, worker: 0, all: 0 };
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      const ms = Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]) / 1e6;
      cpu.all += ms;
      if (task === String(pid)) cpu.main += ms;
      if (readFileSync(`/proc/${pid}/task/${task}/comm`, "utf8").startsWith("DedicatedWorker")) cpu.worker += ms;
    } catch {
      // It has ended since.
    }
  }
  return cpu;
}

const minus = (a, b) => Object.fromEntries(Object.keys(a).map((key) => [key, a[key] - b[key]]));

/**
 * Loads and uses the page once with `contestant`. Returns CPU milliseconds of load and use, bytes and messages sent,
 * heap bytes, and problems. `bench.mjs` calls it, once a round.
 */
export async function measure(contestant, sink, { profile }) {
  sink.serve(contestant);
  const browser = await chromium.launch(LAUNCH);
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const problems = [];
    // A contestant with requests to other hosts would measure the refusal of the network.
    await context.route(
      (url) => url.hostname !== "127.0.0.1" && url.protocol.startsWith("http"),
      (route) => {
        problems.push(`asked for ${route.request().url()}`);
        return route.abort();
      },
    );
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(`threw ${error.message}`));
    page.on("console", (message) => message.type() === "error" && problems.push(`said ${message.text()}`));
    let frames = 0;
    let frameBytes = 0;
    page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => {
        frames++;
        frameBytes += Buffer.byteLength(payload);
      }),
    );
    // From a page of the same site, so that process and counters stay.
    await page.goto(`${sink.origin}/blank`);
    const cdp = await context.newCDPSession(page);
    const host = await browser.newBrowserCDPSession();
    const { processInfo } = await host.send("SystemInfo.getProcessInfo");
    const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);

    // CPU time of the main thread, not time gone by: a busy machine counts for less.
    await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    const metrics = async () => {
      const { metrics } = await cdp.send("Performance.getMetrics");
      const of = (name) => metrics.find((metric) => metric.name === name).value * 1000;
      return {
        script: of("ScriptDuration"),
        task: of("TaskDuration"),
        style: of("RecalcStyleDuration"),
        layout: of("LayoutDuration"),
      };
    };
    if (profile) {
      await cdp.send("Profiler.enable");
      await cdp.send("Profiler.setSamplingInterval", { interval: SAMPLE_MICROS });
      await cdp.send("Profiler.start");
    }
    const profiled = async (again) => {
      if (!profile) return undefined;
      const { profile: taken } = await cdp.send("Profiler.stop");
      if (again) await cdp.send("Profiler.start");
      return readProfile(taken, contestant.own);
    };

    const blank = await metrics();
    await page.goto(`${sink.origin}/category/all`);
    await pause(SETTLE_MS);
    const loaded = await metrics();
    const loadProfile = await profiled(true);
    // The page's own process: the others of the type stand ready for other pages.
    const pid = pids.map((pid) => [cpuOf(pid).main, pid]).sort((a, b) => b[0] - a[0])[0][1];
    const cpuLoaded = cpuOf(pid);

    await page.evaluate(() => window.benchBegin());
    const begun = performance.now();
    let late = 0;
    const answers = [];
    for (const [at, method, parameters] of usage(SEED)) {
      const wait = begun + at - performance.now();
      if (wait > 1) await pause(wait);
      late = Math.max(late, -wait);
      // An answer comes when the page has handled the event; the next event does not wait for it, as a hand does not.
      answers.push(cdp.send(method, parameters).catch((error) => problems.push(error.message)));
    }
    await pause(Math.max(0, begun + USE_MS - performance.now()));
    await Promise.all(answers);
    await pause(END_MS);
    const cpu = minus(cpuOf(pid), cpuLoaded);
    const used = await metrics();
    const useProfile = await profiled(false);

    const done = await page.evaluate(() => window.benchDone);
    await cdp.send("HeapProfiler.collectGarbage");
    await cdp.send("HeapProfiler.collectGarbage");
    const { usedSize } = await cdp.send("Runtime.getHeapUsage");
    // Held data is sent now, or as the page goes.
    await page.evaluate(() => (window.testgram?.stop ? window.testgram.stop() : window.benchEnd?.()));
    await pause(END_MS);
    await page.goto("about:blank");
    await pause(END_MS);

    const bodies = sink.bodies();
    return {
      load: { ...minus(loaded, blank), profile: loadProfile },
      use: { ...minus(used, loaded), cpu, profile: useProfile },
      bytes: frameBytes + bodies.reduce((sum, { bytes }) => sum + bytes, 0),
      messages: frames + bodies.length,
      heap: usedSize,
      done,
      late,
      problems: [...new Set(problems)],
    };
  } finally {
    await browser.close();
  }
}
