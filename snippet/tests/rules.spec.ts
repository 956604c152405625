// The privacy rules against the vector files that the server's tests run too, and properties that hold for any input.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { scrubError } from "../src/rules/error";
import type { Extra } from "../src/rules/text";
import { type KeyTree, keyTree } from "../src/rules/tree";
import { isUrlRule, urlTemplate } from "../src/rules/url";
import { classify, isSecretField, lengthBucket } from "../src/rules/value";
import { isPath, isTag, language, looksLikeData } from "../src/rules/word";
import type { Hints } from "../src/types";

const VECTORS = join(import.meta.dirname, "../../shared/protocol/vectors");

interface Case {
  readonly why: string;
  readonly out: unknown;
  readonly [given: string]: unknown;
}

function cases(file: string): Case[] {
  const { cases } = JSON.parse(readFileSync(join(VECTORS, `${file}.json`), "utf8")) as { cases: Case[] };
  expect(cases.length).toBeGreaterThan(0);
  return cases;
}

/** Fails with every case whose result differs. */
function run(file: string, rule: (given: Case) => unknown, expected = (given: Case) => given.out): void {
  const failures = cases(file).flatMap((given) => {
    const [got, want] = [rule(given), expected(given)].map(sorted);
    return got === want ? [] : [`${JSON.stringify(given).slice(0, 400)}\n    got ${got}`];
  });
  expect(failures, `${failures.length} of ${file} differ`).toEqual([]);
}

/** JSON with sorted keys: Rust's maps are sorted, JavaScript puts numbers first. */
const sorted = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(sorted)}]`
    : value && typeof value === "object"
      ? `{${Object.entries(value)
          .map(([key, inner]) => `${JSON.stringify(key)}:${sorted(inner)}`)
          .sort()}}`
      : String(JSON.stringify(value));

const text = (given: Case, field = "in"): string => (given[field] as string | undefined) ?? "";
const hints = (given: object): Hints => ({
  field: "",
  autocomplete: "",
  name: "",
  id: "",
  ...Object.fromEntries(Object.entries(given).filter(([key]) => ["field", "autocomplete", "name", "id"].includes(key))),
});

/** Whether a case is refused; only the server has the code. */
const refusal = (given: Case): boolean => given.out !== null;

/** Wrong on purpose: a runner that compares nothing would not notice. */
test("the runner sees a difference", () => {
  expect(() => run("token", () => false, refusal)).toThrow();
});

test.describe("vectors", () => {
  test("token", () => run("token", (given) => looksLikeData(text(given)), refusal));
  test("word", () => run("word", (given) => looksLikeData(text(given)), refusal));
  test("tag", () => run("tag", (given) => !isTag(text(given)), refusal));
  test("path", () => run("path", (given) => !isPath(text(given)), refusal));
  test("label", () => run("label", (given) => !/^[\da-f]{4}$/.test(text(given)), refusal));
  test("language", () => run("language", (given) => language(text(given)) === undefined, refusal));
  test("url", () => run("url", (given) => urlTemplate(text(given), given.own as string | undefined)));
  test("url-check", () => run("url-check", (given) => urlTemplate(text(given)) !== text(given), refusal));
  test("tree", () => run("tree", (given) => keyTree(given.in)));
  test("value", () => run("value", (given) => classify(text(given, "value"), hints(given))));
  test("length", () => run("length", (given) => lengthBucket((given.units as number) ?? text(given, "value").length)));
  test("error", () => run("error", (given) => scrubError(text(given))));

  /** The server decides which events are accepted; here, our rules must leave accepted ones unchanged. */
  test("event", () => {
    const accepted = cases("event").filter((given) => given.out === null);
    expect(accepted.length).toBeGreaterThan(10);
    for (const { in: event } of accepted) everyTemplateStays(event);
  });

  test("frame", () => {
    const accepted = cases("frame").filter(
      (given) => (given.out as { rejected?: unknown[]; meta?: string }).rejected?.length === 0,
    );
    expect(accepted.length).toBeGreaterThan(3);
    for (const { frame, out } of accepted) if (!(out as { meta?: string }).meta) everyTemplateStays(frame);
  });

  test("every file has a test here, or is the server's alone", () => {
    const files = readdirSync(VECTORS).filter((file) => file.endsWith(".json"));
    const here = "error event frame label language length path tag token tree url url-check value word".split(" ");
    const servers = "digest session tree-read".split(" ");
    expect(files.sort()).toEqual([...here, ...servers].map((file) => `${file}.json`).sort());
  });
});

/** Checks URLs, error templates, words, tags and paths anywhere in an event. */
function everyTemplateStays(value: unknown): void {
  if (!value || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === "string") {
      if (["url", "referrer", "script"].includes(key)) assert.equal(urlTemplate(inner), inner);
      if (key === "message") assert.equal(scrubError(inner), inner);
      if (["id", "name", "testid", "for"].includes(key)) assert(!looksLikeData(inner), inner);
      if (key === "tag") assert(isTag(inner), inner);
      if (key === "path") assert(isPath(inner), inner);
      if (key === "language") assert.equal(language(inner), inner);
    } else if (key !== "request" && key !== "response") everyTemplateStays(inner);
  }
}

/** mulberry32: the same numbers in every run. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PIECES = [
  ..."/?#&=.:;@%!-_*[]$ \t\n\f\r\v'\",(){}<>~+|\\^`0123456789abcxyzAKSZ",
  ...[
    "%40",
    "%2540",
    "%5B",
    "%5d",
    "%20",
    "://",
    "http://",
    "https://",
    "wss://",
    "//",
    "/../",
    ":id",
    ":name",
    ":more",
    ":w",
    ":n",
  ],
  ...[
    "users",
    "Users",
    "u",
    "search",
    "me",
    "edit",
    "cart",
    "api",
    "v1",
    "jane",
    "JaneRoe",
    "John-Smith",
    "index.html",
    ".json",
    "com",
  ],
  ...[
    "Cannot",
    "read",
    "undefined",
    "TypeError",
    "4111111111111111",
    "2024-11-02",
    "deadbeef",
    "x7Kq2",
    "\u212a",
    "\u017f",
    "\u0130",
  ],
  ...["\u00a0", "\u2028", "\u00e9", "\ud83d\ude00", "\ud800", "__proto__", "constructor", "can't", "cross-origin"],
];

