//! DynamoDB as far as a first event of each function asks: puts succeed, and there is one world.

use std::io;
use std::net::SocketAddr;

use crate::http::{Request, Response, serve};

/// The index entry of the demo world's key, and its record. As `testgram_store::repository::admin` writes them.
const KEY: &str = r#"{"Item":{"pk":{"S":"key#demo"},"sk":{"S":"key"},"tenant":{"S":"demo"},"world":{"S":"demo"}}}"#;
const WORLD: &str = r#"{"Item":{"pk":{"S":"demo"},"sk":{"S":"world#demo"},"key":{"S":"demo"},
    "settings":{"S":"{\"origins\":[\"http://127.0.0.1:4600\"],\"eu_visitors\":false}"},
    "salt":{"S":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}}}"#;

/// Serves on a free port.
pub(crate) fn serve_world() -> io::Result<SocketAddr> {
    serve(|request| {
        let headers = &[("content-type", "application/x-amz-json-1.0")];
        Some(Response {
            status: 200,
            headers,
            body: found(request).to_owned(),
        })
    })
}

fn found(request: &Request) -> &'static str {
    if request.body.contains("\"key#demo\"") {
        KEY
    } else if request.body.contains("\"world#demo\"") {
        WORLD
    } else {
        "{}"
    }
}
