//! Error messages keep the words that engines and libraries use; every other word becomes a placeholder.
//!
//! An allow-list, because an application may throw anything: `User Jane Roe not found` → `user :w :w not found`.

use super::token::has_at_sign;
use crate::limits;

/// Words of the messages of V8, SpiderMonkey, JavaScriptCore, fetch, React, Vue, Angular and webpack. Sorted (a test).
#[rustfmt::skip] // one word a line would be most of this file
pub const WORDS: &[&str] = &[
    "a", "abort", "aborted", "access", "after", "all", "already", "an", "and", "argument", "arguments", "array", "as",
    "assertion", "assignment", "async", "at", "attempt", "await", "bad", "be", "because", "before", "bigint",
    "blocked", "body", "boolean", "by", "call", "callback", "called", "calling", "can", "can't", "cannot", "child",
    "chunk", "circular", "class", "client", "clone", "closed", "component", "connect", "connection", "const",
    "constant", "construct", "constructor", "content", "convert", "cors", "could", "create", "cross-origin", "css",
    "data", "date", "declaration", "defined", "delete", "denied", "depth", "dereference", "did", "document", "does",
    "doesn't", "dom", "during", "dynamically", "element", "empty", "end", "error", "evaluating", "event", "exceeded",
    "exist", "expected", "expression", "extensible", "failed", "failure", "fetch", "fetching", "field", "file", "for",
    "found", "frame", "from", "function", "get", "getter", "global", "has", "have", "header", "hook", "hooks", "http",
    "hydration", "id", "identifier", "if", "illegal", "import", "imported", "in", "index", "infinite", "initial",
    "initialization", "initialized", "input", "instance", "insufficient", "internal", "interrupted", "invalid",
    "invocation", "is", "isn't", "iterable", "its", "json", "key", "length", "let", "limit", "list", "literal",
    "load", "loading", "loop", "match", "matched", "maximum", "memory", "message", "method", "missing", "module",
    "more", "must", "name", "native", "network", "new", "nil", "no", "node", "non-object", "not", "null", "number",
    "object", "observer", "of", "offline", "on", "only", "operation", "operator", "optional", "options", "or",
    "origin", "out", "parameter", "parent", "parse", "parsing", "permission", "pop", "port", "position", "primitive",
    "private", "promise", "properties", "property", "prototype", "proxy", "quota", "range", "read", "read-only",
    "reading", "readonly", "recursion", "redeclaration", "redirect", "reference", "refused", "regular", "rejected",
    "rejection", "remove", "render", "rendered", "request", "required", "resizeobserver", "resource", "response",
    "return", "script", "security", "server", "set", "setter", "should", "size", "source", "stack", "state", "status",
    "storage", "strict", "string", "structure", "super", "support", "supported", "symbol", "syntax", "target", "than",
    "the", "this", "time", "timed", "timeout", "to", "token", "too", "tried", "try", "type", "unauthorized",
    "uncaught", "undefined", "undelivered", "unexpected", "unhandled", "unknown", "unterminated", "update", "url",
    "use", "used", "user", "valid", "value", "variable", "was", "when", "while", "window", "with", "without",
    "worker", "write", "xml", "yet", "your",
];

/// Stands for a word that is not in [`WORDS`].
pub const WORD: &str = ":w";
/// Stands for a word that is a number.
pub const NUMBER: &str = ":n";
/// Stands for a word that holds a URL.
pub const URL: &str = ":url";
/// Stands for an e-mail address.
pub const EMAIL: &str = ":email";
/// Stands for what follows the words that fit.
pub const MORE: &str = ":more";

/// The template of an error message. Runs of the same placeholder count once. Only ASCII white space parts words:
/// whatever else there is stays inside a word, and the word is then unknown.
#[must_use]
pub fn scrub(message: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for part in message.split([' ', '\t', '\n', '\r', '\x0c']) {
        let Some(word) = scrub_word(part) else { continue };
        if out.len() == limits::ERROR_WORDS {
            out.push(MORE);
            break;
        }
        if !(word.starts_with(':') && out.last() == Some(&word)) {
            out.push(word);
        }
    }
    out.join(" ")
}

fn scrub_word(part: &str) -> Option<&'static str> {
    if let Some(placeholder) = [WORD, NUMBER, URL, EMAIL, MORE]
        .into_iter()
        .find(|placeholder| *placeholder == part)
    {
        return Some(placeholder);
    }
    let bare = part.trim_matches(|c: char| c.is_ascii_punctuation());
    if bare.is_empty() {
        return None;
    }
    if part.contains("://") {
        return Some(URL);
    }
    if has_at_sign(part) {
        return Some(EMAIL);
    }
    if bare
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-'))
    {
        return Some(NUMBER);
    }
    let lower = bare.to_ascii_lowercase();
    Some(WORDS.iter().find(|known| **known == lower).copied().unwrap_or(WORD))
}
