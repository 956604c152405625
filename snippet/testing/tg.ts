/** Runs `tg`, which cargo has built: a server for the browser tests and the recorder, and what its buffer holds. */

import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Batch } from "./wire.ts";

/** The path of the binary. The environment variable TG names another than the dev build. */
export const TG = process.env.TG || fileURLToPath(new URL("../../target/debug/tg", import.meta.url));

/** A running `tg up`. */
export interface RunningTg {
  /** `http://127.0.0.1:<port>`, where pages, script and WebSocket are served. */
  readonly origin: string;
  /** The DynamoDB and S3 endpoint. */
  readonly aws: string;
  /** Sends `signal` and waits for the end of the process; does nothing where it has ended already. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts `tg up` with `flags` and waits until it is ready. `port` is the server's, "0" for any free one; `onLine` reads
 * each line of its output and log. Throws where the binary is missing, or ends before it is ready.
 */
export async function startTg(
  flags: readonly string[],
  { port = "0", onLine }: { port?: string; onLine?: ((line: string) => void) | undefined } = {},
): Promise<RunningTg> {
  if (!existsSync(TG)) throw new Error(`${TG} is missing: build it with \`cargo build --locked\`, or name another by TG`);
  const child = spawn(TG, ["up", "--port", port, "--aws-port", "0", "--json", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  const beforeReady: string[] = [];
  let aws = "";
  let isReady = false;
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (!isReady) beforeReady.push(line);
    aws ||= /"aws":"([^"]+)"/.exec(line)?.[1] ?? "";
    onLine?.(line);
  });
  const origin = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("ready ")) resolve(line.slice("ready ".length));
      onLine?.(line);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`tg up ended with ${code}: ${beforeReady.join("\n")}`)));
  });
  isReady = true;
  return {
    origin,
    get aws() {
      return aws;
    },
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill(signal);
      await ended;
    },
  };
}

/** What `program` prints, up to 1 GB. Throws where it fails. */
export async function printed(program: string, ...flags: string[]): Promise<string> {
  return (await promisify(execFile)(program, flags, { maxBuffer: 1 << 30 })).stdout;
}

/** The buffer behind `aws`, the endpoint of a `RunningTg`, as text: a batch a line. */
export const dumpBuffer = (aws: string): Promise<string> => printed(TG, "buffer", "dump", "--aws", aws);

/** The batches of what `dumpBuffer` printed. */
export const batchesIn = (dump: string): Batch[] =>
  dump
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Batch);
