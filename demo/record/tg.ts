/** A `tg up` on a fresh folder, and what it has stored. */

import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const built = (name: string) => fileURLToPath(new URL(`../../target/debug/${name}`, import.meta.url));
const TG = process.env.TG || built("tg");
const DECODE = process.env.DECODE_BUFFER || built("decode-buffer");

export interface Tg {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** How many events each batch in the store has, by `<session>.<seq>`. */
  stored(): Promise<Map<string, number>>;
  stop(): Promise<void>;
}

export async function startTg(): Promise<Tg> {
  for (const file of [TG, DECODE]) {
    if (!existsSync(file)) throw new Error(`${file} is missing: cargo build --locked -p testgram-tg -p testgram-traffic`);
  }
  const data = await mkdtemp(join(tmpdir(), "testgram-record-"));
  const args = ["up", "--port", "0", "--aws-port", "0", "--json", "--data", join(data, "state")];
  const child = spawn(TG, args, { stdio: ["ignore", "pipe", "pipe"] });
  let aws = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    aws = /"aws":"([^"]+)"/.exec(line)?.[1] ?? aws;
  });
  const origin = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => line.startsWith("ready ") && resolve(line.slice(6)));
    child.once("exit", (code) => reject(new Error(`tg up ended with ${code}`)));
  });
  return {
    origin,
    async stored() {
      const { stdout } = await promisify(execFile)(DECODE, ["--endpoint", aws], { maxBuffer: 1 << 30 });
      const batches = stdout.split("\n").filter(Boolean);
      return new Map(
        batches.map((line) => {
          const { session, seq, events } = JSON.parse(line) as { session: string; seq: number; events: unknown[] };
          return [`${session}.${seq}`, events.length];
        }),
      );
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        await ended;
      }
      await rm(data, { recursive: true, force: true });
    },
  };
}
