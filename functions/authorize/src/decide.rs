//! The decision, without AWS.

use testgram_protocol::event::Collected;
use testgram_protocol::id::{TenantId, WorldId};
use testgram_protocol::reason::Refusal;
use testgram_store::authorizer::WorldRecord;

/// What an admitted connection carries with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Whose data it sends.
    pub tenant: TenantId,
    /// Of which world.
    pub world: WorldId,
    /// Which kinds of event are taken.
    pub kinds: Collected,
    /// When it was admitted, milliseconds since 1970: ingest sends it back here after a while.
    pub admitted_ms: u64,
}

/// Whether a page of `origin` may connect to `world`.
pub(crate) fn decide(world: Option<&WorldRecord>, origin: Option<&str>, now_ms: u64) -> Result<Admission, Refusal> {
    let world = world.ok_or(Refusal::UnknownKey)?;
    let kinds = world.settings.admit(origin, world.used, now_ms)?;
    Ok(Admission {
        tenant: world.tenant.clone(),
        world: world.world.clone(),
        kinds,
        admitted_ms: now_ms,
    })
}
