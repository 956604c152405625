//! URLs as templates: `https://shop.example/users/417/orders?token=abc#top` → `/users/:id/orders?token`.
//!
//! Segments that identify become placeholders, query values go, keys stay, fragments go unless they are a route
//! (`#/cart`), user info goes, hosts that are numbers or tokens become `*`, and foreign schemes keep only that they
//! were foreign.

use std::borrow::Cow;

use super::token::{has_at_sign, looks_like_data};
use crate::limits;
use crate::reason::Reason;

/// Placeholders that may stand for a path segment.
pub const PLACEHOLDERS: &[&str] = &[":id", ":email", ":name", ":text", ":more"];

/// What stands for a URL of another scheme than http and ws.
const OTHER: &str = "other:";

/// Longest host kept, bytes. Longer ones carry data in their labels.
const HOST_BYTES: usize = 100;

/// Segments (in singular, or the last word of a compound) after which the next one names a person or is what a person
/// typed, whatever it looks like.
#[rustfmt::skip] // one word a line would be most of this file
const ASKS_WHO: &[&str] = &[
    "account", "author", "by", "candidate", "client", "confirm", "contact", "customer", "doctor", "driver", "email",
    "employee", "follower", "friend", "guest", "handle", "invite", "join", "lead", "member", "name", "owner",
    "patient", "people", "person", "phone", "profile", "recipient", "reset", "search", "seller", "student",
    "subscriber", "teacher", "token", "u", "unsubscribe", "user", "username", "verify",
];

/// Words of the pages of such a collection: a segment made of nothing else is a page rather than a member.
#[rustfmt::skip] // one word a line would be most of this file
const PAGES: &[&str] = &[
    "about", "account", "activate", "activity", "add", "address", "addresses", "advanced", "all", "area", "avatar",
    "appointments", "documents", "events", "favorites", "files", "integrations", "items", "keys", "limits", "notes", "payslips", "plans", "products",
    "projects", "records", "repos", "statements", "tags", "tasks", "tickets", "tokens", "transactions", "transfers", "usage", "visits",
    "billing", "by", "cards", "cart", "change", "checkout", "code", "comments", "confirm", "confirmation", "count",
    "create", "current", "dashboard", "data", "delete", "details", "devices", "done", "downloads", "edit", "email",
    "export", "feedback", "followers", "following", "forgot", "general", "groups", "help", "history", "home",
    "import", "in", "inbox", "index", "info", "invitations", "invite", "invoices", "list", "login", "logout", "lost",
    "me", "messages", "methods", "new", "notifications", "order", "orders", "out", "overview", "password", "payment",
    "payments", "permissions", "phone", "photos", "plan", "posts", "preferences", "privacy", "profile", "recover",
    "register", "registration", "remove", "reset", "results", "returns", "reviews", "rewards", "roles", "saved",
    "search", "security", "self", "sent", "sessions", "settings", "shipping", "sign", "signin", "signout", "signup",
    "status", "subscriptions", "success", "suggest", "suggestions", "team", "thanks", "up", "update", "upload",
    "verify", "view", "wishlist",
];

/// File endings that mark a page or a file of code, not a document that a person named.
const ENDINGS: &[&str] = &[
    "action", "asp", "aspx", "cgi", "css", "do", "htm", "html", "js", "json", "jsp", "mjs", "php", "svg", "txt", "xml",
];

