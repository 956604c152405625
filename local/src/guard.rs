//! Keeps foreign web pages out. Ports on loopback can be reached by every page in the user's browser.

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Refuses what a browser sends for a page: a request with an `Origin`, and one for a name that is not loopback's
/// (DNS rebinding).
pub(crate) async fn no_browsers(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) || !is_local(request.headers()) {
        return (StatusCode::FORBIDDEN, "this endpoint is for AWS SDKs on this machine\n").into_response();
    }
    next.run(request).await
}

/// Refuses requests under a name that is not loopback's (DNS rebinding): to the browser they are of the page's own
/// origin.
pub(crate) async fn local_names_only(request: Request, next: Next) -> Response {
    if is_local(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "this server is for this machine\n").into_response()
    }
}

fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "[::1]", "localhost"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_names() {
        let local = |host: &str| is_local(&HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]));
        for host in ["127.0.0.1:4601", "localhost", "localhost:4601", "[::1]:4601"] {
            assert!(local(host), "{host}");
        }
        for host in [
            "evil.example:4601",
            "127.0.0.1.evil.example",
            "bucket.localhost:4601",
            "localhost.evil.example:80",
            "",
            "192.168.1.2:4601",
        ] {
            assert!(!local(host), "{host}");
        }
        assert!(!is_local(&HeaderMap::new()));
    }
}
