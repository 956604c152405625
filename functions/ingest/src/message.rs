//! A message: parse → validate → pack → put → acknowledge.

use testgram_protocol::batch::{Arrival, Batch, Parsed, Refused};
use testgram_protocol::buffer;
use testgram_protocol::reason::MessageCode;
use testgram_protocol::reply::Reply;
use testgram_store::StoreError;
use testgram_store::key::{Fingerprint, Window};

use crate::caller::Caller;
use crate::report::Report;
use crate::state::State;
use crate::wire::{Request, Response};

/// After how many milliseconds a client sends again what we could not store. It adds its own jitter and doubling.
const RETRY_AFTER_MS: u32 = 1_000;

/// How long an admission is valid, milliseconds. After that a client is asked to connect again, and a paused world, a
/// withdrawn agreement or a changed list of kinds takes effect. Short enough for an owner who withdraws consent, long
/// enough that the authorizer runs for a thousandth of the messages.
const ADMISSION_MS: u64 = 10 * 60 * 1000;

/// Answers a message, and counts the outcome of every event in it.
pub(crate) async fn message(state: &State, request: &Request) -> Response {
    let received_ms = request.received_ms().unwrap_or_else(|| (state.now_ms)());
    let mut report = Report::new(request);
    let reply = match take(state, request, received_ms, &mut report).await {
        Ok(parsed) => Reply::ack(&parsed, received_ms),
        Err(refused) => {
            report.refused(refused);
            let busy = refused.code.retry() && refused.code != MessageCode::Reconnect;
            let retry_after = busy.then_some(RETRY_AFTER_MS);
            Reply::error(refused, received_ms, retry_after)
        }
    };
    report.emit(&state.metrics, received_ms);
    Response::reply(reply.to_json())
}

async fn take(state: &State, request: &Request, received_ms: u64, report: &mut Report) -> Result<Parsed, Refused> {
    let caller = request.caller().ok_or(Refused::unread(MessageCode::NotAuthorized))?;
    report.of(&caller);
    let frame = request.text().ok_or(Refused::unread(MessageCode::NotJson))?;
    report.bytes_in = frame.len();
    let parsed = Batch::parse(
        frame,
        Arrival {
            received_ms,
            kinds: caller.kinds,
        },
    )?;
    report.rejected(&parsed);
    let failed = |code| whole(&parsed.batch, code);
    if received_ms.saturating_sub(caller.admitted_ms) > ADMISSION_MS {
        return Err(failed(MessageCode::Reconnect));
    }
    if !parsed.batch.is_empty() {
        let arrived = Arrived {
            fingerprint: Fingerprint::of(frame),
            received_ms,
        };
        store(state, &caller, &parsed.batch, arrived, report)
            .await
            .map_err(failed)?;
    }
    report.accepted(&parsed);
    Ok(parsed)
}

/// A refusal of all events that were still to be stored.
fn whole(batch: &Batch, code: MessageCode) -> Refused {
    Refused {
        code,
        session: Some(batch.session()),
        seq: Some(batch.seq()),
        events: batch.events().len(),
    }
}

/// What a batch's key holds of its arrival.
#[derive(Clone, Copy)]
struct Arrived {
    fingerprint: Fingerprint,
    received_ms: u64,
}

/// Stores a batch: the window's marker before its first batch, then one put.
async fn store(
    state: &State,
    caller: &Caller,
    batch: &Batch,
    arrived: Arrived,
    report: &mut Report,
) -> Result<(), MessageCode> {
    let packed = buffer::encode(batch).map_err(|_| MessageCode::Internal)?;
    report.bytes_stored = packed.len();
    let Arrived {
        fingerprint,
        received_ms,
    } = arrived;
    let window = Window::at(received_ms);
    let world = state.store.world(&caller.tenant, &caller.world);
    if !state.is_marked(caller, window) {
        world.put_marker(window).await.map_err(code)?;
        state.remember_marker(caller, window);
    }
    let written = world
        .put_batch(batch.session(), batch.seq(), fingerprint, received_ms, packed)
        .await
        .map_err(code)?;
    report.units = written.units;
    Ok(())
}

const fn code(error: StoreError) -> MessageCode {
    match error {
        StoreError::Throttled => MessageCode::Throttled,
        StoreError::Unavailable => MessageCode::Unavailable,
        StoreError::Refused | StoreError::Taken | StoreError::Damaged => MessageCode::Internal,
    }
}