/// The template of `raw`, an absolute URL or one that begins with `/`. The origin is kept only where it is not
/// `own_origin`.
#[must_use]
pub fn template(raw: &str, own_origin: Option<&str>) -> String {
    let Some((origin, rest)) = split_origin(raw) else {
        return OTHER.to_owned();
    };
    let is_own = own_origin.is_some_and(|own| own.eq_ignore_ascii_case(origin));
    let kept_origin = if origin.is_empty() || is_own {
        String::new()
    } else {
        origin_template(origin)
    };
    let (path_and_query, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let out = format!(
        "{kept_origin}{}{}{}",
        path_template(path, false),
        query_template(query),
        fragment_template(fragment, segments(path).any(asks_who))
    );
    if out.len() > limits::URL_BYTES {
        format!("{kept_origin}/:more")
    } else {
        out
    }
}

/// Whether `text` is such a template.
///
/// # Errors
/// [`Reason::TooLong`]; what the first offending segment or host label looks like; [`Reason::NotATemplate`] if each
/// part would do, but [`template`] writes the whole in another way.
pub fn check(text: &str) -> Result<(), Reason> {
    if text.len() > limits::URL_BYTES {
        return Err(Reason::TooLong);
    }
    // Whatever the transform would change is not a template: query values, foreign hosts, empty segments, order of
    // keys.
    if template(text, None) == text {
        Ok(())
    } else {
        Err(first_offence(text))
    }
}

fn first_offence(text: &str) -> Reason {
    if has_at_sign(text) {
        return Reason::LooksLikeEmail;
    }
    let (origin, rest) = split_origin(text).unwrap_or_default();
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    judged(path, false)
        .find_map(|(_, offence)| offence)
        .or_else(|| host_offence(host))
        .unwrap_or(Reason::NotATemplate)
}

fn host_offence(host: &str) -> Option<Reason> {
    let (host, _) = host.split_once(':').unwrap_or((host, ""));
    if !host.is_empty() && is_number(host) {
        return Some(Reason::LooksLikeNumber);
    }
    host.split('.')
        .filter(|label| !label.is_empty() && *label != "*")
        .find_map(looks_like_data)
}

fn is_number(host: &str) -> bool {
    host.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// `("https://host", "/path…")`, `("", "/path…")`, or `None` for any scheme that is not of the web.
fn split_origin(raw: &str) -> Option<(&str, &str)> {
    if raw.starts_with('/') && !raw.starts_with("//") {
        return Some(("", raw));
    }
    let (scheme, after) = raw.split_once("://")?;
    let is_web = ["http", "https", "ws", "wss"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let host = after.find(['/', '?', '#']).unwrap_or(after.len());
    is_web.then(|| raw.split_at(scheme.len() + "://".len() + host))
}

fn origin_template(origin: &str) -> String {
    let (scheme, authority) = origin.split_once("://").unwrap_or(("", origin));
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) if (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, Some(port))
        }
        _ => (host_and_port, None),
    };
    format!(
        "{}://{}{}",
        scheme.to_ascii_lowercase(),
        host_template(&host.to_ascii_lowercase()),
        port.map(|port| format!(":{port}")).unwrap_or_default()
    )
}

fn host_template(host: &str) -> String {
    let shaped = host
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'*'));
    if !shaped || is_number(host) || host.len() > HOST_BYTES {
        return "*".to_owned();
    }
    let labels = host
        .split('.')
        .map(|label| if looks_like_data(label).is_some() { "*" } else { label });
    labels.collect::<Vec<_>>().join(".")
}

fn path_template(path: &str, of_people: bool) -> String {
    let mut out = String::with_capacity(path.len());
    for (count, (segment, offence)) in judged(path, of_people).enumerate() {
        out.push('/');
        if count == limits::URL_SEGMENTS {
            out.push_str(":more");
            break;
        }
        match offence {
            None => out.push_str(segment),
            Some(offence) => out.push_str(placeholder(offence)),
        }
    }
    if out.is_empty() { "/".to_owned() } else { out }
}

/// The segments of a path without their parameters (`;jsessionid=…`), each with what is wrong with it. Once one has
/// asked who (`users`), only the pages that such collections have may follow in clear: names stand behind ids and pages
/// alike (`users/417/jane`, `users/edit/jane`).
fn judged(path: &str, mut of_people: bool) -> impl Iterator<Item = (&str, Option<Reason>)> {
    segments(path).map(move |segment| {
        let offence = judge(segment, of_people);
        of_people = of_people || asks_who(segment);
        (segment, offence)
    })
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    let segments = path
        .split('/')
        .map(|segment| segment.split(';').next().unwrap_or_default());
    segments.filter(|segment| !segment.is_empty())
}

