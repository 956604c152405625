/**
 * The fixtures of the privacy proof: one `tg up` for all tests of a spec file in the same worker. It logs at debug
 * level, and tests can read its log and its folder. The harness's other fixtures work with it.
 *
 *     const test = proof([{ key: "strict", settings: { labels: false } }]);
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { printed, TG } from "../../../testing/tg";
import { test as base, type Folder, FolderTg, makeFolder, type Tg, type World } from "../harness";

/** Prints every row of the archive below a folder, a JSON object a line. */
const ROWS = `
import duckdb, sys
db = duckdb.connect()
rows = db.execute("SELECT to_json(row)::VARCHAR FROM read_parquet(?, union_by_name = true) row", [sys.argv[1] + "/**/*.parquet"])
for (row,) in rows.fetchall():
    print(row)
`;

/** A `tg up` that logs all it can, for all tests of a spec file. */
export class Stack extends FolderTg {
  readonly #log: string[];

  constructor(folder: Folder) {
    const log: string[] = [];
    super(folder, ["--log", "debug"], (line) => log.push(line));
    this.#log = log;
  }

  /** All that it has printed so far; its metrics are part of it. */
  log(): string {
    return this.#log.join("\n");
  }

  /** Every file of its folder, as it is on the disk. */
  async files(): Promise<{ readonly name: string; readonly bytes: Buffer }[]> {
    const { state } = this.folder;
    const entries = await readdir(state, { recursive: true, withFileTypes: true });
    return Promise.all(
      entries
        .filter((entry) => entry.isFile())
        .map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          return { name: path.slice(state.length + 1), bytes: await readFile(path) };
        }),
    );
  }

  /** Archives and builds now: every row of the archive as JSON, as DuckDB reads it, and the world's model. */
  async archived(key: string): Promise<{ readonly rows: string; readonly model: string }> {
    const { tenant, world } = this.folder.world(key)!;
    const name = `${tenant}/${world}`;
    await printed(TG, "archive", "--aws", this.aws);
    await printed(TG, "build", "--aws", this.aws, "--world", name);
    const model = await printed(TG, "model", "download", "--aws", this.aws, "--world", name);
    return { rows: await printed("python3", "-c", ROWS, this.folder.state), model };
  }
}

/** The harness's test with one stack that has these worlds, beside `demo`. */
export const proof = (worlds: readonly World[] = []) =>
  base.extend<{ tg: Tg }, { stack: Stack }>({
    stack: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs.
      async ({}, use) => {
        const stack = new Stack(await makeFolder("testgram-proof-", worlds));
        await stack.start();
        await use(stack);
        await stack.stop();
      },
      { scope: "worker" },
    ],
    tg: async ({ stack }, use) => use(stack),
    context: async ({ context, stack }, use) => {
      // `SNIPPET=FILE` replaces the script that is built into the server, to try one without building the server.
      const file = process.env.SNIPPET;
      if (file) {
        await context.route(/\/js\/world\/\w+\.js$/, async (route) => {
          const client = await stack.clientSettings(/(\w+)\.js$/.exec(route.request().url())![1]).catch(() => undefined);
          // A closed world's script has no settings.
          if (!client) return route.continue();
          const socket = `${new URL(route.request().url()).origin.replace("http", "ws")}/ws`;
          const script = (await readFile(file, "utf8")).replace("__TESTGRAM__", () => JSON.stringify({ ...client, socket }));
          await route.fulfill({ contentType: "text/javascript", body: script });
        });
      }
      await use(context);
    },
  });
