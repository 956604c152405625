// Runs in the planted page: its own behaviour, and `plant`, which puts a secret into every place that scripts can
// reach.

for (const [tag, mode, markup] of [
  ["x-open", "open", (secret) => `<button></button><slot>${secret}</slot>`],
  ["x-closed", "closed", (secret) => `<button></button><i>${secret}</i>`],
  ["x-field", "open", () => '<input name="inner">'],
  ["x-hidden-field", "closed", () => '<input name="hidden-inner">'],
]) {
  customElements.define(
    tag,
    class extends HTMLElement {
      connectedCallback() {
        const secret = this.dataset.secret ?? "";
        const root = this.attachShadow({ mode, delegatesFocus: true });
        root.innerHTML = markup(secret.replace(/[<&]/g, ""));
        const button = root.querySelector("button");
        if (button) button.textContent = button.title = secret;
        if (button) button.style.cssText = "width:110px;height:30px";
      }
    },
  );
}

// Links and forms work without leaving the page.
addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node.localName === "a" || node.localName === "area");
  if (link) event.preventDefault();
});
addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(event.target, event.submitter);
  for (const body of [data, new URLSearchParams([...data].map(([key, value]) => [key, String(value.name ?? value)]))]) {
    fetch(`${event.target.action.replace("/users/", "/api/users/")}&want=json`, { method: "POST", body }).catch(() => {});
  }
});
addEventListener("DOMContentLoaded", () => {
  const byId = (id) => document.getElementById(id);
  byId("show").addEventListener("change", () => {
    byId("login").type = byId("show").checked ? "text" : "password";
  });
  byId("drag").addEventListener("dragstart", (event) => {
    event.dataTransfer.setData("text/plain", window.__STATE__.user);
    event.dataTransfer.setData("text/html", `<b>${window.__STATE__.user}</b>`);
  });
  byId("drop").addEventListener("dragover", (event) => event.preventDefault());
  byId("drop").addEventListener("drop", (event) => event.preventDefault());
  const canvas = document.querySelector("canvas");
  canvas.getContext("2d").fillText(window.__STATE__.user, 2, 20);
});

/** In its own task, so that its exceptions are not caught. */
const later = (run) => setTimeout(run);
const quiet = (promise) =>
  promise.then(
    () => {},
    () => {},
  );

