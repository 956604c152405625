/**
 * The browser's own functions, taken before the page can replace them, and our own JSON writer: a page that puts a
 * `toJSON` on a prototype, or a form with a control named `parentNode`, must not change what is sent.
 */

type Self = unknown;
const { bind, call } = Function.prototype;
/** `method(self, …)` for `self.method(…)`, also if `self` has another property of that name now. */
const uncurry = bind.bind(call) as <A extends unknown[], R>(method: (...args: A) => R) => (self: Self, ...args: A) => R;
const getter = (prototype: object, name: string): ((self: Self) => never) =>
  uncurry(Object.getOwnPropertyDescriptor(prototype, name)!.get as () => never);

const element = Element.prototype;

export const parentOf: (self: Node) => Node | null = getter(Node.prototype, "parentNode");
/** 1 element, 3 text, 9 document, 11 shadow root or fragment. Works in every realm; `instanceof` works in one. */
export const sortOf: (self: Node) => number = getter(Node.prototype, "nodeType");
export const localName: (self: Element) => string = getter(element, "localName");
export const beforeOf: (self: Element) => Element | null = getter(element, "previousElementSibling");
/** For a shadow root only: it throws for any other node without a parent. */
export const hostOf: (self: Node) => Element = getter(ShadowRoot.prototype, "host");
export const viewOf: (self: Document) => Window | null = getter(Document.prototype, "defaultView");
/** Null for a document itself. */
export const documentOf: (self: Node) => Document | null = getter(Node.prototype, "ownerDocument");
export const designModeOf: (self: Document) => string = getter(Document.prototype, "designMode");
export const rootElementOf: (self: Document) => Element | null = getter(Document.prototype, "documentElement");
export const bodyOf: (self: Document) => Element | null = getter(Document.prototype, "body");
export const referrerOf: (self: Document) => string = getter(Document.prototype, "referrer");
export const readyStateOf: (self: Document) => string = getter(Document.prototype, "readyState");
export const baseOf: (self: Node) => string = getter(Node.prototype, "baseURI");
export const slotOf: (self: Element) => Element | null = getter(element, "assignedSlot");
export const controlsOf: (self: Element) => HTMLCollection = getter(HTMLFormElement.prototype, "elements");
export const attribute: (self: Element, name: string) => string | null = uncurry(element.getAttribute);
export const matches: (self: Element, selector: string) => boolean = uncurry(element.matches);
export const find: (self: Element, selector: string) => Element | null = uncurry(element.querySelector);
/** Angular counts pending timers, except those made by the original functions that zone.js keeps. */
const unzoned = <T extends object, K extends string & keyof T>(owner: T, name: K): T[K] => {
  const original = owner[`__zone_symbol__${name}` as K];
  return typeof original === "function" ? original : owner[name];
};
export const listen: (self: EventTarget, ...args: Parameters<EventTarget["addEventListener"]>) => void = uncurry(
  unzoned(EventTarget.prototype, "addEventListener"),
);
export const pathOf: (self: Event) => EventTarget[] = uncurry(Event.prototype.composedPath);

/** Functions of our own window. */
export const { AbortController, Headers, Proxy: Wrapper, Request, URL } = window;
export const setTimeout = unzoned(window, "setTimeout");
export const clearTimeout = unzoned(window, "clearTimeout");
export const { apply } = Reflect;
export const { getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
export const hasOwn: (self: Self, name: string) => boolean = uncurry(Object.prototype.hasOwnProperty);
export const headerOf: (self: Headers, name: string) => string | null = uncurry(Headers.prototype.get);
export const { parse } = JSON;
const clock = performance.now.bind(performance);
export const now = (): number => clock();

/** `own` without a prototype: properties that a page adds to `Object.prototype` are not inherited. */
export const bare = <T extends object>(own: T): T => setPrototypeOf(own, null);

/** A value on the wire. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** `value` as JSON in ASCII. Numbers must be finite. */
export const write = (value: Json): string =>
  typeof value === "string"
    ? `"${value.replace(/[^ !#-[\]-~]/g, (unit) => `\\u${`000${unit.charCodeAt(0).toString(16)}`.slice(-4)}`)}"`
    : typeof value !== "object"
      ? `${value}`
      : Array.isArray(value)
        ? `[${value.map(write)}]`
        : `{${Object.keys(value).map((key) => `${write(key)}:${write((value as Record<string, Json>)[key]!)}`)}}`;
