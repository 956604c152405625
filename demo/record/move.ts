/** What a move is, and small ones to make others of. */

import type { Place, Visit } from "./visit.ts";

export interface Move {
  name: string;
  /** All places, if none are named. */
  on?: Place[];
  /** How likely it is, beside the others that can be made; a persona's likes multiply it. */
  weight: number | ((visit: Visit) => number);
  /** Time before it, beside what the place usually takes. */
  dwell?: number;
  /** Of the interest; 1 if it does not say. */
  cost?: number;
  /** False: it cannot be made here and now. */
  make(visit: Visit): Promise<boolean>;
}

/** Less likely with each time on the same page. */
export const once = (name: string, weight: number, again: number) => (visit: Visit) => weight * again ** visit.didHere(name);

/** A link or a button, by its test id, that is there or not. */
export const press = (name: string, on: Place[], id: string, weight: Move["weight"], loads = false): Move => ({
  name,
  on,
  weight,
  make: (visit) => visit.v.click(visit.at(id), { loads }),
});

/** One of several links or buttons. */
export const pressOne = (name: string, on: Place[], selector: string, weight: Move["weight"], loads = false): Move => ({
  name,
  on,
  weight,
  make: (visit) => visit.clickOne(selector, loads),
});
