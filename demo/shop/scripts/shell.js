// The frame of every page: menu, search suggestions, the basket's count, the chat.

import * as basket from "./basket.js";
import { $, $$, api, h, money } from "./lib.js";

const PAUSE_MS = 180;

function menu() {
  const toggle = $("#menu-toggle");
  const nav = $("#site-nav");
  const show = (open) => {
    toggle.setAttribute("aria-expanded", String(open));
    nav.classList.toggle("is-open", open);
  };
  toggle.addEventListener("click", () => show(toggle.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false);
  });
  for (const link of $$("a", nav)) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
  }
}

function search() {
  const input = $("#site-search-q");
  const list = $("#site-search-list");
  let timer = 0;
  let asked = null;
  let active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const show = (hits) => {
    list.replaceChildren(
      ...hits.map((hit, nth) =>
        h(
          "li",
          { role: "option", id: `suggestion-${nth}`, "data-testid": "suggestion" },
          h(
            "a",
            { href: hit.url, tabindex: -1 },
            h("img", { src: hit.image.src, alt: "", width: 40, height: 40 }),
            h("span", {}, hit.name, h("small", {}, hit.subtitle)),
            h("span", { class: "suggestions_price" }, money(hit.price)),
          ),
        ),
      ),
    );
    active = -1;
    list.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
  };

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const q = input.value.trim();
    if (q.length < 2) return close();
    try {
      show((await api(`/search?${new URLSearchParams({ q, limit: 5 })}`, { signal: asked.signal })).hits);
    } catch (failure) {
      if (failure.name !== "AbortError") throw failure;
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    const options = $$("li", list);
    if (event.key === "Escape") close();
    if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      $("a", options[active]).click();
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || list.hidden) return;
    event.preventDefault();
    active = (active + by + options.length) % options.length;
    for (const [nth, option] of options.entries()) option.setAttribute("aria-selected", String(nth === active));
    input.setAttribute("aria-activedescendant", options[active].id);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#site-search")) close();
  });
}

const ANSWERS = [
  "Somebody from the bar will look at this before noon.",
  "Have you tried it a little coarser? It is nearly always the grind.",
  "We would start with the Kiamba. But we always start with the Kiamba.",
];

function chat() {
  const toggle = $("#chat-toggle");
  const panel = $("#chat-panel");
  const message = $("#chat-message");
  const log = $("#chat-log");
  let answered = 0;
  const say = (text, own) => {
    log.append(h("li", { class: own ? "chat_line chat_line--own" : "chat_line" }, text));
    log.scrollTop = log.scrollHeight;
  };
  toggle.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) message.focus();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    panel.hidden = true;
    toggle.setAttribute("aria-expanded", "false");
    toggle.focus();
  });
  $("#chat-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!message.value.trim()) return;
    say(message.value, true);
    message.value = "";
    setTimeout(() => say(ANSWERS[answered++ % ANSWERS.length], false), 900);
  });
}

// Frames have none of this.
if ($("#site-header")) {
  menu();
  search();
  chat();
  await basket.load();
}
