//! Random sessions, made of what a client could send: as JSON, read by the protocol. Few words, so that they recur.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use testgram_protocol::event::{Event, Meta};
use testgram_protocol::id::SessionId;
use testgram_protocol::session::Session;

const PAGES: &[&str] = &["/shop", "/cart", "/help", "/shop?q", "/about"];
const RARE_PAGES: &[&str] = &["/legal", "/press", "/jobs"];

fn page() -> impl Strategy<Value = &'static str> {
    prop_oneof![9 => select(PAGES), 1 => select(RARE_PAGES)]
}

fn button() -> impl Strategy<Value = Value> {
    let named = select(&["buy", "more", "close"][..])
        .prop_map(|id| json!({ "tag": "button", "role": "button", "id": id, "path": "body>main>button" }));
    let by_place = (1..4_u8).prop_map(|nth| json!({ "tag": "a", "path": format!("body>nav>a:{nth}") }));
    prop_oneof![3 => named, 1 => by_place]
}

fn field() -> impl Strategy<Value = Value> {
    let path = select(&["body>main>form>input", "body>header>div>form>input", "body>main>input"][..]);
    (select(&["email", "city", "size"][..]), path)
        .prop_map(|(name, path)| json!({ "tag": "input", "type": "text", "name": name, "path": path }))
}

fn form() -> impl Strategy<Value = Value> {
    select(&["body>main>form", "body>header>div>form"][..])
        .prop_map(|path| json!({ "tag": "form", "role": "form", "path": path }))
}

fn value() -> impl Strategy<Value = Value> {
    // A digest is cut to its first 32 bits: few of them, so that values repeat.
    let told = (select(&["email", "text", "number"][..]), 0..9_u8, 0..4_u32).prop_map(
        |(kind, len, digest)| json!({ "kind": kind, "len": len, "digest": format!("{digest:08x}{:056x}", 7) }),
    );
    let untold = select(&["empty", "choice", "file"][..]).prop_map(|kind| json!({ "kind": kind }));
    prop_oneof![3 => told, 1 => untold]
}

fn input() -> impl Strategy<Value = Value> {
    let typed = (0..40_u16, 0..6_u16, prop::collection::vec(0..5_u16, 0..12));
    (field(), value(), typed, 0..60_000_u32, any::<bool>()).prop_map(|(el, value, (keys, edits, rhythm), ms, paste)| {
        json!({ "el": el, "value": value, "keys": keys, "edits": edits, "ms": ms, "paste": paste, "rhythm": rhythm })
    })
}

fn body() -> impl Strategy<Value = Value> {
    select(vec![
        json!({ "items": [{ "id": "number", "name": "string" }], "total": "number" }),
        json!({ "items": [{ "id": "number", "name": "null" }], "total": "number" }),
        json!({ "a-b": { "c": [] }, "*": "string" }),
        json!("string"),
    ])
}

fn call() -> impl Strategy<Value = Value> {
    let what = (
        select(&["GET", "POST"][..]),
        select(&["/api/items", "/api/cart?id", "/api/rare"][..]),
    );
    let how = (select(&[200_u16, 200, 201, 404, 500, 0][..]), 0..5_000_u32);
    let bodies = (prop::option::of(body()), prop::option::of(body()));
    (what, how, bodies).prop_map(|((method, url), (status, ms), (request, response))| {
        json!({ "method": method, "url": url, "status": status, "ms": ms, "request": request, "response": response })
    })
}

fn error() -> impl Strategy<Value = Value> {
    let message = select(
        &[
            "cannot read properties of undefined",
            "failed to fetch",
            ":w is not defined",
        ][..],
    );
    let script = prop::option::of(select(&["/app.js", "/lib.js"][..]));
    (select(&["TypeError", "Error"][..]), message, script)
        .prop_map(|(name, message, script)| json!({ "name": name, "message": message, "script": script }))
}

fn stretch() -> impl Strategy<Value = Value> {
    let path = prop::collection::vec((0..300_u16, -200..200_i16, -200..200_i16), 0..6);
    (0..2_000_u16, 0..1_000_u16, path).prop_map(|(x, y, path)| json!({ "x": x, "y": y, "path": path }))
}

