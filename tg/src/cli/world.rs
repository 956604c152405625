//! `tg world`: the operator's tool for worlds of a deployed stack, until there is an API for it.

use std::path::PathBuf;

use serde_json::json;
use testgram_protocol::id::WorldKey;
use testgram_protocol::settings::Settings;
use testgram_store::bucket::KmsKeys;
use testgram_store::repository::admin::AdminRepository;
use testgram_store::tenant_key::{self, TenantKeys};
use testgram_store::{StoreError, Tables};

use super::target::{WorldName, runtime};
use super::{Failure, Reason, logging, output};

/// Make and change worlds of a stack that is deployed to AWS
///
/// Uses AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 8 there is no such world; 10 the file of settings cannot be used; 11 AWS cannot be
/// used as the environment says; 12 another world has the key; 13 the tenant's encryption key cannot be used; 1 anything else.
#[derive(Debug, clap::Args)]
pub(super) struct World {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make a world, and its tenant's encryption key, or change what is given of it
    Put {
        #[command(flatten)]
        which: Which,

        /// Its public key; a new world gets a random one, another keeps its own
        #[arg(long, value_name = "KEY", value_parser = key)]
        key: Option<WorldKey>,

        /// Its settings, JSON (docs/settings.md); those of a world that is there stay as they are without
        #[arg(long, value_name = "FILE")]
        settings: Option<PathBuf>,

        /// The stack's output TenantKeys: what tenants' encryption keys are called, or the key that all share
        #[arg(long, value_name = "KEYS", env = "TESTGRAM_KEYS")]
        keys: String,
    },
    /// Print its key and settings
    Show {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Which: tenant/world
    #[arg(value_name = "WORLD")]
    world: WorldName,

    /// Name of the stack
    #[arg(long, value_name = "STACK", env = "TESTGRAM_STACK")]
    stack: String,

    /// Print, and fail, in JSON
    #[arg(long)]
    json: bool,
}

/// What is known of a world.
struct Known {
    key: WorldKey,
    settings: Result<Settings, StoreError>,
}

impl World {
    /// Runs once.
    pub(super) fn run(self) -> Result<(), Failure> {
        logging::quiet();
        match self.action {
            Action::Show { which } => {
                let known = runtime()?.block_on(async { which.find(&which.admin(&sdk().await?)).await })?;
                let known = known.ok_or_else(|| no_such(&which.world))?;
                which.tell(&known, &[])
            }
            Action::Put {
                which,
                key,
                settings,
                keys,
            } => {
                let settings = settings.map(|file| read(&file)).transpose()?;
                let (known, made) = runtime()?.block_on(which.put(key, settings.as_ref(), KmsKeys::of(keys)))?;
                which.tell(&known, &made)
            }
        }
    }
}

impl Which {
    fn admin(&self, sdk: &aws_config::SdkConfig) -> AdminRepository {
        AdminRepository::new(testgram_store::client(sdk), Tables::under(&self.stack))
    }

    async fn find(&self, admin: &AdminRepository) -> Result<Option<Known>, Failure> {
        let found = admin.world(&self.world.tenant, &self.world.world).await;
        let found = found.map_err(|error| self.failed(error))?;
        Ok(found.map(|(key, settings)| Known { key, settings }))
    }

    /// The world as it is then, and what was made for it.
    async fn put(
        &self,
        key: Option<WorldKey>,
        settings: Option<&Settings>,
        keys: KmsKeys,
    ) -> Result<(Known, Vec<&'static str>), Failure> {
        let sdk = sdk().await?;
        let admin = self.admin(&sdk);
        let keys = TenantKeys::of(tenant_key::client(&sdk), keys);
        let mut made = Vec::new();
        let before = self.find(&admin).await?;
        // What takes data must be able to store it: a new world has its key first. But one that is there must be closed, or told more strictly,
        // whatever has become of its key.
        if before.is_none() {
            made.extend(self.tenant_key(&keys).await?);
            made.push("world");
        }
        let key = match key.or(before.map(|known| known.key)) {
            Some(key) => key,
            None => random_key()?,
        };
        let put = admin.put_world(&self.world.tenant, &self.world.world, &key, settings);
        put.await.map_err(|error| self.failed(error))?;
        if !made.contains(&"world") {
            made.extend(self.tenant_key(&keys).await?);
        }
        let known = self.find(&admin).await?.ok_or_else(|| no_such(&self.world))?;
        Ok((known, made))
    }

    /// Makes the tenant's key if there is none.
    async fn tenant_key(&self, keys: &TenantKeys) -> Result<Option<&'static str>, Failure> {
        match keys.ensure(&self.world.tenant).await {
            Ok(is_new) => Ok(is_new.then_some("tenant_key")),
            Err(StoreError::Damaged) => Err(Failure::new(
                Reason::KeyUnusable,
                format!(
                    "the encryption key of {} is disabled, or about to be deleted",
                    self.world.shown()
                ),
            )),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: StoreError) -> Failure {
        let stack = &self.stack;
        match error {
            StoreError::Taken => Failure::new(Reason::KeyTaken, "another world has the key"),
            StoreError::Damaged => {
                let world = self.world.shown();
                Failure::new(
                    Reason::Failed,
                    format!("the settings of {world} are of a newer version"),
                )
            }
            error => Failure::new(
                Reason::AwsUnusable,
                format!("the tables or keys of the stack {stack} cannot be used: {error}"),
            ),
        }
    }

    fn tell(&self, known: &Known, made: &[&str]) -> Result<(), Failure> {
        let unwritable = |_| Failure::new(Reason::Failed, "the settings cannot be written");
        let settings = known.settings.as_ref().map_err(|error| self.failed(*error))?;
        let settings = settings.to_json().map_err(unwritable)?;
        if self.json {
            let settings: serde_json::Value = serde_json::from_str(&settings).map_err(unwritable)?;
            output::json(&json!({
                "tenant": self.world.tenant.expose(), "world": self.world.world.expose(),
                "key": known.key.expose(), "settings": settings, "made": made,
            }));
        } else {
            let made = made.iter().map(|made| format!("made {}\n", made.replace('_', " ")));
            let made: String = made.collect();
            let (world, key) = (self.world.shown(), known.key.expose());
            output::text(&format!(
                "{made}world    {world}\nkey      {key}\nsettings {settings}\n"
            ));
        }
        Ok(())
    }
}

async fn sdk() -> Result<aws_config::SdkConfig, Failure> {
    let sdk = testgram_runtime::sdk().await;
    sdk.map_err(|error| Failure::new(Reason::AwsUnusable, error.to_string()))
}

fn no_such(world: &WorldName) -> Failure {
    Failure::new(Reason::NoSuchWorld, format!("there is no world {}", world.shown()))
}

fn key(text: &str) -> Result<WorldKey, &'static str> {
    WorldKey::new(text).ok_or("a key has 4 to 40 letters and digits")
}

/// Public, but not to be guessed by counting: 20 letters and digits.
fn random_key() -> Result<WorldKey, Failure> {
    use rand::RngExt as _;
    let characters = rand::rng().sample_iter(rand::distr::Alphanumeric).take(20);
    let key: String = characters.map(char::from).collect();
    WorldKey::new(&key).ok_or_else(|| Failure::new(Reason::Failed, "no key could be made"))
}

fn read(file: &std::path::Path) -> Result<Settings, Failure> {
    let unusable = |text: String| Failure::new(Reason::InputUnusable, format!("{}: {text}", file.display()));
    let json = std::fs::read_to_string(file).map_err(|error| unusable(error.to_string()))?;
    Settings::read(&json).map_err(|bad| unusable(bad.to_string()))
}
