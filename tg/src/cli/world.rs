//! `tg world`: the operator's tool for worlds of a deployed stack, until there is an API for it.

use std::path::PathBuf;

use serde_json::json;
use testgram_protocol::id::WorldKey;
use testgram_protocol::settings::Settings;
use testgram_store::admin::Admin;
use testgram_store::tenant_key::{self, TenantKeys};
use testgram_store::{StoreError, Tables};

use super::target::{WorldName, runtime};
use super::{Failure, Reason, logging, output};

/// Make and change worlds of a stack that is deployed to AWS
///
/// Uses AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 8 there is no such world; 10 the file of settings cannot be used; 11 AWS cannot be
/// used as the environment says; 12 another world has the key; 1 anything else.
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

        /// The stack was deployed with Keys=shared: make no key for the tenant
        #[arg(long)]
        shared_key: bool,
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
    settings: Settings,
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
                shared_key,
            } => {
                let settings = settings.map(|file| read(&file)).transpose()?;
                let (known, made) = runtime()?.block_on(which.put(key, settings, shared_key))?;
                which.tell(&known, &made)
            }
        }
    }
}

impl Which {
    fn admin(&self, sdk: &aws_config::SdkConfig) -> Admin {
        Admin::new(testgram_store::client(sdk), Tables::under(&self.stack))
    }

    async fn find(&self, admin: &Admin) -> Result<Option<Known>, Failure> {
        let found = admin.world(&self.world.tenant, &self.world.world).await;
        let found = found.map_err(|error| self.failed(error))?;
        Ok(found.map(|(key, settings)| Known { key, settings }))
    }

    /// The world as it is then, and what was made for it.
    async fn put(
        &self,
        key: Option<WorldKey>,
        settings: Option<Settings>,
        shared_key: bool,
    ) -> Result<(Known, Vec<&'static str>), Failure> {
        let sdk = sdk().await?;
        let admin = self.admin(&sdk);
        let before = self.find(&admin).await?;
        let mut made = Vec::new();
        // Before the world is there: what takes data must be able to store it.
        if !shared_key {
            let keys = TenantKeys::of(tenant_key::client(&sdk), &self.stack);
            let new = keys.ensure(&self.world.tenant).await;
            if new.map_err(|error| self.failed(error))? {
                made.push("tenant_key");
            }
        }
        if before.is_none() {
            made.push("world");
        }
        let (known_key, known_settings) = before.map(|known| (known.key, known.settings)).unzip();
        let key = match key.or(known_key) {
            Some(key) => key,
            None => random_key()?,
        };
        let settings = settings.or(known_settings).unwrap_or_default();
        let put = admin.put_world(&self.world.tenant, &self.world.world, &key, &settings);
        put.await.map_err(|error| self.failed(error))?;
        Ok((Known { key, settings }, made))
    }

    fn failed(&self, error: StoreError) -> Failure {
        let reason = match error {
            StoreError::Taken => Reason::KeyTaken,
            StoreError::Damaged => Reason::Failed,
            StoreError::Throttled | StoreError::Unavailable | StoreError::Refused => Reason::AwsUnusable,
        };
        let text = match error {
            StoreError::Taken => "another world has the key".to_owned(),
            StoreError::Damaged => format!(
                "{}: its settings are of a newer version, or its tenant's encryption key is disabled or about to be deleted",
                self.world.shown()
            ),
            error => format!("the tables or keys of the stack {} cannot be used: {error}", self.stack),
        };
        Failure::new(reason, text)
    }

    fn tell(&self, known: &Known, made: &[&str]) -> Result<(), Failure> {
        let unwritable = |_| Failure::new(Reason::Failed, "the settings cannot be written");
        let settings = known.settings.to_json().map_err(unwritable)?;
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
