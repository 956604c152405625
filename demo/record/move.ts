/** What a move is, and small ones to build others from. */

import type { Place, Visit } from "./visit.ts";

/** One thing that a visitor does; `moves.ts` lists them, `record.ts` picks and makes them. */
export interface Move {
  /** Its name in `Persona.likes`. */
  name: string;
  /** The places where it can be made; all, if undefined. */
  on?: Place[];
  /** How likely it is, relative to the other possible moves; a persona's likes multiply it. */
  weight: number | ((visit: Visit) => number);
  /** Factor for the think time before it, relative to `THINK_MS` of the place. */
  thinkTime?: number;
  /** How much interest it costs; 1 if undefined. */
  cost?: number;
  /** Makes it. Returns false where it cannot be made now. */
  make(visit: Visit): Promise<boolean>;
}

/** A weight that falls with each time on the same page. */
export const once = (name: string, weight: number, again: number) => (visit: Visit) => weight * again ** visit.didHere(name);

/** A move: presses the link or button with this test id, if the page has one. */
export const press = (name: string, on: Place[], id: string, weight: Move["weight"], loads = false): Move => ({
  name,
  on,
  weight,
  make: (visit) => visit.v.click(visit.at(id), { loads }),
});

/** A move: presses one of several links or buttons. */
export const pressOne = (name: string, on: Place[], selector: string, weight: Move["weight"], loads = false): Move => ({
  name,
  on,
  weight,
  make: (visit) => visit.clickOne(selector, loads),
});
