//! `tg model`: look at the published model.

use std::path::PathBuf;

use serde_json::json;
use testgram_model::Document;
use testgram_model::summary::{render, summary};
use testgram_store::repository::build::ModelPointer;

use super::target::{Target, WorldName, runtime};
use super::{Failure, Reason, logging, output};
use crate::local::stores::Stores;

/// Columns of the summary.
const WIDTH: usize = 100;

/// Look at the published model of a world
///
/// Exit codes: 0 done; 2 the arguments are not understood; 7 no stack answers; 9 the world has no model; 1 anything else.
#[derive(Debug, clap::Args)]
pub(super) struct Model {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print what is in it, for people
    Show(Which),
    /// Print the model's file, or write it to one
    Download {
        #[command(flatten)]
        which: Which,

        /// Write it there instead of to standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, clap::Args)]
struct Which {
    #[command(flatten)]
    target: Target,

    /// Whose model: tenant/world
    #[arg(long, value_name = "WORLD", default_value = "demo/demo")]
    world: WorldName,

    /// Print, and fail, in JSON
    #[arg(long)]
    json: bool,
}

impl Model {
    /// Runs once.
    pub(super) fn run(self) -> Result<(), Failure> {
        logging::quiet();
        match self.action {
            Action::Show(which) => {
                let (pointer, bytes) = which.fetch()?;
                output::text(&shown_as(&which.world, &pointer, &bytes, which.json)?);
                Ok(())
            }
            Action::Download { which, out } => {
                let (_, bytes) = which.fetch()?;
                match out {
                    Some(file) => std::fs::write(&file, &bytes)
                        .map_err(|error| Failure::new(Reason::Failed, format!("{}: {error}", file.display()))),
                    None => output::bytes(&bytes),
                }
            }
        }
    }
}

impl Which {
    fn fetch(&self) -> Result<(ModelPointer, Vec<u8>), Failure> {
        runtime()?.block_on(async {
            let stores = self.target.stores().await?;
            published(&stores, &self.world).await
        })
    }
}

/// The published model of a world.
///
/// # Errors
/// `no_model`, or the store's.
pub(super) async fn published(stores: &Stores, world: &WorldName) -> Result<(ModelPointer, Vec<u8>), Failure> {
    let failed = |error: testgram_store::StoreError| Failure::new(Reason::Failed, error.to_string());
    let none = || Failure::new(Reason::NoModel, format!("{} has no model", world.shown()));
    let repository = stores.build();
    let repository = repository.world(&world.tenant, &world.world);
    let pointer = repository.pointer().await.map_err(failed)?.ok_or_else(none)?;
    let bytes = repository
        .model(&pointer.version)
        .await
        .map_err(failed)?
        .ok_or_else(none)?;
    Ok((pointer, bytes))
}

/// The summary, for people or for programs.
///
/// # Errors
/// If the file is not a model that this version knows.
pub(super) fn shown_as(world: &WorldName, pointer: &ModelPointer, bytes: &[u8], json: bool) -> Result<String, Failure> {
    let summary = summary(&read(bytes)?);
    if json {
        let shown = json!({"version": pointer.version, "published_ms": pointer.at_ms, "summary": summary});
        return Ok(format!("{shown}\n"));
    }
    let head = format!("Model {} of {}\n\n", pointer.version, world.shown());
    Ok(head + &render(&summary, WIDTH))
}

fn read(bytes: &[u8]) -> Result<Document, Failure> {
    let unknown = |_| Failure::new(Reason::Failed, "the model is of a version that this tg does not know");
    serde_json::from_slice(bytes).map_err(unknown)
}
