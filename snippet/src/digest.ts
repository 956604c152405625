/** Digests: the only thing that leaves the device of what somebody typed or read. */

import { sha256 } from "@noble/hashes/sha2.js";

const encoder = new TextEncoder();

/** SHA-256 over `salt` and the UTF-8 of `text`, in lower-case hex. */
export function digest(salt: Uint8Array, text: string): string {
  const bytes = encoder.encode(text);
  const salted = new Uint8Array(salt.length + bytes.length);
  salted.set(salt);
  salted.set(bytes, salt.length);
  let hex = "";
  // Not `Array.from`: old libraries have one of their own, which knows nothing of a second argument.
  for (const byte of sha256(salted)) hex += (byte + 256).toString(16).slice(1);
  return hex;
}

/** The bytes of a salt in hex. */
export const bytesOf = (hex: string): Uint8Array => new Uint8Array(hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16)));
