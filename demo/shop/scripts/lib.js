// What every page uses: elements, the API, money, messages.

const ICONS = "/demo/assets/images/icons.svg";
const SVG = "http://www.w3.org/2000/svg";

/** The first element that matches. */
export const $ = (selector, root = document) => root.querySelector(selector);

/** All elements that match. */
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/**
 * Makes an element. `onclick` and the like become listeners, `class` and all else attributes; `false` and `null` are
 * left out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon of the sprite. */
export function icon(name, small = false) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", small ? "icon icon--small" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

/** An answer of the API that is not a success. */
export class ApiFailure extends Error {
  constructor(status, error = {}) {
    super(error.message ?? "The shop does not answer.");
    this.name = "ApiFailure";
    this.status = status;
    this.code = error.code ?? "unknown";
    this.fields = error.fields ?? {};
  }
}

/** Calls the API. `body` is sent as JSON, unless it is a form's data. */
export async function api(path, { method = "GET", body, signal } = {}) {
  const headers = { accept: "application/json" };
  const token = sessionStorage.getItem("shop.token");
  if (token) headers.authorization = `Bearer ${token}`;
  const raw = body === undefined || body instanceof FormData || body instanceof URLSearchParams;
  if (!raw) headers["content-type"] = "application/json";
  const response = await fetch(`/demo/api${path}`, { method, headers, body: raw ? body : JSON.stringify(body), signal });
  const data = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new ApiFailure(response.status, data?.error);
  return data;
}

const formats = new Map();

/** An amount as people read it. */
export function money({ amount, currency }) {
  if (!formats.has(currency)) formats.set(currency, new Intl.NumberFormat("en-US", { style: "currency", currency }));
  return formats.get(currency).format(amount / 100);
}

/** A day as people read it. */
export const day = (iso) => new Intl.DateTimeFormat("en-US", { dateStyle: "medium" }).format(new Date(iso));

/** Shows a message at the lower edge for a while; with `undo`, the action can be undone. */
export function toast(message, undo) {
  const place = $("#toasts");
  if (!place) return;
  const note = h("div", { class: "toast", "data-testid": "toast" }, h("span", {}, message));
  if (undo) {
    const take = () => {
      note.remove();
      undo();
    };
    note.append(h("button", { type: "button", class: "link-button", "data-testid": "undo", onclick: take }, "Undo"));
  }
  place.replaceChildren(note);
  setTimeout(() => note.remove(), undo ? 8000 : 4000);
}

/** The fields of a form as an object; a ticked box is `true`. */
export function values(form) {
  const result = {};
  for (const field of form.elements) {
    if (!field.name || field.type === "file" || (field.type === "radio" && !field.checked)) continue;
    result[field.name] = field.type === "checkbox" ? field.checked : field.value;
  }
  return result;
}

const REASONS = {
  required: "Please fill this in.",
  invalid: "This does not look right.",
  too_long: "This is too long.",
  too_short: "Eight characters or more, please.",
};

/** Marks fields and moves to the first of them; `wrong` is `{name: reason}`. Returns whether all were good. */
export function mark(form, wrong) {
  for (const note of $$(".field_error[data-for]", form)) note.remove();
  let first = null;
  for (const field of form.elements) {
    if (!field.name) continue;
    const reason = wrong[field.name];
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-errormessage");
    if (!reason) continue;
    const id = `${field.id}-error`;
    const text = REASONS[reason] ?? "Please look at this again.";
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-errormessage", id);
    const note = h("span", { class: "field_error", id, "data-for": field.name }, text);
    const place = field.closest(".field");
    if (place) place.append(note);
    else (field.closest("label") ?? field).after(note);
    first ??= field;
  }
  first?.focus();
  return first === null;
}

/** What the browser itself refuses in a form, by field. */
export function check(form) {
  const wrong = {};
  for (const field of form.elements) {
    if (!field.name || !field.validity || field.validity.valid) continue;
    if (field.validity.valueMissing) wrong[field.name] = "required";
    else wrong[field.name] = field.validity.tooShort ? "too_short" : "invalid";
  }
  return mark(form, wrong);
}

/** Shows what the API refused in a form: at the fields or, for anything else, in the box at its top. */
export function showFailure(form, failure, box) {
  if (!(failure instanceof ApiFailure)) throw failure;
  const wrong = Object.fromEntries(Object.entries(failure.fields).map(([name, { code }]) => [name, code]));
  const known = Object.keys(wrong).some((name) => form.elements[name]);
  if (box) {
    box.hidden = known;
    box.textContent = failure.message;
  }
  mark(form, wrong);
}

/** Disables a button while something runs. */
export async function busy(button, work) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}