function someText(next: () => number): string {
  let out = "";
  for (let left = Math.floor(next() * 14); left >= 0; left--) out += PIECES[Math.floor(next() * PIECES.length)];
  return out;
}

/** A wide and deep value, with records alike and of many sorts, of some hundred values at most. */
function someJson(next: () => number, depth = 0, left = { values: 600 }): unknown {
  const pick = next();
  if (--left.values < 0 || depth > 11 || (depth > 0 && pick < 0.35)) return [null, true, 7, "jane", ""][Math.floor(next() * 5)];
  const size = Math.floor(next() ** 3 * 90);
  if (pick < 0.5) return Array.from({ length: Math.min(size, 12) }, () => someJson(next, depth + 1, left));
  const alike = next() < 0.3 ? someJson(next, depth + 1, left) : undefined;
  const entries = Array.from({ length: size }, (_, at) => {
    const key = next() < 0.3 ? someText(next).slice(0, 9) : `key${"abcdefgh"[at % 8]}${at % 100}`;
    return [key, alike !== undefined && next() < 0.97 ? alike : someJson(next, depth + 1, left)] as const;
  });
  return Object.fromEntries(entries);
}

const nodes = (tree: KeyTree): number =>
  typeof tree === "string" ? 1 : Object.values(tree).reduce((sum: number, inner) => sum + nodes(inner as KeyTree), 1);
const deep = (tree: KeyTree): number =>
  typeof tree === "string" ? 1 : 1 + Math.max(0, ...Object.values(tree).map((inner) => deep(inner as KeyTree)));

const EXTRA: Extra = {
  urls: ["/u/:name/posts/*", "/files/**", "/cart/:id", "/:text/*", "/a/*/:email"],
  sensitive: ["nickname", "salary"],
};

