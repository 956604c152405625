/** How often a batch goes over the line: what `make cost` counts. */
import { expect, flush } from "./harness";
import { proof } from "./proof/stack";
import { openTap } from "./proof/tap";

const KEY = "again";
const PAGES = ["a", "b", "c", "d"];
const test = proof([{ key: KEY }]);

test("a page's last batch is sent as it goes, and by the next page, which cannot know that it has arrived", async ({
  page,
  stack,
  site,
}) => {
  const tap = await openTap(stack.origin);
  const script = await site.bake({ ...(await stack.clientSettings(KEY)), socket: `${tap.origin.replace("http", "ws")}/ws` });
  const links = PAGES.map((name) => `<a id="${name}" href="/${name}">${name}</a>`).join(" ");
  for (const name of PAGES) site.page(`/${name}`, `<script src="${script}"></script>${links}`, { csp: false });
  const [first, ...others] = PAGES;
  await page.goto(site.url(`/${first}`));
  for (const name of others) {
    // Nothing is under way, over a connection that stands: frames are kept until their acknowledgement is read.
    await flush(page);
    await expect.poll(() => page.evaluate(() => Object.keys(sessionStorage))).toEqual(["testgram"]);
    await page.click(`#${name}`);
    await page.waitForURL(`**/${name}`);
  }
  await flush(page);
  await expect.poll(() => tap.events("page").length === PAGES.length && tap.settled()).toBe(true);
  const texts = tap.sent.map(String).filter((text) => text.startsWith("{"));
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  const left = (text: string) => text.includes('"end",{"reason":"unload"}');
  expect([...times].map(([text, sent]) => [left(text), sent])).toEqual(
    [...times].map(([text]) => [left(text), left(text) ? 2 : 1]),
  );
  expect([...times.keys()].filter(left)).toHaveLength(others.length);
  expect((await stack.stored(KEY)).length).toBe(times.size);
  await tap.close();
});
