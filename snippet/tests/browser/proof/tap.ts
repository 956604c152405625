/**
 * A tap on the line: a proxy that keeps every byte that the browser sends to the server, requests with their headers as
 * well as unmasked WebSocket frames. It does not rely on what the browser reports.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Event, type Frame, frameName, parsed, type Reply } from "../../../testing/wire";

/** What a tap has seen so far. */
export interface Tap {
  readonly origin: string;
  /** Request lines, headers and bodies, sent before a connection became a WebSocket. */
  readonly requests: Buffer[];
  /** The heads of responses, to check that no cookie is set. */
  readonly answers: Buffer[];
  /** The payloads of WebSocket frames. */
  readonly sent: Buffer[];
  readonly received: Buffer[];
  frames(): Frame[];
  replies(): Reply[];
  /** The acknowledgements, one for each frame. */
  acks(): Reply[];
  events(kind?: string): Event[];
  /** Whether every frame has its acknowledgement. */
  settled(): boolean;
  close(): Promise<void>;
}

/**
 * Cuts a stream of WebSocket frames into payloads. No extension is negotiated; one that were would show as a reserved
 * bit.
 */
function unframe(payloads: Buffer[]): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length > 1) {
      if (rest[0]! & 0x70) throw new Error("a WebSocket extension: these frames cannot be read");
      const short = rest[1]! & 0x7f;
      const masked = rest[1]! & 0x80;
      const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (masked ? 4 : 0);
      if (rest.length < head) return;
      const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short;
      if (rest.length < head + length) return;
      const payload = Buffer.from(rest.subarray(head, head + length));
      if (masked) for (let at = 0; at < length; at++) payload[at]! ^= rest[head - 4 + (at % 4)]!;
      payloads.push(payload);
      rest = rest.subarray(head + length);
    }
  };
}

/** Opens a tap before the server at `target`, an origin. */
export async function openTap(target: string): Promise<Tap> {
  const { port, hostname } = new URL(target);
  let own = port;
  /** The script names the server's socket; ports have five digits, so that no length changes. */
  const renamed = (chunk: Buffer) =>
    Buffer.from(chunk.toString("latin1").split(`${hostname}:${port}`).join(`${hostname}:${own}`), "latin1");
  /** Without compression, so that the socket can be renamed. */
  const plain = (chunk: Buffer) => Buffer.from(chunk.toString("latin1").replace(/^accept-encoding:.*\r\n/im, ""), "latin1");
  const requests: Buffer[] = [];
  const answers: Buffer[] = [];
  const sent: Buffer[] = [];
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((browser) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [browser, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      socket.setNoDelay(true);
    }
    const up = unframe(sent);
    const down = unframe(received);
    let upgraded = false;
    browser.on("data", (chunk: Buffer) => {
      if (upgraded) up(chunk);
      else requests.push(chunk);
      upstream.write(upgraded ? chunk : plain(chunk));
    });
    upstream.on("data", (chunk: Buffer) => {
      const end = chunk.indexOf("\r\n\r\n");
      if (!upgraded) chunk = renamed(chunk);
      if (upgraded) down(chunk);
      else if (chunk.subarray(0, 12).toString() === "HTTP/1.1 101") {
        upgraded = true;
        answers.push(chunk.subarray(0, end));
        down(chunk.subarray(end + 4));
      } else answers.push(chunk.subarray(0, end < 0 ? chunk.length : end));
      browser.write(chunk);
    });
    browser.on("end", () => upstream.end());
    upstream.on("end", () => browser.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  own = String((server.address() as AddressInfo).port);
  if (own.length !== port.length) throw new Error(`the ports ${port} and ${own} differ in length`);
  const json = <T extends { type?: string }>(payloads: readonly Buffer[]): T[] =>
    // A close frame is none.
    payloads.flatMap((payload) => (parsed(payload.toString()) as T | undefined) ?? []);
  /** The frames, each once, also if it was sent again. */
  const frames = () => [...new Map(json<Frame>(sent).map((frame) => [frameName(frame), frame])).values()];
  const acks = () => {
    const all = json<Reply>(received).filter(({ type }) => type === "ack");
    return [...new Map(all.map((ack) => [frameName(ack), ack])).values()];
  };
  return {
    origin: `http://${hostname}:${own}`,
    requests,
    answers,
    sent,
    received,
    frames,
    replies: () => json<Reply>(received),
    acks,
    events: (kind) => frames().flatMap(({ events }) => events.filter((event) => !kind || event[1] === kind)),
    settled() {
      const acked = new Set(
        json<Reply>(received)
          .filter(({ type }) => type === "ack")
          .map(frameName),
      );
      return frames().every((frame) => acked.has(frameName(frame)));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
