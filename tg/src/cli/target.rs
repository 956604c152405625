//! The stack and the world that a command works on.

use testgram_local::stores::{self, Stores};
use testgram_protocol::id::{TenantId, WorldId};
use testgram_runtime::clock;

use super::failure::{CommandFailure, FailureReason};

/// The stack that a command works on.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Target {
    /// AWS endpoint of a running `tg up`
    #[arg(
        long,
        alias = "endpoint", // as SDKs and the AWS CLI call it
        value_name = "URL",
        env = "TESTGRAM_AWS",
        default_value = "http://127.0.0.1:4601"
    )]
    aws: String,
}

impl Target {
    /// Clients of its stores, after one call that shows that it serves.
    ///
    /// # Errors
    /// `no_stack`, if it does not answer.
    pub(super) async fn stores(&self) -> Result<Stores, CommandFailure> {
        let stores = stores::clients(&self.aws);
        let answers = stores.build().due(clock::now_ms()).await;
        answers.map_err(|error| self.no_stack(&error.to_string()))?;
        Ok(stores)
    }

    /// The address of the AWS endpoint.
    pub(super) fn url(&self) -> &str {
        &self.aws
    }

    /// The failure of a command that got no answer from it.
    pub(super) fn no_stack(&self, why: &str) -> CommandFailure {
        CommandFailure::new(
            FailureReason::NoStack,
            format!("no stack of Testgram answers at {}: {why}", self.aws),
        )
    }
}

/// The name of a world, `tenant/world`, as arguments give it.
#[derive(Debug, Clone)]
pub(super) struct WorldName {
    /// The tenant that it belongs to.
    pub(super) tenant: TenantId,
    /// Its id within the tenant.
    pub(super) world: WorldId,
}

impl WorldName {
    /// As the user wrote it, for messages. Its ids may be printed here, since the user named them.
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

/// The async runtime that a command runs on.
///
/// # Errors
/// `failed`, when the operating system refuses its threads.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CommandFailure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandFailure::new(FailureReason::Failed, error.to_string()))
}
