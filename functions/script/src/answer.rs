//! Answers: status, headers and body.

use std::sync::Arc;

use crate::http;
use crate::snippet::{Coding, Script, ServedWorld};
use crate::wire::{Request, Response};

/// Browsers may keep a script for five minutes. A changed setting takes as long to reach a page, and the seconds of
/// this function's cache; and a visitor who looks at ten pages in that time fetches one script. A paused world does not
/// wait for it: the authorizer refuses at once.
const SCRIPT: &str = "public, max-age=300";
/// For answers that may soon be others: a closed world, a key that no world has yet.
const NOTHING: &str = "public, max-age=60";
/// Failures of ours must not be cached.
const FAULT: &str = "no-store";

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The outcome of a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A world has the key.
    World(Arc<ServedWorld>),
    /// No world has the key, or it is malformed.
    UnknownKey,
    /// The store failed.
    Unavailable,
    /// The path is not that of a script.
    NotFound,
    /// The method is neither GET nor HEAD.
    MethodNotAllowed,
}

impl Answer {
    /// The stable word for it in metrics, and in a script without code.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::World(world) => match &**world {
                ServedWorld::Script(_) => "served",
                ServedWorld::Closed(word) => word,
            },
            Self::UnknownKey => "unknown_key",
            Self::Unavailable => "unavailable",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
        }
    }

    /// The response to `request`.
    pub(crate) fn response(&self, request: &Request) -> Response {
        let mut response = match self {
            Self::World(world) => match &**world {
                ServedWorld::Script(script) => return with_script(script, request),
                // 200: a page's own script may depend on ours having loaded, and nothing of the page is at fault.
                ServedWorld::Closed(_) => comment(200, NOTHING, self.word()),
            },
            Self::UnknownKey | Self::NotFound => comment(404, NOTHING, self.word()),
            Self::Unavailable => comment(503, FAULT, self.word()),
            Self::MethodNotAllowed => comment(405, FAULT, self.word()).header("allow", "GET, HEAD"),
        };
        if request.method() == "HEAD" {
            response.drop_body();
        }
        response
    }
}

fn with_script(script: &Script, request: &Request) -> Response {
    let coding = match request.header("accept-encoding") {
        Some(accept) if http::takes_gzip(accept) => Coding::Gzip,
        _ => Coding::Identity,
    };
    let tag = script.tag(coding);
    let is_cached = request
        .header("if-none-match")
        .is_some_and(|tags| http::has(tags, &tag));
    let head = Response::new(if is_cached { 304 } else { 200 })
        .header("cache-control", SCRIPT)
        .header("vary", "Accept-Encoding")
        .header("etag", tag);
    if is_cached {
        return head;
    }
    let mut response = head.header("content-type", JAVASCRIPT);
    if coding == Coding::Gzip {
        response = response.header("content-encoding", "gzip");
    }
    if request.method() == "HEAD" {
        // The length of the body that is not sent, which a gateway cannot count.
        response.header("content-length", script.bytes(coding).to_string())
    } else {
        response.body(script.body(coding), coding == Coding::Gzip)
    }
}

/// A script without code: one comment that names the reason.
fn comment(status: u16, cache: &'static str, word: &str) -> Response {
    Response::new(status)
        .header("cache-control", cache)
        .header("content-type", JAVASCRIPT)
        .body(format!("/* testgram: {word} */\n"), false)
}
