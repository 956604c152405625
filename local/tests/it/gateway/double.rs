//! A gateway on a free port, functions that do as the message says and remember their events, and a client.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, http::Request};
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client as HttpClient, rt::TokioExecutor};
use serde_json::{Value, json};
use testgram_local::{
    front,
    function::{Function, FunctionError, from_fn},
    gateway::{Api, Gateway, Limits, Routes},
};
use tokio::{net::TcpListener, net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use tokio_util::sync::CancellationToken;

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) type Answer = Result<Value, FunctionError>;
type Events = Arc<Mutex<Vec<Value>>>;

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) gateway: Gateway,
    pub(crate) asked: Events,
    pub(crate) called: Events,
    /// Messages that were to sleep and have slept to the end.
    pub(crate) slept: Arc<AtomicUsize>,
    pub(crate) stop: CancellationToken,
}

/// What the authorizer says by default: a context with every scalar type.
pub(crate) fn allow(event: &Value) -> Answer {
    Ok(json!({
        "principalId": "world",
        "policyDocument": {"Version": "2012-10-17", "Statement": [
            {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}
        ]},
        "context": {"tenant": "t1", "k": 5, "eu": true},
    }))
}

pub(crate) async fn start() -> Running {
    start_with(Limits::default(), allow).await
}

pub(crate) async fn start_with(limits: Limits, authorizer: fn(&Value) -> Answer) -> Running {
    let (asked, called) = (Events::default(), Events::default());
    let log = Arc::clone(&asked);
    let authorizer = from_fn(move |event| {
        log.lock().unwrap().push(event.clone());
        async move { authorizer(&event) }
    });
    let slept = Arc::new(AtomicUsize::new(0));
    let integration = integration(Arc::clone(&called), Arc::clone(&slept));
    let routes = Routes::new(authorizer, &integration, &["batch"]);
    let gateway = Gateway::new(Api::default(), routes, limits);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(front::serve(listener, front::router([gateway.router()]), stop.clone()));
    Running {
        address,
        gateway,
        asked,
        called,
        slept,
        stop,
    }
}

/// Does what the query says on `$connect`, and what the message says on a message: by default it sends the event back.
fn integration(log: Events, slept: Arc<AtomicUsize>) -> Arc<dyn Function> {
    from_fn(move |event| {
        log.lock().unwrap().push(event.clone());
        let slept = Arc::clone(&slept);
        async move {
            let body: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default()).unwrap_or_default();
            let wanted = body["do"]
                .as_str()
                .or(event["queryStringParameters"]["connect"].as_str());
            match wanted.unwrap_or_default() {
                "fail" => Err(FunctionError::new("Boom", "inner text")),
                "panic" => panic!("the double panics"),
                "malformed" => Ok(json!({"body": "no status"})),
                "refuse" => Ok(json!({"statusCode": 418, "body": "inner text"})),
                "quiet" => Ok(json!({"statusCode": 200})),
                "protocol" => Ok(json!({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "tg1"}})),
                "sleep" => {
                    tokio::time::sleep(Duration::from_millis(body["ms"].as_u64().unwrap_or(60_000))).await;
                    slept.fetch_add(1, Ordering::Relaxed);
                    Ok(json!({"statusCode": 200, "body": body["ms"].to_string()}))
                }
                _ => Ok(json!({"statusCode": 200, "body": event.to_string()})),
            }
        }
    })
}

impl Running {
    pub(crate) async fn client(&self) -> Client {
        self.client_at("/ws?world=demo&v=1").await
    }

    pub(crate) async fn client_at(&self, path: &str) -> Client {
        let (socket, _) = connect_async(format!("ws://{}{path}", self.address)).await.unwrap();
        Client { socket }
    }

    /// A handshake that is expected to be refused: status, error type and body.
    pub(crate) async fn refused(&self, path: &str) -> (u16, String, Value) {
        let upgrade = [
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        self.http("GET", path, &upgrade, "").await
    }

    pub(crate) async fn http(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, String, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let client: HttpClient<_, Body> = HttpClient::builder(TokioExecutor::new()).build_http();
        let response = timeout(PATIENCE, client.request(request)).await.unwrap().unwrap();
        let status = response.status().as_u16();
        let error_type = response
            .headers()
            .get("x-amzn-errortype")
            .map(|v| v.to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (
            status,
            error_type.unwrap_or_default(),
            serde_json::from_slice(&body).unwrap_or(Value::Null),
        )
    }

    /// The events of a type that the integration has got, once they are `count`.
    pub(crate) async fn events(&self, event_type: &str, count: usize) -> Vec<Value> {
        let find = || -> Vec<Value> {
            let called = self.called.lock().unwrap();
            let of_type = called
                .iter()
                .filter(|event| event["requestContext"]["eventType"] == event_type);
            of_type.cloned().collect()
        };
        timeout(PATIENCE, async {
            loop {
                let found = find();
                if found.len() >= count {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .expect("the events have not come")
    }

    /// Code and reason with which `$disconnect` was called.
    pub(crate) async fn disconnected(&self) -> (u64, String) {
        let events = self.events("DISCONNECT", 1).await;
        let context = &events[0]["requestContext"];
        (
            context["disconnectStatusCode"].as_u64().unwrap(),
            context["disconnectReason"].as_str().unwrap().to_owned(),
        )
    }
}

pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub(crate) async fn send(&mut self, message: impl Into<Message>) {
        self.socket.send(message.into()).await.unwrap();
    }

    pub(crate) async fn ask(&mut self, message: &Value) {
        self.send(message.to_string()).await;
    }

    /// The next text.
    pub(crate) async fn text(&mut self) -> String {
        match timeout(PATIENCE, self.socket.next())
            .await
            .expect("nothing came")
            .unwrap()
            .unwrap()
        {
            Message::Text(text) => text.as_str().to_owned(),
            other => panic!("no text but {other:?}"),
        }
    }

    pub(crate) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    /// Reads to the close frame, and answers it: its code and reason.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        let reading = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => break frame,
                    Some(Ok(_)) => {}
                    other => panic!("no close frame but {other:?}"),
                }
            }
        };
        let frame = timeout(PATIENCE, reading).await.expect("the connection was not closed");
        drop(timeout(PATIENCE, self.socket.next()).await); // sends the answer, and sees the server go
        (frame.code.into(), frame.reason.as_str().to_owned())
    }

    /// The connection's id, which stands in every event.
    pub(crate) async fn id(&mut self) -> String {
        self.ask(&json!({"type": "batch"})).await;
        self.json().await["requestContext"]["connectionId"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}
