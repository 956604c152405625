// A small shop without a framework: 300 products, four views behind the history API, and a page that does not sit
// still. Everything is drawn from a seed, so that every contestant watches the same page.
"use strict";
(() => {
  const PRODUCTS = 300;
  const done = { pointer: 0, wheel: 0, click: 0, input: 0, views: 0, fetches: 0, mutations: 0 };
  window.benchDone = done;

  let state = 20260101;
  const dice = (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
  const WORDS = "light linen trail city wool canvas river classic slim wide summer runner jacket shirt boot sandal".split(" ");
  const words = (count) => Array.from({ length: count }, () => WORDS[dice(WORDS.length)]).join(" ");
  const products = Array.from({ length: PRODUCTS }, (_, id) => ({ id, title: words(3), price: 5 + dice(200), stock: dice(40) }));

  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  };
  const view = document.getElementById("view");
  const badge = document.getElementById("badge");
  const feed = document.getElementById("feed");
  const clock = document.getElementById("clock");
  let inCart = 0;

  const card = ({ id, title, price, stock }) =>
    make(
      "article",
      { class: "card", "data-id": id },
      make("a", { href: `/product/${id}`, class: "image", style: `background:hsl(${(id * 37) % 360} 60% 80%)` }),
      make("h3", {}, make("a", { href: `/product/${id}` }, title)),
      make("p", { class: "price" }, `$${price}.00`),
      make("p", { class: "stock" }, `${stock} left`),
      make("button", { type: "button", class: "add" }, "Add to cart"),
    );

  const VIEWS = {
    category: (name) => {
      const list = make("div", { class: "list" });
      for (const product of products) if (name === "all" || product.id % 2) list.append(card(product));
      return [make("h1", {}, name), list];
    },
    product: (id) => [
      make("h1", {}, products[id].title),
      card(products[id]),
      ...Array.from({ length: 60 }, () => make("div", { class: "review" }, make("b", {}, words(2)), make("p", {}, words(30)))),
    ],
    cart: () => {
      const rows = products
        .slice(0, 40)
        .map(({ title, price }) => make("tr", {}, make("td", {}, title), make("td", {}, `$${price}`)));
      return [make("h1", {}, "Cart"), make("table", {}, make("tbody", {}, ...rows))];
    },
    account: () => [
      make("h1", {}, "Account"),
      ...Array.from({ length: 30 }, (_, n) =>
        make("p", {}, make("label", {}, `Setting ${n} `, make("input", { name: `s${n}` }))),
      ),
    ],
  };

  const show = () => {
    const [, name = "", argument = "all"] = location.pathname.split("/");
    view.replaceChildren(...(VIEWS[name] || VIEWS.category)(argument));
    scrollTo(0, 0);
    done.views++;
  };
  const go = (path) => {
    history.pushState(null, "", path);
    show();
    load();
  };

  let page = 0;
  const load = async () => {
    const response = await fetch(`/api/products?page=${page++ % 30}`);
    const { items } = await response.json();
    done.fetches++;
    for (const { id, price } of items) {
      const shown = view.querySelector(`[data-id="${id}"] .price`);
      if (shown) shown.textContent = `$${price}.00`;
    }
  };
  const add = async (id) => {
    badge.textContent = String(++inCart);
    const body = JSON.stringify({ productId: id, quantity: 1, options: { giftWrap: false, size: "M" } });
    await (await fetch("/api/cart", { method: "POST", headers: { "content-type": "application/json" }, body })).json();
    done.fetches++;
  };

  document.addEventListener("click", (event) => {
    done.click++;
    const link = event.target.closest("a");
    if (link) {
      event.preventDefault();
      go(link.getAttribute("href"));
    } else if (event.target.matches(".add")) {
      add(event.target.closest(".card").dataset.id);
    }
  });
  document.getElementById("contact").addEventListener("submit", (event) => {
    event.preventDefault();
    event.target.reset();
  });
  document.getElementById("search").addEventListener("input", (event) => {
    for (const element of view.querySelectorAll(".card"))
      element.hidden = !element.textContent.includes(event.target.value.slice(-1));
  });
  addEventListener("popstate", show);
  addEventListener("pointermove", () => done.pointer++, { passive: true });
  addEventListener("wheel", () => done.wheel++, { passive: true });
  addEventListener("input", () => done.input++);

  // Stock that changes, a feed that grows at one end, a clock.
  const stir = () => {
    const cards = view.querySelectorAll(".card");
    for (let n = 0; n < 12 && cards.length; n++) {
      const at = cards[dice(cards.length)];
      const stock = dice(40);
      at.querySelector(".stock").textContent = `${stock} left`;
      at.classList.toggle("low", stock < 5);
    }
    clock.textContent = String(done.mutations++);
  };
  const news = () => {
    feed.prepend(make("li", { class: "news" }, make("b", {}, words(1)), ` bought ${words(3)}`));
    if (feed.children.length > 12) feed.lastChild.remove();
  };

  show();
  window.benchBegin = () => {
    setInterval(stir, 100);
    setInterval(news, 250);
    setInterval(load, 500);
  };
})();
