/** A small shop with one of everything that the snippet records. */
import type { Site } from "../harness";

const SCRIPT = `
  customElements.define("x-rating", class extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML = '<div class="stars"><button id="five">Five</button><input id="comment" name="comment"></div>';
    }
  });
  document.getElementById("handle")?.addEventListener("mousedown", (event) => event.preventDefault());
  addEventListener("submit", (event) => event.preventDefault());
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => event.preventDefault());
  addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", "card"));
`;
const STYLE = `
  body { margin: 0; height: 3000px; font: 14px sans-serif }
  #list { height: 100px; width: 200px; overflow: auto }
  #list div { height: 1000px; width: 900px }
  #card, #basket, #handle { display: inline-block; width: 90px; height: 40px; background: #ddd }
  iframe { width: 300px; height: 60px; border: 3px solid; margin: 0 0 0 50px }
`;

/** Puts it on `site`; returns the URL of its first page. */
export function shop(site: Site, script: string): string {
  site.file("/app.js", SCRIPT);
  site.file("/app.css", STYLE);
  site.page(
    "/frame",
    '<link rel="stylesheet" href="/app.css"><button id="inner">Inside</button><input id="framed" name="framed">',
  );
  site.page("/second", `<script src="${script}"></script><h1>Second</h1>`);
  site.page("/plain", '<a id="shop" href="/catalogue/shoes?size=42&email=jane@roe.example#top">Shop</a>');
  return site.page(
    "/catalogue/shoes",
    `<link rel="stylesheet" href="/app.css"><script src="${script}"></script><script src="/app.js" defer></script>
    <main id="shop"><h1>Shoes</h1>
      <button id="buy" class="btn btn-primary" data-testid="buy-now">Buy  now</button>
      <a id="next" href="/second?ref=mail&amp;user=7#top">Next</a>
      <form id="signup" action="/signup">
        <label for="mail" id="mail-label">E-mail</label>
        <input id="mail" name="email" type="email" autocomplete="email" required>
        <input id="login" name="password" type="password">
        <input id="note" name="note">
        <select id="size" name="size"><option>S</option><option>M</option></select>
        <input type="checkbox" id="terms" name="terms" value="yes">
        <button id="join">Join</button>
      </form>
      <div id="editor" class="editor" contenteditable="true" role="textbox"></div>
      <svg id="icon" width="40" height="40" viewBox="0 0 40 40"><g><rect id="star" width="40" height="40"></rect></g></svg>
      <x-rating id="rating"></x-rating>
      <iframe id="frame" src="/frame"></iframe>
      <div id="list"><div></div></div>
      <span id="card" draggable="true"></span> <span id="basket"></span> <span id="handle"></span>
    </main>`,
  );
}
