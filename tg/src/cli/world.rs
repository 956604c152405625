//! `tg world`: how an operator makes worlds of a deployed stack, until there is an API for it.

use std::path::PathBuf;

use serde_json::json;
use testgram_protocol::id::WorldKey;
use testgram_protocol::settings::Settings;
use testgram_store::bucket::KmsKeys;
use testgram_store::repository::admin::AdminRepository;
use testgram_store::tenant_key::{self, TenantKeys};
use testgram_store::{StoreError, Tables};

use super::failure::{CommandFailure, FailureReason};
use super::target::{WorldName, runtime};
use super::{logging, output};

/// Create and change worlds of a stack that is deployed to AWS
///
/// Uses AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 8 there is no such world; 10 the file of settings cannot be
/// used; 11 AWS cannot be used as the environment says; 12 another world has the key; 13 the tenant's encryption key
/// cannot be used; 1 anything else.
#[derive(Debug, clap::Args)]
pub(super) struct WorldCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create a world and its tenant's encryption key, or change the key or settings of one that exists
    Put {
        #[command(flatten)]
        args: WorldArgs,

        /// Public key of the world; omit to generate one, or to keep that of a world that exists
        #[arg(long, value_name = "KEY", value_parser = key)]
        key: Option<WorldKey>,

        /// JSON file with the world's settings (docs/settings.md); omit to keep those of a world that exists
        #[arg(long, value_name = "FILE")]
        settings: Option<PathBuf>,

        /// KMS alias prefix for tenant keys, or the one key that all tenants share: the stack's output TenantKeys
        #[arg(long, value_name = "KEYS", env = "TESTGRAM_KEYS")]
        keys: String,
    },
    /// Print the key and settings of a world
    Show {
        #[command(flatten)]
        args: WorldArgs,
    },
}

#[derive(Debug, clap::Args)]
struct WorldArgs {
    /// The world, named tenant/world
    #[arg(value_name = "WORLD")]
    world: WorldName,

    /// Name of the deployed stack, as in CloudFormation
    #[arg(long, value_name = "STACK", env = "TESTGRAM_STACK")]
    stack: String,

    /// Print the world, or the error, as JSON
    #[arg(long)]
    json: bool,
}

/// A world as the store has it.
struct StoredWorld {
    key: WorldKey,
    settings: Result<Settings, StoreError>,
}

impl WorldCommand {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// As the command's help lists them.
    pub(super) fn run(self) -> Result<(), CommandFailure> {
        logging::quiet();
        match self.action {
            Action::Show { args } => {
                let found = runtime()?.block_on(async { args.find(&args.admin(&sdk().await?)).await })?;
                let stored = found.ok_or_else(|| no_such(&args.world))?;
                args.print(&stored, &[])
            }
            Action::Put {
                args,
                key,
                settings,
                keys,
            } => {
                let settings = settings.map(|file| read(&file)).transpose()?;
                let (stored, made) = runtime()?.block_on(args.put(key, settings.as_ref(), KmsKeys::of(keys)))?;
                args.print(&stored, &made)
            }
        }
    }
}

impl WorldArgs {
    fn admin(&self, sdk: &aws_config::SdkConfig) -> AdminRepository {
        AdminRepository::new(testgram_store::client(sdk), Tables::under(&self.stack))
    }

