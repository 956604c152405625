//! The connection that a message came over: its tenant, world and kinds.

use testgram_protocol::event::Collected;
use testgram_protocol::id::{TenantId, WorldId};

/// The authorizer's answer, as API Gateway hands it on with each message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) tenant: TenantId,
    pub(crate) world: WorldId,
    pub(crate) kinds: Collected,
    /// When the authorizer admitted the connection, milliseconds since 1970.
    pub(crate) admitted_ms: u64,
}
