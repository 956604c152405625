/**
 * Playwright for the folders that have no packages of their own: `demo/record`, `tests/stack` and
 * `tools/bench/snippet`.
 */
export {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
  type Request,
} from "@playwright/test";
