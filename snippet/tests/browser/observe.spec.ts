// Real input in a real browser, and the events that come of it.

import { createHash } from "node:crypto";
import { expect, test } from "./observed-page";

const digest = (text: string) => createHash("sha256").update(Buffer.alloc(32, 7)).update(text).digest("hex");

test.describe("clicks", () => {
  test("count, button and position; clicks by keys; one for a label and its control", async ({ observed, page }) => {
    await observed.open(`<h1>Jane</h1><button id=b>Go</button><label id=l>I agree to everything <input type=checkbox id=c></label>
      <form onsubmit="return false"><input id=f><button id=s>Send</button></form>`);
    await page.click("h1", { clickCount: 2 });
    await page.click("h1", { button: "right" });
    await page.click("h1", { button: "middle" });
    await page.focus("#b");
    await page.keyboard.press("Space");
    await page.click("#l", { position: { x: 10, y: 5 } });
    await page.click("#c");
    await page.focus("#f");
    await page.keyboard.press("Enter");
    await page.evaluate(() => document.querySelector<HTMLElement>("#b")!.click());
    await observed.waitFor("submit");
    const clicks = await observed.waitFor("click", 7);
    expect(clicks.map(({ el, button, count, x }) => [el!.id ?? el!.tag, button, count, x === 0])).toEqual([
      ["h1", undefined, undefined, false],
      ["h1", undefined, 2, false],
      ["h1", "right", undefined, false],
      ["h1", "middle", undefined, false],
      ["b", undefined, undefined, true],
      ["l", undefined, undefined, false],
      ["c", undefined, undefined, false],
    ]);
    expect((await observed.waitFor("input", 2)).map(({ value }) => (value as { kind: string }).kind)).toEqual([
      "choice",
      "empty",
    ]);
  });

  test("in a frame their position is that in the page", async ({ observed, page }) => {
    await observed.open(
      `<div style="height:200px"></div><iframe style="margin-left:100px;border:5px solid" srcdoc="<body style=margin:0><button>Buy</button>"></iframe>`,
    );
    await page
      .frameLocator("iframe")
      .locator("button")
      .click({ position: { x: 3, y: 4 } });
    const [click] = await observed.waitFor("click");
    expect(click).toMatchObject({ x: 118, y: 219 });
  });
});

