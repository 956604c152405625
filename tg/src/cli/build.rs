//! `tg build`: what the schedule does, now.

use serde_json::{Value, json};

use super::progress::Progress;
use super::target::{Target, WorldName, runtime};
use super::{Failure, Reason, logging, output};
use crate::local::stores::Stores;
use crate::local::{functions, machine};

/// Build models from the archive, now
///
/// Builds every world whose archive has changed, or the one that is named. Only what has changed is folded again.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 7 no stack answers; 8 there is no such world; 1 anything else.
#[derive(Debug, clap::Args)]
pub(super) struct Build {
    #[command(flatten)]
    target: Target,

    /// Only this world, changed or not: tenant/world
    #[arg(long, value_name = "WORLD")]
    world: Option<WorldName>,

    /// Fold everything again; the model is the same, byte for byte
    #[arg(long)]
    full: bool,

    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

impl Build {
    /// Runs once.
    pub(super) fn run(self) -> Result<(), Failure> {
        logging::quiet();
        let progress = Progress::new(self.json);
        let built = runtime()?.block_on(async {
            let stores = self.target.stores().await?;
            match &self.world {
                Some(world) => one(&stores, world, self.full, &progress).await.map(|one| vec![one]),
                None => {
                    let tell = |step: machine::Progress| progress.build(&step);
                    let built = machine::changed(&functions::build(&stores), self.full, &tell).await;
                    built.map_err(|error| failed(&error))
                }
            }
        })?;
        if self.json {
            output::json(&json!({ "models": built }));
        } else {
            built.iter().for_each(|built| output::text(&line(built)));
            if built.is_empty() {
                output::text("nothing has changed\n");
            }
        }
        Ok(())
    }
}

/// Builds one world.
///
/// # Errors
/// `no_such_world`, or the store's.
pub(super) async fn one(stores: &Stores, world: &WorldName, full: bool, progress: &Progress) -> Result<Value, Failure> {
    let of = json!({"tenant": world.tenant.expose(), "world": world.world.expose(), "full": full});
    let tell = |step: machine::Progress| progress.build(&step);
    let built = machine::world(&functions::build(stores), of, &tell).await;
    built.map_err(|error| failed(&error))
}

/// The messages of this function are stable words.
fn failed(error: &crate::local::function::FunctionError) -> Failure {
    let reason = match error.error_message.as_str() {
        "no_such_world" => Reason::NoSuchWorld,
        _ => Reason::Failed,
    };
    Failure::new(reason, format!("the build failed: {}", error.error_message))
}

fn line(built: &Value) -> String {
    match built["version"].as_str() {
        Some(version) => format!(
            "model {version}{}: {} sessions, {} events, {} bytes\n",
            if built["new"] == true { "" } else { " (as before)" },
            built["sessions"],
            built["events"],
            built["bytes"]
        ),
        None => format!("no model: {} sessions are fewer than k\n", built["sessions"]),
    }
}
