//! An open connection: one task that owns the socket, and one invocation beside it for each message.

use std::{future, sync::Arc};

use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{Role, WebSocketConfig},
    },
};

use super::{
    ending::Ending,
    event::{ConnectionInfo, GatewayRequest},
    limits::Limits,
    message,
    registry::{ConnectionCommand, ConnectionHandle},
    state::Gateway,
};
use crate::invoke::invoke;

/// Commands that may wait for a slow client before their senders wait.
const COMMANDS: usize = 64;

/// One permit is one running invocation of this connection.
type Slot = OwnedSemaphorePermit;

/// Serves a connection from its upgrade to its `$disconnect`.
pub(crate) fn spawn(gateway: &Gateway, info: Arc<ConnectionInfo>, upgrade: OnUpgrade) {
    let gateway = gateway.clone();
    let tasks = gateway.inner.tasks.clone();
    tasks.spawn(async move {
        let ending = match upgrade.await {
            Ok(upgraded) => Connection::open(&gateway, &info, upgraded).await.run().await,
            Err(_) => Ending::Vanished,
        };
        tracing::debug!(connection = info.connection_id, ending = ending.word(), "disconnected");
        disconnect(&gateway, &info, &ending).await;
    });
}

/// Calls `$disconnect`. Best effort, as in AWS: a failed call is not repeated.
async fn disconnect(gateway: &Gateway, info: &ConnectionInfo, ending: &Ending) {
    let inner = &gateway.inner;
    let event = GatewayRequest::new(&inner.api, info).disconnect(ending);
    if let Err(failure) = invoke(
        &inner.tasks,
        &inner.routes.disconnect,
        event,
        inner.limits.integration_timeout,
    )
    .await
    {
        tracing::warn!(
            connection = info.connection_id,
            failure = failure.word(),
            "$disconnect failed"
        );
    }
}

struct Connection<'a> {
    gateway: &'a Gateway,
    handle: ConnectionHandle,
    socket: WebSocketStream<TokioIo<Upgraded>>,
    commands: mpsc::Receiver<ConnectionCommand>,
    slots: Arc<Semaphore>,
    idle_at: Instant,
}

