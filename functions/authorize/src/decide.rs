//! The decision: a pure function of the world, the page's origin and the time.

use testgram_protocol::event::Collected;
use testgram_protocol::id::{TenantId, WorldId};
use testgram_protocol::reason::Refusal;
use testgram_store::repository::authorizer::AuthorizerWorld;

/// What an admitted connection carries with it. The authorizer makes it, and ingest reads it from each message's
/// context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The tenant that its events belong to.
    pub tenant: TenantId,
    /// The world that its events belong to.
    pub world: WorldId,
    /// The kinds of event that ingest accepts from it.
    pub kinds: Collected,
    /// When it was admitted, milliseconds since 1970: after some minutes ingest asks the client to connect again.
    pub admitted_ms: u64,
}

/// Whether a page of `origin` may connect to `world`.
pub(crate) fn decide(world: Option<&AuthorizerWorld>, origin: Option<&str>, now_ms: u64) -> Result<Admission, Refusal> {
    let world = world.ok_or(Refusal::UnknownKey)?;
    let kinds = world.settings.admit(origin, world.used, now_ms)?;
    Ok(Admission {
        tenant: world.tenant.clone(),
        world: world.world.clone(),
        kinds,
        admitted_ms: now_ms,
    })
}