/** Every way to call a server. `api` is another origin. */
function requests(secret, code, api) {
  const u = encodeURIComponent(secret);
  const header = /^[\t -~]*$/.test(secret) ? secret.trim() : u;
  const body = {
    name: secret,
    nested: { a: [secret, { b: secret, [code]: { c: secret } }] },
    [code]: secret,
    list: [secret, secret],
  };
  const json = JSON.stringify(body);
  const form = () => {
    const data = new FormData();
    data.append("name", secret);
    data.append(code, secret);
    data.append("file", new File([secret], `${secret.replace(/[\\/]/g, "_")}.txt`, { type: "text/plain" }));
    return data;
  };
  const post = (want, more) => fetch(`/api/users/${u}?want=${want}`, { method: "POST", body: json, ...more });
  const type = (value) => ({ headers: { "content-type": value } });
  const xhr = (method, url, { responseType = "", headers = {}, data, user, password } = {}) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open(method, url, true, user, password);
      request.responseType = responseType;
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.onloadend = resolve;
      request.send(data);
    });
  return {
    "fetch: path": () => fetch(`/api/users/${u}/orders/${encodeURIComponent(code)}`),
    "fetch: query value": () => fetch(`/api/search?q=${u}&want=json`),
    "fetch: query value, +": () => fetch(`/api/search?want=text&${new URLSearchParams({ q: secret })}`),
    "fetch: query key": () => fetch(`/api/search?want=json&${encodeURIComponent(code)}=1&filter[${encodeURIComponent(code)}]=2`),
    "fetch: fragment": () => fetch(`/api/search?want=json#${u}`),
    "fetch: path parameter": () => fetch(`/api/items;user=${u}/x?want=json`),
    "fetch: user and password in the URL": () => fetch(`http://${u}:${u}@localhost/api`),
    "fetch: file name": () => fetch(`/api/files/${u}.pdf`),
    "fetch: matrix of GraphQL": () =>
      fetch(`/graphql?want=json&query=${encodeURIComponent(`{user(email:${JSON.stringify(secret)}){id}}`)}`),
    "fetch: GraphQL body": () =>
      post("json", {
        body: JSON.stringify({ query: `query{u(e:${JSON.stringify(secret)}){id}}`, variables: { email: secret, [code]: 1 } }),
      }),
    "fetch: JSON body and answer": () => post("json", type("application/json")),
    "fetch: JSON as text": () => post("list", type("text/plain")),
    "fetch: answer a string": () => post("string"),
    "fetch: answer keyed by people": () => post("byKey"),
    "fetch: answer with many keys": () => post("many"),
    "fetch: answer a problem": () => post("problem"),
    "fetch: answer text": () => post("text", { body: secret }),
    "fetch: answer HTML": () => post("html", { body: JSON.stringify(secret) }),
    "fetch: answer lines": () => post("lines", { body: JSON.stringify([secret, [secret, { [code]: secret }]]) }),
    "fetch: answer broken": () => post("broken", { body: `{"a":${JSON.stringify(secret)}` }),
    "fetch: answer an error": () => post("failure"),
    "fetch: form-encoded text": () =>
      post("json", { body: `name=${u}&${encodeURIComponent(code)}=1`, ...type("application/x-www-form-urlencoded") }),
    "fetch: URLSearchParams": () => post("json", { body: new URLSearchParams({ name: secret, [code]: secret }) }),
    "fetch: multipart": () => post("json", { body: form() }),
    "fetch: Blob": () => post("json", { body: new Blob([json], { type: "application/json" }) }),
    "fetch: bytes": () => post("json", { body: new TextEncoder().encode(json) }),
    "fetch: Request": () => fetch(new Request(`/api/users/${u}?want=json`, { method: "PUT", body: json })),
    "fetch: Request and init": () => fetch(new Request(`/api/users/${u}?want=json`), { method: "PATCH", body: json }),
    "fetch: URL object": () => fetch(new URL(`/api/users/${u}?want=json&email=${u}`, location.href), { keepalive: true }),
    "fetch: headers": () => fetch("/api/me?want=json", { headers: { authorization: `Bearer ${header}`, "x-user": header } }),
    "fetch: method": () => fetch("/api/me?want=json", { method: secret.replace(/[^a-zA-Z\d-]/g, "") || "GET" }),
    "fetch: another origin": () =>
      post("json", {}) && fetch(`${api}/users/${u}?want=json&email=${u}`, { method: "POST", body: json }),
    "fetch: subdomain": () =>
      fetch(
        `http://${
          code
            .toLowerCase()
            .replace(/[^a-z\d]+/g, "-")
            .replace(/^-+|-+$/g, "")
            .slice(0, 50) || "x"
        }1234567.localhost:9/users/${u}`,
      ),
    "fetch: no such server": () => fetch(`http://localhost:9/users/${u}?email=${u}`),
    "fetch: no URL": () => fetch(`http://%00${u}/`),
    "fetch: other scheme": () => fetch(`data:application/json,${encodeURIComponent(JSON.stringify({ [code]: secret }))}`),
    "fetch: blob URL": () => fetch(URL.createObjectURL(new Blob([json], { type: "application/json" }))),
    "fetch: aborted": () => fetch(`/events?u=${u}`, { signal: AbortSignal.abort(new Error(secret)) }),
    "XHR: JSON": () => xhr("POST", `/api/users/${u}?want=json`, { data: json, responseType: "json" }),
    "XHR: text": () =>
      xhr("POST", `/api/users/${u}?want=byKey&email=${u}`, { data: json, headers: { "content-type": "application/json" } }),
    "XHR: blob": () => xhr("GET", `/api/${encodeURIComponent(code)}?want=json`, { responseType: "blob" }),
    "XHR: form": () => xhr("POST", "/api/form?want=problem", { data: form() }),
    "XHR: headers, user, password": () =>
      xhr("GET", "/api/me?want=json", { headers: { "x-user": header }, user: header, password: header }),
    "XHR: another origin": () => xhr("PUT", `${api}/users/${u}?want=failure`, { data: json }),
    "XHR: no such server": () => xhr("GET", `http://localhost:9/users/${u}`),
    "synchronous XHR": () => {
      const request = new XMLHttpRequest();
      request.open("POST", `/api/users/${u}?want=json`, false);
      request.send(json);
    },
    beacon: () => navigator.sendBeacon(`/api/beacon/${u}?q=${u}`, json),
    EventSource: () =>
      new Promise((resolve) => {
        const source = new EventSource(`/events?user=${u}`);
        source.onmessage = source.onerror = () => resolve(source.close());
      }),
    WebSocket: () =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/socket/${u}?token=${u}`);
        socket.onopen = () => socket.send(json);
        socket.onmessage = socket.onerror = () => resolve(socket.close(4000, u.slice(0, 100)));
      }),
    "image, script, style": () => {
      new Image().src = `/img/${u}?u=${u}`;
      document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href: `/api/${u}` }));
    },
  };
}

/** Every kind of error. */
function errors(secret, code) {
  const u = encodeURIComponent(secret);
  const named = (name, message) => Object.assign(new Error(message), { name });
  const script = (src) => document.head.append(Object.assign(document.createElement("script"), { src }));
  class Odd extends Error {
    get name() {
      return secret;
    }
  }
  return {
    "error: message": () =>
      later(() => {
        throw new Error(secret);
      }),
    "error: in a sentence": () =>
      later(() => {
        throw new TypeError(`Cannot read properties of undefined (reading '${secret}')`);
      }),
    "error: not defined": () =>
      later(() => {
        throw new ReferenceError(`${secret} is not defined`);
      }),
    "error: quoted": () =>
      later(() => {
        throw new Error(`User "${secret}" with id '${code}' at https://x.example/users/${u}?q=${u} failed`);
      }),
    "error: JSON": () =>
      later(() => {
        throw new SyntaxError(`Unexpected token in JSON: {"a":${JSON.stringify(secret)}}`);
      }),
    "error: name": () =>
      later(() => {
        throw named(secret, secret);
      }),
    "error: name by a getter": () =>
      later(() => {
        throw new Odd(secret);
      }),
    "error: stack": () =>
      later(() => {
        throw Object.assign(new Error("x"), {
          stack: `Error: ${secret}\n    at ${code} (http://x.example/users/${u}.js?u=${u}:1:2)`,
        });
      }),
    "error: cause": () =>
      later(() => {
        throw new Error(secret, { cause: new Error(secret) });
      }),
    "error: many": () =>
      later(() => {
        throw new AggregateError([new Error(secret)], secret);
      }),
    "error: DOMException": () =>
      later(() => {
        throw new DOMException(secret, secret);
      }),
    "error: string": () =>
      later(() => {
        throw secret;
      }),
    "error: object": () =>
      later(() => {
        throw { message: secret, name: secret, [code]: secret };
      }),
    "error: object with odd parts": () =>
      later(() => {
        throw { message: { toString: () => secret }, name: [secret] };
      }),
    "error: number and nothing": () =>
      later(() => {
        throw null;
      }),
    "error: reported": () => reportError(new Error(secret)),
    "error: made up": () =>
      dispatchEvent(new ErrorEvent("error", { message: secret, filename: secret, lineno: 7, error: new Error(secret) })),
    "error: made up, without": () =>
      dispatchEvent(new ErrorEvent("error", { message: secret, filename: `http://x.example/users/${u}`, colno: 7 })),
    "error: script with a token": () => script(`/boom.js?token=${u}#${u}`),
    "error: script with a name": () => script(`/boom/${encodeURIComponent(code)}/users/${u}.js`),
    "error: script of data": () => script(`data:text/javascript,throw new Error(${encodeURIComponent(JSON.stringify(secret))})`),
    "error: script of a blob": () =>
      script(
        URL.createObjectURL(
          new Blob([`throw new Error(${JSON.stringify(secret)})\n//# sourceURL=http://x.example/users/${u}.js`]),
        ),
      ),
    "error: JSON.parse": () => later(() => JSON.parse(`{"a":${secret}`)),
    "error: querySelector": () => later(() => document.querySelector(`[${secret}`)),
    "error: new URL": () => later(() => new URL(secret, "http://[")),
    "error: element that does not load": () => document.body.append(Object.assign(new Image(), { src: `/missing/${u}` })),
    "rejection: error": () => void Promise.reject(new Error(secret)),
    "rejection: string": () => void Promise.reject(secret),
    "rejection: object": () => void Promise.reject({ user: secret, [code]: secret }),
    "rejection: cyclic": () => {
      const ring = { secret, message: secret };
      ring.ring = ring;
      void Promise.reject(ring);
    },
    "rejection: nothing": () => void Promise.reject(),
    "rejection: number, stack": () =>
      void Promise.reject({ stack: `x@http://x.example/users/${u}/${encodeURIComponent(code)}.js:1:2`, name: secret }),
    "rejection: made up": () => {
      const promise = Promise.reject(new RangeError(secret));
      promise.catch(() => {});
      dispatchEvent(new PromiseRejectionEvent("unhandledrejection", { promise, reason: secret }));
    },
  };
}

