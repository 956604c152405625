//! A shop on a free port, and a client that looks at every answer for what no answer may have.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request},
};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use testgram_local::front;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Shop {
    url: String,
    stop: CancellationToken,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let router = front::router([testgram_demo::router().unwrap()]);
        tokio::spawn(front::serve(listener, router, stop.clone()));
        Self { url, stop }
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let client: Client<_, Body> = Client::builder(TokioExecutor::new()).build_http();
        let request = request.body(body.into()).unwrap();
        let response = timeout(PATIENCE, client.request(request)).await.unwrap().unwrap();
        let (parts, body) = response.into_parts();
        assert!(
            !parts.headers.contains_key("set-cookie"),
            "no cookies, ever: {method} {path}"
        );
        let nosniff = parts
            .headers
            .get("x-content-type-options")
            .is_some_and(|value| value == "nosniff");
        assert!(nosniff || parts.status.is_redirection(), "nosniff: {method} {path}");
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    /// Asks the API as a guest.
    pub(crate) async fn api(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.api_as("", method, path, body).await
    }

    /// Asks the API with a token.
    pub(crate) async fn api_as(&self, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let bearer = format!("Bearer {token}");
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let answer = self.ask(method, &format!("/demo/api{path}"), &headers, body).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        (
            answer.status,
            serde_json::from_slice(&answer.body).unwrap_or(Value::Null),
        )
    }

    /// A cart with things in it: its path.
    pub(crate) async fn cart_with(&self, lines: &[(&str, Value, u32)]) -> String {
        let (status, answer) = self.api("POST", "/carts", Value::Null).await;
        assert_eq!(status, 201);
        let path = format!("/carts/{}", answer["cart"]["id"].as_str().unwrap());
        for (slug, options, quantity) in lines {
            let item = json!({ "slug": slug, "options": options, "quantity": quantity });
            assert_eq!(self.api("POST", &format!("{path}/items"), item).await.0, 200, "{slug}");
        }
        path
    }

    /// The token of a customer who was always there.
    pub(crate) async fn sign_in(&self, email: &str) -> String {
        let (status, answer) = self
            .api(
                "POST",
                "/auth/login",
                json!({ "email": email, "password": "long enough" }),
            )
            .await;
        assert_eq!(status, 200);
        answer["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn mime(&self) -> &str {
        self.headers["content-type"].to_str().unwrap()
    }
}

/// The stable word of a refusal.
pub(crate) fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or_default()
}
