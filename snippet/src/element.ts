/**
 * Reads elements: what they are, where they stand, and whether they may be recorded at all. What is read here is raw;
 * the scrub gate decides what of it may leave the page.
 */

import {
  attribute,
  beforeOf,
  bodyOf,
  designModeOf,
  documentOf,
  find,
  hostOf,
  localName,
  matches,
  parentOf,
  pathOf,
  slotOf,
  sortOf,
  viewOf,
} from "./natives";
import { any, lower } from "./rules/text";
import { isSecretField, tokensOf } from "./rules/value";
import { hides, ignores, settings } from "./settings";
import type { Hints, ValueKind } from "./types";

/**
 * An element as `look` read it at one moment. Observers pass it to the scrub gate. Names without `_` are those of the
 * wire.
 */
export interface Look {
  readonly tag: string;
  readonly role: string;
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly testid: string;
  readonly for: string;
  readonly autocomplete: string;
  readonly classes: readonly string[];
  /** Steps of tag name and position among the siblings of that tag (from 1), outermost first. */
  readonly path: readonly (readonly [string, number])[];
  readonly label: string;
  readonly shadow: boolean;
  /** The kind of secret that the field is for, whatever its value; undefined where it is for none. */
  readonly _secret: ValueKind | undefined;
  readonly _hints: Hints;
}

const EDITABLE = "[contenteditable]:not([contenteditable=false i])";
/** Controls whose label is recorded, as a digest. */
const LABELLED = `button,a[href],input,select,textarea,summary,label${",[role=button],[role=link],[role=menuitem],[role=tab],[role=option],[role=checkbox],[role=radio],[role=switch]"}`;
/** Values and code are never part of a label. */
const NO_LABEL = `input,output,select,textarea,option,script,style,${EDITABLE}`;
/** Fields whose value a visitor fills in. */
export const FIELD = `input:not([type=button i],[type=submit i],[type=reset i],[type=image i],[type=hidden i]),select,textarea,${EDITABLE}`;

/** Roles that tags, and types of inputs, imply. */
const ROLES: Record<string, string> = {
  // A page may put more on the prototype of objects.
  __proto__: null as never,
  a: "link",
  button: "button",
  submit: "button",
  reset: "button",
  checkbox: "checkbox",
  radio: "radio",
  search: "searchbox",
  number: "spinbutton",
  range: "slider",
  text: "textbox",
  email: "textbox",
  tel: "textbox",
  url: "textbox",
  textarea: "textbox",
  select: "combobox",
  form: "form",
  img: "img",
};

/** Fields that were a password field once: "show password" does not make their value plain text. */
const passwords = new WeakSet<object>();

/** Not by the property: on a form, a control named `nodeType` hides it, and would take the form's mask away. */
export const isElement = (node: Node): node is Element => sortOf(node) === 1;

const isRoot = (node: Node): boolean => sortOf(node) === 11;

export const isDocument = (node: Node): node is Document => sortOf(node) === 9;

/** The frame around a document; null for the top document, and where the frame is of another origin. */
export const frameOf = (node: Document): Element | null => {
  const view = viewOf(node);
  return view && view.frameElement;
};

const shadowHost = (node: Node): Element | undefined => {
  try {
    return hostOf(node);
  } catch {
    // A fragment: its content is not in the page.
    return;
  }
};

/** The parent, also across shadow roots and same-origin frames; with `flat` as the page shows it, through slots. */
const up = (node: Node, flat?: boolean): Node | undefined =>
  (flat && isElement(node) && slotOf(node)) ||
  parentOf(node) ||
  (isDocument(node) ? frameOf(node) : isRoot(node) && shadowHost(node)) ||
  undefined;

/** The nearest of `node` and its ancestors that matches one of `selectors`. */
export function nearest(node: Node | undefined, selectors: readonly string[]): Element | undefined {
  for (; node; node = up(node, true)) {
    const at = node;
    if (isElement(at) && any(selectors, (selector) => matches(at, selector))) return at;
  }
  return;
}

/**
 * Whether `node` must not be recorded. One that is not in the page counts as ignored: its former ancestors are unknown.
 */
export function isIgnored(node: Node): boolean {
  let root: Node | undefined = node;
  while (root && root !== document) root = up(root);
  return !root || !!nearest(node, ignores);
}

/** Whether the text and value of `node` must not be recorded. */
export const isMasked = (node: Node): boolean => !!nearest(node, hides);

const holds = (editor: Element, selectors: readonly string[]): boolean => any(selectors, (selector) => find(editor, selector));

/**
 * Whether the caret is in an ignored part of `editor`: an editor receives the keys and edits of everything inside it.
 */
export function isCaretIgnored(editor: Element): boolean {
  let root: Node = editor;
  for (let at: Node | null; (at = parentOf(root)); ) root = at;
  // The document does not expose the caret inside a shadow root.
  if (isRoot(root)) return holds(editor, ignores);
  const { anchorNode } = editor.ownerDocument.getSelection()!;
  return !!anchorNode && editor.contains(anchorNode) && isIgnored(anchorNode);
}

/** Whether the whole document of `node` is an editor. */
const isDesigned = (node: Node): boolean => designModeOf(documentOf(node) || (node as Document)) === "on";

/** The control that a click on `node` is meant for: the nearest one, or `node` itself. */
export const control = (node: Node): Node => (!isIgnored(node) && nearest(node, [LABELLED, EDITABLE])) || node;

/** The field that `node` is in, or the body of a document that is an editor; undefined where there is none. */
export const field = (node: Node): Element | undefined =>
  nearest(node, [FIELD]) || (isDesigned(node) && bodyOf(documentOf(node) || (node as Document))) || undefined;

