// The shape of a JSON body: its keys and the types of its leaves, never a value. The same as `privacy/tree.rs`, which
// says why.

import type { Extra } from "./text";
import { starred } from "./word";

/**
 * A leaf's word, a list with the one shape of its items, or a map without a prototype: `__proto__` is a key like any
 * other.
 */
export type KeyTree = string | KeyTree[] | KeyMap;
/** The shape of an object, by key. */
export interface KeyMap {
  [key: string]: KeyTree;
}

const newMap = (): KeyMap => Object.create(null);

const keysOf = (map: object): string[] => Object.keys(map).sort();

const insert = (map: KeyMap, key: string, tree: KeyTree): void => {
  map[key] = key in map ? merge(map[key]!, tree) : tree;
};

/** One shape for both. */
function merge(a: KeyTree, b: KeyTree): KeyTree {
  if (a === b) return a;
  if (sort(a) !== sort(b)) return "mixed";
  if (Array.isArray(a)) {
    const items = a.concat(b as KeyTree[]);
    return items[1] ? [merge(items[0]!, items[1])] : items;
  }
  for (const key of keysOf(b as KeyMap)) insert(a as KeyMap, key, (b as KeyMap)[key]!);
  return settle(a as KeyMap);
}

/** Equal for leaves of one word, for lists, for maps. */
const sort = (tree: KeyTree): string => (typeof tree === "string" ? tree : Array.isArray(tree) ? "[" : "{");

/** Equal for records with exactly the same keys; empty for anything but a record. */
const record = (tree: KeyTree): string => (sort(tree) === "{" ? keysOf(tree as KeyMap).join() : "");

/**
 * The map; or, if its keys are data (too many keys, many of one sort, records alike), one shape for all its values
 * under `*`.
 */
function settle(map: KeyMap): KeyMap {
  const keys = keysOf(map);
  const known = keys.map((key) => map[key]!).filter((tree) => tree !== "null");
  const alike = (most: number, by: typeof sort) => known[most] && by(known[0]!) && new Set(known.map(by)).size === 1;
  if (!keys[64] && !alike(32, sort) && !alike(2, record)) return map;
  const any = newMap();
  for (const key of keys) insert(any, "*", map[key]!);
  return any;
}

/** The shape of `body`, a parsed JSON value. The scrub gate calls it for request and response bodies. */
export function keyTree(body: unknown, extra?: Extra): KeyTree {
  // Each map that is open when the budget runs out adds one node to say so: at most 8, for 8 levels, of 256 nodes.
  let left = 248;
  const shape = (value: unknown, depth: number): KeyTree => {
    left -= left && 1;
    if (depth > 8) return "more";
    if (value === null) return "null";
    if (typeof value !== "object") return typeof value;
    if (Array.isArray(value)) {
      let list: KeyTree = [];
      for (let at = 0; at < 8 && at < value.length && left; at++) list = merge(list, [shape(value[at], depth + 1)]);
      return list;
    }
    const map = newMap();
    for (const key of keysOf(value!)) {
      if (!left) {
        insert(map, "*", "more");
        break;
      }
      const tree = shape((value as Record<string, unknown>)[key], depth + 1);
      insert(map, starred(key, extra), tree);
    }
    return settle(map);
  };
  return shape(body, 1);
}
