// The digest of the minified build: SHA-256 over salt and text, compared with Node's own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "@playwright/test";

const ROOT = join(import.meta.dirname, "..");

test("SHA-256 of the minified build", () => {
  const directory = test.info().outputPath();
  mkdirSync(directory, { recursive: true });
  const [entry, out] = [join(directory, "entry.ts"), join(directory, "built.js")];
  const source = JSON.stringify(join(ROOT, "src/digest.ts"));
  writeFileSync(entry, `import { digest } from ${source}; declare const __TESTGRAM__: unknown[]; __TESTGRAM__.push(digest);`);
  execFileSync(process.execPath, ["build.mjs", `--entry=${entry}`, `--out=${out}`], { cwd: ROOT });
  const built: ((salt: Uint8Array, text: string) => string)[] = [];
  new Function("__TESTGRAM__", readFileSync(out, "utf8"))(built);
  const [digest] = built;
  assert(digest);
  const salt = Uint8Array.from({ length: 32 }, (_, at) => at * 7);
  for (const length of [...Array(301).keys(), 4_095, 4_096, 16_384, 65_537]) {
    const text = Array.from({ length }, (_, at) => String.fromCodePoint(0x20 + ((at * 167 + length * 31) % 0x2100))).join("");
    assert.equal(digest(salt, text), createHash("sha256").update(salt).update(text).digest("hex"), `${length} characters`);
  }
});
