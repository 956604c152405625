/** Digests: all that leaves the device of a value that a visitor typed or a label that they read. */

import { sha256 } from "@noble/hashes/sha2.js";

const encoder = new TextEncoder();

/** SHA-256 over `salt` and the UTF-8 of `text`, in lower-case hex. The scrub gate calls it for labels and values. */
export function digest(salt: Uint8Array, text: string): string {
  const bytes = encoder.encode(text);
  const salted = new Uint8Array(salt.length + bytes.length);
  salted.set(salt);
  salted.set(bytes, salt.length);
  let hex = "";
  // Not `Array.from`: old libraries replace it by one that ignores the second argument.
  for (const byte of sha256(salted)) hex += (byte + 256).toString(16).slice(1);
  return hex;
}

/** The bytes of `hex`, which is a salt of the settings. */
export const bytesOf = (hex: string): Uint8Array => new Uint8Array(hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16)));
