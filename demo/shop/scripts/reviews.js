// Reviews. They are older than the rest of this shop and still speak XMLHttpRequest.

import { $, ApiFailure, busy, check, day, h, icon, showFailure, toast } from "./lib.js";
import "./elements.js";

function send(method, url, body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.responseType = "json";
    request.setRequestHeader("content-type", "application/json");
    const token = sessionStorage.getItem("shop.token");
    if (token) request.setRequestHeader("authorization", `Bearer ${token}`);
    request.onload = () => {
      if (request.status < 400) resolve(request.response);
      else reject(new ApiFailure(request.status, request.response?.error));
    };
    request.onerror = () => reject(new ApiFailure(0));
    request.send(body ? JSON.stringify(body) : null);
  });
}

function row(review) {
  return h(
    "li",
    { class: "Review_item__w1Vb5", "data-review-id": review.id },
    h("p", { class: "Review_head__z6Gu2" }, h("shop-rating", { value: review.rating }), h("strong", {}, review.title)),
    h("p", {}, review.body),
    h(
      "p",
      { class: "quiet" },
      `${review.author.name}, ${day(review.created_at)}`,
      review.author.verified && h("span", { class: "verified" }, icon("check", true), "Verified"),
    ),
  );
}

/** Loads the reviews of a product, and shows them. */
export async function reviews(slug) {
  const url = `/demo/api/products/${slug}/reviews`;
  const list = $("#review-list");
  const form = $("#review-form");

  const show = async () => {
    const answer = await send("GET", url);
    list.replaceChildren(...answer.reviews.map(row));
    list.removeAttribute("aria-busy");
    const { count, average } = answer.rating;
    $("#review-count").textContent = `${count} reviews`;
    $("#tab-reviews").textContent = `Reviews (${count})`;
    $("#product-rating").setAttribute("value", average);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!check(form)) return;
    const { author, title, body } = Object.fromEntries(new FormData(form));
    try {
      await busy($("button", form), () => send("POST", url, { author, title, body, rating: $("#review-rating").value }));
    } catch (failure) {
      return showFailure(form, failure);
    }
    form.reset();
    toast("Thank you. Your review is there.");
    await show();
  });

  await show();
}
