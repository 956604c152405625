//! A way to the AWS endpoint that ends after so many calls: a process that dies between two of them. It remembers what
//! it let through.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;

/// Method, path and headers of the calls that were let through.
pub(crate) type Calls = Arc<Mutex<Vec<(Method, String, HeaderMap)>>>;

/// The address of a proxy that answers so many calls, and refuses all that follow.
pub(crate) async fn that_ends_after(aws: &str, calls: usize) -> String {
    that_remembers(aws, calls).await.0
}

/// As [`that_ends_after`], and what it let through.
pub(crate) async fn that_remembers(aws: &str, calls: usize) -> (String, Calls) {
    let seen = Calls::default();
    let log = Arc::clone(&seen);
    let left = Arc::new(AtomicUsize::new(calls));
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let aws = aws.to_owned();
    let router = Router::new().fallback(move |mut request: Request| {
        let (left, client, aws, log) = (Arc::clone(&left), client.clone(), aws.clone(), Arc::clone(&log));
        async move {
            let alive = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if alive.is_err() {
                // Not one that an SDK would try again.
                return StatusCode::FORBIDDEN.into_response();
            }
            let path = request.uri().path_and_query().unwrap().as_str();
            log.lock()
                .unwrap()
                .push((request.method().clone(), path.to_owned(), request.headers().clone()));
            *request.uri_mut() = format!("{aws}{path}").parse::<Uri>().unwrap();
            let answered: Response = client.request(request).await.unwrap().map(Body::new);
            answered
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (format!("http://{address}"), seen)
}
