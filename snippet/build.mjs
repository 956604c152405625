// Builds the snippet: one function expression, called with a placeholder, which the server replaces by a world's
// settings.
//
//   node build.mjs                  writes dist/testgram.js
//   node build.mjs --check          fails if dist/testgram.js is not what the source builds, or is over the budget
//   node build.mjs --broken=gate    builds with a scrub gate that leaks, for the test that must then fail
//   --entry=FILE --out=FILE         other places than src/main.ts and the usual output

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

/**
 * The most that the script may take, in bytes after gzip -9. The aim was 8 KB; the rules with their word lists and
 * SHA-256 alone take 7 (README.md has the parts). The limit is just above today's size, so that growth is a decision.
 */
const BUDGET = 20.25 * 1024;
const PLACEHOLDER = "__TESTGRAM__";
/** The parameter that holds the settings; terser shortens it. */
const SETTINGS = "$settings$";

const { values: options } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    broken: { type: "string", default: "" },
    entry: { type: "string", default: "src/main.ts" },
    out: { type: "string" },
  },
});

// The result does not depend on the caller's directory.
const folder = fileURLToPath(new URL(".", import.meta.url));
process.chdir(folder);

async function bundle() {
  const { outputFiles } = await build({
    // esbuild has read the caller's directory when it was imported.
    absWorkingDir: folder,
    entryPoints: [options.entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2019",
    platform: "browser",
    legalComments: "none",
    logLevel: "warning",
    tsconfigRaw: { compilerOptions: { strict: true, useDefineForClassFields: false } },
    define: { [PLACEHOLDER]: SETTINGS, __BROKEN__: JSON.stringify(options.broken) },
  });
  return outputFiles[0].text;
}

async function shorten(body) {
  // In a browser that lacks what we need at load, we do not run, and the page loses nothing.
  const { code } = await minify(`(function(${SETTINGS}){"use strict";try{${body}}catch{}})(${PLACEHOLDER});`, {
    ecma: 2019,
    compress: { ecma: 2019, negate_iife: false, passes: 5, unsafe_arrows: true, unsafe_methods: true },
    mangle: { properties: { regex: /^_/ } },
    format: { ecma: 2019, ascii_only: true, comments: false },
  });
  return code;
}

const script = `${await shorten(await bundle())}\n`;
// The server looks for the placeholder, and the text around it must stay a call.
if (script.split(PLACEHOLDER).length !== 2 || !script.endsWith(`(${PLACEHOLDER});\n`)) {
  throw new Error(`the built file must end with (${PLACEHOLDER}); and contain it only there`);
}
const out = options.out ?? (options.broken ? `node_modules/.testgram/broken-${options.broken}.js` : "dist/testgram.js");
const size = gzipSync(script, { level: 9 }).length;
console.log(`${out}: ${script.length} bytes, ${size} gzip -9 (budget ${BUDGET})`);
if (options.check) {
  const committed = await readFile(out, "utf8").catch(() => "");
  if (committed !== script) {
    console.error(`${out} is not what the source builds: run \`npm run build\` and commit it`);
    process.exitCode = 1;
  }
  if (size > BUDGET) {
    console.error(`${out} is over its budget`);
    process.exitCode = 1;
  }
} else {
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, script);
}