fn asks_who(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default();
    let last = stem.rsplit(['-', '_']).next().unwrap_or_default();
    // `us` is not the plural of `u`: `about-us`, `en-us`.
    let singular = last.strip_suffix(['s', 'S']).filter(|singular| singular.len() > 1);
    is_one_of(ASKS_WHO, last) || singular.is_some_and(|singular| is_one_of(ASKS_WHO, singular))
}

fn is_page(segment: &str) -> bool {
    segment.split(['-', '_']).all(|word| is_one_of(PAGES, word))
}

/// Whether `word`, in whatever case, is one of `words`.
fn is_one_of(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// What is wrong with a segment; `None` if it may stand in clear.
fn judge(segment: &str, of_people: bool) -> Option<Reason> {
    if PLACEHOLDERS.contains(&segment) {
        return None;
    }
    if has_at_sign(segment) {
        return Some(if segment.starts_with('@') {
            Reason::LooksLikeName
        } else {
            Reason::LooksLikeEmail
        });
    }
    if of_people && !is_page(segment) {
        return Some(Reason::PersonInUrl);
    }
    let (stem, ending) = segment
        .split_once('.')
        .map_or((segment, None), |(stem, ending)| (stem, Some(ending)));
    if ending.is_some_and(|ending| !is_one_of(ENDINGS, ending)) {
        return Some(Reason::LooksLikeText);
    }
    if stem.bytes().all(|b| b.is_ascii_digit()) {
        let card = looks_like_data(stem).filter(|offence| *offence == Reason::LooksLikeCard);
        return Some(card.unwrap_or(Reason::LooksLikeNumber));
    }
    let slug = segment.len() > limits::URL_SEGMENT_BYTES || stem.split(['-', '_']).count() > limits::URL_SEGMENT_WORDS;
    let plain = stem
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    looks_like_data(stem).or_else(|| (slug || !plain).then_some(Reason::LooksLikeText))
}

fn placeholder(offence: Reason) -> &'static str {
    match offence {
        Reason::LooksLikeEmail => ":email",
        Reason::LooksLikeName => ":name",
        Reason::LooksLikeCard | Reason::LooksLikeNumber | Reason::LooksLikeToken | Reason::PersonInUrl => ":id",
        _ => ":text",
    }
}

/// `?a&b`: the keys, sorted, each once; keys that look like data as `*`.
fn query_template(query: &str) -> String {
    let mut keys: Vec<Cow<'_, str>> = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or_default())
        .filter(|key| !key.is_empty())
        .map(|key| plain_brackets(key))
        .map(|key| {
            if looks_like_data(&key).is_none() {
                key
            } else {
                "*".into()
            }
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.truncate(limits::URL_KEYS);
    if keys.is_empty() {
        String::new()
    } else {
        format!("?{}", keys.join("&"))
    }
}

/// `user%5Bemail%5D` → `user[email]`: what browsers make of the names that Rails and PHP read as trees.
fn plain_brackets(key: &str) -> Cow<'_, str> {
    if !key.contains('%') {
        return key.into();
    }
    key.replace("%5B", "[")
        .replace("%5b", "[")
        .replace("%5D", "]")
        .replace("%5d", "]")
        .into()
}

/// A fragment that is a route keeps its path, which goes on where the page's path ended; any other goes.
fn fragment_template(fragment: &str, of_people: bool) -> String {
    let route = fragment
        .trim_start_matches('!')
        .split(['?', '#'])
        .next()
        .unwrap_or_default();
    if !route.starts_with('/') {
        return String::new();
    }
    let bang = if fragment.starts_with('!') { "!" } else { "" };
    format!("#{bang}{}", path_template(route, of_people))
}
