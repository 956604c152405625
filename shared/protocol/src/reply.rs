//! What the server says.

use serde::Serialize;

use crate::batch::{Parsed, Refused};
use crate::id::SessionId;
use crate::limits;
use crate::reason::{MessageCode, Outcome};

/// A message from the server.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Reply {
    /// The batch is stored durably.
    Ack(Ack),
    /// The message as a whole was refused.
    Error(ErrorReply),
    /// Send nothing more and forget what is held.
    Stop {
        /// Why: a stable word, such as `world_paused`.
        reason: &'static str,
    },
}

/// The batch is stored durably.
#[derive(Debug, Serialize)]
pub struct Ack {
    session: SessionId,
    seq: u32,
    accepted: usize,
    rejected: Vec<RejectedEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta_rejected: Option<Explained>,
    server_time: u64,
}

#[derive(Debug, Serialize)]
struct RejectedEvent {
    index: usize,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Explained {
    code: &'static str,
    message: &'static str,
}

/// The message as a whole was refused.
#[derive(Debug, Serialize)]
pub struct ErrorReply {
    code: &'static str,
    message: &'static str,
    retry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u32>,
    /// Lets a device with a wrong clock begin a session by the right one.
    server_time: u64,
}

impl Reply {
    /// The acknowledgement of a batch that has been stored.
    #[must_use]
    pub fn ack(parsed: &Parsed, server_time: u64) -> Self {
        let explain = |outcome: Outcome| match outcome {
            Outcome::Invalid(reason) => reason.message(),
            _ => "the world does not collect this kind of event",
        };
        let rejected = parsed.rejected.iter().enumerate().map(|(nth, rejected)| RejectedEvent {
            index: rejected.index,
            code: rejected.outcome.as_str(),
            message: (nth < limits::EXPLAINED_REJECTIONS).then(|| explain(rejected.outcome)),
        });
        Self::Ack(Ack {
            session: parsed.batch.session(),
            seq: parsed.batch.seq(),
            accepted: parsed.batch.events().len(),
            rejected: rejected.collect(),
            meta_rejected: parsed.meta_rejected.map(|reason| Explained {
                code: reason.as_str(),
                message: reason.message(),
            }),
            server_time,
        })
    }

    /// The refusal of a whole message.
    #[must_use]
    pub const fn error(refused: Refused, server_time: u64, retry_after_ms: Option<u32>) -> Self {
        Self::Error(ErrorReply {
            code: refused.code.as_str(),
            message: refused.code.message(),
            retry: refused.code.retry(),
            retry_after_ms,
            session: refused.session,
            seq: refused.seq,
            server_time,
        })
    }

    /// The message as JSON text, as it is sent.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, numbers and lists only: there is nothing that JSON could not hold.
        serde_json::to_string(self).unwrap_or_else(|_| internal())
    }
}

fn internal() -> String {
    let code = MessageCode::Internal;
    format!(
        r#"{{"type":"error","code":"{}","message":"{}","retry":true}}"#,
        code.as_str(),
        code.message()
    )
}
