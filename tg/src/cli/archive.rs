//! `tg archive`: what the schedule does every minute, now.

use serde_json::json;
use testgram_archive::Archived;
use testgram_local::stores::Stores;
use testgram_runtime::clock;
use testgram_store::key::Window;

use super::failure::{CommandFailure, FailureReason};
use super::progress::Progress;
use super::target::{Target, runtime};
use super::{logging, output};

/// Archive the buffer now: write its batches to Parquet files
///
/// Includes windows that are still open; batches that they receive later are archived the next time.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 7 no stack answers; 1 anything else.
#[derive(Debug, clap::Args)]
pub(super) struct Archive {
    #[command(flatten)]
    target: Target,

    /// Print the outcome, or the error, as JSON
    #[arg(long)]
    json: bool,
}

impl Archive {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// As the command's help lists them.
    pub(super) fn run(self) -> Result<(), CommandFailure> {
        logging::quiet();
        let progress = Progress::new(self.json);
        let done = runtime()?.block_on(async {
            let stores = self.target.stores().await?;
            all(&stores, &progress).await
        })?;
        let (windows, archived) = done;
        if self.json {
            output::json(&json!({
                "windows": windows, "batches": archived.batches, "events": archived.events, "quarantined": archived.quarantined,
                "files": archived.files, "bytes": archived.bytes,
            }));
        } else {
            output::text(&format!(
                "archived {} events of {} batches from {windows} window(s): {} file(s), {} bytes\n",
                archived.events, archived.batches, archived.files, archived.bytes
            ));
            if archived.quarantined > 0 {
                output::text(&format!(
                    "quarantined {} items that cannot be read\n",
                    archived.quarantined
                ));
            }
        }
        Ok(())
    }
}

/// Archives every pending window, also the open ones: how many there were, and the sum of what was in them.
///
/// # Errors
/// `failed`, when the store fails; the windows before it are archived.
pub(super) async fn all(stores: &Stores, progress: &Progress) -> Result<(usize, Archived), CommandFailure> {
    let failed = |error: testgram_store::StoreError| CommandFailure::new(FailureReason::Failed, error.to_string());
    let repository = stores.archive();
    let now_ms = clock::now_ms();
    let after = Window::numbered(Window::at(now_ms).number() + 1);
    let marks = repository.pending_before(after).await.map_err(failed)?;
    let mut sum = Archived::default();
    for (nth, mark) in marks.iter().enumerate() {
        let archived = testgram_archive::archive(&repository, mark, now_ms)
            .await
            .map_err(failed)?;
        sum = sum.and(archived);
        progress.step("archiving windows", nth + 1, marks.len());
    }
    Ok((marks.len(), sum))
}
