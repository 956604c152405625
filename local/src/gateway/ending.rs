//! The ways in which a connection ends, with the close code that the client gets and what `$disconnect` reports.

use std::borrow::Cow;

use tokio_tungstenite::tungstenite::{
    Error,
    error::ProtocolError,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

/// Why a connection ended. `connection` makes it; the close frame, `$disconnect` and the log are made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The client closed it. No code where its close frame had none.
    Client(Option<(u16, String)>),
    /// The client is gone without a close frame.
    Vanished,
    /// No message for ten minutes.
    Idle,
    /// It has been open for two hours.
    TooOld,
    /// A frame over 32 KB or a message over 128 KB.
    TooLarge,
    /// The client sent a binary frame.
    Binary,
    /// Text that is not UTF-8.
    NotText,
    /// What came is no WebSocket frame.
    Protocol,
    /// A backend closed it by `DELETE @connections/{id}`.
    Deleted,
    /// The stack is shutting down.
    Shutdown,
}

impl Ending {
    /// What an error of reading means. An io error says only that the client is gone.
    pub(crate) fn of_error(error: &Error) -> Self {
        match error {
            Error::Capacity(_) => Self::TooLarge,
            Error::Utf8(_) => Self::NotText,
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Vanished,
            Error::Protocol(_) => Self::Protocol,
            _ => Self::Vanished,
        }
    }

    /// The frame with which the server closes; none where the client has closed or is gone.
    pub(crate) fn close_frame(&self) -> Option<CloseFrame> {
        match self {
            Self::Client(_) | Self::Vanished => None,
            _ => Some(CloseFrame {
                code: CloseCode::from(self.code()),
                reason: self.reason().as_ref().into(),
            }),
        }
    }

    /// Whether the stream can still be read as WebSocket: after a frame that was refused by its header, what follows
    /// on the wire is the middle of that frame.
    pub(crate) fn in_sync(&self) -> bool {
        !matches!(self, Self::TooLarge | Self::Protocol | Self::NotText)
    }

    /// `disconnectStatusCode` of the event, and the close frame's code where the server closes.
    pub(crate) fn code(&self) -> u16 {
        match self {
            Self::Client(Some((code, _))) => *code,
            Self::Client(None) => 1005,
            Self::Vanished => 1006,
            // A recorded event of an idle end, 603.9 s after the connect, has 1001 and "Going away". The same is taken
            // for the two hours, of which no record was found.
            Self::Idle | Self::TooOld | Self::Shutdown => 1001,
            Self::TooLarge => 1009,
            Self::Binary => 1003,
            Self::NotText => 1007,
            Self::Protocol => 1002,
            Self::Deleted => 1000, // aws/chalice#2060
        }
    }

    /// `disconnectReason` of the event. AWS's own words where a recorded event shows them.
    pub(crate) fn reason(&self) -> Cow<'_, str> {
        match self {
            Self::Client(Some((_, reason))) => Cow::Borrowed(reason),
            Self::Client(None) => Cow::Borrowed("Client-side close frame status not set"), // aws-lambda-rust-runtime fixture
            Self::Vanished => Cow::Borrowed(""),
            Self::Idle | Self::TooOld | Self::Shutdown => Cow::Borrowed("Going away"),
            Self::TooLarge => Cow::Borrowed("Message too long"),
            Self::Binary => Cow::Borrowed("Binary is not supported"),
            Self::NotText => Cow::Borrowed("Text is not UTF-8"),
            Self::Protocol => Cow::Borrowed("Protocol error"),
            Self::Deleted => Cow::Borrowed("Connection Closed Normally"), // aws/chalice#2060
        }
    }

    /// A stable word for logs. The client's own reason is content and stays out of them.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Vanished => "vanished",
            Self::Idle => "idle",
            Self::TooOld => "too_old",
            Self::TooLarge => "too_large",
            Self::Binary => "binary",
            Self::NotText => "not_text",
            Self::Protocol => "protocol",
            Self::Deleted => "deleted",
            Self::Shutdown => "shutdown",
        }
    }
}
