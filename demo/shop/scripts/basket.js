// The basket of this tab: its id is in sessionStorage, what is in it is the server's.

import { $, ApiFailure, api } from "./lib.js";

const KEY = "shop.cart";
let cart = null;

/** The cart as last seen, or null. */
export const current = () => cart;

function keep(answer) {
  cart = answer.cart;
  const badge = $("#cart-count");
  if (badge) {
    badge.textContent = String(cart.item_count);
    badge.hidden = cart.item_count === 0;
    $("#cart-link").setAttribute("aria-label", `Basket, ${cart.item_count} items`);
  }
  document.dispatchEvent(new CustomEvent("shop:cart", { detail: cart }));
  return cart;
}

async function create() {
  const answer = await api("/carts", { method: "POST" });
  sessionStorage.setItem(KEY, answer.cart.id);
  return keep(answer);
}

/** Reads the cart; without one, or with one that the server has forgotten, there is none. */
export async function load() {
  const id = sessionStorage.getItem(KEY);
  if (!id) return null;
  try {
    return keep(await api(`/carts/${id}`));
  } catch (failure) {
    if (!(failure instanceof ApiFailure) || failure.status !== 404) throw failure;
    sessionStorage.removeItem(KEY);
    return null;
  }
}

/** Changes the cart, and makes one where there is none. */
async function change(path, options) {
  const id = sessionStorage.getItem(KEY) ?? (await create()).id;
  try {
    return keep(await api(`/carts/${id}${path}`, options));
  } catch (failure) {
    const gone = failure instanceof ApiFailure && failure.status === 404 && path === "/items";
    if (!gone) throw failure;
    const fresh = await create();
    return keep(await api(`/carts/${fresh.id}${path}`, options));
  }
}

export const add = (slug, options, quantity) => change("/items", { method: "POST", body: { slug, options, quantity } });
export const setQuantity = (line, quantity) => change(`/items/${line}`, { method: "PATCH", body: { quantity } });
export const remove = (line) => change(`/items/${line}`, { method: "DELETE" });
export const reorder = (items) => change("/items", { method: "PUT", body: { items } });
export const setNote = (gift_note) => change("", { method: "PATCH", body: { gift_note } });
export const setPromo = (code) => change("/promo", { method: "PUT", body: { code } });
export const clearPromo = () => change("/promo", { method: "DELETE" });
export const wish = (slug) => change(`/wishlist/${slug}`, { method: "PUT" });
export const unwish = (slug) => change(`/wishlist/${slug}`, { method: "DELETE" });

/** The choices of a line as the API takes them. */
export const choices = (line) => Object.fromEntries(line.options.map((option) => [option.name, option.value]));
