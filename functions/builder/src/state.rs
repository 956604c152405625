//! What every step works with.

use testgram_protocol::id::{TenantId, WorldId};
use testgram_runtime::metrics::Sink;
use testgram_store::repository::build::{BuildRepository, BuildWorld};

/// What outlives an invocation: made once by `main`, or by local mode.
#[derive(Debug)]
pub struct State {
    pub(crate) build: BuildRepository,
    pub(crate) metrics: Sink,
    pub(crate) now_ms: fn() -> u64,
}

impl State {
    /// A state over a repository. `now_ms` is the clock, milliseconds since 1970.
    #[must_use]
    pub const fn new(build: BuildRepository, metrics: Sink, now_ms: fn() -> u64) -> Self {
        Self { build, metrics, now_ms }
    }

    /// A handle on one world of a tenant.
    pub(crate) fn world<'a>(&'a self, tenant: &'a TenantId, world: &'a WorldId) -> BuildWorld<'a> {
        self.build.world(tenant, world)
    }
}
