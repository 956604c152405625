/** Playwright, from where the snippet's tests have it: the recorder brings no packages of its own. */

import { createRequire } from "node:module";
import type * as Playwright from "../../snippet/node_modules/@playwright/test/index.js";

export type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
  Request,
} from "../../snippet/node_modules/@playwright/test/index.js";

/** It is CommonJS, whose names an import from a path does not find. */
export const { chromium } = createRequire(import.meta.url)("../../snippet/node_modules/@playwright/test") as typeof Playwright;
