/** Keys that write no character. */

import { field, isCaretIgnored, isClosed, isTyped, look } from "../element";
import { NAMED_KEY } from "../scrub";
import type { Observer } from "../types";

const SHORTCUTS: Record<string, string> = {
  c: "Copy",
  x: "Cut",
  v: "Paste",
  z: "Undo",
  y: "Redo",
  f: "Find",
  s: "Save",
  p: "Print",
};

export const key: Observer = ({ _emit, _people }) => {
  _people<KeyboardEvent>("keydown", (event, target) => {
    const { altKey, ctrlKey, metaKey, shiftKey } = event;
    let name = event.key;
    // Input methods use Enter, Escape and arrows for themselves.
    if (event.repeat || event.isComposing || event.keyCode === 229 || !name) return;
    if (name.length < 2) {
      if (!(metaKey || ctrlKey) || event.getModifierState("AltGraph")) return;
      name = name.toLowerCase();
      name = /^[cxvzyfsp]$/.test(name) ? (shiftKey && name === "z" ? "Redo" : SHORTCUTS[name]!) : "Shortcut";
    } else if (!NAMED_KEY.test(name)) return;
    const at = field(target);
    const el = look(at || target);
    if (at ? !el || isCaretIgnored(at) : !el && target !== document) return;
    const isSecret = at ? el!._secret : el && isClosed(target as Element);
    // Other keys would reveal how a secret was typed; corrections are part of the `input` event.
    if (isSecret ? !/^(Enter|Tab|Escape)$/.test(name) : at && /^(Bac|Del)/.test(name) && isTyped(at)) return;
    const mods = +altKey + 2 * +ctrlKey + 4 * +metaKey + 8 * +shiftKey;
    _emit("key", { key: name, mods, el: /^(body|html)$/.test(el ? el.tag : "") ? undefined : el });
  });
};
