//! `tg build`: builds models now, as the schedule does every hour.

use serde_json::{Value, json};
use testgram_local::function::FunctionError;
use testgram_local::stores::Stores;
use testgram_local::{handlers, state_machine};

use super::failure::{CommandFailure, FailureReason};
use super::progress::Progress;
use super::target::{Target, WorldName, runtime};
use super::{logging, output};

/// Build models from the archive, now
///
/// Builds every world whose archive has changed, or the one that is named. Only partitions that have changed are
/// counted again.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 7 no stack answers; 8 there is no such world; 1 anything
/// else.
#[derive(Debug, clap::Args)]
pub(super) struct Build {
    #[command(flatten)]
    target: Target,

    /// Build only this world, changed or not, named tenant/world
    #[arg(long, value_name = "WORLD")]
    world: Option<WorldName>,

    /// Count every partition again; the model stays the same, byte for byte
    #[arg(long)]
    full: bool,

    /// Print the outcome, or the error, as JSON
    #[arg(long)]
    json: bool,
}

impl Build {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// As the command's help lists them.
    pub(super) fn run(self) -> Result<(), CommandFailure> {
        logging::quiet();
        let progress = Progress::new(self.json);
        let built = runtime()?.block_on(async {
            let stores = self.target.stores().await?;
            match &self.world {
                Some(world) => one(&stores, world, self.full, &progress).await.map(|one| vec![one]),
                None => {
                    let report = |step: state_machine::BuildProgress| progress.build(&step);
                    let built = state_machine::changed(&handlers::build(&stores), self.full, &report).await;
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

/// Builds the model of one world, and gives what the publish step answers: version and counts, or no version below k
/// sessions.
///
/// # Errors
/// `no_such_world`; `failed`, when a step fails again and again.
pub(super) async fn one(
    stores: &Stores,
    name: &WorldName,
    full: bool,
    progress: &Progress,
) -> Result<Value, CommandFailure> {
    let world = json!({"tenant": name.tenant.expose(), "world": name.world.expose(), "full": full});
    let report = |step: state_machine::BuildProgress| progress.build(&step);
    let built = state_machine::world(&handlers::build(stores), world, &report).await;
    built.map_err(|error| failed(&error))
}

/// The error messages of the build function are stable words.
fn failed(error: &FunctionError) -> CommandFailure {
    let reason = match error.error_message.as_str() {
        "no_such_world" => FailureReason::NoSuchWorld,
        _ => FailureReason::Failed,
    };
    CommandFailure::new(reason, format!("the build failed: {}", error.error_message))
}

fn line(built: &Value) -> String {
    match built["version"].as_str() {
        Some(version) => format!(
            "model {version}{}: {} sessions, {} events, {} bytes\n",
            if built["new"] == true { "" } else { " (unchanged)" },
            built["sessions"],
            built["events"],
            built["bytes"]
        ),
        None => format!("no model: {} sessions are fewer than k\n", built["sessions"]),
    }
}
