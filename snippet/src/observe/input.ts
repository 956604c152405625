/** Fields that a visitor filled and left. */

import { field, isCaretIgnored, isTyped, type Look, look, rememberPasswords } from "../element";
import { matches, now } from "../natives";
import type { Observer } from "../types";

/** Milliseconds without input after which a field without focus (autofill, controls that take none) counts as left. */
const QUIET_MS = 1000;
/** Keys that write or delete; `Process` and `Unidentified` come from input methods and on-screen keyboards. */
const WRITES = /^(.|Backspace|Delete|Dead|Process|Unidentified)$/su;

/** A field between the first touch and the moment it is left. */
interface Visit {
  _look: Look;
  _from: number;
  _touched: boolean;
  _keys: number;
  _edits: number;
  _paste: boolean;
  _rhythm: number[];
  /** The last key, and when it was pressed. */
  _key: string;
  _pressed: number;
  _quiet?: () => void;
}

/** The value of a field; of a checkbox or radio button its value if it is on. `submit.ts` uses it as well. */
export function filledIn(element: Element): string {
  const { value, checked, selectedOptions } = element as HTMLInputElement & HTMLSelectElement;
  if (selectedOptions) {
    // Not `Array.from`: see `digest`.
    const values: string[] = [];
    for (const option of selectedOptions) values.push(option.value);
    return values.join();
  }
  if (/^(checkbox|radio)$/.test((element as HTMLInputElement).type)) return checked ? value : "";
  return value === undefined ? element.textContent || "" : value;
}

export const input: Observer = ({ _gate, _emit, _people, _onSettle }) => {
  const visits = new Map<Element, Visit>();
  let focused: Element | undefined;
  /** A secret field that was reported before it was left: an event for each key would reveal its length. */
  let reported: Element | undefined;

  const visit = (element: Element): Visit | undefined => {
    if (element === reported || isCaretIgnored(element)) return;
    // It may have the focus without an event: from before our start, or as a document that is an editor.
    if (matches(element, ":focus,body")) focused = element;
    const known = visits.get(element);
    if (known) return known;
    const seen = look(element);
    if (!seen) return;
    const fresh: Visit = {
      _look: seen,
      _from: now(),
      _touched: false,
      _keys: 0,
      _edits: 0,
      _paste: false,
      _rhythm: [],
      _key: "",
      _pressed: 0,
    };
    visits.set(element, fresh);
    return fresh;
  };
  const leave = (element: Element) => {
    const left = visits.get(element);
    visits.delete(element);
    if (!left) return;
    if (!left._touched) return;
    // A field that has become a secret is one, and one that was stays one.
    const el = element.isConnected && !left._look._secret ? look(element) : left._look;
    if (!el) return;
    if (el._secret && element === focused) reported = element;
    _emit("input", {
      el,
      value: filledIn(element),
      keys: left._keys,
      edits: left._edits,
      ms: now() - left._from,
      paste: left._paste,
      rhythm: left._rhythm,
    });
  };
  const leaveOthers = (kept?: Element) => {
    for (const element of [...visits.keys()]) if (element !== kept) leave(element);
  };

  // "Show password" makes a text field of it before the visitor comes to the field.
  _people("pointerdown", rememberPasswords);
  _people("focusin", (event, target) => {
    rememberPasswords(event);
    focused = field(target);
    reported = undefined;
    // An element that is removed is left without an event.
    leaveOthers(focused);
    if (focused) visit(focused);
  });
  _people("focusout", (_, target) => {
    const element = field(target);
    focused = reported = undefined;
    if (element) leave(element);
  });
  _people<KeyboardEvent>("keydown", (event, target) => {
    const element = field(target);
    if (!element || event.repeat || !WRITES.test(event.key) || !isTyped(element)) return;
    // A shortcut writes nothing; AltGr, which some report as control and alt, does.
    if (event.metaKey || (event.ctrlKey && !event.altKey)) return;
    const at = visit(element);
    if (!at) return;
    const time = event.timeStamp;
    if (at._keys++) {
      const bucket = Math.max(0, Math.min(11, 31 - Math.clz32((time - at._pressed) / 10)));
      while (at._rhythm.length <= bucket) at._rhythm.push(0);
      at._rhythm[bucket]!++;
    }
    at._pressed = time;
    at._key = event.key;
    at._edits += +/^(Bac|Del)/.test(event.key);
    at._touched = true;
  });
  _people<InputEvent>("input", (event, target) => {
    const element = field(target);
    const at = element && visit(element);
    if (!at) return;
    at._touched = true;
    if (/^insertFromP/.test(event.inputType)) at._paste = true;
    // On-screen keyboards do not say which key it was.
    if (/^del/.test(event.inputType) && at._key === "Unidentified") at._edits++;
    if (/^(select|radio|checkbox)$/.test(at._look.type)) leave(element);
    else if (element !== focused) {
      at._quiet = _gate._after(QUIET_MS, () => leave(element), at._quiet);
    }
  });
  // The field with the focus is not left: a page that changes its address with each key would report each beginning.
  _onSettle((last) => leaveOthers(last || !focused || !focused.isConnected ? undefined : focused));
};
