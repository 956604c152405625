import * as basket from "../basket.js";
import { card } from "../card.js";
import { h, icon } from "../lib.js";

export async function wishlist(refresh) {
  const cart = basket.current() ?? (await basket.load());
  const wishes = cart?.wishlist ?? [];
  const remove = async (product) => {
    await basket.unwish(product.slug);
    refresh();
  };
  const row = (product) =>
    card(
      product,
      h(
        "button",
        { type: "button", class: "link-button", "data-testid": "wish-remove", onclick: () => remove(product) },
        icon("bin", true),
        "Remove",
      ),
    );
  return [
    h("h1", {}, "Wishlist"),
    wishes.length > 0
      ? h("ul", { class: "grid grid--3", "data-testid": "wishlist" }, wishes.map(row))
      : h("p", { class: "empty" }, "Nothing yet. The heart on a product puts it here."),
  ];
}
