/** Pages that hold one secret in every place of HTML. */

/** What a page holds everywhere. */
export interface Planted {
  readonly secret: string;
  /**
   * The secret as a developer's name: an id, a class, a key. Another word where it could not be distinguished from
   * code.
   */
  readonly code: string;
}

const html = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** A class ends at white space; its replacement must not turn a sentence into code. */
export const className = (code: string) => code.replace(/\s/g, "\u00a0");

/** Attributes of any element, and attributes of some elements that are read of others as well. */
function attributes({ secret, code }: Planted): string {
  const s = html(secret);
  const c = html(code);
  const u = encodeURIComponent(secret);
  const texts =
    "title alt aria-label aria-valuetext aria-description aria-roledescription aria-placeholder placeholder content itemprop itemid " +
    "summary abbr label datetime cite lang accept pattern list form target download rel usemap autocomplete role data-id data-user " +
    "data-email data-value data-tooltip data-analytics-label data-track srcdoc-data nonce part slot is inputmode enterkeyhint dir";
  const codes = "id name for data-testid data-test data-test-id data-cy data-qa aria-labelledby aria-controls headers itemref";
  const links = "href action formaction poster background longdesc data ping manifest xlink:href";
  return [
    ...texts.split(" ").map((name) => `${name}="${s}"`),
    ...codes.split(" ").map((name) => `${name}="${c}"`),
    ...links.split(" ").map((name) => `${name}="/users/${u}?email=${u}#${u}"`),
    `class="btn ${html(className(code))} ${html(className(code))}-active user-${html(className(code))}"`,
    `style="--user: '${html(secret.replace(/['\\\n]/g, ""))}'"`,
    `value="${s}"`,
  ].join(" ");
}

