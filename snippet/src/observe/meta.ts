/** Device and browser of the session: families, never the user agent. */

import { referrerOf } from "../natives";
import type { Raw } from "../types";

type Table = [string, RegExp][];

/** The first match counts: most browsers also call themselves Chrome, and nearly all Safari. */
const BROWSERS: Table = [
  ["edge", /Edg\w*\/(\d+)/],
  ["opera", /OPR\/(\d+)/],
  ["samsung", /SamsungBrowser\/(\d+)/],
  ["firefox", /F(?:irefox|xiOS)\/(\d+)/],
  ["chrome", /C(?:hrome|riOS)\/(\d+)/],
  ["safari", /Version\/(\d+).*Safari/],
];
const SYSTEMS: Table = [
  ["windows", /Windows/],
  ["android", /Android/],
  // An iPad calls itself a Mac, but no Mac has fingers on it.
  ["ios", /iP(hone|ad|od)|Macintosh.* touches/],
  ["chromeos", /CrOS/],
  ["macos", /Macintosh/],
  ["linux", /Linux/],
];
const DEVICES: Table = [
  ["tablet", /iPad|Tablet|Android(?!.*Mobi)|Macintosh.* touches/],
  ["mobile", /Mobi/],
  ["desktop", /^/],
];

/** The raw `meta` of a session's first frame; `main.ts` passes it to the scrub gate. */
export function meta(): Raw {
  const { userAgent, language, maxTouchPoints, webdriver } = navigator;
  const agent = userAgent + (maxTouchPoints > 1 ? " touches" : "");
  const first = (table: Table) => table.find(([, looks]) => looks.test(agent)) || (["other", /$/] as const);
  const [browser, version] = first(BROWSERS);
  return {
    device: first(DEVICES)[0],
    viewport: { w: innerWidth, h: innerHeight },
    browser,
    version: +(version.exec(agent) || [])[1]!,
    os: first(SYSTEMS)[0],
    referrer: referrerOf(document).replace(/[?#].*/s, "") || undefined,
    // `zh-Hans-CN` becomes `zh`.
    language: (/^[a-z]{2,3}(-[A-Z]{2}\b)?/.exec(language) || [])[0],
    tz: -new Date().getTimezoneOffset(),
    automated: webdriver,
  };
}
