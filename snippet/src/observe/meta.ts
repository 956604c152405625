/** What the session is told of device and browser: families, never the user agent. */

import { referrerOf } from "../natives";
import type { Raw } from "../types";

type Table = [string, RegExp][];

/** The first that fits: most call themselves Chrome too, and nearly all of them Safari. */
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
    // `zh-Hans-CN` is told as `zh`.
    language: (/^[a-z]{2,3}(-[A-Z]{2}\b)?/.exec(language) || [])[0],
    tz: -new Date().getTimezoneOffset(),
    automated: webdriver,
  };
}
