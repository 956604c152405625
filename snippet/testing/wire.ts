/**
 * The wire format as a test or the recorder reads it: parsed JSON, nothing checked. `src/types.ts` has the snippet's
 * own side, where the events of a frame are strings.
 */

/** The third part of an event: the fields of its kind. */
export type Detail = Record<string, unknown>;

/** An event; `t` is in milliseconds since the session began. */
export type Event = readonly [t: number, kind: string, detail: Detail];

/** A frame that the browser sent. */
export interface Frame {
  type: "batch";
  v: 1;
  session: string;
  seq: number;
  events: Event[];
  meta?: Detail;
  lost?: { thrown?: number; refused?: number; queue?: number };
}

/** A reply of the server, of whatever type: each field is there only where its type has it. */
export interface Reply {
  type?: string;
  code?: string;
  session?: string;
  seq?: number;
  accepted?: number;
  rejected?: { index: number; code: string }[];
  meta_rejected?: unknown;
  retry?: boolean;
  [more: string]: unknown;
}

/** A batch in the buffer, as `tg buffer dump` prints it: one JSON object a line. */
export interface Batch {
  tenant: string;
  world: string;
  session: string;
  seq: number;
  events: Event[];
  meta?: Detail | null;
}

/** The name of a frame, of its acknowledgement and of its batch: `<session>.<seq>`. */
export const frameName = ({ session, seq }: { readonly session?: string; readonly seq?: number }): string => `${session}.${seq}`;

/** The digits of Crockford's base 32, in which ULIDs are written. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** When a session began, in milliseconds since 1970: the first ten characters of its ULID. */
export const beganAt = (session: string): number =>
  [...session.slice(0, 10)].reduce((ms, digit) => ms * 32 + DIGITS.indexOf(digit), 0);

/** `text` as JSON; undefined where it is none, since tests and pages send other things as well. */
export const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
