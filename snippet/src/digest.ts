/** Digests: the only thing that leaves the device of what somebody typed or read. */

import { sha256 } from "./sha256";

const encoder = new TextEncoder();

/** SHA-256 over `salt` and the UTF-8 of `text`, in lower-case hex. */
export function digest(salt: Uint8Array, text: string): string {
  const bytes = encoder.encode(text);
  const salted = new Uint8Array(salt.length + bytes.length);
  salted.set(salt);
  salted.set(bytes, salt.length);
  return sha256(salted);
}

/** The bytes of a salt in hex. */
export const bytesOf = (hex: string): Uint8Array => new Uint8Array(hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16)));