fn what() -> impl Strategy<Value = (&'static str, Value)> {
    let shown = (
        page(),
        select(&["load", "push", "back"][..]),
        prop::option::of(0..4_000_u32),
    );
    let shown = shown.prop_map(|(url, cause, load)| ("page", json!({ "url": url, "cause": cause, "load": load })));
    let click = button().prop_map(|el| ("click", json!({ "el": el, "x": 1, "y": 2 })));
    let key = (select(&["Enter", "Tab"][..]), prop::option::of(field()))
        .prop_map(|(key, el)| ("key", json!({ "key": key, "el": el })));
    let scroll = (
        0..5_000_u32,
        0..5_000_u32,
        0..2_000_u32,
        prop::option::weighted(0.2, button()),
    )
        .prop_map(|(y, max, ms, el)| ("scroll", json!({ "y": y, "max": max, "ms": ms, "el": el })));
    let submit = (form(), any::<bool>(), 0..5_u16)
        .prop_map(|(el, valid, filled)| ("submit", json!({ "el": el, "valid": valid, "filled": filled })));
    let drag = (button(), prop::option::of(button()))
        .prop_map(|(el, to)| ("drag", json!({ "el": el, "to": to, "dx": 4, "dy": -4, "ms": 80 })));
    let custom = select(&["bought", "starred"][..]).prop_map(|name| ("custom", json!({ "name": name })));
    let hidden = any::<bool>().prop_map(|hidden| ("visibility", json!({ "hidden": hidden })));
    let size = Just(("viewport", json!({ "w": 800, "h": 600 })));
    prop_oneof![
        5 => shown,
        4 => click,
        3 => input().prop_map(|input| ("input", input)),
        2 => submit,
        2 => scroll,
        2 => stretch().prop_map(|stretch| ("move", stretch)),
        3 => call().prop_map(|call| ("api", call)),
        1 => error().prop_map(|error| ("error", error)),
        1 => prop_oneof![key, drag, custom, hidden, size],
    ]
}

fn meta() -> impl Strategy<Value = Value> {
    let who = (
        select(&["desktop", "mobile", "tablet"][..]),
        select(&["windows", "ios"][..]),
        select(&["chrome", "safari"][..]),
        prop::option::of(120..124_u16),
    );
    let size = (select(&[390_u16, 1_280, 1_920][..]), select(&[700_u16, 900][..]));
    let rest = (
        prop::option::of(select(&["en-US", "de-DE", "fr"][..])),
        prop::option::of(select(
            &["https://www.google.com/", "https://news.example/a", "/shop"][..],
        )),
        prop::bool::weighted(0.1),
    );
    (who, size, rest).prop_map(
        |((device, os, browser, version), (w, h), (language, referrer, automated))| {
            json!({
                "device": device, "os": os, "browser": browser, "version": version, "viewport": { "w": w, "h": h },
                "language": language, "referrer": referrer, "automated": automated,
            })
        },
    )
}

/// A session of at most so many events.
pub(crate) fn session(most: usize) -> impl Strategy<Value = Session> {
    // Times run on, but for a batch of a clock that was set back.
    let events = prop::collection::vec((what(), 0..30_000_u32), 0..most);
    let began = 1_793_628_000_000..1_793_728_000_000_u64;
    (began, any::<u128>(), prop::option::weighted(0.9, meta()), events).prop_map(|(began, random, meta, events)| {
        let mut t = 0;
        let event = |((kind, detail), after): ((&str, Value), u32)| {
            t = if after % 50 == 0 { t / 2 } else { t + after };
            serde_json::from_value::<Event>(json!([t, kind, detail])).unwrap()
        };
        Session {
            id: SessionId::from_parts(began, random >> 48),
            meta: meta.map(|meta| serde_json::from_value::<Meta>(meta).unwrap()),
            events: events.into_iter().map(event).collect(),
        }
    })
}

/// At most so many sessions.
pub(crate) fn sessions(most: usize, events: usize) -> impl Strategy<Value = Vec<Session>> {
    prop::collection::vec(session(events), 1..most)
}
