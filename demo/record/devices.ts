/** The visitors' devices. Only what the snippet can see matters: size, touch, language, time zone and user agent. */

import type { BrowserContextOptions } from "../../snippet/testing/playwright.ts";
import type { Dice } from "./dice.ts";

const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
const LINUX = "Mozilla/5.0 (X11; Linux x86_64)";
const CHROME = (version: number) => `AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;
const SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15";

interface Device {
  share: number;
  agents: string[];
  sizes: [number, number][];
  mobile?: boolean;
}

const DESKTOPS: Device[] = [
  {
    share: 8,
    agents: [142, 143, 144].map((v) => `${WINDOWS} ${CHROME(v)}`),
    sizes: [
      [1920, 945],
      [1536, 730],
      [1366, 633],
    ],
  },
  {
    share: 5,
    agents: [143, 144].map((v) => `${MAC} ${CHROME(v)}`),
    sizes: [
      [1440, 789],
      [1728, 992],
      [1512, 857],
    ],
  },
  {
    share: 3,
    agents: [`${MAC} ${SAFARI}`],
    sizes: [
      [1440, 812],
      [1512, 870],
    ],
  },
  {
    share: 3,
    agents: [`${WINDOWS} ${CHROME(143)} Edg/143.0.0.0`],
    sizes: [
      [1536, 722],
      [1920, 937],
    ],
  },
  {
    share: 2,
    agents: ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"],
    sizes: [
      [1536, 711],
      [1280, 585],
    ],
  },
  {
    share: 1,
    agents: ["Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", `${LINUX} ${CHROME(143)}`],
    sizes: [
      [1920, 968],
      [2560, 1310],
    ],
  },
  { share: 0.5, agents: [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROME(143)}`], sizes: [[1366, 641]] },
];

const MOBILES: Device[] = [
  {
    share: 6,
    mobile: true,
    agents: [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    ],
    sizes: [
      [390, 664],
      [402, 714],
      [430, 772],
    ],
  },
  {
    share: 5,
    mobile: true,
    agents: [143, 144].map(
      (v) => `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${v}.0.0.0 Mobile Safari/537.36`,
    ),
    sizes: [
      [412, 785],
      [360, 660],
      [393, 727],
    ],
  },
  {
    share: 2,
    mobile: true,
    agents: [
      "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    ],
    sizes: [[384, 700]],
  },
  {
    share: 1,
    mobile: true,
    agents: [
      "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    ],
    sizes: [[820, 1106]],
  },
];

const PLACES: [share: number, locale: string, zone: string][] = [
  [5, "en-US", "America/New_York"],
  [4, "en-US", "America/Los_Angeles"],
  [3, "en-US", "America/Chicago"],
  [1, "es-US", "America/Denver"],
  [1, "en-CA", "America/Toronto"],
  [1, "fr-CA", "America/Montreal"],
  [1, "en-GB", "Europe/London"],
  [1, "de-DE", "Europe/Berlin"],
  [0.5, "ja-JP", "Asia/Tokyo"],
  [0.5, "en-IN", "Asia/Kolkata"],
];

/** Picks a device, with or without touch, for the browser context of one visit. */
export function device(dice: Dice, touch: boolean): BrowserContextOptions {
  const { agents, sizes, mobile = false } = dice.weighted(touch ? MOBILES : DESKTOPS, ({ share }) => share) as Device;
  const [, locale, timezoneId] = dice.weighted(PLACES, ([share]) => share) as (typeof PLACES)[number];
  const [width, height] = dice.pick(sizes);
  return { userAgent: dice.pick(agents), viewport: { width, height }, isMobile: mobile, hasTouch: mobile, locale, timezoneId };
}

const COFFEE_BLOG = "https://beans.example/blog/how-to-choose-a-kettle";

/** Entry pages and their referrers. `share` is relative to the other entries. */
const WAYS_IN: { share: number; path: string; referer?: string }[] = [
  { share: 6, path: "/demo/" },
  { share: 5, path: "/demo/", referer: "https://www.google.com/" },
  { share: 2, path: "/demo/", referer: "https://duckduckgo.com/" },
  { share: 2, path: "/demo/?utm_source=letter&utm_medium=email&utm_campaign=harvest", referer: "https://mail.example.net/" },
  { share: 2, path: "/demo/shop/coffee?gclid=EAIaIQobChMI8yq2Z", referer: "https://www.google.com/" },
  { share: 2, path: "/demo/shop/brewing", referer: COFFEE_BLOG },
  { share: 2, path: "/demo/product/crane-kettle", referer: COFFEE_BLOG },
  { share: 2, path: "/demo/product/kiamba-ab", referer: "https://www.google.com/" },
  { share: 1, path: "/demo/product/oat-mug", referer: "https://www.pinterest.com/" },
  { share: 1, path: "/demo/product/uji-morning", referer: "https://www.bing.com/" },
  { share: 1, path: "/demo/product/winter-blend", referer: "https://www.google.com/" },
  { share: 1, path: "/demo/help/brewing", referer: "https://www.google.com/" },
  { share: 1, path: "/demo/search?q=oolong", referer: "https://www.google.com/" },
];

/** Picks the entry page of a visit, and its referrer. */
export function wayIn(dice: Dice): { path: string; referer?: string } {
  return dice.weighted(WAYS_IN, ({ share }) => share) as (typeof WAYS_IN)[number];
}
