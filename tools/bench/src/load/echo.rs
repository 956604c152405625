//! The peer: the same WebSocket library, no gateway, no function, no store. It acknowledges whatever has a number.

use std::net::Ipv4Addr;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

use super::client::number;
use crate::{Failure, output};

/// Serves until it is killed.
pub(crate) fn echo() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        output::ready(&format!("ws://{}", listener.local_addr()?));
        loop {
            let (stream, _) = listener.accept().await?;
            // A client that goes is no matter.
            tokio::spawn(async move { drop(acknowledge(stream).await) });
        }
    })
}

async fn acknowledge(stream: TcpStream) -> Result<(), Failure> {
    stream.set_nodelay(true)?;
    let mut socket = accept_async(stream).await?;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        let seq = number(&text).ok_or("a message without a number")?;
        socket
            .send(Message::text(format!(r#"{{"type":"ack","seq":{seq},"rejected":[]}}"#)))
            .await?;
    }
    Ok(())
}
