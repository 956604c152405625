/**
 * Records the demo shop's traffic: visitors of many kinds use it in Chromium, through the real snippet, against a real
 * `tg up` on a fresh folder, and what their browsers send is written to demo/traffic.jsonl.gz. See
 * demo/record/README.md.
 *
 *     node record.ts [--sessions 400] [--seed 7] [--pages 3] [--out FILE] [--only persona] [--verbose]
 *
 * Ends with 1, and writes nothing, if anything was refused, lost or left out, or if pages threw what they should not.
 */

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CHROMIUM, CONTAINER_FLAGS } from "../../snippet/testing/chromium.ts";
import { type Browser, chromium } from "../../snippet/testing/playwright.ts";
import { device, wayIn } from "./devices.ts";
import { Dice } from "./dice.ts";
import { CATEGORIES, person } from "./invented.ts";
import type { Move } from "./move.ts";
import { MOVES, THINK_MS } from "./moves.ts";
import { cast, habits, PERSONAS, type Persona } from "./personas.ts";
import { packed, Tape, totals } from "./tape.ts";
import { type ShopServer, startShop } from "./tg.ts";
import { Visit } from "./visit.ts";
import { Visitor } from "./visitor.ts";
import { warp } from "./warp.ts";

const { values: options } = parseArgs({
  options: {
    sessions: { type: "string", default: "400" },
    seed: { type: "string", default: "7" },
    pages: { type: "string", default: "3" },
    out: { type: "string", default: fileURLToPath(new URL("../traffic.jsonl.gz", import.meta.url)) },
    only: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});

const HOUR = 3_600_000;
/** Most moves of a visit, and most real time. */
const MOVES_MOST = 110;
const VISIT_MS = 240_000;
/**
 * The share of visits that may fail for our own reasons, such as a busy machine: each is reported, and nothing of it is
 * kept.
 */
const BROKEN_SHARE = 0.03;
/** Exceptions that the shop throws on purpose: the product without a chart of sizes, and the promo code that breaks. */
const INTENDED = [/^TypeError: Cannot destructure property .* of 'product\.size_guide'/, /^ApiFailure: /];
/** A page that is left while it waits for an answer. */
const LEFT = /Failed to fetch|NetworkError|aborted/;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** When a visit begins: within the last day and a half, mostly in the afternoon and evening of New York. */
function beginning(dice: Dice): number {
  const now = Date.now();
  for (;;) {
    const at = now - dice.between(3, 40) * HOUR;
    const hour = ((at / HOUR) % 24) - 5;
    if (dice.chance(0.25 + 0.75 * Math.max(0, Math.sin(((hour - 8) / 14) * Math.PI)))) return at;
  }
}

/** Makes moves until the visitor has lost interest. */
async function live(visit: Visit): Promise<void> {
  const { v, dice, persona } = visit;
  const until = Date.now() + VISIT_MS;
  for (let count = 0; visit.interest > 0 && count < MOVES_MOST && Date.now() < until; count++) {
    visit.turn();
    const { place } = visit;
    const weight = (move: Move) =>
      (typeof move.weight === "function" ? move.weight(visit) : move.weight) * (persona.likes[move.name] ?? 1);
    const move = dice.weighted(
      MOVES.filter(({ on }) => !on || on.includes(place)),
      weight,
    );
    if (!move) return;
    await v.think((THINK_MS[place] ?? 3000) * (move.thinkTime ?? 1), 0.7);
    if (dice.chance(0.15)) await v.fidget();
    const began = Date.now();
    const done = await move.make(visit);
    if (options.verbose) say(`  ${place}: ${move.name}${done ? "" : " (cannot)"} ${Date.now() - began} ms`);
    visit.note(move.name);
    visit.interest -= done ? (move.cost ?? 1) : 0.4;
  }
  // The last page is not left at once.
  await v.think(1500);
}

interface Visited {
  tape: Tape;
  persona: Persona;
  /** Exceptions that the page should not have thrown. */
  thrown: string[];
}

async function record(browser: Browser, shop: ShopServer, persona: Persona, nth: number): Promise<Visited> {
  const dice = new Dice(Number(options.seed), `${persona.name} ${nth}`);
  const hands = habits(dice, persona);
  const carried = device(dice, hands.hand === "touch");
  const context = await browser.newContext({ ...carried, permissions: ["clipboard-read", "clipboard-write"] });
  try {
    context.setDefaultTimeout(15_000);
    const ahead = beginning(dice) - Date.now();
    await context.addInitScript(warp, ahead);
    // Chromium forgets its emulated identity while a page unloads, which is when the `meta` of short visits is made.
    const pretended = { userAgent: carried.userAgent, language: carried.locale, webdriver: persona.automated ?? false };
    await context.addInitScript((pretended) => {
      for (const [name, value] of Object.entries(pretended))
        Object.defineProperty(Navigator.prototype, name, { get: () => value });
    }, pretended);
    let visitor: Visitor | undefined;
    const tape = new Tape(context, () => visitor?.now());
    visitor = new Visitor(context, await context.newPage(), ahead, dice, hands, tape);
    const visit = new Visit(visitor, dice, persona, person(dice), dice.pick(CATEGORIES));
    const way = persona.begins && dice.chance(0.7) ? { path: dice.pick(persona.begins) } : wayIn(dice);
    await visitor.open(shop.origin + way.path, way.referer);
    await live(visit);
    await visitor.leave();
    const thrown = visitor.errors.filter((error) => ![...INTENDED, LEFT].some((known) => known.test(error)));
    return { tape, persona, thrown };
  } finally {
    await context.close();
  }
}

const table = (counts: Map<string, number>) =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([word, count]) => `${word} ${count}`)
    .join(", ");

