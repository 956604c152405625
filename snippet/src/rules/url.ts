// URLs as templates: `https://shop.example/users/417/orders?token=abc#top` → `/users/:id/orders?token`. The same as
// `privacy/url.rs`, which says why, and the rules of a world's settings on top.

import { any, before, type Extra, lower, oneOf } from "./text";
import { hasAtSign, offence, starred } from "./word";

/** Segments after which the next ones identify a person. */
const asks = oneOf(
  "account author by candidate client confirm contact customer doctor driver email employee follower friend guest handle invite " +
    "join lead member name owner patient people person phone profile recipient reset search seller student subscriber teacher " +
    "token u unsubscribe user username verify",
);

/** Page names that may follow such a segment in clear. */
const isPage = oneOf(
  "about account activate activity add address addresses advanced all area avatar appointments documents events favorites files " +
    "integrations items keys limits notes payslips plans products projects records repos statements tags tasks tickets tokens " +
    "transactions transfers usage visits billing by cards cart change checkout code comments confirm confirmation count create " +
    "current dashboard data delete details devices done downloads edit email export feedback followers following forgot general " +
    "groups help history home import in inbox index info invitations invite invoices list login logout lost me messages methods " +
    "new notifications order orders out overview password payment payments permissions phone photos plan posts preferences " +
    "privacy profile recover register registration remove reset results returns reviews rewards roles saved search security self " +
    "sent sessions settings shipping sign signin signout signup status subscriptions success suggest suggestions team thanks up " +
    "update upload verify view wishlist",
);

/** File endings of pages and of code. */
const isEnding = oneOf("action asp aspx cgi css do htm html js json jsp mjs php svg txt xml");

/**
 * The template of `raw`, an absolute URL or one that begins with `/`. The origin is kept only where it is not `own`.
 */
export function urlTemplate(raw: string, own?: string, extra?: Extra): string {
  const parts = /^(?:((?:https?|wss?):\/\/)([^/?#]*)|(?=\/(?!\/)))([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(raw);
  if (!parts) return "other:";
  const [, scheme = "", authority = "", path = "", query = "", fragment = ""] = parts;
  const origin = !scheme || lower(scheme + authority) === lower(own || "") ? "" : lower(scheme) + hostTemplate(lower(authority));
  // A fragment that is a route continues the path; any other is dropped.
  const route = /^(!?)!*(\/[^?#]*)/.exec(fragment);
  const out =
    origin +
    pathTemplate(path, false, extra) +
    queryTemplate(query, extra) +
    (route ? `#${route[1]}${pathTemplate(route[2] || "", any(segments(path), asksWho), extra)}` : "");
  return out.length > 1024 ? `${origin}/:more` : out;
}

/**
 * Host and port without user info; hosts that are numbers or of an odd form, and labels that look like data, as `*`.
 */
function hostTemplate(authority: string): string {
  const host = authority.split("@").pop()!;
  const name = host.replace(/:\d{1,5}$/, "");
  const labels = () => name.split(".").map((label) => starred(label));
  return (/^[\d.]*$|[^a-z\d.*-]|.{101}/.test(name) ? "*" : labels().join(".")) + host.slice(name.length);
}

/** The segments of a path without their parameters. */
const segments = (path: string): string[] =>
  path
    .split("/")
    .map((segment) => before(segment, ";"))
    .filter((segment) => segment);

const words = (text: string): string[] => text.split(/[-_]/);

function pathTemplate(path: string, ofPeople: boolean, extra?: Extra): string {
  const parts = segments(path);
  const masks = extra ? ruled(parts, extra.urls) : [];
  let out = "";
  any(parts, (segment, at) => {
    const mask = at > 11 ? ":more" : masks[at] || "";
    out += `/${mask[0] === ":" ? mask : judge(segment, ofPeople) || segment}`;
    // Also if it is masked: a rule that hides `users` must not turn the next segment into a page name.
    ofPeople = ofPeople || asksWho(segment);
    return mask === ":more";
  });
  return out || "/";
}

function asksWho(segment: string): boolean {
  const last = words(before(segment, ".")).pop()!;
  // `us` is not the plural of `u`: `about-us`, `en-us`.
  return asks(last) || asks(last.replace(/(..)s$/i, "$1"));
}

/** The placeholder for a segment; empty if it may stay in clear. */
function judge(segment: string, ofPeople: boolean): string {
  if (/^:(id|email|name|text|more)$/.test(segment)) return "";
  if (hasAtSign(segment)) return segment[0] === "@" ? ":name" : ":email";
  if (ofPeople && any(words(segment), (word) => !isPage(word))) return ":id";
  const stem = before(segment, ".");
  if (stem !== segment && !isEnding(segment.slice(stem.length + 1))) return ":text";
  if (!/\D/.test(stem)) return ":id";
  return offence(stem) || (segment.length > 40 || words(stem).length > 4 || /[^\w-]/.test(stem) ? ":text" : "");
}

/** `?a&b`: the keys, sorted, each once; keys that look like data as `*`. */
function queryTemplate(query: string, extra?: Extra): string {
  const keys = query
    .split("&")
    .map((pair) => before(pair, "=").replace(/%5b/gi, "[").replace(/%5d/gi, "]"))
    .filter((key) => key)
    .map((key) => starred(key, extra));
  const sent = [...new Set(keys)].sort().slice(0, 16);
  return sent[0] ? `?${sent.join("&")}` : "";
}

/**
 * Whether `rule` is a URL rule: a path of literals, of `*` for any segment, and of `:id`, `:name`, `:email` or `:text`
 * for any segment, which is then replaced by that. At the end, `**` is for any rest, which is replaced by `:more`.
 */
export const isUrlRule = (rule: string): boolean =>
  /^(?=\/)(\/(\*|:(id|name|email|text)|(?![:*])[^/?#;*]+))*(\/\*\*)?\/?$/.test(rule);

/** The segments of the first rule that matches; empty where none does. */
function ruled(parts: string[], rules: readonly string[]): string[] {
  for (const rule of rules) {
    const want = segments(rule.replace("**", ":more"));
    const open = want[want.length - 1] === ":more";
    const differs = (part: string, at: number) => !/^[:*]/.test(part) && lower(part) !== lower(parts[at] || "");
    if ((open ? parts.length >= want.length - 1 : parts.length === want.length) && !any(want, differs)) return want;
  }
  return [];
}