/**
 * Whether `element`, the target of a key, may be the host of a closed shadow root with an unknown field inside: an
 * element that cannot have the focus itself, a custom element, or one that can both have the focus and carry such a
 * root.
 */
export const isClosed = (element: Element): boolean => {
  const name = localName(element);
  return (
    /-/.test(name) ||
    (!matches(element, LABELLED) &&
      (!matches(element, "[tabindex],body,html") ||
        // An open one would have been the target itself.
        (/^(article|aside|blockquote|div|footer|h[1-6]|header|main|nav|p|section|span)$/.test(name) && !element.shadowRoot)))
  );
};

/** Whether a visitor can type into `element`. */
export const isTyped = (element: Element): boolean => matches(element, ":read-write");

/** Remembers the password fields around an event: in its document, and in every shadow root on its path. */
export function rememberPasswords(event: Event): void {
  const path = pathOf(event) as Node[];
  // The last is the window.
  for (let at = 0; at < path.length - 1; at++) {
    const root = path[at]!;
    if (isElement(root)) continue;
    for (const element of (root as Document).querySelectorAll("[type=password i]")) passwords.add(element);
  }
}

/** The text in `node`, without values, code and elements that match `but`. */
function text(node: Node, but: readonly string[]): string {
  if (!isElement(node)) return (node as Text).data || "";
  if (matches(node, NO_LABEL) || any(but, (selector) => matches(node, selector))) return "";
  const slotted = localName(node) === "slot" ? (node as HTMLSlotElement).assignedNodes() : [];
  let out = "";
  for (const child of slotted[0] ? slotted : node.childNodes) {
    // Far longer than any label.
    if (out.length < 999) out += text(child, but);
  }
  return out;
}

/** The visible name of a control; empty under a mask. Never a value. */
function labelOf(element: Element): string {
  // A visitor has written the content of an editor.
  if (!matches(element, LABELLED) || isMasked(element) || nearest(element, [EDITABLE]) || isDesigned(element)) return "";
  const [label = element] = (element as HTMLInputElement).labels || [];
  const named =
    attribute(element, "aria-label") || attribute(element, "placeholder") || (isMasked(label) ? "" : text(label, hides));
  return named.replace(/\s+/g, " ").trim();
}

/** All texts by which the page describes a field to visitors. They are only read to classify it, masked or not. */
function saidOf(element: Element): string[] {
  const said = ["aria-label", "placeholder", "aria-placeholder", "title"].map((name) => attribute(element, name) || "");
  const by = (attribute(element, "aria-labelledby") || "").split(/\s+/);
  for (const label of (element as HTMLInputElement).labels || []) said.push(text(label, []));
  for (const id of by) {
    const target = id && (element.getRootNode() as Document).getElementById(id);
    if (target) said.push(attribute(target, "aria-label") || text(target, []));
  }
  return said;
}

/** The position among the siblings of the same tag, from 1. */
function placeOf(element: Element): number {
  let place = 1;
  for (let at: Element | null = element; (at = beforeOf(at)) && place < 999; ) place += +(localName(at) === localName(element));
  return place;
}

/** Reads `node` for an observer; undefined where it is ignored or no element. */
export function look(node: Node | null | undefined): Look | undefined {
  if (!node || !isElement(node) || isIgnored(node)) return;
  const read = (name: string) => attribute(node, name) || "";
  const masked = isMasked(node);
  /** An attribute that names the element; empty under a mask. */
  const name = (attribute: string) => (masked ? "" : read(attribute));
  const tag = lower(localName(node));
  const { type: given, form } = node as HTMLInputElement;
  const isField = field(node) === node;
  const type =
    isField && !matches(node, "input,select,textarea")
      ? "contenteditable"
      : tag === "select"
        ? tag
        : /^(input|textarea)$/.test(tag) || (tag === "button" && form)
          ? given
          : "";
  if (type === "password") passwords.add(node);
  const autocomplete = read("autocomplete");
  const hints = { field: type, autocomplete: lower(autocomplete), name: read("name"), id: read("id") };

  const path: (readonly [string, number])[] = [];
  let shadow = false;
  for (let at: Node = node; !isDocument(at); at = up(at)!) {
    if (!isElement(at)) shadow = true;
    // `html` adds nothing to the path of an element inside it.
    else if (path.length < 8 && (localName(at) !== "html" || at === node)) path.unshift([lower(localName(at)), placeOf(at)]);
  }

  const secret = (): ValueKind | undefined => {
    let kind: ValueKind | undefined =
      // An editor's value is the text of everything in it.
      masked || holds(node, hides)
        ? "masked"
        : passwords.has(node) || /disc|circle|square/.test(getComputedStyle(node).getPropertyValue("-webkit-text-security"))
          ? "password"
          : isSecretField(hints, settings);
    // The visible texts count as well: `placeholder="Card number"`, or a code with one box a digit.
    if (!kind) any(saidOf(node), (said) => (kind = isSecretField({ field: "", autocomplete: "", name: said, id: "" }, settings)));
    return kind || (read("maxlength") === "1" ? "code" : undefined);
  };

  return {
    tag,
    role: lower(read("role")).split(" ")[0] || ROLES[tag === "input" ? type : tag === "a" && !read("href") ? "" : tag] || "",
    type,
    id: name("id"),
    name: name("name"),
    testid: name("data-testid") || name("data-test") || name("data-test-id") || name("data-cy") || name("data-qa"),
    for: tag === "label" ? name("for") : "",
    autocomplete: tokensOf(autocomplete).pop() || "",
    // Split as HTML does: a no-break space is part of a name, and marks the name as data.
    classes: name("class").split(/[\t\n\f\r ]+/),
    path,
    label: labelOf(node),
    shadow,
    _secret: isField ? secret() : undefined,
    _hints: hints,
  };
}
