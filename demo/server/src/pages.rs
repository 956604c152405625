//! The pages and what they load. A page is one HTML file with the parts that all pages share put in; what is on sale is
//! filled in by its script from the API.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing,
};

use crate::{catalogue::Catalogue, files};

pub(crate) const SVG: &str = "image/svg+xml";
const HTML: &str = "text/html; charset=utf-8";

/// Nothing inline and nothing from elsewhere, but for the snippet's socket, which another port of this machine may
/// have.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'self'; object-src 'none'",
);

/// Pages that are one file each, by path.
const PAGES: &[(&str, &str)] = &[
    ("/demo/", "home"),
    ("/demo/search", "search"),
    ("/demo/cart", "cart"),
    ("/demo/login", "login"),
    ("/demo/register", "register"),
    ("/demo/contact", "contact"),
    ("/demo/account", "account"),
    ("/demo/checkout", "checkout"),
    ("/demo/checkout/{step}", "checkout"),
    ("/demo/frames/newsletter", "frame-newsletter"),
    ("/demo/frames/stores", "frame-stores"),
];

/// The articles of the help pages.
const HELP: &[&str] = &["delivery", "returns", "brewing"];

/// The parts that pages share.
const PARTS: &[&str] = &["head", "header", "footer"];

pub(crate) fn router(catalogue: Arc<Catalogue>) -> Router {
    let mut router = Router::new()
        .route("/demo", routing::get(|| async { Redirect::permanent("/demo/") }))
        .route("/demo/shop/{category}", routing::get(category))
        .route("/demo/product/{slug}", routing::get(product))
        .route("/demo/help/{topic}", routing::get(help))
        .route("/demo/assets/{*path}", routing::get(asset))
        .route("/demo/{*rest}", routing::get(not_found));
    for (path, name) in PAGES {
        router = router.route(
            path,
            routing::get(move |headers: HeaderMap| async move { page(&headers, name) }),
        );
    }
    router
        .with_state(catalogue)
        .layer(axum::middleware::map_response(guarded))
}

async fn category(State(catalogue): State<Arc<Catalogue>>, Path(slug): Path<String>, headers: HeaderMap) -> Response {
    match slug == "all" || catalogue.category(&slug).is_some() {
        true => page(&headers, "category"),
        false => not_found().await,
    }
}

async fn product(State(catalogue): State<Arc<Catalogue>>, Path(slug): Path<String>, headers: HeaderMap) -> Response {
    match catalogue.product(&slug) {
        Some(_) => page(&headers, "product"),
        None => not_found().await,
    }
}

async fn help(Path(topic): Path<String>, headers: HeaderMap) -> Response {
    match HELP.iter().find(|known| **known == topic) {
        Some(topic) => page(&headers, &format!("help-{topic}")),
        None => not_found().await,
    }
}

async fn not_found() -> Response {
    match assemble("not-found") {
        Ok(html) => (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, HTML)], html).into_response(),
        Err(error) => broken(&error),
    }
}

/// Styles, scripts and pictures. Data, pages and parts are not for the browser.
async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    // A debug build asks the file system.
    if path.split('/').any(|part| part == "..") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mime = match path.rsplit_once('.') {
        Some((_, "js")) if path.starts_with("scripts/") => "text/javascript; charset=utf-8",
        Some((_, "css")) if path.starts_with("styles/") => "text/css; charset=utf-8",
        Some((_, "svg")) if path.starts_with("images/") => SVG,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match files::bytes(&path) {
        Some(bytes) => file(&headers, mime, bytes.into_owned()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn page(headers: &HeaderMap, name: &str) -> Response {
    match assemble(name) {
        Ok(html) => file(headers, HTML, html.into_bytes()),
        Err(error) => broken(&error),
    }
}

/// Can only happen while the files are being edited: a test serves every page.
fn broken(error: &files::DemoError) -> Response {
    tracing::error!(%error, "demo page");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn assemble(name: &str) -> Result<String, files::DemoError> {
    PARTS
        .iter()
        .try_fold(files::text(&format!("pages/{name}.html"))?, |html, part| {
            let text = files::text(&format!("parts/{part}.html"))?;
            Ok(html.replace(&format!("<!-- {part} -->"), text.trim_end()))
        })
}

/// A file, or 304 where the browser has it.
pub(crate) fn file(headers: &HeaderMap, mime: &'static str, bytes: Vec<u8>) -> Response {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let etag = format!("\"{:016x}\"", hasher.finish());
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let caching = [(header::ETAG, etag), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, mime)], Body::from(bytes)).into_response()
}

/// The headers of everything that is not the API's.
pub(crate) async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("geolocation=()"),
    );
    response
}

/// A text as it may stand in markup.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