/** Every way to navigate without leaving the page. */
function moves(secret, code) {
  const u = encodeURIComponent(secret);
  const c = encodeURIComponent(code);
  const state = { user: secret, [code]: secret };
  return {
    "push: path after users": () => history.pushState(state, secret, `/users/${u}`),
    "push: path": () => history.pushState(state, secret, `/orders/${c}/lines`),
    "push: path, not encoded": () => history.pushState(state, secret, `/profile/${secret.replace(/[?#\\/]/g, "-")}`),
    "push: encoded twice": () => history.pushState(state, secret, `/go/${encodeURIComponent(c)}`),
    "push: file": () => history.pushState(state, secret, `/files/${c}.pdf`),
    "push: host-like": () => history.pushState(state, secret, `/at/${c}.com/x`),
    "push: query value": () => history.pushState(state, secret, `/a?email=${u}&next=${encodeURIComponent(`/users/${u}`)}`),
    "push: query key": () => history.pushState(state, secret, `/b?${c}&${c}=1&x[${c}]=2`),
    "push: fragment": () => history.pushState(state, secret, `/c#${u}`),
    "push: fragment route": () => history.pushState(state, secret, `/d#/users/${u}?email=${u}`),
    "push: fragment bang": () => history.pushState(state, secret, `/e#!/orders/${c}`),
    "push: fragment after users": () => history.pushState(state, secret, `/users#/${u}`),
    "push: parameter": () => history.pushState(state, secret, `/f;jsessionid=${c};user=${u}/g`),
    "push: many segments": () => history.pushState(state, secret, `/1/2/3/4/5/6/7/8/9/10/11/12/${u}/${u}`),
    "push: long": () => history.pushState(state, secret, `/long/${u}${"x".repeat(1500)}${u}`),
    replace: () => history.replaceState(state, secret, `/customers/${u}?${c}`),
    "hash: text": () => {
      location.hash = secret;
    },
    "hash: route": () => {
      location.hash = `/user/${u}/${u}`;
    },
    "state only": () => history.pushState({ deep: [state] }, secret),
  };
}

