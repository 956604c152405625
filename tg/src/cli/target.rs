//! The stack and the world that a command works on.

use testgram_protocol::id::{TenantId, WorldId};
use testgram_runtime::clock;

use super::{Failure, Reason};
use crate::local::stores::{self, DEMO, Stores};

/// Which stack.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Target {
    /// AWS endpoint of a running `tg up`
    #[arg(
        long,
        value_name = "URL",
        env = "TESTGRAM_AWS",
        default_value = "http://127.0.0.1:4601"
    )]
    aws: String,
}

impl Target {
    /// Its stores, if it serves.
    ///
    /// # Errors
    /// `no_stack`.
    pub(super) async fn stores(&self) -> Result<Stores, Failure> {
        let stores = stores::clients(&self.aws);
        let answers = stores.build().due(clock::now_ms()).await;
        answers.map_err(|error| {
            Failure::new(
                Reason::NoStack,
                format!("no stack of Testgram answers at {}: {error}", self.aws),
            )
        })?;
        Ok(stores)
    }
}

/// A world, as `tenant/world`.
#[derive(Debug, Clone)]
pub(super) struct WorldName {
    /// Whose.
    pub(super) tenant: TenantId,
    /// Which.
    pub(super) world: WorldId,
}

impl WorldName {
    /// The demo world.
    pub(super) fn demo() -> Option<Self> {
        read(&format!("{DEMO}/{DEMO}"))
    }

    /// For people, who know what they asked for.
    pub(super) fn shown(&self) -> String {
        format!("{}/{}", self.tenant.expose(), self.world.expose())
    }
}

impl std::str::FromStr for WorldName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or("a world is named tenant/world, in lower-case letters and digits")
    }
}

fn read(text: &str) -> Option<WorldName> {
    let (tenant, world) = text.split_once('/')?;
    Some(WorldName {
        tenant: TenantId::new(tenant)?,
        world: WorldId::new(world)?,
    })
}

/// A runtime for a command.
///
/// # Errors
/// When the system gives no threads.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Reason::Failed, error.to_string()))
}
