// The digest that is shipped is our own: it must be SHA-256, as it is built.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "@playwright/test";

const ROOT = join(import.meta.dirname, "..");

test("SHA-256 as it is built", () => {
  const directory = test.info().outputPath();
  mkdirSync(directory, { recursive: true });
  const [entry, out] = [join(directory, "entry.ts"), join(directory, "built.js")];
  const library = JSON.stringify(join(ROOT, "src/sha256.ts"));
  writeFileSync(entry, `import { sha256 } from ${library}; declare const __TESTGRAM__: unknown[]; __TESTGRAM__.push(sha256);`);
  execFileSync(process.execPath, ["build.mjs", `--entry=${entry}`, `--out=${out}`], { cwd: ROOT });
  const built: ((bytes: Uint8Array) => string)[] = [];
  new Function("__TESTGRAM__", readFileSync(out, "utf8"))(built);
  const [sha256] = built;
  assert(sha256);
  for (const length of [...Array(301).keys(), 4_095, 4_096, 16_384, 65_537]) {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 167 + length * 31);
    assert.equal(sha256(bytes), createHash("sha256").update(bytes).digest("hex"), `${length} bytes`);
    // A view into a larger buffer.
    const within = new Uint8Array([9, 9, 9, ...bytes, 9]).subarray(3, 3 + length);
    assert.equal(sha256(within), sha256(bytes));
  }
});