/** The number of places in `attributes`. */
export const ATTRIBUTES = attributes({ secret: "", code: "" }).match(/="/g)!.length;

/** What a click may hit: a line is a cell of the grid. */
function cells(planted: Planted): Record<string, string> {
  const { secret, code } = planted;
  const s = html(secret);
  const c = html(code);
  const u = encodeURIComponent(secret);
  const all = attributes(planted);
  const className_ = html(className(code));
  return {
    "text of a button": `<button type="button">${s}</button>`,
    "all attributes of a button": `<button ${all} type="button">Go</button>`,
    "type of a button": `<button type="${s}">Go</button>`,
    "value of a button": `<input type="button" value="${s}" name="${c}">`,
    "id of a button": `<button type="button" id="${c}"></button>`,
    "class of a button": `<button type="button" class="${className_}">Go</button>`,
    "text of a link": `<a href="/users/${u}/orders?token=${u}#/user/${u}">${s}</a>`,
    "all attributes of a link": `<a ${all}>Go</a>`,
    "mailto link": `<a href="mailto:${u}">Mail</a>`,
    "javascript link": `<a href="javascript:void('${u}')">Script</a>`,
    "link with user and password": `<a href="http://${u}:${u}@localhost/">In</a>`,
    "link with a title": `<a href="/x" title="${s}">i</a>`,
    image: `<img ${all} src="/img/${u}.png?u=${u}" srcset="/img/${u}@2x.png 2x" width="100" height="30">`,
    "image in a link": `<a href="/users/${u}"><img alt="${s}" src="/img/${u}" width="90" height="30"></a>`,
    "image button": `<input type="image" alt="${s}" src="/img/${u}.png" formaction="/users/${u}" name="${c}" width="90" height="30">`,
    "image map": `<img usemap="#m" width="90" height="30" alt="${s}" src="/img/map"><map name="m"><area shape="rect" coords="0,0,90,30" href="/users/${u}" alt="${s}"></map>`,
    "label for a field": `<label for="${c}">${s}</label>`,
    "label around a field": `<label>${s}<input type="checkbox" value="${s}" name="${c}"></label>`,
    "radio button": `<input type="radio" value="${s}" name="${c}" aria-label="${s}">`,
    "text, heading, cell": `<div><h3 title="${s}">${s}</h3><p>${s}</p><table summary="${s}"><caption>${s}</caption><tr><td headers="${c}">${s}</table></div>`,
    "text of a paragraph": `<p class="note">${s}</p>`,
    "list item with data": `<ul><li data-id="${s}" value="7">${s}</li></ul>`,
    "role button": `<div role="button" tabindex="0" aria-label="${s}">${s}</div>`,
    "role option": `<div role="option" aria-selected="true" id="${c}" title="${s}">${s}</div>`,
    "role of data": `<div role="${s}" tabindex="0">${s}</div>`,
    "menu item": `<div role="menu" aria-label="${s}"><div role="menuitem">${s}</div></div>`,
    tab: `<div role="tablist"><div role="tab" aria-controls="${c}">${s}</div></div>`,
    details: `<details open><summary>${s}</summary>${s}</details>`,
    "custom element": `<x-card ${all}><b slot="who">${s}</b></x-card>`,
    "open shadow root": `<x-open data-secret="${s}"></x-open>`,
    "closed shadow root": `<x-closed data-secret="${s}"></x-closed>`,
    "SVG text": `<svg viewBox="0 0 100 30" width="100" height="30" aria-label="${s}"><title>${s}</title><desc>${s}</desc><rect width="100" height="30" fill="#ddd"/><text y="20" id="${c}" class="${className_}">${s}</text></svg>`,
    "SVG link": `<svg viewBox="0 0 100 30" width="100" height="30"><a href="/users/${u}"><rect width="100" height="30" id="${c}"/></a></svg>`,
    canvas: `<canvas width="100" height="30" aria-label="${s}" data-text="${s}">${s}</canvas>`,
    meter: `<meter value="0.5" aria-valuetext="${s}" title="${s}">${s}</meter>`,
    progress: `<progress aria-label="${s}" aria-valuetext="${s}"></progress>`,
    output: `<output name="${c}" for="${c}">${s}</output>`,
    "time, data, quotes": `<p><time datetime="${s}">${s}</time><data value="${s}">${s}</data><q cite="/users/${u}">${s}</q></p>`,
    "abbreviation and changes": `<p><abbr title="${s}">A.</abbr><ins cite="/u/${u}" datetime="${s}">${s}</ins><del>${s}</del></p>`,
    microdata: `<div itemscope itemtype="https://schema.example/${u}"><meta itemprop="name" content="${s}"><span itemprop="${s}">${s}</span></div>`,
    "region under a mask": `<div data-tg-mask><button type="button" aria-label="${s}">${s}</button></div>`,
    "region to ignore": `<div data-tg-ignore><button type="button" id="${c}">${s}</button></div>`,
    "menu of commands": `<select ${all}><option value="${s}" label="${s}">${s}</select>`,
    "field with a value": `<input ${all} type="text" readonly>`,
    "text area with a value": `<textarea ${all} readonly>${s}</textarea>`,
    "odd tag": `<user-${encodeURIComponent(code)
      .toLowerCase()
      .replace(/[^a-z\d-]/g, "-")
      .slice(0, 60)} class="tag">Tag</user>`,
    "font and marquee": `<font face="${s}" color="red"><u title="${s}">${s}</u></font>`,
    "object and embed": `<div><object data="/img/${u}" type="image/png" name="${c}" width="40" height="20">${s}</object></div>`,
    "long text": `<button type="button">${`${s} `.repeat(60)}</button>`,
    "short text in parts": `<button type="button">${[...secret].map((letter) => `<i>${html(letter)}</i>`).join("")}</button>`,
  };
}

/** The fields in the order in which Tab comes to them. The first words of a name are how it is filled. */
function fields({ secret, code }: Planted): Record<string, string> {
  const s = html(secret);
  const c = html(code);
  return {
    text: `<input type="text" name="${c}" id="${c}" placeholder="${s}">`,
    search: '<input type="search" name="q">',
    email: '<input type="email" name="email" autocomplete="email">',
    tel: '<input type="tel" name="phone" autocomplete="tel">',
    url: '<input type="url" name="homepage">',
    password: '<input type="password" name="login" id="login">',
    "new password": '<input type="password" name="fresh" autocomplete="new-password">',
    "text area": '<textarea name="message"></textarea>',
    contenteditable: `<div contenteditable="true" class="editor" title="${s}"></div>`,
    "plain text only": '<div contenteditable="plaintext-only" class="editor"></div>',
    "name of a person": '<input name="fullname" autocomplete="name">',
    address: '<input name="street" autocomplete="shipping street-address">',
    "birth date": '<input name="bday" autocomplete="bday">',
    card: '<input name="number" autocomplete="cc-number" inputmode="numeric">',
    "card code": '<input name="cvc" autocomplete="cc-csc">',
    expiry: '<input name="exp" autocomplete="cc-exp">',
    "one-time code": '<input name="otp" autocomplete="one-time-code">',
    "social security number": '<input name="ssn">',
    "secret by name": '<input name="apiKey" id="security-answer">',
    "secret by placeholder": '<input name="field7" placeholder="Card number">',
    "username of data": `<input name="login[${c}]" autocomplete="${s}">`,
    "field in a form that hides": '<input type="text" style="-webkit-text-security: disc" name="pinlike">',
    "under a mask": '<div data-tg-mask><input name="masked"></div>',
    "to ignore": '<div data-tg-ignore><input name="ignored"></div>',
    "suggested by a list": `<input name="city" list="cities"><datalist id="cities"><option value="${s}">${s}</datalist>`,
    "with a label of data": `<label>${s}<input name="labelled"></label>`,
    "in an open shadow root": "<x-field></x-field>",
    "in a closed shadow root": "<x-hidden-field></x-hidden-field>",
  };
}

/** Fields that are set by other means: the page's own script, the mouse, files. */
function others({ secret, code }: Planted): Record<string, string> {
  const s = html(secret);
  const c = html(code);
  const date = /\d{4}-\d\d-\d\d/.exec(secret)?.[0] ?? "1984-06-17";
  return {
    select: `<select name="person" id="pick"><option value="-">-<option value="${s}" label="${s}">${s}<option>${s}</select>`,
    "select of many": `<select name="people" id="pickmany" multiple><option value="${s}">${s}<option value="${s}2">2${s}</select>`,
    checkbox: `<input type="checkbox" id="check" name="${c}" value="${s}">`,
    radio: `<input type="radio" id="radio" name="${c}r" value="${s}">`,
    hidden: `<input type="hidden" id="hidden" name="${c}" value="${s}">`,
    file: `<input type="file" id="file" name="${c}">`,
    date: `<input type="date" id="date" name="bday" value="${date}">`,
    number: `<input type="number" id="number" name="amount" value="${secret.replace(/\D/g, "").slice(0, 15)}">`,
    color: '<input type="color" id="color" name="color">',
    range: '<input type="range" id="range" name="range">',
    "filled by script": '<input id="scripted" name="scripted">',
    "filled like autofill": '<input id="autofilled" name="username" autocomplete="username">',
  };
}

/** The names of the cells, in the order of the grid. */
export const CELLS: readonly string[] = Object.keys(cells({ secret: "x", code: "x" }));
/** The names of the fields, in the order of Tab. */
export const FIELDS: readonly string[] = Object.keys(fields({ secret: "x", code: "x" }));
/** Places of the document beside these. */
export const DOCUMENT = [
  "path of the page",
  "path parameter",
  "query value of the page",
  "query key of the page",
  "fragment of the page",
  "path of the referrer",
  "query of the referrer",
  "title",
  "meta description",
  "meta author",
  "meta of Open Graph",
  "canonical link",
  "JSON-LD",
  "inline state",
  "comment",
  "name of the window",
  "lang of the document",
  "class of the body",
  "frame by src: path, query, title, text, field",
  "frame by srcdoc: text, field",
  "text that is selected",
  "text that is dragged",
  "noscript and template",
] as const;

const STYLE = `
  body { margin: 0; font: 12px sans-serif }
  #grid { display: grid; grid-template-columns: repeat(10, 120px); grid-auto-rows: 36px; gap: 4px }
  #grid > div { overflow: hidden; position: relative }
  #grid > div > * { display: block; width: 110px; height: 30px; margin: 0; overflow: hidden; box-sizing: border-box }
  #grid > div > div > * { height: 30px; margin: 0 }
  form { display: flex; flex-wrap: wrap; gap: 2px }
  form input, form textarea, form select, form .editor { width: 90px; height: 22px; box-sizing: border-box; overflow: hidden }
  form .editor { border: 1px solid }
  iframe { width: 150px; height: 50px; border: 0 }
  body { padding-bottom: 900px }
  #drag, #drop { display: inline-block; width: 100px; height: 30px; background: #ddd; overflow: hidden }`;

/** The page in a frame of the planted page. */
export function framePage({ secret, code }: Planted): string {
  return `<!doctype html><html><head><meta charset="utf-8"><title>${html(secret)}</title><style>body{margin:0}</style></head><body>
    <button id="${html(code)}" style="position:absolute;left:0;top:0;width:70px;height:20px;overflow:hidden">${html(secret)}</button>
    <input name="${html(code)}" style="position:absolute;left:0;top:24px;width:70px;height:20px;box-sizing:border-box"></body></html>`;
}

/** The page that holds the secret everywhere, with our script at the URL `script`. */
export function plantedPage(planted: Planted, script: string): string {
  const { secret, code } = planted;
  const s = html(secret);
  const u = encodeURIComponent(secret);
  const json = JSON.stringify(secret).replace(/</g, "\\u003c");
  const cell = ([name, markup]: [string, string]) => `<div data-cell="${html(name)}">${markup}</div>`;
  return `<!doctype html><html lang="${s}"><head><meta charset="utf-8"><title>${s}</title>
    <meta name="description" content="${s}"><meta name="author" content="${s}"><meta property="og:title" content="${s}">
    <meta name="user-id" content="${s}"><link rel="canonical" href="/users/${u}"><!-- ${s.replace(/--/g, "- -")} -->
    <script type="application/ld+json">{"@type":"Person","name":${json}}</script>
    <script>window.__STATE__ = { user: ${json} }; window.name = ${json}; sessionStorage.removeItem("testgram");</script>
    <script src="${script}" referrerpolicy="no-referrer" crossorigin="anonymous"></script><style>${STYLE}</style>
    <script src="/plant.js"></script></head>
    <body class="user-${html(className(code))}"><noscript>${s}</noscript><template>${s}</template>
    <div id="grid">${Object.entries(cells(planted)).map(cell).join("\n")}</div>
    <form id="form" name="${html(code)}" action="/users/${u}/save?token=${u}" method="post">
      ${Object.values(fields(planted))
        .map((markup) => `<span data-field>${markup}</span>`)
        .join("\n")}
      ${Object.values(others(planted)).join("\n")}
      <input type="checkbox" id="show" aria-label="show"><button id="send">Send</button></form>
    <p><span id="select-me">${s}</span> <span id="drag" draggable="true" title="${s}">${s}</span> <span id="drop" title="${s}">${s}</span></p>
    <iframe id="by-src" name="${html(code)}" title="${s}" src="/frame/${u}?email=${u}#${u}"></iframe>
    <iframe id="by-srcdoc" title="${s}" srcdoc="${html(framePage(planted))}"></iframe></body></html>`;
}
