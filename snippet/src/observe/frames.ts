/** Documents within the page: same-origin frames and open shadow roots. */

import { isDocument, isElement } from "../element";
import { localName, pathOf } from "../natives";
import type { Context, Gate } from "../types";

/** The position of an event in the viewport of the top page, in CSS pixels. */
export function viewportOf(event: MouseEvent): [number, number] {
  let { clientX: x, clientY: y, view } = event;
  for (let frame: Element | null; (frame = view!.frameElement); view = view!.parent as Window) {
    const box = frame.getBoundingClientRect();
    x += box.x + frame.clientLeft;
    y += box.y + frame.clientTop;
  }
  return [x, y];
}

/**
 * The element shown at the position of an event, also inside open shadow roots. The event's target may be elsewhere,
 * where it has captured the pointer.
 */
export function under({ clientX, clientY, view }: MouseEvent): Element | null {
  let at: Element | null = null;
  for (let root: DocumentOrShadowRoot | null = view!.document; root; root = at && at.shadowRoot) {
    const found: Element | null = root.elementFromPoint(clientX, clientY);
    if (!found || found === at) break;
    at = found;
  }
  return at;
}

/**
 * Makes `_people`, and the function that starts it: listeners are then added to every document of ours, also to later
 * ones.
 */
export function openFrames(gate: Gate): [Context["_people"], () => void] {
  const seen = new WeakSet<object>();
  const listeners: [type: string, handler: (event: Event) => void, inside: boolean | undefined][] = [];

  /** Adds the listeners to a document, or an open shadow root. */
  const enter = (root: Node | null) => {
    if (!root || seen.has(root)) return;
    seen.add(root);
    for (const [type, handler, inside] of listeners) {
      if (inside || isDocument(root)) gate._on(root === document ? window : root, type, handler);
    }
    // The frame's `load` event fires for each new document in it.
    gate._on(root, "load", (event) => find(event.target as Node));
    for (const frame of (root as Document).querySelectorAll("iframe,frame")) find(frame);
  };
  const find = (node: Node) => {
    // `contentDocument` is null for frames of another origin.
    if (isElement(node) && /^i?frame$/.test(localName(node))) enter((node as HTMLIFrameElement).contentDocument);
  };

  const people: Context["_people"] = (type, handler, inside) => {
    listeners.push([
      type,
      // Events made by a script of the page are no behaviour of the visitor.
      (event) => {
        if (event.isTrusted) handler(event as never, pathOf(event)[0] as Node);
      },
      inside,
    ]);
  };
  for (const type of ["pointerdown", "focusin", "wheel"]) {
    people(type, (event) => {
      for (const node of pathOf(event) as Node[]) if (node.nodeType === 11) enter(node);
    });
  }
  return [people, () => enter(document)];
}
