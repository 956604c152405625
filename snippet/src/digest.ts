/** Digests: the only thing that leaves the device of what somebody typed or read. */

import { sha256 } from "@noble/hashes/sha2.js";

const encoder = new TextEncoder();

/** SHA-256 over `salt` and the UTF-8 of `text`, in lower-case hex. */
export function digest(salt: Uint8Array, text: string): string {
  const bytes = encoder.encode(text);
  const salted = new Uint8Array(salt.length + bytes.length);
  salted.set(salt);
  salted.set(bytes, salt.length);
  return Array.from(sha256(salted), (byte) => (byte + 256).toString(16).slice(1)).join("");
}

/** The bytes of a salt in hex. */
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) || [], (pair) => Number.parseInt(pair, 16));
