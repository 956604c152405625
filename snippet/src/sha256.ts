/**
 * SHA-256 (FIPS 180-4), small: `crypto.subtle` does not exist on pages without TLS, and a library is three times this. tests/sha256.spec.ts
 * holds it against Node's own.
 */

/** The first 32 bits of the fractional parts of the square roots (8) and cube roots (64) of the first primes. */
const START: number[] = [];
const ROUND: number[] = [];
for (let prime = 2, at = 2; ROUND.length < 64; prime = ++at) {
  for (let by = 2; by < at; by++) if (at % by === 0) prime = 0;
  if (!prime) continue;
  if (!START[7]) START.push((prime ** 0.5 * 2 ** 32) | 0);
  ROUND.push((prime ** (1 / 3) * 2 ** 32) | 0);
}

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The hash of `bytes`, in lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  const size = bytes.length;
  // A one bit, zeros, and the length in bits, to whole blocks of 64 bytes.
  const padded = new Uint8Array(((size + 72) >> 6) << 6);
  padded.set(bytes);
  padded[size] = 128;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, size * 8);
  const hash = new Int32Array(START);
  const w = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    let s: ArrayLike<number> = hash;
    for (let at = 0; at < 64; at++) {
      const x = w[at - 15]!;
      const y = w[at - 2]!;
      w[at] =
        at < 16
          ? view.getInt32(block + at * 4)
          : (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[at - 16]! + w[at - 7]! + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      const a = s[0]!;
      const b = s[1]!;
      const c = s[2]!;
      const d = s[4]!;
      const one = (turn(d, 6) ^ turn(d, 11) ^ turn(d, 25)) + ((d & s[5]!) ^ (~d & s[6]!)) + s[7]! + ROUND[at]! + w[at]!;
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      s = [(one + two) | 0, a, b, c, (s[3]! + one) | 0, d, s[5]!, s[6]!];
    }
    for (let at = 0; at < 8; at++) hash[at]! += s[at]!;
  }
  let hex = "";
  // Not `Array.from`: old libraries have one of their own, which knows nothing of a second argument.
  for (const word of hash) hex += (word >>> 0).toString(16).padStart(8, "0");
  return hex;
}
