//! A WebSocket client as a browser is one: it names its origin and speaks text.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::stack::PATIENCE;

pub(crate) const ORIGIN: &str = "http://127.0.0.1:4600";

pub(crate) struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// A handshake with this query and origin: the client, or the status it was refused with and everything the answer
/// said.
pub(crate) async fn handshake(front: &str, query: &str, origin: Option<&str>) -> Result<Client, (u16, String)> {
    let mut request = format!("ws://{front}/ws?{query}").into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    match timeout(PATIENCE, connect_async(request)).await.unwrap() {
        Ok((socket, response)) => {
            assert!(response.headers().get("set-cookie").is_none(), "no cookies, ever");
            Ok(Client(socket))
        }
        Err(Error::Http(response)) => {
            assert!(response.headers().get("set-cookie").is_none(), "no cookies, ever");
            let body = response
                .body()
                .as_deref()
                .map(String::from_utf8_lossy)
                .unwrap_or_default()
                .into_owned();
            Err((response.status().as_u16(), body))
        }
        Err(error) => panic!("{error}"),
    }
}

impl Client {
    pub(crate) async fn connect(front: &str, key: &str) -> Self {
        handshake(front, &format!("world={key}&v=1"), Some(ORIGIN))
            .await
            .map_err(|(status, _)| status)
            .unwrap()
    }

    pub(crate) async fn send(&mut self, message: impl Into<String>) {
        self.0.send(Message::text(message.into())).await.unwrap();
    }

    pub(crate) async fn send_binary(&mut self, bytes: Vec<u8>) {
        self.0.send(Message::binary(bytes)).await.unwrap();
    }

    /// The next message, or the close code if the server closed; `None` if the connection broke.
    pub(crate) async fn receive(&mut self) -> Option<Result<Value, u16>> {
        loop {
            match timeout(PATIENCE, self.0.next())
                .await
                .expect("an answer in time")?
                .ok()?
            {
                Message::Text(text) => return Some(Ok(serde_json::from_str(&text).unwrap())),
                Message::Close(close) => return Some(Err(close.map_or(0, |close| close.code.into()))),
                _ => {}
            }
        }
    }

    /// Whether the message could be handed to the connection.
    pub(crate) async fn try_send(&mut self, message: String) -> bool {
        self.0.send(Message::text(message)).await.is_ok()
    }

    /// Sends a message and returns its reply.
    pub(crate) async fn ask(&mut self, message: impl Into<String>) -> Value {
        self.send(message).await;
        self.receive().await.expect("an open connection").expect("a reply")
    }
}
