// Error messages keep the words that engines and libraries use; every other word becomes a placeholder. The same as
// `privacy/error.rs`, which says why.

import { any, lower, oneOf, trimmed } from "./text";
import { hasAtSign } from "./word";

const isKnown = oneOf(
  "a abort aborted access after all already an and argument arguments array as assertion assignment async at attempt " +
    "await bad be because before bigint blocked body boolean by call callback called calling can can't cannot child chunk " +
    "circular class client clone closed component connect connection const constant construct constructor content convert " +
    "cors could create cross-origin css data date declaration defined delete denied depth dereference did document does " +
    "doesn't dom during dynamically element empty end error evaluating event exceeded exist expected expression extensible " +
    "failed failure fetch fetching field file for found frame from function get getter global has have header hook hooks " +
    "http hydration id identifier if illegal import imported in index infinite initial initialization initialized input " +
    "instance insufficient internal interrupted invalid invocation is isn't iterable its json key length let limit list " +
    "literal load loading loop match matched maximum memory message method missing module more must name native network new " +
    "nil no node non-object not null number object observer of offline on only operation operator optional options or " +
    "origin out parameter parent parse parsing permission pop port position primitive private promise properties property " +
    "prototype proxy quota range read read-only reading readonly recursion redeclaration redirect reference refused regular " +
    "rejected rejection remove render rendered request required resizeobserver resource response return script security " +
    "server set setter should size source stack state status storage strict string structure super support supported symbol " +
    "syntax target than the this time timed timeout to token too tried try type unauthorized uncaught undefined undelivered " +
    "unexpected unhandled unknown unterminated update url use used user valid value variable was when while window with " +
    "without worker write xml yet your",
);

/** The template of an error message. Runs of the same placeholder count once. */
export function scrubError(message: string): string {
  const out: string[] = [];
  any(message.split(/[\t\n\f\r ]/), (part) => {
    const word = scrubWord(part);
    if (!word) return false;
    const full = out.length > 23;
    if (full) out.push(":more");
    else if (word[0] !== ":" || out[out.length - 1] !== word) out.push(word);
    return full;
  });
  return out.join(" ");
}

function scrubWord(part: string): string {
  if (/^:(w|n|url|email|more)$/.test(part)) return part;
  const bare = trimmed(part, /[^!-/:-@[-`{-~](.*[^!-/:-@[-`{-~])?/s);
  if (!bare) return "";
  if (part.includes("://")) return ":url";
  if (hasAtSign(part)) return ":email";
  if (!/[^\d.,-]/.test(bare)) return ":n";
  return isKnown(bare) ? lower(bare) : ":w";
}
