/** A seeded random generator. Each visit has its own, so that no visitor depends on those before. */

/** `part` names what the dice are for, such as one visit: other parts get unrelated numbers. */
export class Dice {
  #state: number;

  constructor(seed: number, part: string) {
    // FNV-1a over the part's name: neighbouring visits get unrelated dice.
    let hash = 0x811c9dc5 ^ seed;
    for (const unit of part) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193);
    this.#state = hash >>> 0;
    for (let i = 0; i < 8; i++) this.next();
  }

  /** A number from 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number, both ends included. */
  int(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }

  /** One of `list`, each as likely as its weight; undefined if no weight is above 0. */
  weighted<T>(list: readonly T[], weight: (one: T) => number): T | undefined {
    const weights = list.map((one) => Math.max(0, weight(one)));
    let at = this.next() * weights.reduce((sum, one) => sum + one, 0);
    for (const [nth, one] of list.entries()) {
      at -= weights[nth] as number;
      if (at < 0) return one;
    }
    return undefined;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** A log-normal number, for the time that people take: half of them take less than `median`. */
  around(median: number, spread = 0.6): number {
    return median * Math.exp(spread * Math.max(-3, Math.min(3, this.normal())));
  }

  shuffled<T>(list: readonly T[]): T[] {
    const all = [...list];
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [all[i], all[j]] = [all[j] as T, all[i] as T];
    }
    return all;
  }
}