// Plain assertions: an `expect` costs more than the rule it checks.
test.describe("properties for any input", () => {
  test("a template of a URL is a template, with and without rules of settings", () => {
    const next = random(1);
    for (let turn = 0; turn < 40_000; turn++) {
      const url = (next() < 0.5 ? "/" : next() < 0.5 ? "https://shop.example/" : "") + someText(next);
      for (const extra of [undefined, EXTRA]) {
        const out = urlTemplate(url, "https://shop.example", extra);
        assert.equal(urlTemplate(out), out, JSON.stringify(url));
        assert.match(out, /^[!-~]{1,1024}$/);
      }
    }
  });

  test("a rule of the settings never shows more than without it", () => {
    const next = random(2);
    const shown = (url: string) => url.split(/[/?#&]/).filter((part) => !/^[:*]/.test(part) && part);
    for (let turn = 0; turn < 20_000; turn++) {
      const url = `/${["u", "files", "cart", "users", "a"][Math.floor(next() * 5)]}/${someText(next)}`;
      const plain = new Set(shown(urlTemplate(url)));
      for (const part of shown(urlTemplate(url, undefined, EXTRA))) assert(plain.has(part), JSON.stringify(url));
    }
  });

  test("a template of an error is a template", () => {
    const next = random(3);
    for (let turn = 0; turn < 40_000; turn++) {
      const message = [someText(next), someText(next), someText(next)].join(next() < 0.5 ? " " : "\n");
      const out = scrubError(message);
      assert.equal(scrubError(out), out, JSON.stringify(message));
      assert(out.split(" ").length <= 25 && out.length <= 500);
    }
  });

  test("a key tree keeps its bounds and holds no value", () => {
    const next = random(4);
    const leaves = ["string", "number", "boolean", "null", "mixed", "more"];
    const holds = (tree: KeyTree): void => {
      if (typeof tree === "string") {
        assert(leaves.includes(tree), tree);
      } else if (Array.isArray(tree)) {
        assert(tree.length <= 1);
        tree.forEach(holds);
      } else {
        assert.equal(Object.getPrototypeOf(tree), null);
        assert(Object.keys(tree).length <= 64);
        for (const [key, inner] of Object.entries(tree)) {
          assert(key === "*" || !looksLikeData(key), key);
          holds(inner);
        }
      }
    };
    // Larger than the rule reads, and a record throughout: no two of its parts are alike.
    const record = (size: number): object =>
      Object.fromEntries(
        Array.from({ length: size }, (_, at) => [`part${at}`, at % 3 ? record(size - at) : at % 2 ? "jane" : at]),
      );
    const large = record(12);
    assert(nodes(keyTree(large)) > 240, "the bound is not near");
    for (let turn = 0; turn < 600; turn++) {
      const tree = keyTree(turn ? someJson(next) : large);
      assert(nodes(tree) <= 256 && deep(tree) <= 9);
      holds(tree);
    }
  });

  test("every rule takes linear time", () => {
    const units = [
      "a",
      " ",
      "-",
      ".",
      "1",
      ",",
      "1,",
      "@",
      "a@",
      "a@.",
      "%",
      "%25",
      "25",
      "/",
      "//",
      ";",
      "A",
      "aA",
      "1a",
      "Aa-",
      ":",
      "&",
    ];
    const time = (length: number) => {
      const began = performance.now();
      for (const unit of units) {
        const text = unit.repeat(length / unit.length);
        for (const value of [text, `a${text}b`, `1${text}x`, `a@b${text}`, `a${text}\n`]) {
          looksLikeData(value);
          urlTemplate(`https://${value}/${value}?${value}#/${value}`);
          classify(value, hints({}));
          scrubError(value);
          isUrlRule(`/${value}`);
        }
      }
      return performance.now() - began;
    };
    time(1_000);
    // Quadratic time would be 400 times as long.
    const short = time(1_000);
    assert(time(20_000) < (short + 5) * 100);
  });

  test("a page that has changed Object.prototype changes nothing", () => {
    const bent = Object.prototype as Record<string, unknown>;
    const body = JSON.parse('{"__proto__":{"age":1},"constructor":2,"toString":[{"a":1}],"name":"jane"}') as unknown;
    const before = sorted(keyTree(body));
    bent.jane = "jane";
    bent.urls = ["/**"];
    bent["*"] = "string";
    try {
      assert.equal(sorted(keyTree(body)), before);
      assert.equal(urlTemplate("/cart"), "/cart");
    } finally {
      for (const key of ["jane", "urls", "*"]) delete bent[key];
    }
    assert(before?.includes("__proto__"));
  });
});

test.describe("rules of the settings", () => {
  const cases: [rules: string[], url: string, out: string][] = [
    // Segments that would have stayed are replaced as the rule says.
    [["/u/:name/posts/*"], "/u/anything/posts/edit", "/u/:name/posts/edit"],
    [["/shop/:text"], "/shop/cart", "/shop/:text"],
    [["/shop/:text"], "https://other.example/shop/cart?a=1#top", "https://other.example/shop/:text?a"],
    // The ordinary rules judge the segments that a rule leaves.
    [["/u/:name/posts/*"], "/u/anything/posts/8f3ac91b77", "/u/:name/posts/:id"],
    [["/users/*"], "/users/jane", "/users/:id"],
    // A hidden `users` still marks the next segment as a person.
    [["/:text/*"], "/users/jane", "/:text/:id"],
    [["/:text/*"], "/users/jane#/jane", "/:text/:id#/:id"],
    [["/:text/**"], "/users/jane#/jane", "/:text/:more#/:text"],
    // The rest.
    [["/files/**"], "/files/a/b/c", "/files/:more"],
    [["/files/**"], "/files", "/files"],
    [["/files/**"], "/filesystem/a", "/filesystem/a"],
    [["/**"], "/a/b", "/:more"],
    [["/**"], "/", "/"],
    // As many segments as the rule has, in any case, without parameters and empty segments.
    [["/shop/:id"], "/shop/cart/new", "/shop/cart/new"],
    [["/shop/:id"], "/Shop/cart", "/Shop/:id"],
    [["/shop/:id/"], "/shop//cart;v=1/", "/shop/:id"],
    [["/shop/:id"], "/p#/shop/cart", "/p#/shop/:id"],
    // The first that matches.
    [["/shop/*", "/shop/:id"], "/shop/cart", "/shop/cart"],
    [["/nothing", "/shop/:id"], "/shop/cart", "/shop/:id"],
    [["/a/b/c/d/e/f/g/h/i/j/k/l/:name"], "/a/b/c/d/e/f/g/h/i/j/k/l/m", "/a/b/c/d/e/f/g/h/i/j/k/l/:more"],
    [["/**"], "mailto:jane@example.com", "other:"],
  ];
  test("URL rules", () => {
    for (const [urls, url, out] of cases) {
      assert(urls.every(isUrlRule), String(urls));
      assert.equal(urlTemplate(url, undefined, { urls, sensitive: [] }), out, `${urls} on ${url}`);
      assert.equal(urlTemplate(out), out);
    }
  });

  test("invalid URL rules", () => {
    for (const rule of [
      "",
      "shop",
      "/:user",
      "/a/**/b",
      "/a*",
      "/*a",
      "/a?b",
      "/a#b",
      "/a;b",
      "//",
      "/a//b",
      "/***",
      "/:more",
      "https://x/",
    ])
      expect(isUrlRule(rule), rule).toBe(false);
    for (const rule of ["/", "/**", "/a", "/a/", "/*", "/:id/:name/:email/:text/**", "/v1:get/x"])
      expect(isUrlRule(rule), rule).toBe(true);
  });

  test("sensitive names", () => {
    const given = JSON.parse('{"nickName":"J","user":{"Salary2025":1,"age":2},"name":"x"}') as unknown;
    expect(sorted(keyTree(given, EXTRA))).toBe(sorted({ "*": "string", user: { "*": "number", age: "number" }, name: "string" }));
    expect(urlTemplate("/p?user%5BnickName%5D=1&salary&page=2", undefined, EXTRA)).toBe("/p?*&page");
    expect(classify("Janey", hints({ name: "nickname" }), EXTRA)).toBe("masked");
    expect(classify("Janey", hints({ autocomplete: "section-a nickname" }), EXTRA)).toBe("masked");
    expect(classify("", hints({ id: "my-salary" }), EXTRA)).toBe("masked");
    expect(isSecretField(hints({ name: "nickname" }))).toBe(undefined);
    expect(classify("Janey", hints({ name: "first" }), EXTRA)).toBe("text");
  });
});
