// Who is measured: what each puts into the page's head, and what of it counts as its size.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const require = createRequire(import.meta.url);
const version = (name) => JSON.parse(require("node:fs").readFileSync(here(`node_modules/${name}/package.json`), "utf8")).version;
const gzip = (text) => gzipSync(text, { level: 9 }).length;

/** As a site would ship it: one minified file. */
async function bundle(options) {
  const { outputFiles } = await build({
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2020",
    platform: "browser",
    legalComments: "none",
    logLevel: "error",
    ...options,
  });
  return outputFiles[0].text;
}

const tag = (src) => `<script src="${src}"></script>`;

/** `files` are put under their paths. A URL that matches `own` is the contestant's code. */
export async function contestants({ tg, snippet }) {
  const posthog = dirname(require.resolve("posthog-js/dist/array.js"));
  const posthogFile = (name) => readFile(join(posthog, `${name}.js`), "utf8");
  const [served, rrweb, recordOnly, openreplay, array, recorder, start] = await Promise.all([
    fetch(`${tg}/js/world/demo.js`).then((response) => response.text()),
    bundle({ entryPoints: [here("contestants/rrweb.js")] }),
    bundle({ stdin: { contents: 'import { record } from "@rrweb/record"; globalThis.record = record;', resolveDir: here(".") } }),
    bundle({ entryPoints: [here("contestants/openreplay.js")] }),
    posthogFile("array"),
    posthogFile("lazy-recorder"),
    readFile(here("contestants/posthog.js"), "utf8"),
  ]);
  if (!served.includes('({"v":')) throw new Error("tg serves no snippet for the world demo");
  // Another build with the settings of the served one, to see names in a profile.
  const settings = served.slice(served.lastIndexOf('({"v":') + 1).replace(/\);\s*$/, "");
  const testgram = snippet ? (await readFile(snippet, "utf8")).replace("__TESTGRAM__", () => settings) : served;

  return [
    { name: "nothing", title: "nothing", head: "", files: {}, own: /^$/, sizes: {} },
    {
      name: "testgram",
      title: "testgram",
      head: tag(snippet ? "/contestant/testgram.js" : `${tg}/js/world/demo.js`),
      files: { "/contestant/testgram.js": testgram },
      own: /\/(js\/world\/demo|contestant\/testgram)\.js/,
      sizes: { script: gzip(testgram) },
    },
    {
      name: "rrweb",
      title: `rrweb ${version("rrweb")}, record`,
      head: tag("/contestant/rrweb.js"),
      files: { "/contestant/rrweb.js": rrweb },
      own: /\/contestant\/rrweb\.js/,
      sizes: { [`@rrweb/record ${version("@rrweb/record")} alone`]: gzip(recordOnly) },
      also: { [`{ record } of rrweb ${version("rrweb")}`]: gzip(rrweb) },
    },
    {
      name: "posthog",
      title: `posthog-js ${version("posthog-js")}`,
      // Sites start it inline in the head; here it is a file, so that a profile can attribute it.
      head: tag("/contestant/posthog.js") + tag("/sink/posthog/static/array.js"),
      files: { "/contestant/posthog.js": start },
      own: /\/(contestant\/posthog\.js|sink\/posthog\/(static|array)\/)/,
      sizes: { "array.js": gzip(array), "lazy-recorder.js": gzip(recorder) },
      library: posthog,
    },
    {
      name: "openreplay",
      title: `@openreplay/tracker ${version("@openreplay/tracker")}`,
      head: tag("/contestant/openreplay.js"),
      files: { "/contestant/openreplay.js": openreplay },
      own: /\/contestant\/openreplay\.js/,
      sizes: { bundle: gzip(openreplay) },
    },
  ];
}
