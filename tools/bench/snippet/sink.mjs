// One server on loopback: the page, its API, and under /sink/<contestant>/ what each contestant sends its data to, with
// answers as far as it needs them to record. It counts the bodies as they come in.

import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** 10 KB of JSON, another one for each page. */
function productsPage(page) {
  const item = (id) => ({
    id,
    sku: `SKU-${id}-${page}`,
    title: `Product ${id} of page ${page}`,
    price: 5 + ((id * 31 + page * 7) % 200),
    stock: (id * 17 + page) % 40,
    tags: ["linen", "summer", "classic"],
    seller: { id: id % 9, name: "Example Shop", rating: 4.5 },
    images: [{ url: `/images/${id}.webp`, width: 640, height: 480, alt: "" }],
    description: "A plain description, as long as most of them are, which says nothing of interest to anybody at all.",
  });
  return JSON.stringify({ page, total: 300, items: Array.from({ length: 29 }, (_, n) => item((page * 10 + n) % 300)) });
}

const POSTHOG_CONFIG = {
  token: "phc_bench",
  supportedCompression: ["gzip", "gzip-js"],
  hasFeatureFlags: false,
  captureDeadClicks: false,
  capturePerformance: { network_timing: true, web_vitals: false },
  autocapture_opt_out: false,
  autocaptureExceptions: false,
  analytics: { endpoint: "/i/v0/e/" },
  elementsChainAsString: true,
  sessionRecording: {
    endpoint: "/s/",
    consoleLogRecordingEnabled: true,
    recorderVersion: "v2",
    networkPayloadCapture: { recordBody: false, recordHeaders: false },
  },
  heatmaps: false,
  surveys: false,
  conversations: false,
  productTours: false,
  logs: { captureConsoleLogs: false },
  defaultIdentifiedOnly: true,
  siteApps: [],
};

/** Answers of the services that the contestants talk to, by the part of the path behind /sink. */
const ANSWERS = [
  [/^\/posthog\/array\/phc_bench\/config$/, () => POSTHOG_CONFIG],
  [/^\/posthog\/flags/, () => ({ flags: {}, featureFlags: {}, errorsWhileComputingFlags: false, requestId: "bench" })],
  [/^\/posthog\//, () => ({ status: "Ok" })],
  [
    /^\/openreplay\/v1\/web\/start$/,
    () => ({
      token: "bench.token",
      userUUID: "00000000-0000-4000-8000-000000000000",
      sessionID: "1",
      projectID: "1",
      startTimestamp: Date.now(),
      delay: 0,
      beaconSizeLimit: 1_000_000,
      compressionThreshold: 24_000,
      canvasEnabled: false,
      assistOnly: false,
    }),
  ],
  [/^\/openreplay\/v1\/web\/tags/, () => ({ tags: [] })],
  [/^\/(openreplay|rrweb)/, () => ({})],
];

/** Opens the web server of the bench's page, which also receives what the contestants send. */
export async function openSink() {
  /** Who is being measured, and the bodies that came for it. */
  let current;
  let bodies = [];
  const unknown = new Set();

  const sent = (path, body) => {
    const [, answer] = ANSWERS.find(([pattern]) => pattern.test(path)) ?? [];
    if (body.length) bodies.push({ path: path.replace(/\?.*/, ""), bytes: body.length });
    if (!answer) unknown.add(path);
    return JSON.stringify(answer?.() ?? {});
  };

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { pathname } = new URL(request.url, "http://sink");
    const reply = (type, content) => {
      response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(content);
    };
    const file = current?.files[pathname];
    // The version may stand in the path.
    const library = /^\/sink\/posthog\/static\/(?:[\d.]+\/)?([\w.-]+\.js)$/.exec(pathname);
    if (file !== undefined) return reply(TYPES.js, file);
    if (library && current.library && existsSync(join(current.library, library[1]))) {
      response.writeHead(200, { "content-type": TYPES.js });
      return createReadStream(join(current.library, library[1])).pipe(response);
    }
    if (pathname === "/sink/posthog/array/phc_bench/config.js") {
      return reply(
        TYPES.js,
        `(window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{}).phc_bench={config:${JSON.stringify(POSTHOG_CONFIG)},siteApps:[]};`,
      );
    }
    if (pathname.startsWith("/sink/")) return reply("application/json", sent(request.url.slice("/sink".length), body));
    if (pathname === "/api/products")
      return reply("application/json", productsPage(Number(new URL(request.url, "http://sink").searchParams.get("page"))));
    if (pathname === "/api/cart") return reply("application/json", JSON.stringify({ ok: true, cart: { id: 7, count: 1 } }));
    if (pathname === "/blank") return reply(TYPES.html, "<!doctype html><title>Blank</title>");
    if (/^\/page\/[\w.]+$/.test(pathname))
      return reply(TYPES[pathname.split(".").pop()], await readFile(here(`page/${basename(pathname)}`)));
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    const page = await readFile(here("page/index.html"), "utf8");
    reply(
      TYPES.html,
      page.replace("<!--contestant-->", () => current?.head ?? ""),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    unknown,
    /** Serves this contestant from now on, and forgets what the one before sent. */
    serve(contestant) {
      current = contestant;
      bodies = [];
    },
    bodies: () => bodies,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
