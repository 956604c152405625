// What is recorded of elements, and which are not recorded.

import { createHash } from "node:crypto";
import { expect, SETTINGS, test } from "./observed-page";

const label = (text: string) =>
  createHash("sha256").update(Buffer.from(SETTINGS.salt, "hex")).update(text).digest("hex").slice(0, 4);

test("a fingerprint holds what looks like code, and nothing else", async ({ observed, page }) => {
  await observed.open(`<main><p>a<p>b<p>
    <button id=pay name=jane@roe.example data-testid=pay-button data-cy=other title="Jane Roe" aria-description=Jane
      class="btn btn-primary user-4711481 Jane@Roe a b c d e f g h" value=JaneRoe>  Pay
      now </button></main>`);
  await page.click("#pay");
  const [{ el }] = (await observed.waitFor("click")) as [{ el: object }];
  expect(el).toEqual({
    tag: "button",
    role: "button",
    id: "pay",
    testid: "pay-button",
    classes: ["btn", "btn-primary", "a", "b", "c", "d", "e", "f"],
    path: "body>main>p:3>button",
    label: label("Pay now"),
  });
});

test("elements of every sort", async ({ observed, page }) => {
  await observed.open(`
    <a href=/x id=link><span id=inside>More</span></a> <a id=anchor>No link</a>
    <svg width=60 height=20><linearGradient/><g class=icon><rect id=shape width=50 height=20 /></g></svg>
    <my-card id=card></my-card> <x-4711481 id=odd>odd</x-4711481>
    <div role="TAB x" id=tab>Tab</div> <div role=unheard id=unheard>?</div>
    <label id=label for=field>Field of <span data-tg-mask>Jane</span> <textarea id=field>Jane Roe</textarea></label>
    <div id=host></div>
    <script>
      document.querySelector("#host").attachShadow({ mode: "open" }).innerHTML = "<i id=shady>shady</i>";
      document.querySelector("#card").attachShadow({ mode: "open" }).innerHTML = "<div><button id=deep><slot></slot></button></div>";
      document.querySelector("#card").innerHTML = "<b>Save</b>";
    </script>`);
  const fingerprint = async (selector: string) => {
    await page
      .locator(selector)
      .first()
      .click({ position: { x: 5, y: 5 } });
    const clicks = await observed.waitFor("click", 1);
    observed.all.length = 0;
    return clicks[0]!.el;
  };
  expect(await fingerprint("#inside")).toEqual({ tag: "a", role: "link", id: "link", path: "body>a", label: label("More") });
  await page.goBack();
  expect(await fingerprint("#anchor")).toEqual({ tag: "a", id: "anchor", path: "body>a:2" });
  expect(await fingerprint("#shape")).toEqual({ tag: "rect", id: "shape", path: "body>svg>g>rect" });
  expect(await fingerprint("my-card b")).toEqual({
    tag: "button",
    role: "button",
    id: "deep",
    path: "body>my-card>div>button",
    label: label("Save"),
    shadow: true,
  });
  expect(await fingerprint("#odd")).toEqual({ tag: "other", id: "odd", path: "body>other" });
  expect(await fingerprint("#tab")).toEqual({ tag: "div", role: "tab", id: "tab", path: "body>div", label: undefined });
  expect(await fingerprint("#unheard")).toMatchObject({ role: "other" });
  expect(await fingerprint("#label")).toEqual({
    tag: "label",
    id: "label",
    for: "field",
    path: "body>label",
    label: label("Field of"),
  });
  expect(await fingerprint("#shady")).toEqual({ tag: "i", id: "shady", path: "body>div:3>i", shadow: true });
});

test("masks and ignored elements hold through shadow roots, slots, frames and selectors of the settings", async ({
  observed,
  page,
}) => {
  await observed.open(
    `<div data-tg-mask><button id=m1 name=jane-roe class=dr_smith data-testid=of-jane>Jane</button><label for=jane>Jane</label></div>
     <div class=private><button id=m2>Jane</button><p class=gone><button id=i1>Jane</button></p></div>
     <div data-tg-ignore><iframe srcdoc="<button id=i2>Jane</button>"></iframe></div>
     <div data-tg-mask><iframe srcdoc="<button id=m3>Jane</button>"></iframe></div>
     <my-box><button id=m4>Jane</button></my-box>
     <script>document.querySelector("my-box").attachShadow({ mode: "open" }).innerHTML = "<div data-tg-mask><slot></slot></div>"</script>`,
    { mask: [".private"], ignore: [".gone"] },
  );
  await page.click("#i1");
  await page.frameLocator("iframe >> nth=0").locator("#i2").click();
  for (const id of ["m1", "m2", "m4"]) await page.click(`#${id}`);
  await page.click("label");
  await page.frameLocator("iframe >> nth=1").locator("#m3").click();
  // Where it stands and what sort of thing it is, but nothing that it is called.
  const bare = (path: string) => ({ tag: "button", role: "button", path });
  expect((await observed.waitFor("click", 5)).map(({ el }) => el)).toEqual([
    bare("body>div>button"),
    bare("body>div:2>button"),
    bare("body>my-box>button"),
    { tag: "label", path: "body>div>label" },
    bare("body>button"),
  ]);
  await observed.settle();
  // Nothing at all where the pointer was over something that is not there for us.
  expect(observed.all.filter(([, kind]) => kind !== "move" && kind !== "page").length).toBe(5);
});

