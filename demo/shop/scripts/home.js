import { fill } from "./card.js";
import { $, $$, api, h } from "./lib.js";

function carousel() {
  const track = $("#journal-track");
  const slides = $$(".story", track);
  const dots = slides.map(() => h("span", { class: "dot" }));
  $("#journal-dots").append(...dots);
  const at = () => Math.round(track.scrollLeft / slides[0].offsetWidth);
  const go = (nth) => {
    const slide = slides[(nth + slides.length) % slides.length];
    track.scrollTo({ left: slide.offsetLeft - track.offsetLeft, behavior: "smooth" });
  };
  const show = () => {
    for (const [nth, dot] of dots.entries()) dot.classList.toggle("is-on", nth === at());
  };
  $("#journal-prev").addEventListener("click", () => go(at() - 1));
  $("#journal-next").addEventListener("click", () => go(at() + 1));
  track.addEventListener("scroll", show, { passive: true });
  show();
}

async function counts() {
  const { categories } = await api("/categories");
  for (const { category, product_count } of categories) {
    const place = $(`[data-count="${category.slug}"]`);
    if (place) place.textContent = `${product_count} to choose from`;
  }
}

carousel();
const [best] = await Promise.all([api("/products?sort=popular"), counts()]);
fill($("#best-sellers"), best.items.filter((product) => product.inventory.in_stock).slice(0, 4));
