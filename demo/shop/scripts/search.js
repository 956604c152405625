import { fill } from "./card.js";
import { $, api, h } from "./lib.js";

const q = new URLSearchParams(location.search).get("q")?.trim() ?? "";
$("#q").value = q;
if (q) {
  const answer = await api(`/search?${new URLSearchParams({ q, limit: 24 })}`);
  fill($("#results"), answer.hits);
  $("#search-count").textContent = answer.total === 1 ? "1 product" : `${answer.total} products`;
  if (answer.total === 0) {
    $("#search-count").append(
      ". Perhaps one of these: ",
      h("a", { href: "/demo/shop/coffee" }, "coffee"),
      ", ",
      h("a", { href: "/demo/shop/tea" }, "tea"),
      ".",
    );
  }
} else {
  $("#q").focus();
}