    async fn find(&self, admin: &AdminRepository) -> Result<Option<StoredWorld>, CommandFailure> {
        let found = admin.world(&self.world.tenant, &self.world.world).await;
        match found {
            Ok(found) => Ok(found.map(|(key, settings)| StoredWorld { key, settings })),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Puts the world: how it is stored afterwards, and what was made for it.
    async fn put(
        &self,
        key: Option<WorldKey>,
        settings: Option<&Settings>,
        keys: KmsKeys,
    ) -> Result<(StoredWorld, Vec<&'static str>), CommandFailure> {
        let sdk = sdk().await?;
        let admin = self.admin(&sdk);
        let keys = TenantKeys::of(tenant_key::client(&sdk), keys);
        let mut made = Vec::new();
        let before = self.find(&admin).await?;
        // A world that takes data must be able to store it, so a new one gets its key first. But a world that exists
        // must be paused or restricted whatever has become of its key.
        if before.is_none() {
            made.extend(self.tenant_key(&keys).await?);
            made.push("world");
        }
        let key = match key.or(before.map(|stored| stored.key)) {
            Some(key) => key,
            None => random_key()?,
        };
        let put = admin.put_world(&self.world.tenant, &self.world.world, &key, settings);
        put.await.map_err(|error| self.failed(error))?;
        if !made.contains(&"world") {
            made.extend(self.tenant_key(&keys).await?);
        }
        let stored = self.find(&admin).await?.ok_or_else(|| no_such(&self.world))?;
        Ok((stored, made))
    }

    /// Makes the tenant's key if there is none.
    async fn tenant_key(&self, keys: &TenantKeys) -> Result<Option<&'static str>, CommandFailure> {
        match keys.ensure(&self.world.tenant).await {
            Ok(is_new) => Ok(is_new.then_some("tenant_key")),
            Err(StoreError::Damaged) => Err(CommandFailure::new(
                FailureReason::KeyUnusable,
                format!(
                    "the encryption key of {} is disabled, or about to be deleted",
                    self.world.shown()
                ),
            )),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: StoreError) -> CommandFailure {
        let stack = &self.stack;
        match error {
            StoreError::Taken => CommandFailure::new(FailureReason::KeyTaken, "another world has the key"),
            StoreError::Damaged => {
                let world = self.world.shown();
                CommandFailure::new(
                    FailureReason::Failed,
                    format!("the settings of {world} are of a newer version"),
                )
            }
            error => CommandFailure::new(
                FailureReason::AwsUnusable,
                format!("the tables or keys of the stack {stack} cannot be used: {error}"),
            ),
        }
    }

    fn print(&self, stored: &StoredWorld, made: &[&str]) -> Result<(), CommandFailure> {
        let unwritable = |_| CommandFailure::new(FailureReason::Failed, "the settings cannot be written");
        let settings = match &stored.settings {
            Ok(settings) => settings.to_json().map_err(unwritable)?,
            Err(error) => return Err(self.failed(*error)),
        };
        if self.json {
            let object: serde_json::Value = serde_json::from_str(&settings).map_err(unwritable)?;
            output::json(&json!({
                "tenant": self.world.tenant.expose(), "world": self.world.world.expose(),
                "key": stored.key.expose(), "settings": object, "made": made,
            }));
        } else {
            let line = |made: &&str| format!("made {}\n", made.replace('_', " "));
            let lines: String = made.iter().map(line).collect();
            let (world, key) = (self.world.shown(), stored.key.expose());
            output::text(&format!(
                "{lines}world    {world}\nkey      {key}\nsettings {settings}\n"
            ));
        }
        Ok(())
    }
}

async fn sdk() -> Result<aws_config::SdkConfig, CommandFailure> {
    let sdk = testgram_runtime::sdk().await;
    sdk.map_err(|error| CommandFailure::new(FailureReason::AwsUnusable, error.to_string()))
}

fn no_such(world: &WorldName) -> CommandFailure {
    CommandFailure::new(
        FailureReason::NoSuchWorld,
        format!("there is no world {}", world.shown()),
    )
}

fn key(text: &str) -> Result<WorldKey, &'static str> {
    WorldKey::new(text).ok_or("a key has 4 to 40 letters and digits")
}

/// Public, but not to be guessed by counting: 20 letters and digits.
fn random_key() -> Result<WorldKey, CommandFailure> {
    use rand::RngExt as _;
    let characters = rand::rng().sample_iter(rand::distr::Alphanumeric).take(20);
    let key: String = characters.map(char::from).collect();
    WorldKey::new(&key).ok_or_else(|| CommandFailure::new(FailureReason::Failed, "no key could be made"))
}

fn read(file: &std::path::Path) -> Result<Settings, CommandFailure> {
    let unusable =
        |text: String| CommandFailure::new(FailureReason::InputUnusable, format!("{}: {text}", file.display()));
    let json = std::fs::read_to_string(file).map_err(|error| unusable(error.to_string()))?;
    Settings::read(&json).map_err(|bad| unusable(bad.to_string()))
}
