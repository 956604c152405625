import { createHash } from "node:crypto";
import { expect, test } from "@playwright/test";
import { forms } from "./browser/proof/forms";
import { openSearch } from "./browser/proof/search";
import { COMMON, SECRETS } from "./browser/proof/secrets";

const SALT = "5a".repeat(32);
const search = openSearch(SECRETS, COMMON, SALT);
/** What a capture contains beside secrets: words of the protocol, digests, numbers, bytes. */
const CLEAN = `{"type":"batch","v":1,"session":"01M844DZG0YVM1BB80V6S7Q7RR","seq":0,"events":[[17,"input",{"el":{"tag":"input",
  "type":"email","path":"main>form:2>input","classes":["btn","is-open"]},"value":{"kind":"email","len":5,
  "digest":"3c6e0b8a9c15224a8228b9a98ca1531d5e9c4ba4b9d7c7f0f1c0a5f9c0b1d2e3"},"ms":1200}]],"server_time":1795435210300}`;

test("there are enough secrets, each once", () => {
  expect(SECRETS.length).toBeGreaterThanOrEqual(90);
  expect(new Set(SECRETS.map(({ value }) => value)).size).toBe(SECRETS.length);
  expect(new Set(SECRETS.map(({ name }) => name)).size).toBe(SECRETS.length);
});

test("every form of every secret is found at any position, and named", () => {
  let planted = 0;
  const missed: string[] = [];
  for (const { name, value } of SECRETS) {
    const all = forms(value, COMMON, SALT);
    expect(all.length, name).toBeGreaterThan(60);
    for (const { form, bytes } of all) {
      const place = planted++ % 3;
      const noise = Buffer.from(CLEAN.slice(0, 40 + (planted % 200)));
      const hay = Buffer.concat([place ? noise : Buffer.alloc(0), bytes, place === 1 ? noise : Buffer.alloc(0)]);
      const finds = search.search("here", hay);
      if (finds.filter((find) => find.secret === name && find.form === form).length !== 1) missed.push(`${name}, ${form}`);
    }
  }
  expect(missed).toEqual([]);
  console.log(`searcher: ${SECRETS.length} secrets, ${planted} forms, each found where it was planted`);
});

test("case does not hide a secret", () => {
  const missed: string[] = [];
  for (const { name, value } of SECRETS) {
    const reversed = [...value].reverse().join("");
    for (const written of [
      value,
      value.toLowerCase(),
      value.toUpperCase(),
      reversed,
      reversed.toUpperCase(),
      reversed.toLowerCase(),
    ]) {
      const finds = search.search("here", CLEAN + written + CLEAN);
      if (!finds.some((find) => find.secret === name)) missed.push(`${name} as ${written}`);
    }
  }
  expect(missed).toEqual([]);
});

test("encodings made by other programs are found", () => {
  const [{ value: mail }, { value: name }] = [SECRETS[0]!, SECRETS.find((secret) => secret.value.includes("Guðmundsdóttir"))!];
  const written = [
    JSON.stringify({ deep: [{ mail }] }),
    `https://shop.example/?q=${new URLSearchParams({ mail })}`,
    Buffer.from(`user=${mail}&x=1`).toString("base64"),
    Buffer.from(`x${JSON.stringify({ mail })}`).toString("base64url"),
    btoa(`a:${mail}`),
    Buffer.from(`--${mail}--`).toString("hex").toUpperCase(),
    Buffer.from(`${name}!`, "utf16le"),
    `Ur Thordis: ${name.split(" ")[1]}`,
    encodeURIComponent(`/users/${encodeURIComponent(name)}`),
    name.replace(/[^ -~]/g, (c) => `&#${c.charCodeAt(0)};`),
    createHash("sha256").update(mail).digest("hex").slice(0, 20),
    createHash("md5").update(mail.toUpperCase()).digest("base64"),
  ];
  expect(written.filter((hay) => !search.search("here", hay).length)).toEqual([]);
});

test("nothing is found in a capture without secrets", () => {
  expect(search.search("here", CLEAN)).toEqual([]);
  expect(search.search("here", Buffer.alloc(0))).toEqual([]);
  // Bytes, hex, base64 and digits at random, reproducibly: none of the forms is short enough for chance.
  let seed = 20261124;
  const random = Buffer.alloc(4 << 20);
  for (let at = 0; at < random.length; at++) random[at] = (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 24;
  for (const hay of [random, random.toString("hex"), random.toString("base64"), [...random.subarray(0, 1 << 20)].join()]) {
    expect(search.search("here", hay)).toEqual([]);
  }
});