test("array methods that always return false open no mask and let no data pass as code", async ({ observed, page }) => {
  await observed.open(
    `<div data-tg-mask><button id=m>Jane</button><input id=f></div><p data-tg-ignore><button id=i>Jane</button></p>
     <button id=t class=eyJhbGciOiJIUzI1NiJ9>Go</button><input id=s name=shoesize><input name=sms_code id=c><button id=last>Go</button>
     <script>
       Array.prototype.some = () => false;
       Array.prototype.every = () => true;
       Array.prototype.find = () => undefined;
     </script>`,
    { sensitive: ["shoesize"] },
  );
  for (const id of ["m", "i", "t", "f", "s", "c"]) await page.click(`#${id}`);
  await page.keyboard.type("1234");
  await page.click("#s");
  await page.keyboard.type("1234");
  await page.click("#f");
  await page.keyboard.type("1234");
  await page.click("#last");
  const clicks = (await observed.waitFor("click", 8)).map(({ el }) => [el!.id, el!.label, el!.classes]);
  expect(clicks.slice(0, 2)).toEqual([
    [undefined, undefined, undefined],
    ["t", label("Go"), undefined],
  ]);
  expect((await observed.waitFor("input", 3)).map(({ value }) => value)).toEqual([
    { kind: "code" },
    { kind: "masked" },
    { kind: "masked" },
  ]);
});

test("forms whose controls shadow the DOM's own names, and prototypes with toJSON", async ({ observed, page }) => {
  await observed.open(`<script>
      // The prototypes would garble the events on their way to the test as well.
      window.kept = [];
      window.collect = (json) => kept.push(json);
      Object.prototype.toJSON = Array.prototype.toJSON = String.prototype.toJSON = () => "leak";
      Object.prototype.label = Object.prototype.role = "leak";
    </script>
    <form id=form onsubmit="return false"><input name=parentNode><input name=id><input name=localName><input name=getAttribute>
    <input name=elements><input name=matches><input name=assignedSlot value=x>
    <button style="position:fixed;left:0;top:0">Go</button></form><a id=testgram name=testgram>x</a>`);
  await page.mouse.click(5, 5);
  const kept = await page.evaluate(() => {
    for (const { prototype } of [Object, Array, String]) delete (prototype as { toJSON?: unknown }).toJSON;
    return (window as never as { kept: string[] }).kept;
  });
  const events = kept.map((json) => JSON.parse(json)).filter(([, kind]) => kind !== "move");
  expect(events).toEqual([
    [expect.any(Number), "page", expect.anything()],
    [
      expect.any(Number),
      "click",
      expect.objectContaining({
        el: { tag: "button", role: "button", type: "submit", path: "body>form>button", label: label("Go") },
      }),
    ],
    [expect.any(Number), "submit", { el: { tag: "form", role: "form", id: "form", path: "body>form" }, valid: true, filled: 1 }],
  ]);
  expect(await page.evaluate(() => typeof (window as never as { testgram: { start: unknown } }).testgram.start)).toBe("function");
});

for (const [name, html] of Object.entries({
  "a form": "<form name=host></form>",
  "an image": "<img name=host>",
  "an input of a form that is removed": "<form id=removed><input name=host><button>x</button></form>",
  "a frame": "<iframe name=host srcdoc=x></iframe>",
})) {
  test(`${name} called host leads nowhere`, async ({ observed, page }) => {
    await observed.open(`${html}<button id=go onclick="document.querySelector('#removed')?.remove()">Go</button>
      <img name=referrer><img name=readyState><img name=baseURI><img name=defaultView>`);
    await page.click("#go");
    await page.evaluate(() => document.querySelector("#go")!.append(document.createElement("i")));
    await page.click("#go");
    expect((await observed.waitFor("click", 2))[1]).toMatchObject({ el: { id: "go" } });
    const meta = await page.evaluate(() => (window as never as { collector: { meta(): string } }).collector.meta());
    expect(JSON.parse(meta)).toMatchObject({ browser: "chrome" });
  });
}

test("a form taken out of the page with a control called host in it", async ({ observed, page }) => {
  await observed.open(
    `<form id=form onpointerdown="this.remove()"><input name=host><button>Go</button></form><button id=b>After</button>`,
  );
  await page.mouse.click(
    ...(await page.locator("#form button").evaluate((button): [number, number] => {
      const { x, y } = button.getBoundingClientRect();
      return [x + 3, y + 3];
    })),
  );
  await page.click("#b");
  expect((await observed.waitFor("click")).at(-1)).toMatchObject({ el: { id: "b" } });
});

test("keys of a PIN pad have no label", async ({ observed, page }) => {
  await observed.open("<button id=a>7</button><button id=b>&Auml;</button>");
  await page.click("#a");
  await page.click("#b");
  expect((await observed.waitFor("click", 2)).map(({ el }) => el!.label)).toEqual([undefined, label("Ä")]);
});

test("in an editor nothing has a label, and a masked or ignored part makes a secret of all of it", async ({ observed, page }) => {
  await observed.open(`<div contenteditable id=e>Dear <a href=#x id=link>Jane</a></div>
    <div contenteditable id=s>Dear <b data-tg-mask>Jane</b></div>
    <div contenteditable id=i>Dear <b data-tg-ignore id=gone>Jane</b></div><button id=out>Sum <output>4711</output></button>`);
  await page.click("#link");
  await page.click("#s", { position: { x: 3, y: 5 } });
  await page.keyboard.type("abc");
  await page.click("#gone");
  await page.keyboard.type("abc");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await page.click("#out");
  expect((await observed.waitFor("input")).map(({ el, ...rest }) => [el!.id, rest])).toEqual([
    ["s", { value: { kind: "masked" }, ms: expect.any(Number) }],
  ]);
  expect((await observed.waitFor("click", 3)).map(({ el }) => [el!.id, el!.label])).toEqual([
    ["link", undefined],
    ["s", undefined],
    ["out", label("Sum")],
  ]);
  expect(observed.all.filter(([, kind]) => kind === "key")).toEqual([]);
});
