/**
 * The fixtures of the privacy proof: one `tg up` for all tests of a spec file that run in the same worker, which logs all it can and
 * shows its log and its folder, and whatever the harness has beside.
 *
 *     const test = proof([{ key: "strict", settings: { labels: false } }]);
 */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Baked, test as base, batchesOf, type Tg, type World } from "../harness";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const TG = process.env.TG || here("../../../../target/debug/tg");
const DECODE = process.env.DECODE_BUFFER || here("../../../../target/debug/decode-buffer");

export interface Stack extends Tg {
  /** All that it has said so far; with it its metrics. */
  log(): string;
  /** Every file of its folder, as it is on the disk. */
  files(): Promise<{ readonly name: string; readonly bytes: Buffer }[]>;
  /** What `decode-buffer` prints of the whole buffer. */
  decoded(): Promise<string>;
  /** Archives and builds now: every row of the archive as JSON, as DuckDB reads it, and the world's model. */
  archived(key: string): Promise<{ readonly rows: string; readonly model: string }>;
}

/** Prints every row of the archive below a folder, a JSON object a line. */
const ROWS = `
import duckdb, sys
db = duckdb.connect()
rows = db.execute("SELECT to_json(row)::VARCHAR FROM read_parquet(?, union_by_name = true) row", [sys.argv[1] + "/**/*.parquet"])
for (row,) in rows.fetchall():
    print(row)
`;

async function startStack(worlds: readonly World[]): Promise<Stack & { stop(): Promise<void> }> {
  const data = await mkdtemp(join(tmpdir(), "testgram-proof-"));
  const all = worlds.map(({ key, tenant = "tests", world = key.toLowerCase(), settings = {} }) => ({
    tenant,
    world,
    key,
    settings: { origins: ["http://127.0.0.1:*", "http://localhost:*"], eu_visitors: false, ...settings },
  }));
  const file = join(data, "worlds.json");
  await writeFile(file, JSON.stringify(all));
  const state = join(data, "state");
  const args = ["up", "--port", "0", "--aws-port", "0", "--json", "--log", "debug", "--data", state, "--worlds", file];
  const child = spawn(TG, args, { stdio: ["ignore", "pipe", "pipe"] });
  const log: string[] = [];
  let aws = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    log.push(line);
    aws ||= /"aws":"([^"]+)"/.exec(line)?.[1] ?? "";
  });
  const origin = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      log.push(line);
      if (line.startsWith("ready ")) resolve(line.slice("ready ".length));
    });
    child.once("exit", (code) => reject(new Error(`tg up ended with ${code}: ${log.join("\n")}`)));
  });
  const printed = async (program: string, ...rest: string[]) =>
    (await promisify(execFile)(program, rest, { maxBuffer: 1 << 28 })).stdout;
  const decoded = () => printed(DECODE, "--endpoint", aws);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  };
  return {
    origin,
    socket: `${origin.replace("http", "ws")}/ws`,
    aws,
    script: (key = "demo") => `${origin}/js/world/${key}.js`,
    async baked(key = "demo") {
      const script = await (await fetch(`${origin}/js/world/${key}.js`)).text();
      return JSON.parse(script.slice(script.lastIndexOf('({"v":') + 1).replace(/\);\s*$/, "")) as Baked;
    },
    async stored(key = "demo") {
      return batchesOf(
        await decoded(),
        all.find((world) => world.key === key),
      );
    },
    decoded,
    async archived(key) {
      const { tenant, world } = all.find((world) => world.key === key)!;
      await printed(TG, "archive", "--aws", aws);
      await printed(TG, "build", "--aws", aws, "--world", `${tenant}/${world}`);
      const model = await printed(TG, "model", "download", "--aws", aws, "--world", `${tenant}/${world}`);
      return { rows: await printed("python3", "-c", ROWS, state), model };
    },
    log: () => log.join("\n"),
    async files() {
      const names = await readdir(state, { recursive: true, withFileTypes: true });
      const found = names.filter((entry) => entry.isFile());
      return Promise.all(
        found.map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          return { name: path.slice(state.length + 1), bytes: await readFile(path) };
        }),
      );
    },
    kill: () => end("SIGKILL"),
    start: () => Promise.reject(new Error("the proof's stack starts once")),
    async stop() {
      await end("SIGTERM");
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The harness's test with one stack that has these worlds, beside `demo`. */
export const proof = (worlds: readonly World[] = []) =>
  base.extend<{ tg: Tg }, { stack: Stack }>({
    stack: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs.
      async ({}, use) => {
        const stack = await startStack(worlds);
        await use(stack);
        await stack.stop();
      },
      { scope: "worker" },
    ],
    tg: async ({ stack }, use) => use(stack),
    context: async ({ context, stack }, use) => {
      // `SNIPPET=FILE`: that build instead of the one that is built into the server, to try one without building the server.
      const file = process.env.SNIPPET;
      if (file) {
        await context.route(/\/js\/world\/\w+\.js$/, async (route) => {
          const baked = await stack.baked(/(\w+)\.js$/.exec(route.request().url())![1]).catch(() => undefined);
          // A closed world's script has none.
          if (!baked) return route.continue();
          const socket = `${new URL(route.request().url()).origin.replace("http", "ws")}/ws`;
          const script = (await readFile(file, "utf8")).replace("__TESTGRAM__", () => JSON.stringify({ ...baked, socket }));
          await route.fulfill({ contentType: "text/javascript", body: script });
        });
      }
      await use(context);
    },
  });
