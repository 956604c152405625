/**
 * How Chromium is started: for the browser tests (`playwright.config.ts`), the recorder (`demo/record`), the stack test
 * (`tests/stack`) and the benchmark (`tools/bench/snippet`).
 */

/** The path of the system's Chromium, never of a downloaded one. The environment variable CHROMIUM names another. */
export const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";

/** A container has no namespaces for a sandbox, and no GPU. */
export const CONTAINER_FLAGS: readonly string[] = ["--no-sandbox", "--disable-gpu"];

/** Headless, and silent: the browser requests nothing that a page did not ask for. */
export const LAUNCH: { executablePath: string; args: string[] } = {
  executablePath: CHROMIUM,
  args: [
    "--headless",
    ...CONTAINER_FLAGS,
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
