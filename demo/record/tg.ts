/** A `tg up` on a fresh folder, and what it has stored. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchesIn, dumpBuffer, startTg } from "../../snippet/testing/tg.ts";
import { frameName } from "../../snippet/testing/wire.ts";

/** The server that the shop runs on, and whose buffer is compared with what the browsers sent. */
export interface ShopServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** How many events each batch in the buffer has, by `frameName`. */
  stored(): Promise<Map<string, number>>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts it; `record.ts` calls this once for all visits. */
export async function startShop(): Promise<ShopServer> {
  const data = await mkdtemp(join(tmpdir(), "testgram-record-"));
  const tg = await startTg(["--data", join(data, "state")]);
  return {
    origin: tg.origin,
    stored: async () => new Map(batchesIn(await dumpBuffer(tg.aws)).map((batch) => [frameName(batch), batch.events.length])),
    async stop() {
      await tg.end("SIGTERM");
      await rm(data, { recursive: true, force: true });
    },
  };
}
