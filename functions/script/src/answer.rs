//! What is answered, and with which headers.

use std::sync::Arc;

use crate::snippet::{Coding, Script};
use crate::wire::{Request, Response};
use crate::{Known, http};

/// How long a script may be taken from a cache, seconds. So long may a changed setting take to reach a page, besides the seconds
/// for which this function remembers it; and a visitor who looks at ten pages in that time fetches one script. A paused world does
/// not wait for it: the authorizer refuses at once.
const SCRIPT: &str = "public, max-age=300";
/// For what may be mended at any moment: a closed world, a key that is not there yet.
const NOTHING: &str = "public, max-age=60";
/// What is our fault must not be kept.
const FAULT: &str = "no-store";

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A world is known by the key.
    Known(Arc<Known>),
    /// No world has the key, or it is none.
    UnknownKey,
    /// The store failed.
    Unavailable,
    /// Another path.
    NotFound,
    /// Another method.
    MethodNotAllowed,
}

impl Answer {
    /// The stable word: in metrics, and in the script where there is no other.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Known(known) => match &**known {
                Known::Script(_) => "served",
                Known::Closed(word) => word,
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
            Self::Known(known) => match &**known {
                Known::Script(script) => return with_script(script, request),
                // 200: a page's own script may depend on ours having loaded, and nothing of the page is at fault.
                Known::Closed(_) => comment(200, NOTHING, self.word()),
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
    let known = request
        .header("if-none-match")
        .is_some_and(|known| http::has(known, &tag));
    let response = Response::new(if known { 304 } else { 200 })
        .header("cache-control", SCRIPT)
        .header("vary", "Accept-Encoding")
        .header("etag", tag);
    if known {
        return response;
    }
    let response = response.header("content-type", JAVASCRIPT);
    let response = match coding {
        Coding::Identity => response,
        Coding::Gzip => response.header("content-encoding", "gzip"),
    };
    if request.method() == "HEAD" {
        // Of the body that is not sent; a gateway could only count that one.
        response.header("content-length", script.bytes(coding).to_string())
    } else {
        response.body(script.body(coding), coding == Coding::Gzip)
    }
}

/// A script that does nothing and says why to whoever opens it.
fn comment(status: u16, cache: &'static str, word: &str) -> Response {
    Response::new(status)
        .header("cache-control", cache)
        .header("content-type", JAVASCRIPT)
        .body(format!("/* testgram: {word} */\n"), false)
}
