/**
 * The site with the planted secrets: it returns every secret in every way a server can. It is not searched: what a page
 * sends to its own servers is its own business.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { framePage, type Planted, plantedPage } from "./planted";

/** The web server of the planted pages. */
export interface PlantedSite {
  /** By name, so that cookies of the pages are not for the server on 127.0.0.1. */
  readonly origin: string;
  /** Another origin of the same pages' owner, with CORS. */
  readonly api: string;
  /** What the pages are about now. */
  about(planted: Planted): void;
  close(): Promise<void>;
}

const PLANT = readFileSync(fileURLToPath(new URL("./plant.js", import.meta.url)));
const ENOUGH = { "content-type": "text/html; charset=utf-8", "referrer-policy": "unsafe-url" };

/** What a header can carry. */
const plain = (text: string) => (/^[\t -~]*$/.test(text) ? text : encodeURIComponent(text));

/** Answers of the API: each contains the secret in another way. */
const ANSWERS: Record<string, (secret: string, code: string) => { type?: string; body: string; status?: number }> = {
  json: (s, c) => ({
    body: JSON.stringify({
      ok: true,
      name: s,
      nested: { deep: { deeper: [s, { value: s }] } },
      items: [{ [c]: s }, { [c]: 1 }],
      [c]: { id: 1 },
    }),
  }),
  list: (s) => ({ body: JSON.stringify([s, s, { note: s }]) }),
  string: (s) => ({ body: JSON.stringify(s) }),
  // Keys that are people: few, and many.
  byKey: (_, c) => ({ body: JSON.stringify({ users: { [c]: { age: 1 }, [`${c}2`]: { age: 2 }, [`3${c}`]: { age: 3 } } }) }),
  many: (s) => ({ body: JSON.stringify(Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`${s} ${at}`, at]))) }),
  problem: (s, c) => ({
    type: "application/problem+json",
    status: 422,
    body: JSON.stringify({ title: s, detail: s, errors: { [c]: [s] } }),
  }),
  text: (s) => ({ type: "text/plain", body: s }),
  html: (s) => ({ type: "text/html", body: `<p title="${s}">${s}` }),
  xml: (s) => ({ type: "application/xml", body: `<a b="x">${s.replace(/[<&]/g, "")}</a>` }),
  lines: (s) => ({ type: "application/x-ndjson", body: `{"a":${JSON.stringify(s)}}\n{"a":1}\n` }),
  broken: (s) => ({ body: `{"name":${JSON.stringify(s)},` }),
  failure: (s) => ({ status: 500, body: JSON.stringify({ error: s, stack: `Error: ${s}\n at ${s}` }) }),
};

/** Opens it; `script` is the URL of our script. */
export async function openPlantedSite(script: string): Promise<PlantedSite> {
  let about: Planted | undefined;
  const now = (): Planted => {
    if (!about) throw new Error("a page was asked for before its secret was set");
    return about;
  };
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    const { secret, code } = now();
    if (pathname.startsWith("/users/")) return void response.writeHead(200, ENOUGH).end(plantedPage(now(), script));
    if (pathname.startsWith("/frame/")) return void response.writeHead(200, ENOUGH).end(framePage(now()));
    if (pathname === "/plant.js") return void response.writeHead(200, { "content-type": "text/javascript" }).end(PLANT);
    if (pathname.startsWith("/boom")) {
      const text = `setTimeout(() => { throw new RangeError(${JSON.stringify(secret)}); });throw new Error(${JSON.stringify(secret)});`;
      return void response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(text);
    }
    if (pathname === "/events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      return void response.write(`event: message\nid: ${plain(secret)}\ndata: ${secret.replace(/\s/g, " ")}\n\n`);
    }
    const make = ANSWERS[searchParams.get("want") ?? ""];
    const cors = { "access-control-allow-origin": request.headers.origin ?? "*", "access-control-allow-headers": "*" };
    if (request.method === "OPTIONS") {
      const asked = String(request.headers["access-control-request-headers"] ?? "");
      return void response
        .writeHead(204, { ...cors, "access-control-allow-headers": asked, "access-control-allow-methods": "*" })
        .end();
    }
    if (!make) return void response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    const { type = "application/json", body, status = 200 } = make(secret, code);
    const headers = {
      ...cors,
      "content-type": type,
      "x-user": plain(secret),
      "set-cookie": `user=${encodeURIComponent(secret)}`,
    };
    response.writeHead(status, plain(secret).slice(0, 200), { ...headers, etag: `"${encodeURIComponent(secret)}"` }).end(body);
  };
  /** The page's own WebSocket: accepts any message and answers with the secret. */
  const upgrade = (request: IncomingMessage, socket: Socket) => {
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    sockets.add(socket.on("error", () => {}));
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept.digest("base64")}\r\n\r\n`,
    );
    const said = Buffer.from(now().secret).subarray(0, 120);
    socket.write(Buffer.concat([Buffer.from([0x81, said.length]), said]));
  };

  const sockets = new Set<Socket>();
  const open = async (): Promise<Server> => {
    const server = createServer((request, response) => {
      request.resume().on("end", () => answer(request, response));
    });
    server.on("upgrade", upgrade);
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => server.listen(0, resolve));
    return server;
  };
  const servers = [await open(), await open()] as const;
  const [port, apiPort] = servers.map((server) => (server.address() as AddressInfo).port) as [number, number];
  return {
    origin: `http://localhost:${port}`,
    api: `http://localhost:${apiPort}`,
    about: (planted) => {
      about = planted;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