impl<'a> Connection<'a> {
    async fn open(gateway: &'a Gateway, info: &Arc<ConnectionInfo>, upgraded: Upgraded) -> Self {
        let limits = &gateway.inner.limits;
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config(limits))).await;
        let (sender, commands) = mpsc::channel(COMMANDS);
        let handle = ConnectionHandle::new(Arc::clone(info), sender);
        gateway.inner.registry.insert(handle.clone());
        Self {
            gateway,
            handle,
            socket,
            commands,
            slots: Arc::new(Semaphore::new(limits.invocations_per_connection)),
            idle_at: Instant::now() + limits.idle,
        }
    }

    async fn run(mut self) -> Ending {
        let ending = self.serve().await;
        self.gateway.inner.registry.remove(&self.handle.info.connection_id);
        self.commands.close();
        self.close(&ending).await;
        ending
    }

    async fn serve(&mut self) -> Ending {
        let too_old = Instant::now() + self.limits().lifetime;
        loop {
            let went_on = tokio::select! {
                () = self.gateway.inner.stopping.cancelled() => return self.drain().await,
                () = sleep_until(too_old) => return Ending::TooOld,
                () = sleep_until(self.idle_at) => return Ending::Idle,
                Some(command) = self.commands.recv() => self.execute(command).await,
                (slot, message) = next(&self.slots, &mut self.socket) => self.take(slot, message),
            };
            if let Err(ending) = went_on {
                return ending;
            }
        }
    }

    /// Handles one item read from the socket: a message starts an invocation, an end ends the connection.
    fn take(&mut self, slot: Slot, message: Option<Result<Message, Error>>) -> Result<(), Ending> {
        match message {
            Some(Ok(Message::Text(text))) => {
                self.active();
                message::spawn(self.gateway, &self.handle, text.as_str().to_owned(), slot);
                Ok(())
            }
            Some(Ok(Message::Binary(_))) => Err(Ending::Binary),
            Some(Ok(Message::Close(frame))) => Err(Ending::Client(
                frame.map(|f| (f.code.into(), f.reason.as_str().to_owned())),
            )),
            // A ping is answered by the library with the next poll, and does not keep the connection alive.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(()),
            Some(Err(error)) => Err(Ending::of_error(&error)),
            None => Err(Ending::Vanished),
        }
    }

    /// Does what `@connections` or a finished invocation asks.
    async fn execute(&mut self, command: ConnectionCommand) -> Result<(), Ending> {
        match command {
            ConnectionCommand::Send(text, written) => {
                self.write(text).await?;
                confirm(written);
                Ok(())
            }
            ConnectionCommand::Delete(closed) => {
                self.gateway.inner.registry.remove(&self.handle.info.connection_id);
                confirm(Some(closed));
                Err(Ending::Deleted)
            }
        }
    }

    async fn write(&mut self, text: String) -> Result<(), Ending> {
        match timeout(self.limits().write_timeout, self.socket.send(Message::text(text))).await {
            Ok(Ok(())) => {
                self.active();
                Ok(())
            }
            Ok(Err(_)) | Err(_) => Err(Ending::Vanished),
        }
    }

    /// Shutdown: reads no more messages, but answers those that were read.
    async fn drain(&mut self) -> Ending {
        let deadline = Instant::now() + self.limits().shutdown_grace;
        let all = u32::try_from(self.limits().invocations_per_connection).unwrap_or(u32::MAX);
        let slots = Arc::clone(&self.slots);
        loop {
            let went_on = tokio::select! {
                biased; // replies that wait go out before all slots are counted as free
                Some(command) = self.commands.recv() => self.execute(command).await,
                _ = slots.acquire_many(all) => return Ending::Shutdown,
                () = sleep_until(deadline) => return Ending::Shutdown,
            };
            if let Err(ending) = went_on {
                return ending;
            }
        }
    }

    /// Closes the socket so that the client sees the close code, whatever it is still sending.
    async fn close(&mut self, ending: &Ending) {
        if *ending == Ending::Vanished {
            return;
        }
        if timeout(self.limits().close_grace, self.close_handshake(ending))
            .await
            .is_err()
        {
            tracing::debug!(
                connection = self.handle.info.connection_id,
                "the client did not close its half"
            );
        }
    }

    async fn close_handshake(&mut self, ending: &Ending) {
        if let Some(frame) = ending.close_frame()
            && self.socket.send(Message::Close(Some(frame))).await.is_err()
        {
            return;
        }
        if ending.in_sync() {
            while let Some(Ok(_)) = self.socket.next().await {}
            return;
        }
        // A socket closed with unread data is reset, and the reset overtakes the close frame: read the rest first.
        let stream = self.socket.get_mut();
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut rest = [0; 4096];
        while matches!(stream.read(&mut rest).await, Ok(1..)) {}
    }

    fn active(&mut self) {
        self.idle_at = Instant::now() + self.limits().idle;
        self.handle.touch();
    }

    fn limits(&self) -> &'a Limits {
        &self.gateway.inner.limits
    }
}

/// Signals a waiting caller that its command is done.
fn confirm(waiting: Option<oneshot::Sender<()>>) {
    if waiting.is_some_and(|waiting| waiting.send(()).is_err()) {
        tracing::debug!("the caller no longer waits");
    }
}

/// The next message, once there is a slot for it: before that the socket is not read, and TCP holds the client back.
/// Cancel-safe: the slot is given back, and no message is taken.
async fn next(
    slots: &Arc<Semaphore>,
    socket: &mut WebSocketStream<TokioIo<Upgraded>>,
) -> (Slot, Option<Result<Message, Error>>) {
    let Ok(slot) = Arc::clone(slots).acquire_owned().await else {
        return future::pending().await; // the semaphore is never closed
    };
    (slot, socket.next().await)
}

fn config(limits: &Limits) -> WebSocketConfig {
    WebSocketConfig::default()
        .max_frame_size(Some(limits.frame_bytes))
        .max_message_size(Some(limits.message_bytes))
        // The library's 128 KB each way are allocated per connection; a typical batch has 6 KB.
        .read_buffer_size(16 * 1024)
        .write_buffer_size(0)
}
