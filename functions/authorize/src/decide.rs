//! The decision, without AWS.

use testgram_protocol::event::KindSet;
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
    pub kinds: KindSet,
}

/// Whether a page of `origin` may connect to `world`.
pub(crate) fn decide(world: Option<&WorldRecord>, origin: Option<&str>) -> Result<Admission, Refusal> {
    let world = world.ok_or(Refusal::UnknownKey)?;
    let kinds = world.settings.admit(origin, world.used)?;
    Ok(Admission {
        tenant: world.tenant.clone(),
        world: world.world.clone(),
        kinds,
    })
}
