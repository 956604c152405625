/** Forms: submitted, or held back by the browser because a field is not valid. */

import { FIELD, isIgnored, isMasked, look } from "../element";
import { controlsOf, matches, now } from "../natives";
import type { Observer } from "../types";
import { filledIn } from "./input";

/** Milliseconds. A page may check validity at any time; a visitor's attempt comes with a click or Enter. */
const ATTEMPT_MS = 100;

export const submit: Observer = ({ _emit, _people, _settle }) => {
  let attempted = 0;
  const isAttempt = () => now() - attempted < ATTEMPT_MS;
  const report = (form: Element, last: boolean) => {
    // If the page submits with each key, or holds the form back, the visitor stays in the field.
    _settle(last);
    const el = look(form);
    let valid = true;
    let filled = 0;
    const controls = controlsOf(form);
    for (let at = 0; at < controls.length; at++) {
      const control = controls[at]!;
      if (!matches(control, FIELD) || isIgnored(control)) continue;
      if (matches(control, ":invalid")) valid = false;
      if (!isMasked(control) && filledIn(control)) filled++;
    }
    if (el) _emit("submit", { el, valid, filled });
  };
  const attempt = () => {
    attempted = now();
  };
  _people("click", attempt);
  _people<KeyboardEvent>("keydown", (event) => {
    if (event.key === "Enter") attempt();
  });
  _people("submit", (_, target) => report(target as Element, isAttempt()), true);
  _people(
    "invalid",
    (_, target) => {
      const { form } = target as HTMLInputElement;
      if (!form || isIgnored(target) || !isAttempt()) return;
      // Each invalid field fires; one event is enough.
      attempted = 0;
      report(form, false);
    },
    true,
  );
};
