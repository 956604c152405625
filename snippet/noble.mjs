// Makes @noble/hashes' SHA-256 small, at build time and without a copy of it here. terser cannot shorten names of properties that
// the DOM also has (`digest`, `view`), nor leave out methods of a class, so a third of the library would be shipped for nothing:
// guards of arguments that our types give, cloning, wiping, tables for SHA-224 and big numbers. tests/sha256.spec.ts holds the
// result against Node's own SHA-256. An edit that finds nothing to do fails the build: look here when the library is updated.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";

/** Properties of its classes. As whole words of its two files they stand for nothing else that matters outside. */
const PROPERTIES =
  /\b(A|B|C|D|E|F|G|H|blockLen|outputLen|padOffset|isLE|canXOF|finished|destroyed|pos|view|update|process|digest|digestInto|get)\b/g;

const method = (head) => new RegExp(`\\n    ${head}\\(.*\\) \\{\\n[^]*?\\n    \\}`);
const line = (start) => new RegExp(`\\n +${start}.*`, "g");

/** file → what is replaced, by what. */
const EDITS = {
  "sha2.js": [
    // The wrapper that offers streams, options and an object identifier.
    [/createHasher\(\(\) => new _SHA256\(\),[^)]*\)\)/, "((bytes) => new _SHA256().update(bytes).digest())"],
    [line("[A-H] = 0;"), ""],
    // Copies of what was hashed are overwritten: the page holds the value itself, in the clear.
    [method("_cloneInto"), ""],
    [method("roundClean"), ""],
    [method("destroy"), ""],
  ],
  "_md.js": [
    // One function, one set of parameters: as constants they fold away.
    [/^/, "const blockLen = 64, outputLen = 32, padOffset = 8, isLE = false;"],
    [line("(this\\.)?(blockLen|outputLen|padOffset|isLE)( = \\w+)?;"), ""],
    [/constructor\(blockLen.*\)/, "constructor()"],
    [/(, (blockLen|outputLen|isLE))+ \} = this/g, " } = this"],
    [/setU64FromNum\(view, blockLen - 8, this\.length \* 8, isLE\)/, "view.setUint32(blockLen - 4, this.length * 8)"],
    [/this\.(padOffset|outputLen|blockLen)/g, "$1"],
    [method("_cloneIntoMeta"), ""],
    [method("clone"), ""],
    [line("aexists\\("), ""],
    [line("aoutput\\("), ""],
    [line("abytes\\("), ""],
    [line("if \\(len % 4.*\\n.*throw"), ""],
    [line("(if \\(processed\\)|(let )?processed = )"), ""],
    [line("this\\.(roundClean|destroy)\\("), ""],
    [line("(finished|destroyed|canXOF) = "), ""],
    [line("this\\.finished = "), ""],
  ],
};

export const smallNoble = {
  name: "small-noble",
  setup(build) {
    build.onLoad({ filter: /@noble.hashes.(sha2|_md)\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const [what, by] of EDITS[basename(path)]) {
        const before = contents;
        contents = before.replace(what, by);
        if (contents === before) throw new Error(`${path}: nothing is like ${what}`);
      }
      // As TypeScript, class fields become plain assignments (`useDefineForClassFields` below ES2022).
      return { contents: contents.replace(PROPERTIES, "_$1"), loader: "ts" };
    });
  },
};
