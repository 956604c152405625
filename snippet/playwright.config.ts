import { defineConfig } from "@playwright/test";
import { LAUNCH } from "./testing/chromium";

// `pure` needs no browser. `browser` runs the system's Chromium, never a downloaded one: CHROMIUM names another.
export default defineConfig({
  fullyParallel: true,
  workers: 2,
  // A test that passes at the second try hides a race of ours.
  retries: 0,
  // A machine may be slow. What waits for nothing to happen has a time of its own.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: process.env.CI ? "line" : "list",
  projects: [
    { name: "pure", testDir: "tests", testMatch: "*.spec.ts", testIgnore: "browser/**" },
    {
      name: "browser",
      testDir: "tests/browser",
      testMatch: "*.spec.ts",
      use: {
        browserName: "chromium",
        launchOptions: {
          ...LAUNCH,
          args: [
            ...LAUNCH.args,
            // Nothing but loopback; and a name that does not exist fails at once, however a machine resolves it.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
          ],
        },
      },
    },
  ],
});