/** Every other place that a script can reach. */
function places(secret, code) {
  const u = encodeURIComponent(secret);
  const field = (id) => document.getElementById(id);
  const fire = (target, type, init) => target.dispatchEvent(new Event(type, { bubbles: true, composed: true, ...init }));
  return {
    "title that changes": () => {
      document.title = `${secret} (3)`;
    },
    localStorage: () => localStorage.setItem(code, secret),
    sessionStorage: () => sessionStorage.setItem(code, secret),
    "sessionStorage like ours": () => sessionStorage.setItem(`testgram-${code}`, secret),
    cookie: () => {
      // biome-ignore lint/suspicious/noDocumentCookie: pages do.
      document.cookie = `user=${u}; path=/`;
    },
    "cookie key": () => {
      // biome-ignore lint/suspicious/noDocumentCookie: pages do.
      document.cookie = `${encodeURIComponent(code)}=1; path=/`;
    },
    "name of the window, again": () => {
      window.name = secret;
    },
    "property of the window": () => {
      window[code] = secret;
    },
    postMessage: () => postMessage({ user: secret, [code]: secret }, "*"),
    BroadcastChannel: () => new BroadcastChannel(secret).postMessage(secret),
    IndexedDB: () => {
      indexedDB.open(secret).onsuccess = (event) => event.target.result.close();
    },
    "performance mark": () => performance.mark(secret, { detail: secret }),
    "console.log": () => console.log(secret, { secret }),
    "console.error": () => console.error(new Error(secret)),
    "console.warn": () => console.warn(`%c${secret}`, "color: red"),
    "console.assert, dir, table": () => {
      console.assert(false, secret);
      console.dir({ secret });
      console.table([{ secret }]);
    },
    "custom event": () => window.testgram?.event(code),
    "custom event, sentence": () => window.testgram?.event(`bought by ${secret}`),
    "custom event, object": () => window.testgram?.event({ name: secret, toString: () => code }),
    "event made up": () => document.body.dispatchEvent(new CustomEvent(secret, { bubbles: true, detail: secret })),
    "key made up": () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: secret, code: secret, bubbles: true })),
    "input made up": () =>
      field("scripted").dispatchEvent(new InputEvent("input", { data: secret, inputType: secret, bubbles: true })),
    "drag made up": () => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("text/plain", secret);
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
    },
    "filled by script": () => {
      field("scripted").value = secret;
      fire(field("scripted"), "input");
      fire(field("scripted"), "change");
    },
    "filled like autofill": () => {
      field("autofilled").value = secret;
      field("autofilled").dispatchEvent(
        new InputEvent("input", { inputType: "insertReplacementText", bubbles: true, composed: true }),
      );
      fire(field("autofilled"), "change");
    },
    "hidden field": () => {
      field("hidden").value = secret;
      fire(field("hidden"), "change");
    },
    "custom validity": () => {
      field("scripted").setCustomValidity(secret);
      field("scripted").reportValidity();
      field("scripted").setCustomValidity("");
    },
    "data set": () => Object.assign(document.body.dataset, { user: secret, email: secret }),
    "id that changes": () => {
      document.querySelector("p").id = code;
    },
    "style of its own": () =>
      document.head.append(Object.assign(document.createElement("style"), { textContent: `/* ${secret} */` })),
    "shadow root later": () => {
      const host = document.body.appendChild(document.createElement("div"));
      host.attachShadow({ mode: "open" }).append(secret);
    },
    "language of the browser": () => Object.defineProperty(navigator, "language", { value: secret, configurable: true }),
    "referrer of the document": () =>
      Object.defineProperty(document, "referrer", { value: `http://${u}@x.example/${u}?q=${u}`, configurable: true }),
    notification: () => {
      try {
        new Notification(secret, { body: secret });
      } catch {}
    },
    "server timing": () => performance.measure(`m ${secret}`),
    "session started again": () => {
      window.testgram?.stop();
      window.testgram?.start();
    },
  };
}

/** Puts `secret` in one of `of` places, from the one at `at`; returns their names. */
window.plant = async ({ secret, code, api }, { of, at }) => {
  const groups = {
    requests: requests(secret, code, api),
    errors: errors(secret, code),
    moves: moves(secret, code),
    places: places(secret, code),
  };
  const planted = [];
  const failed = [];
  const waits = [];
  /** Calls without an answer. */
  const open = new Set();
  for (const group of Object.values(groups)) {
    for (const [nth, [name, run]] of Object.entries(group).entries()) {
      if ((nth + at) % of) continue;
      planted.push(name);
      try {
        open.add(name);
        waits.push(quiet(Promise.resolve(run())).then(() => open.delete(name)));
      } catch (error) {
        failed.push(`${name}: ${error}`);
      }
    }
  }
  await Promise.race([Promise.all(waits), new Promise((resolve) => setTimeout(resolve, 20_000))]);
  // Scripts load, rejections are reported, states pop.
  await new Promise((resolve) => setTimeout(resolve, 30));
  history.back();
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { planted, failed, open: [...open] };
};