test.describe("fields", () => {
  test("typed, corrected and left", async ({ observed, page }) => {
    await observed.open(`<input id=mail name=mail type=email autocomplete="section-a work email"><input id=next>`);
    await page.click("#mail");
    await page.keyboard.type("jane@roe.examplee", { delay: 25 });
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Tab");
    const [input] = await observed.waitFor("input");
    expect(input).toMatchObject({
      el: { tag: "input", role: "textbox", type: "email", id: "mail", name: "mail", autocomplete: "email", path: "body>input" },
      value: { kind: "email", len: 5, digest: digest("jane@roe.example") },
      keys: 18,
      edits: 1,
    });
    const gaps = (input!.rhythm as number[]).reduce((sum, count) => sum + count);
    expect(gaps).toBe(17);
    // Corrections are part of the field's event.
    expect((await observed.waitFor("key")).map(({ key }) => key)).toEqual(["Tab"]);
  });

  test("fields that are only visited, and values that scripts set, are not recorded", async ({ observed, page }) => {
    await observed.open(`<input id=a><input id=b>`);
    await page.click("#a");
    await page.click("#b");
    await page.evaluate(() => {
      const field = document.querySelector("input")!;
      field.value = "Jane";
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
    await page.click("#a");
    await observed.settle();
    expect(observed.all.filter(([, kind]) => kind === "input")).toEqual([]);
  });

  const SECRETS = {
    "a password": ["<input type=password id=x>", "hunter2", "password"],
    "a password in capitals": ["<input type=PASSWORD id=x>", "hunter2", "password"],
    "a name that says so": ["<input name=card_number id=x>", "hunter2", "card"],
    "a placeholder that says so": ["<input placeholder='Card number' id=x>", "hunter2", "card"],
    "a label beside a placeholder": ["<label>Security code <input id=x placeholder=123></label>", "1234", "code"],
    "a label beside a placeholder, elsewhere": [
      "<label for=x>Social Security Number</label><input id=x placeholder=XXX-XX-XXXX>",
      "hunter2",
      "masked",
    ],
    "a label beside an aria-label": ["<label>Password <input id=x aria-label=Field></label>", "hunter2", "password"],
    "the second of two labels": ["<label for=x>Yours</label><label for=x>Password</label><input id=x>", "hunter2", "password"],
    "a label under a mask": ["<label data-tg-mask for=x>Password</label><input id=x>", "hunter2", "password"],
    "what it is labelled by": ["<span id=by>Security code</span><input aria-labelledby='none by' id=x>", "1234", "code"],
    "a title": ["<input title='Security code' id=x>", "1234", "code"],
    "an editor's aria-label": ["<div contenteditable aria-label='Recovery phrase' id=x>x</div>", "hunter2", "masked"],
    "an editor's title": ["<div contenteditable title=Password id=x>x</div>", "hunter2", "password"],
    "a label of a PIN": ["<label>PIN: <input id=x></label>", "1234", "code"],
    "a label of a code": ["<label>Enter the 6-digit code <input id=x></label>", "1234", "code"],
    "a name of a code": ["<input name=smsCode id=x>", "1234", "code"],
    "a label that says so": ["<label for=x>Security answer</label><input id=x>", "hunter2", "masked"],
    "an autocomplete that says so": ["<input autocomplete='section-a one-time-code' id=x>", "hunter2", "code"],
    "an autocomplete with a blank after it": ["<input autocomplete='cc-number ' id=x>", "hunter2", "card"],
    "an autocomplete with a tab in it": ["<input autocomplete='section-x\tcc-number' id=x>", "hunter2", "card"],
    "an autocomplete for passkeys": ["<input autocomplete='one-time-code webauthn' id=x>", "hunter2", "code"],
    "a box for one character": ["<input maxlength=1 id=x>", "1", "code"],
    "dots by style sheet": ["<input style='-webkit-text-security:disc' id=x>", "hunter2", "password"],
    "a mask": ["<p data-tg-mask><input id=x></p>", "hunter2", "masked"],
    "a mask of the settings": ["<p class=private><input id=x></p>", "hunter2", "masked"],
    "a sensitive name of the settings": ["<input name=userShoeSize id=x>", "hunter2", "masked"],
    "a card number in any field": ["<textarea id=x></textarea>", "4111 1111 1111 1111", "card"],
  } as const;
  for (const [name, [html, value, kind]] of Object.entries(SECRETS)) {
    test(`no more than its kind of a secret: ${name}`, async ({ observed, page }) => {
      await observed.open(`${html}<button>Go</button>`, { mask: [".private"], sensitive: ["shoesize"] });
      await page.click("#x");
      await page.keyboard.type(value);
      await page.keyboard.press("Backspace");
      await page.keyboard.press("Control+ArrowLeft");
      await page.keyboard.type(value.slice(-1));
      await page.click("button");
      const [input] = await observed.waitFor("input");
      expect(Object.keys(input!).sort()).toEqual(["el", "ms", "value"]);
      expect(input!.value).toEqual({ kind });
    });
  }

  test("a password that is shown stays one", async ({ observed, page }) => {
    await observed.open(`<input type=password id=x value=hunter><button onclick="x.type='text'">Show</button>`);
    await page.click("button");
    await page.click("#x");
    await page.keyboard.type("2");
    await observed.settle();
    expect((await observed.waitFor("input"))[0]!.value).toEqual({ kind: "password" });
  });

  test("a password that is shown from inside a shadow root stays one", async ({ observed, page }) => {
    await observed.open(`<input type=password id=x value=hunter><x-eye></x-eye><script>
      const root = document.querySelector("x-eye").attachShadow({ mode: "open" });
      root.innerHTML = "<button>Show</button>";
      root.firstChild.onclick = () => { x.type = "text" };
    </script>`);
    await page.click("x-eye button");
    await page.click("#x");
    await page.keyboard.type("2");
    await observed.settle();
    expect((await observed.waitFor("input"))[0]!.value).toEqual({ kind: "password" });
  });

  test("a whole document in design mode is an editor: no labels, no partial values, no corrections", async ({
    observed,
    page,
  }) => {
    await observed.open(`<iframe srcdoc="<a href=#x>Jane Roe</a><b data-tg-mask>x</b>"></iframe><iframe srcdoc="<p>x"></iframe><button>Go</button><script>
      for (const frame of document.querySelectorAll("iframe")) frame.onload = () => { frame.contentDocument.designMode = "on" };
    </script>`);
    await page.frames()[1]!.click("a");
    await page.keyboard.type("4711");
    await page.keyboard.press("Backspace");
    await page.frames()[2]!.click("body");
    await page.keyboard.type("abc");
    await page.waitForTimeout(1200);
    await page.keyboard.type("d");
    await page.click("button");
    const [link] = await observed.waitFor("click", 3);
    expect([link!.el!.tag, link!.el!.label]).toEqual(["a", undefined]);
    expect((await observed.waitFor("input", 2)).map(({ el, value, keys }) => [el!.tag, value, keys])).toEqual([
      ["body", { kind: "masked" }, undefined],
      ["body", { kind: "text", len: expect.any(Number), digest: expect.any(String) }, 4],
    ]);
    expect(observed.all.filter(([, kind]) => kind === "key")).toEqual([]);
  });

  test("an ignored part of an editor is ignored in a shadow root as well", async ({ observed, page }) => {
    await observed.open(`<x-edit></x-edit><button>Go</button><script>
      document.querySelector("x-edit").attachShadow({ mode: "open" }).innerHTML = "<div contenteditable>a<p data-tg-ignore>b</p></div>";
    </script>`);
    await page.click("x-edit p");
    await page.keyboard.type("abc");
    await page.keyboard.press("Enter");
    await page.click("button");
    await observed.waitFor("click");
    await observed.settle();
    expect(observed.all.map(([, kind]) => kind).filter((kind) => !/page|move/.test(kind))).toEqual(["click"]);
  });

  test("choices are recorded at once, files by their kind, editors by their text", async ({ observed, page }) => {
    await observed.open(`<select id=s><option>Jane<option value=b>B</select><input type=radio name=r value=one>
      <input type=file id=f><div contenteditable id=e>He</div>`);
    await page.focus("#s");
    await page.keyboard.press("ArrowDown");
    await page.click("[type=radio]");
    await page.setInputFiles("#f", { name: "jane-roe.pdf", mimeType: "text/plain", buffer: Buffer.from("x") });
    await page.click("#e");
    await page.keyboard.press("End");
    await page.keyboard.type("y");
    await observed.settle();
    const inputs = await observed.waitFor("input", 3);
    const of = (id: string) => inputs.filter(({ el }) => el!.id === id || el!.name === id).map(({ value }) => value);
    expect(of("s")).toEqual([{ kind: "choice", len: 1, digest: digest("b") }]);
    expect(of("r")).toEqual([{ kind: "choice", len: 2, digest: digest("one") }]);
    expect(of("e")).toEqual([{ kind: "text", len: 2, digest: digest("Hey") }]);
  });

  test("digests can be off", async ({ observed, page }) => {
    await observed.open(`<input aria-label=x>`, { digests: false, labels: false });
    await page.click("input");
    await page.keyboard.type("Jane");
    await observed.settle();
    const [input] = await observed.waitFor("input");
    expect(input).toMatchObject({ value: { kind: "text", len: 3 } });
    expect(JSON.stringify(observed.all)).not.toMatch(/digest|label/);
  });

  test("a field that the page takes away, and one that is left with the page", async ({ observed, page }) => {
    await observed.open(`<p data-tg-mask><input id=a></p><input id=b>`);
    await page.click("#a");
    await page.keyboard.type("Jane");
    await page.evaluate(() => document.querySelector("#a")!.remove());
    await page.click("#b");
    await page.keyboard.type("Roe");
    await observed.settle();
    const inputs = await observed.waitFor("input", 2);
    expect(inputs.map(({ el, value }) => [el!.id, (value as { kind: string }).kind])).toEqual([
      [undefined, "masked"],
      ["b", "text"],
    ]);
  });

  test("pasted, and composed", async ({ observed, page }) => {
    await observed.open(`<input id=a value=abc><input id=b><input id=c>`);
    await page.click("#a");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+c");
    await page.click("#b");
    await page.keyboard.press("Control+v");
    await page.click("#c");
    await (await page.context().newCDPSession(page)).send("Input.imeSetComposition", {
      text: "に",
      selectionStart: 1,
      selectionEnd: 1,
    });
    await page.keyboard.insertText("日本");
    await observed.settle();
    const inputs = await observed.waitFor("input", 2);
    expect(inputs.map(({ el, keys, paste }) => [el!.id, keys, paste])).toEqual([
      ["b", undefined, true],
      ["c", undefined, undefined],
    ]);
    expect((await observed.waitFor("key", 3)).map(({ key, mods }) => [key, mods])).toEqual([
      ["Shortcut", 2],
      ["Copy", 2],
      ["Paste", 2],
    ]);
  });
});

test("forms: submitted, held back, in a shadow root", async ({ observed, page }) => {
  await observed.open(`<form id=f onsubmit="return false"><input required name=a><input name=b type=checkbox checked>
      <input type=hidden value=x><textarea name=c></textarea><input data-tg-ignore value=x><button>Go</button></form><x-form></x-form>
    <script>document.querySelector("x-form").attachShadow({ mode: "open" }).innerHTML = "<form onsubmit='return false'><button>In</button></form>"</script>`);
  await page.evaluate(() => document.forms[0]!.checkValidity());
  await page.click("#f button");
  await page.click("[name=a]");
  await page.keyboard.type("x");
  await page.keyboard.press("Enter");
  await page.click("x-form button");
  const submits = await observed.waitFor("submit", 3);
  expect(submits.map(({ el, valid, filled }) => [el!.id, valid, filled])).toEqual([
    ["f", false, 1],
    ["f", true, 2],
    [undefined, true, 0],
  ]);
  // The field comes before the form that it is in.
  const kinds = observed.all.map(([, kind]) => kind).filter((kind) => kind === "input" || kind === "submit");
  expect(kinds).toEqual(["submit", "input", "submit", "submit"]);
});

test("an ignored field of a form does not count; a masked one does not count as filled", async ({ observed, page }) => {
  await observed.open(`<form id=f onsubmit="return false"><input name=a value=1><p data-tg-ignore><input required name=b><button id=go>Go</button></p>
    <p data-tg-mask><input name=c value=zz></p><button id=open formnovalidate>Go</button></form>`);
  await page.click("#go");
  await page.click("#open");
  expect((await observed.waitFor("submit")).map(({ valid, filled }) => [valid, filled])).toEqual([[true, 1]]);
  expect(observed.all.map(([, kind]) => kind).filter((kind) => !/page|move/.test(kind))).toEqual(["click", "submit"]);
});

test("keys that write no character, once each; in a secret field only those that leave it", async ({ observed, page }) => {
  await observed.open(`<input id=a><input id=p type=password><p tabindex=0 role=tab id=q>x`);
  for (const [id, keys] of Object.entries({
    a: "ArrowLeft x Backspace F5x Control+k Control+z",
    p: "Home Escape Control+a",
    q: "Delete PageDown Shift+F2",
  })) {
    await page.focus(`#${id}`);
    for (const key of keys.split(" ")) if (!key.endsWith("x") || key === "x") await page.keyboard.press(key);
  }
  await page.keyboard.down("ArrowDown");
  await page.keyboard.down("ArrowDown");
  await page.keyboard.up("ArrowDown");
  const keys = await observed.waitFor("key", 8);
  expect(keys.map(({ key, mods, el }) => [key, mods, el!.id])).toEqual([
    ["ArrowLeft", undefined, "a"],
    ["Shortcut", 2, "a"],
    ["Undo", 2, "a"],
    ["Escape", undefined, "p"],
    ["Delete", undefined, "q"],
    ["PageDown", undefined, "q"],
    ["F2", 8, "q"],
    ["ArrowDown", undefined, "q"],
  ]);
});

test("movement is a point every tenth of a second, and none over ignored elements", async ({ observed, page }) => {
  await observed.open(`<div style="height:300px"></div><div data-tg-ignore style="height:300px">x</div>`);
  const began = Date.now();
  for (let at = 0; at < 60; at++) {
    await page.mouse.move(10 + at * 4, 10 + at * 9);
    await page.waitForTimeout(25);
  }
  const took = Date.now() - began;
  await observed.settle();
  const [{ x, y, path }] = (await observed.waitFor("move")) as never as [
    { x: number; y: number; path: [number, number, number][] },
  ];
  expect(path.length).toBeGreaterThan(1);
  expect(path.length).toBeLessThan(2 + took / 90);
  const end = path.reduce(([x, y], [, dx, dy]) => [x + dx, y + dy] as [number, number], [x, y] as [number, number]);
  // Its top, below the page's margin.
  expect(end[1]).toBeLessThan(308);
});

test("scrolling of the page and of elements in it", async ({ observed, page }) => {
  await observed.open(
    `<div id=inner style="height:80px;overflow:auto"><p style="height:900px">x</p></div><div style="height:3000px">`,
  );
  await page.mouse.move(50, 40);
  await page.mouse.wheel(0, 200);
  await observed.waitFor("scroll", 1);
  await page.mouse.move(50, 300);
  await page.mouse.wheel(0, 500);
  const scrolls = await observed.waitFor("scroll", 2);
  expect(scrolls[0]).toMatchObject({ y: 200, el: { id: "inner" } });
  expect(scrolls[1]).toMatchObject({ y: 500 });
  expect(scrolls[1]!.el).toBeUndefined();
});

for (const place of ["html", "body"]) {
  test(`no scrolling of a page whose ${place} is ignored`, async ({ observed, page }) => {
    await observed.open(`<!doctype html><html><script src=/tg.js></script><body><script>document.querySelector("${place}").setAttribute("data-tg-ignore", "")</script>
      <div style="height:3000px">`);
    await page.mouse.move(50, 40);
    await page.mouse.wheel(0, 500);
    await page.waitForTimeout(500);
    await observed.settle();
    expect(observed.all.map(([, kind]) => kind)).toEqual(["page"]);
  });
}

test("scrolling that the page causes by itself is bounded", async ({ observed, page }) => {
  await observed.open(
    `<script>const now = performance.now.bind(performance)</script>${`<div class=s style="height:20px;overflow:auto"><p style="height:900px">x</p></div>`.repeat(7)}`,
  );
  await page.evaluate(async () => {
    const all = [...document.querySelectorAll(".s")];
    for (let turn = 1; turn < 31; turn++) {
      const scrolled = all.map((one) => new Promise((done) => one.addEventListener("scroll", done, { once: true })));
      for (const one of all) one.scrollTop = turn * 5;
      await Promise.all(scrolled);
      (window as never as { collector: { settle(last: boolean): void } }).collector.settle(false);
    }
  });
  const scrolls = observed.all.filter(([, kind]) => kind === "scroll").length;
  expect(scrolls).toBe(200);
  expect((await observed.lost()).queue).toBeGreaterThan(0);
});

test("no scrolling of fields or masked elements; elements that scroll together have one stretch each", async ({
  observed,
  page,
}) => {
  await page.clock.install();
  await observed.open(`<input id=a style="width:40px"><textarea id=t rows=2></textarea>
    <div data-tg-mask id=m style="height:60px;overflow:auto"><p style="height:900px">x</p></div>
    <div id=one style="height:60px;overflow:auto"><p style="height:900px">x</p></div>
    <div id=two style="height:60px;overflow:auto"><p style="height:900px">x</p></div>
    <script>one.onscroll = () => { two.scrollTop = one.scrollTop }; two.onscroll = () => { one.scrollTop = two.scrollTop }</script>`);
  await page.click("#a");
  await page.keyboard.type("a text that is wider than the field");
  await page.click("#t");
  await page.keyboard.type("a\nb\nc\nd\ne");
  await page.clock.pauseAt(Date.now() + 60_000);
  for (let at = 1; at < 30; at++) {
    await page.evaluate(async (at) => {
      const scrolled = ["m", "one", "two"].map((id) => {
        const one = document.getElementById(id)!;
        return new Promise((done) => one.addEventListener("scroll", done, { once: true }));
      });
      for (const id of ["m", "one"]) document.getElementById(id)!.scrollTop = at * 5;
      await Promise.all(scrolled);
    }, at);
    // All of it takes far longer than the pause that ends a stretch.
    await page.clock.runFor(50);
  }
  expect(observed.all.filter(([, kind]) => kind === "scroll")).toEqual([]);
  await page.clock.runFor(200);
  expect((await observed.waitFor("scroll", 2)).map(({ el }) => el!.id).sort()).toEqual(["one", "two"]);
});

test("a page that changes its address or submits with each key makes us send no partial values", async ({ observed, page }) => {
  await observed.open(`<form onsubmit="return false"><input id=q name=q></form><input id=p type=password><button>Go</button><script>
    q.oninput = p.oninput = (event) => { history.replaceState({}, "", "/search/x" + "abcdefghijklmnopqrstuvwxyz"[event.target.value.length]); q.form.requestSubmit(); };
  </script>`);
  await page.click("#q");
  // A form that is submitted right after a click belongs to the click.
  await page.waitForTimeout(150);
  await page.keyboard.type("4111 1111 1111 1111");
  await page.click("#p");
  await page.keyboard.type("hunter2");
  await page.click("button");
  await observed.settle();
  expect((await observed.waitFor("input", 2)).map(({ value }) => value)).toEqual([{ kind: "card" }, { kind: "password" }]);
  expect((await observed.waitFor("page", 8)).length).toBeGreaterThan(7);
});

test("a rejection with an endless word in its stack does not stop the page", async ({ observed, page }) => {
  await observed.open("<p>x");
  const took = await page.evaluate(async () => {
    const error = Object.assign(new Error("x".repeat(300_000)), { stack: "a".repeat(300_000) });
    const from = performance.now();
    Promise.reject(error);
    await new Promise((done) => setTimeout(done, 0));
    return performance.now() - from;
  });
  observed.failures.length = 0;
  await observed.waitFor("error");
  observed.failures.length = 0;
  // A match that goes over it once for each of its letters would take minutes.
  expect(took).toBeLessThan(5_000);
});

test("in a closed shadow root only the keys that leave a field are recorded", async ({ observed, page }) => {
  await observed.open(`<my-field></my-field><div id=plain></div><div id=own tabindex=0></div><script>
    for (const host of document.querySelectorAll("my-field,#plain,#own")) host.attachShadow({ mode: "closed" }).innerHTML = "<input type=password autofocus>";
  </script>`);
  for (const host of ["my-field", "#plain", "#own"]) {
    await page.locator(host).click({ position: { x: 10, y: 8 } });
    for (const key of ["a", "Backspace", "ArrowLeft", "Control+v", "Escape"]) await page.keyboard.press(key);
  }
  expect((await observed.waitFor("key", 3)).map(({ key }) => key)).toEqual(["Escape", "Escape", "Escape"]);
});

test("a drag that ends over an ignored element is not recorded", async ({ observed, page }) => {
  await observed.open(`<div id=c style="width:60px;height:60px;touch-action:none;user-select:none" onpointerdown="this.setPointerCapture(event.pointerId)"></div>
    <div data-tg-ignore style="height:200px;user-select:none"></div>`);
  await page.mouse.move(30, 30);
  await page.mouse.down();
  await page.mouse.move(200, 200, { steps: 8 });
  await page.waitForTimeout(120);
  await page.mouse.move(250, 210, { steps: 8 });
  await page.mouse.up();
  await observed.settle();
  expect(observed.all.filter(([, kind]) => kind === "drag")).toEqual([]);
  expect(JSON.stringify(observed.all)).not.toMatch(/\b(2[015]0|1[5-9]\d),1[5-9]\d/);
});

test("drags: the browser's own, the pointer's, and none for selected text", async ({ observed, page }) => {
  await observed.open(`<style>div { width: 60px; height: 60px }</style><div id=a draggable=true></div>
    <div id=b ondragover="event.preventDefault()"></div><div id=c style="touch-action:none;user-select:none"></div><p id=t>Some text of Jane to be selected</p>`);
  await page.dragAndDrop("#a", "#b");
  await page.hover("#c");
  await page.mouse.down();
  await page.mouse.move(200, 100, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(30, 210);
  await page.hover("#t", { position: { x: 5, y: 5 } });
  await page.mouse.down();
  await page.mouse.move(120, 210, { steps: 4 });
  await page.mouse.up();
  await page.waitForTimeout(50);
  const drags = await observed.waitFor("drag", 2);
  expect(drags.map(({ el, to }) => [el!.id, (to as { id?: string } | undefined)?.id])).toEqual([
    ["a", "b"],
    ["c", undefined],
  ]);
  expect(drags[0]).toMatchObject({ dx: 0, dy: 60 });
});

test("pages: the load, the page's own router, and events that wait for the load", async ({ observed, page }) => {
  await observed.open(
    {
      "/users/417?token=abc#top": "",
      "/users/417": `<script>fetch("/data").catch(() => {}); setTimeout(() => { throw Error("x") })</script>`,
    },
    {},
  );
  await expect.poll(() => observed.failures).toEqual(["x"]);
  observed.failures.length = 0;
  await observed.waitFor("api");
  await page.evaluate(async () => {
    const after = (type: string, act: () => void) =>
      new Promise((done) => {
        addEventListener(type, done, { once: true });
        act();
      });
    history.pushState({}, "", "/cart?a=1");
    history.replaceState({}, "", "/cart?a=2");
    history.pushState({}, "", "/orders/4711");
    await after("hashchange", () => {
      location.hash = "#/details/7";
    });
    await after("hashchange", () => {
      location.hash = "#/more";
    });
    await after("popstate", () => history.go(-3));
  });
  await observed.waitFor("page", 6);
  const pages = observed.all.filter(([, kind]) => kind === "page").map(([, , { url, cause }]) => [url, cause]);
  expect(pages).toEqual([
    ["/users/:id?token", "load"],
    ["/cart?a", "push"],
    ["/orders/:id", "push"],
    ["/orders/:id#/details/:id", "hash"],
    ["/orders/:id#/more", "hash"],
    ["/cart?a", "pop"],
  ]);
  expect(observed.all[0]).toMatchObject([expect.any(Number), "page", { load: expect.any(Number) }]);
  expect(await page.evaluate(() => [history.pushState.name, history.pushState.length, `${history.pushState}`])).toEqual([
    "pushState",
    2,
    "function () { [native code] }",
  ]);
});

test("errors by type, scrubbed message and place", async ({ observed }) => {
  await observed.open({
    "/shop": `<script>
      setTimeout(() => { undefined.jane });
      setTimeout(() => { throw "Jane Roe" });
      Promise.reject(new RangeError("order 4711 of jane@roe.example not found"));
      Promise.reject("Jane");
      class JaneError extends Error { name = "JaneError" }
      setTimeout(() => { throw new JaneError("x") });
      document.write("<img src=/jane.png>");
    </script>`,
  });
  const errors = await observed.waitFor("error", 5);
  await expect.poll(() => observed.failures.length).toBe(5);
  observed.failures.length = 0;
  expect(errors.map(({ name, message, rejection }) => [name, message, rejection]).sort()).toEqual(
    [
      ["TypeError", "cannot read properties of undefined reading :w", undefined],
      ["Other", "uncaught :w", undefined],
      ["RangeError", ":w :n of :email not found", true],
      ["Other", ":w", true],
      ["Other", ":w", undefined],
    ].sort(),
  );
  for (const { script, line } of errors.filter(({ rejection }) => !rejection))
    expect([script, typeof line]).toEqual(["/shop", "number"]);
});

test("viewport, visibility of a new session, custom events", async ({ observed, page }) => {
  await observed.open("<p>x");
  await page.setViewportSize({ width: 800, height: 500 });
  expect(await observed.waitFor("viewport")).toEqual([{ w: 800, h: 500 }]);
  const event = (name: unknown) =>
    page.evaluate((name) => (window as never as { testgram: { event(name: unknown): boolean } }).testgram.event(name), name);
  expect(await Promise.all(["added-to-cart", "jane@roe.example", "Jane Roe", 7, undefined].map(event))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
  expect(await observed.waitFor("custom")).toEqual([{ name: "added-to-cart" }]);
  expect((await observed.lost()).refused).toBe(4);
  await page.evaluate(() => (window as never as { collector: { begin(): void } }).collector.begin());
  expect((await observed.waitFor("page", 2))[1]).toEqual({ url: "/", cause: "load" });
  const meta = await page.evaluate(() => JSON.parse((window as never as { collector: { meta(): string } }).collector.meta()));
  expect(meta).toEqual({
    device: "desktop",
    viewport: { w: 800, h: 500 },
    browser: "chrome",
    version: expect.any(Number),
    os: "linux",
    language: "en-US",
    tz: expect.any(Number),
    automated: true,
  });
});

test("stop removes all listeners and patches, and start installs them again", async ({ observed, page }) => {
  await observed.open("<button>Go</button>", { autostart: false });
  const natives = () =>
    page.evaluate(() =>
      [fetch, history.pushState, XMLHttpRequest.prototype.send].map((one) => `${one}`.includes("{ [native code] }") && one.name),
    );
  const call = (name: string) =>
    page.evaluate((name) => (window as never as { testgram: Record<string, () => void> }).testgram[name]!(), name);
  await page.evaluate(() => Object.assign(window, { before: [fetch, history.pushState] }));
  const same = () =>
    page.evaluate(() =>
      (window as never as { before: unknown[] }).before.map((one, at) => one === [fetch, history.pushState][at]),
    );
  expect(await same()).toEqual([true, true]);
  await page.evaluate(() => Object.assign(window, { collector: { lost: { thrown: 0 } } }));
  await page.click("button");
  expect(observed.all).toEqual([]);
  await call("start");
  expect(await same()).toEqual([false, false]);
  expect(await natives()).toEqual(["fetch", "pushState", "send"]);
  await page.click("button");
  await observed.waitFor("click");
  await call("stop");
  expect(await observed.waitFor("end")).toEqual([{ reason: "stopped" }]);
  expect(await same()).toEqual([true, true]);
  const before = observed.all.length;
  await page.click("button");
  await page.evaluate(() => history.pushState({}, "", "/other"));
  expect(observed.all.length).toBe(before);
  await call("start");
  await page.click("button");
  await observed.waitFor("click", 2);
});

const REFUSED: [string, Record<string, unknown>][] = [
  ["another version", { v: 2 }],
  ["a field too many", { extra: 1 }],
  ["a field too few", { dnt: undefined }],
  ["a wrong type", { gpc: "yes" }],
  ["an unknown kind", { off: ["voice"] }],
  ["an unknown word", { storage: "local" }],
  ["a selector that does not parse", { mask: ["p:["] }],
  ["a rule that is none", { urls: ["/a/**/b"] }],
  ["a sample beyond one", { sample: 2 }],
];
for (const [name, settings] of REFUSED) {
  test(`settings are read strictly: ${name}`, async ({ observed, page }) => {
    const warnings: string[] = [];
    page.on("console", (message) => warnings.push(message.text()));
    await observed.open("<button>Go</button>", settings);
    await page.evaluate(() => Object.assign(window, { collector: { lost: { thrown: 0 } } }));
    await page.evaluate(() => (window as never as { testgram: { start(): void } }).testgram.start());
    await page.click("button");
    expect(observed.all).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^testgram: bad_setting \w+$/)]);
  });
}

test("kinds that are off are not recorded", async ({ observed, page }) => {
  await observed.open("<button>Go</button>", { off: ["page", "click"] });
  await page.focus("button");
  await page.keyboard.press("Enter");
  await observed.waitFor("key");
  expect(observed.all.map(([, kind]) => kind)).toEqual(["key"]);
});

test("a visitor who does not want to be recorded is not", async ({ observed, page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
  await observed.open("<button>Go</button>");
  await page.evaluate(() => Object.assign(window, { collector: { lost: { thrown: 0 } } }));
  await page.click("button");
  expect(observed.all).toEqual([]);
});

test("a second copy does nothing, nor does a copy in a frame", async ({ observed, page }) => {
  await observed.open({
    "/": `<script src=/tg.js></script><button>Go</button><iframe src=/frame></iframe>`,
    "/frame": "<button>In</button>",
  });
  await page.click("button");
  await page.frameLocator("iframe").locator("button").click();
  await observed.waitFor("click", 2);
  await page.waitForTimeout(50);
  expect(observed.all.filter(([, kind]) => kind === "click" || kind === "page").map(([, kind]) => kind)).toEqual([
    "page",
    "click",
    "click",
  ]);
});