/** All visits, a few at a time. */
async function visits(shop: ShopServer): Promise<{ visited: Visited[]; broken: string[] }> {
  const wanted = Number(options.sessions);
  const only = PERSONAS.find(({ name }) => name === options.only);
  const queue = only ? Array.from({ length: wanted }, () => only) : cast(new Dice(Number(options.seed), "cast"), wanted);
  const all = queue.length;
  const began = Date.now();
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    // The browser must not look automated, except for a persona that says so. Images are off: the snippet does not read
    // them, they are most of what pages load, and their boxes have their size without them.
    args: [
      ...CONTAINER_FLAGS,
      "--disable-blink-features=AutomationControlled",
      "--disable-smooth-scrolling",
      "--blink-settings=imagesEnabled=false",
    ],
  });
  const visited: Visited[] = [];
  const broken: string[] = [];
  let count = 0;
  const work = async () => {
    for (let persona = queue.shift(); persona; persona = queue.shift()) {
      const nth = count++;
      const from = Date.now();
      let what = "broken off";
      try {
        const visit = await record(browser, shop, persona, nth);
        visited.push(visit);
        what = `${visit.tape.events} events`;
      } catch (error) {
        broken.push(`${persona.name} ${nth}: ${String(error).slice(0, 400)}`);
        if (options.verbose) say((error as Error).stack ?? "");
      }
      const done = visited.length + broken.length;
      const left = ((Date.now() - began) / done) * (all - done);
      const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 60_000 ? 1 : 0)} s`;
      say(`${done}/${all} ${persona.name}: ${what} in ${seconds(Date.now() - from)}, ${seconds(left)} to go`);
    }
  };
  await Promise.all(Array.from({ length: Number(options.pages) }, work));
  await browser.close();
  return { visited, broken };
}

async function main(): Promise<number> {
  const began = Date.now();
  const shop = await startShop();
  const { visited, broken } = await visits(shop);
  const stored = await shop.stored();
  await shop.stop();

  let left = 0;
  let unheard = 0;
  const faults: string[] = [];
  const lines = visited.flatMap(({ tape, persona, thrown }) => {
    left += tape.prune((key) => stored.has(key));
    unheard += tape.unheard;
    const lines = tape.lines(persona.name);
    faults.push(
      ...[...tape.faults, ...thrown.map((error) => `thrown in the page: ${error}`)].map((fault) => `${persona.name}: ${fault}`),
    );
    return lines;
  });
  // Every frame must be in the store, also those whose answer came after their page had gone.
  for (const { session, frames } of lines) {
    for (const [seq, [, text]] of frames.entries()) {
      const sent = (JSON.parse(text) as { events: unknown[] }).events.length;
      const has = stored.get(`${session}.${seq}`);
      if (has !== sent) faults.push(`frame ${session}.${seq}: ${sent} events sent, ${has ?? "none"} stored`);
    }
  }

  const bytes = packed(lines);
  const sum = totals(lines);
  say(`sessions: ${lines.length} (${table(sum.sessions)})`);
  say(`events: ${sum.events} in ${sum.frames} frames (${table(sum.kinds)})`);
  say(
    `frames answered when their page had gone: ${unheard}; left behind by closed tabs and not sent, so not in the file: ${left}`,
  );
  say(`bytes: ${sum.raw} of frames, ${bytes.length} in the file; ${Math.round((Date.now() - began) / 1000)} s`);
  for (const one of broken) say(`broken off: ${one}`);
  for (const fault of new Set(faults)) say(`fault: ${fault}`);
  if (faults.length > 0 || broken.length > Math.max(1, visited.length * BROKEN_SHARE)) {
    say("nothing written");
    return 1;
  }
  await writeFile(options.out, bytes);
  say(`written: ${options.out}`);
  return 0;
}

process.exitCode = await main();
