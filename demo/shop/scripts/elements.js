// The shop's own elements, each with an open shadow root.

const sheet = (css) => {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
};

const stepperSheet = sheet(`
  :host { display: inline-flex; }
  .box { display: flex; border: 1px solid var(--line-strong, #b9b0a2); border-radius: 999px; background: #fff; height: 48px; overflow: hidden; }
  :host([small]) .box { height: 36px; }
  button { width: 42px; border: 0; background: none; font: 400 20px/1 system-ui, sans-serif; color: inherit; cursor: pointer; }
  :host([small]) button { width: 32px; font-size: 17px; }
  button:hover:not(:disabled) { background: var(--wash, #f3eee6); }
  button:disabled { color: #b5ada1; cursor: default; }
  input { width: 34px; border: 0; padding: 0; background: none; font: 500 16px/1 system-ui, sans-serif; text-align: center; color: inherit; appearance: textfield; }
  input::-webkit-inner-spin-button { appearance: none; }
  button:focus-visible, input:focus-visible { outline: 2px solid var(--green, #1f4d3f); outline-offset: -3px; border-radius: 999px; }
`);

/** `<shop-stepper value min max label small>`: a quantity. Fires `quantity` with the number when it has changed. */
class ShopStepper extends HTMLElement {
  static observedAttributes = ["value", "max"];
  static formAssociated = true;
  #internals = this.attachInternals();
  #input = document.createElement("input");
  #less = document.createElement("button");
  #more = document.createElement("button");

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [stepperSheet];
    const box = document.createElement("div");
    box.className = "box";
    box.setAttribute("part", "box");
    for (const [button, text, label, by] of [
      [this.#less, "−", "One less", -1],
      [this.#more, "+", "One more", 1],
    ]) {
      button.type = "button";
      button.textContent = text;
      button.id = by > 0 ? "more" : "less";
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => this.#set(this.value + by));
    }
    this.#input.type = "number";
    this.#input.id = "value";
    this.#input.inputMode = "numeric";
    this.#input.addEventListener("change", () => this.#set(Math.round(Number(this.#input.value))));
    box.append(this.#less, this.#input, this.#more);
    root.append(box);
  }

  connectedCallback() {
    this.#input.setAttribute("aria-label", this.getAttribute("label") ?? "Quantity");
    this.#show();
  }

  attributeChangedCallback() {
    this.#show();
  }

  get value() {
    return Number(this.getAttribute("value") ?? 1);
  }

  get max() {
    return Number(this.getAttribute("max") ?? 12);
  }

  get min() {
    return Number(this.getAttribute("min") ?? 1);
  }

  #set(wanted) {
    const value = Math.min(this.max, Math.max(this.min, Number.isFinite(wanted) ? wanted : this.min));
    const changed = value !== this.value;
    this.setAttribute("value", String(value));
    this.#show();
    if (changed) this.dispatchEvent(new CustomEvent("quantity", { detail: value, bubbles: true }));
  }

  #show() {
    this.#input.value = String(this.value);
    this.#input.min = String(this.min);
    this.#input.max = String(this.max);
    this.#less.disabled = this.value <= this.min;
    this.#more.disabled = this.value >= this.max;
    this.#internals.setFormValue(String(this.value));
  }
}

const ratingSheet = sheet(`
  :host { display: inline-flex; vertical-align: -2px; color: var(--amber, #b4741a); }
  .row { display: inline-flex; }
  svg { width: 17px; height: 17px; display: block; }
  :host([editable]) svg { width: 28px; height: 28px; }
  path { fill: #ded5c6; }
  .on path { fill: currentColor; }
  label { cursor: pointer; padding: 2px; border-radius: 4px; }
  label:focus-within { outline: 2px solid var(--green, #1f4d3f); }
  input { position: absolute; opacity: 0; width: 1px; height: 1px; }
`);

const STAR = "M10 1.500l2.600 5.500 6 .800-4.400 4.200 1.100 6L10 15.100 4.700 18l1.100-6L1.400 7.800l6-.800z";

function star(on) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", on ? "on" : "");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", STAR);
  svg.append(path);
  return svg;
}

/** `<shop-rating value>` shows stars; with `editable` they are radio buttons, and `value` is what was chosen. */
class ShopRating extends HTMLElement {
  static observedAttributes = ["value"];
  static formAssociated = true;
  #internals = this.attachInternals();
  #row = document.createElement("span");

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [ratingSheet];
    this.#row.className = "row";
    root.append(this.#row);
  }

  connectedCallback() {
    this.#show();
  }

  attributeChangedCallback() {
    this.#show();
  }

  get value() {
    return Number(this.getAttribute("value") ?? 0);
  }

  #show() {
    const stars = [1, 2, 3, 4, 5];
    this.#internals.setFormValue(String(this.value));
    if (!this.hasAttribute("editable")) {
      this.#row.setAttribute("role", "img");
      this.#row.setAttribute("aria-label", `${this.value} out of 5`);
      this.#row.replaceChildren(...stars.map((nth) => star(nth <= Math.round(this.value))));
      return;
    }
    this.#row.setAttribute("role", "radiogroup");
    this.#row.setAttribute("aria-label", this.getAttribute("label") ?? "Rating");
    if (this.#row.childElementCount === 0) this.#row.append(...stars.map((nth) => this.#choice(nth)));
    for (const [index, label] of [...this.#row.children].entries()) {
      label.className = index < this.value ? "on" : "";
      label.firstElementChild.checked = index + 1 === this.value;
    }
  }

  #choice(nth) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "radio";
    input.name = "stars";
    input.id = `star-${nth}`;
    input.value = String(nth);
    input.setAttribute("aria-label", nth === 1 ? "1 star" : `${nth} stars`);
    input.addEventListener("change", () => this.setAttribute("value", String(nth)));
    label.append(input, star(false));
    return label;
  }
}

customElements.define("shop-stepper", ShopStepper);
customElements.define("shop-rating", ShopRating);
