//! `tg model`: show or download the published model.

use std::path::PathBuf;

use serde_json::json;
use testgram_local::stores::Stores;
use testgram_model::Document;
use testgram_model::summary::{render, summary};
use testgram_store::repository::build::ModelPointer;

use super::failure::{CommandFailure, FailureReason};
use super::target::{Target, WorldName, runtime};
use super::{logging, output};

/// Columns of the summary, whatever the terminal has: its figures are meant to be compared and kept.
const WIDTH: usize = 100;

/// Show or download the published model of a world
///
/// Exit codes: 0 done; 2 the arguments are not understood; 7 no stack answers; 9 the world has no model; 1 anything
/// else.
#[derive(Debug, clap::Args)]
pub(super) struct Model {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print a summary of the model
    Show(ModelArgs),
    /// Print the model file, or write it to a file
    Download {
        #[command(flatten)]
        args: ModelArgs,

        /// Write the model to this file instead of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, clap::Args)]
struct ModelArgs {
    #[command(flatten)]
    target: Target,

    /// The world, named tenant/world
    #[arg(long, value_name = "WORLD", default_value = "demo/demo")]
    world: WorldName,

    /// Print the summary, or the error, as JSON
    #[arg(long)]
    json: bool,
}

impl Model {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// As the command's help lists them.
    pub(super) fn run(self) -> Result<(), CommandFailure> {
        logging::quiet();
        match self.action {
            Action::Show(args) => {
                let (pointer, bytes) = args.fetch()?;
                output::text(&summarized(&args.world, &pointer, &bytes, args.json)?);
                Ok(())
            }
            Action::Download { args, out } => {
                let (_, bytes) = args.fetch()?;
                match out {
                    Some(file) => std::fs::write(&file, &bytes).map_err(|error| {
                        CommandFailure::new(FailureReason::Failed, format!("{}: {error}", file.display()))
                    }),
                    None => output::bytes(&bytes),
                }
            }
        }
    }
}

impl ModelArgs {
    fn fetch(&self) -> Result<(ModelPointer, Vec<u8>), CommandFailure> {
        runtime()?.block_on(async {
            let stores = self.target.stores().await?;
            published(&stores, &self.world).await
        })
    }
}

/// The published model of a world: the pointer to it, and the bytes of its file.
///
/// # Errors
/// `no_model`; `failed`, when the store fails.
pub(super) async fn published(stores: &Stores, world: &WorldName) -> Result<(ModelPointer, Vec<u8>), CommandFailure> {
    let failed = |error: testgram_store::StoreError| CommandFailure::new(FailureReason::Failed, error.to_string());
    let none = || CommandFailure::new(FailureReason::NoModel, format!("{} has no model", world.shown()));
    let repository = stores.build();
    let models = repository.world(&world.tenant, &world.world);
    let pointer = models.pointer().await.map_err(failed)?.ok_or_else(none)?;
    let bytes = models.model(&pointer.version).await.map_err(failed)?.ok_or_else(none)?;
    Ok((pointer, bytes))
}

/// The summary of a model file as it is printed: text, or one JSON object with version, time of publication and
/// summary.
///
/// # Errors
/// `failed`, if the file is not a model that this version knows.
pub(super) fn summarized(
    world: &WorldName,
    pointer: &ModelPointer,
    bytes: &[u8],
    json: bool,
) -> Result<String, CommandFailure> {
    let summary = summary(&read(bytes)?);
    if json {
        let shown = json!({"version": pointer.version, "published_ms": pointer.at_ms, "summary": summary});
        return Ok(format!("{shown}\n"));
    }
    let head = format!("Model {} of {}\n\n", pointer.version, world.shown());
    Ok(head + &render(&summary, WIDTH))
}

fn read(bytes: &[u8]) -> Result<Document, CommandFailure> {
    let unknown = |_| {
        CommandFailure::new(
            FailureReason::Failed,
            "the model is of a version that this tg does not know",
        )
    };
    serde_json::from_slice(bytes).map_err(unknown)
}
