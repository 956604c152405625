/**
 * Calls of the page to its servers, by `fetch` and XMLHttpRequest: method, URL, status, and the shapes of JSON bodies.
 * The page gets exactly what it would have got: it never waits for us, bodies are read from a clone only, and streams
 * are not read.
 */

import {
  baseOf,
  clearTimeout,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  Headers,
  hasOwn,
  headerOf,
  now,
  parse as parseJson,
  Request,
  setTimeout,
  URL,
} from "../natives";
import { any } from "../rules/text";
import { isIgnoredHost, settings } from "../settings";
import type { Context, Observer } from "../types";

const plain = Promise.prototype;
/** Longest body that is parsed, in bytes or UTF-16 units. */
const BODY = 64 * 1024;
/**
 * Longest time to read a response, in milliseconds: in that time the page's own `cancel` does not close the connection.
 */
const READ_MS = 5_000;
const IS_FORM = /^application\/x-www-form-urlencoded *(;|$)/i;
const IS_JSON = /^\w+\/(?!stream)([\w.-]+\+)?json *(;|$)/i;

const parse = (text: string): unknown => {
  if (text.length > BODY) return;
  try {
    return parseJson(text);
  } catch {
    return;
  }
};

/** The keys of a form: a flat record of strings. */
const fields = (form: { forEach(run: (value: unknown, key: string) => void): void }): unknown => {
  const out: Record<string, string> = Object.create(null);
  form.forEach((_, key) => {
    out[key] = "";
  });
  return out;
};

/** `owner[name]`, unless that would run code of the page, whose result may be usable only once. */
function peek(owner: object | null, name: string): unknown {
  for (let at = owner; at; at = getPrototypeOf(at)) {
    const found = getOwnPropertyDescriptor(at, name);
    if (found) return hasOwn(found, "value") ? found.value : owner instanceof Request ? owner[name as "url"] : undefined;
  }
  return;
}

/** The content type in `headers`. An iterator is not read: that would use it up. */
function typeOf(headers: object): string {
  if (headers instanceof Headers) return headerOf(headers, "content-type") || "";
  let type: unknown;
  const is = (name: unknown) => /^content-type$/i.test(`${name}`);
  if (Array.isArray(headers)) any(headers, (pair) => Array.isArray(pair) && is(pair[0]) && (type = pair[1]));
  else if (!(Symbol.iterator in headers)) any(Object.keys(headers), (name) => is(name) && (type = peek(headers, name)));
  return typeof type === "string" ? type : "";
}

/**
 * The body of a request as a value with keys. A text is a form only if its content type says so: nearly any may contain
 * a `=`.
 */
function shapeOf(body: unknown, headers?: object): unknown {
  if (body instanceof FormData || body instanceof URLSearchParams) return fields(body);
  if (typeof body !== "string" || body.length > BODY) return;
  const isForm = headers && IS_FORM.test(typeOf(headers));
  return isForm ? fields(new URLSearchParams(body)) : parse(body);
}

/** The text of a response; undefined if it is longer than `BODY`, or takes longer than `READ_MS`. */
async function read(answer: Response): Promise<string | undefined> {
  const reader = answer.body!.getReader();
  let late = false;
  // We read no further: an unread clone would stall the page's own copy.
  const cancel = () => {
    late = true;
    reader.cancel().catch(() => {});
  };
  const timer = setTimeout(cancel, READ_MS);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let size = 0; size <= BODY; ) {
      const { done, value } = await reader.read();
      if (done) return late ? undefined : text;
      size += value.length;
      text += decoder.decode(value, { stream: true });
    }
    cancel();
    return;
  } finally {
    clearTimeout(timer);
  }
}

interface Call {
  /** The response has come (status 0: none has). Returns a function that emits the event, once the body is read. */
  _end(status: number): (response?: unknown) => void;
}

/**
 * Begins one call; undefined where it must not be recorded. `headers` are those of `fetch`; undefined for
 * XMLHttpRequest.
 */
function begin({ _emit, _clock }: Context, method: unknown, target: unknown, body: unknown, headers?: object): Call | undefined {
  let url: URL;
  try {
    url = new URL(`${target}`, baseOf(document));
  } catch {
    // The browser refuses such a URL as well.
    return;
  }
  if (isIgnoredHost(url.hostname) || (url.host === new URL(settings.socket).host && /^\/(js\/world\/|ws$)/.test(url.pathname)))
    return;
  const from = now();
  const t = _clock();
  const request = shapeOf(body, headers);
  return {
    _end: (status) => {
      const ms = now() - from;
      return (response) =>
        _emit(
          "api",
          { method: `${method || "GET"}`.toUpperCase(), url: url.href, status, ms, request, response, xhr: !headers },
          t,
        );
    },
  };
}

export const api: Observer = (context) => {
  const { _gate } = context;
  _gate._patch(window, "fetch", (_, [target, init]) => {
    const asked = (target || {}) as Request;
    const given = (name: string) => (typeof init === "object" ? peek(init, name) : undefined);
    const headers = given("headers") || asked.headers;
    const call = begin(context, given("method") || asked.method, asked.url || target, given("body"), Object(headers));
    if (!call) return;
    const answered = _gate._guard((answer: Response) => {
      const report = call._end(answer.status);
      const { headers, body } = answer;
      // A mock may return a response that has been read.
      const isRead = !body || answer.bodyUsed || body.locked;
      if (isRead || !IS_JSON.test(headers.get("content-type") || "") || +headers.get("content-length")! > BODY) return report();
      read(answer.clone()).then(
        _gate._guard((text) => report(text ? parse(text) : undefined)),
        _gate._guard(() => report()),
      );
    });
    const failed = _gate._guard(() => call._end(0)());
    return (result) => {
      const promise = result as Promise<Response>;
      // A promise of the page's own class, or with properties of its own, is passed on unchanged.
      if (getPrototypeOf(promise) !== plain || Reflect.ownKeys(promise)[0]) {
        promise.then(answered, failed);
        return;
      }
      return promise.then(
        (answer) => {
          answered(answer);
          return answer;
        },
        (reason) => {
          failed();
          throw reason;
        },
      );
    };
  });

  const opened = new WeakMap<object, readonly unknown[]>();
  const prototype = XMLHttpRequest.prototype;
  _gate._patch(prototype, "open", (self, args) => {
    opened.set(self as object, args);
    return;
  });
  _gate._patch(prototype, "send", (self, [body]) => {
    const request = self as XMLHttpRequest;
    const [method, target] = opened.get(request) || [];
    const call = begin(context, method, target, body);
    if (!call) return;
    _gate._on<ProgressEvent>(
      request,
      "loadend",
      ({ loaded }) => {
        const { status, responseType } = request;
        const isText = loaded <= BODY && /^(text|json|)$/.test(responseType);
        const isJson = isText && IS_JSON.test(request.getResponseHeader("content-type") || "");
        // For `json` the browser gives the parsed body, for the others a text.
        const body: unknown = isJson ? request.response : undefined;
        call._end(status)(typeof body === "string" && responseType !== "json" ? parse(body) : (body ?? undefined));
      },
      true,
    );
    return;
  });
};
