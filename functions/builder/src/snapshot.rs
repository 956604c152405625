//! What builds are made of: which worlds, and which files and settings of each.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use testgram_protocol::calendar;
use testgram_protocol::settings::Epsilon;
use testgram_runtime::metrics::{Line, Unit};
use testgram_store::bucket::layout::Partition;
use testgram_store::repository::build::{BuildWorld, DueWorld, Stage};

use crate::digest;
use crate::error::StepError;
use crate::sampling::Sampling;
use crate::state::State;
use crate::step::{BuildRef, StepOutput};

/// To be changed with what an inventory is made of, or how: earlier inventories are then made again.
const INVENTORY: &[u8] = b"inventory 2";

/// The files of a build, and the settings that it is made under. Kept as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// How many distinct sessions every published number needs.
    pub(crate) k: u32,
    /// How much noise published numbers carry; none without it.
    pub(crate) epsilon: Option<f64>,
    /// When the oldest day leaves retention, milliseconds since 1970; `None` if there is no file.
    pub(crate) due_ms: Option<u64>,
    /// The files (key, bytes) of each partition, in order.
    pub(crate) partitions: BTreeMap<Partition, Vec<(String, u64)>>,
}

impl Snapshot {
    /// The snapshot of a build, which an earlier step has kept.
    pub(crate) async fn of(world: &BuildWorld<'_>, build: &BuildRef) -> Result<Self, StepError> {
        let kept = world.kept(Stage::Snapshot, &build.snapshot).await?;
        serde_json::from_slice(&kept.ok_or(StepError::StepMissing)?).map_err(|_| StepError::StepMissing)
    }

    /// The files of a partition, with their sizes.
    pub(crate) fn files(&self, partition: &Partition) -> &[(String, u64)] {
        self.partitions.get(partition).map_or(&[], Vec::as_slice)
    }

    /// The digest that a stage keeps a partition under: of how it is made, and of its files. Their keys name their
    /// content.
    pub(crate) fn digest<'a>(&'a self, how: [&'a [u8]; 3], partition: &Partition) -> String {
        let files = self.files(partition).iter().map(|(key, _)| key.as_bytes());
        let text = partition.to_string();
        digest::of(how.into_iter().chain([text.as_bytes()]).chain(files))
    }

    /// The digest that the inventory of a partition is kept under.
    pub(crate) fn inventory_digest(&self, sampling: &Sampling, partition: &Partition) -> String {
        self.digest([INVENTORY, b"", &sampling.print()], partition)
    }

    /// The partitions of which a stage has kept nothing; all of them if the build is a full one.
    pub(crate) async fn missing(
        &self,
        world: &BuildWorld<'_>,
        stage: Stage,
        full: bool,
        digest: impl Fn(&Partition) -> String,
    ) -> Result<Vec<Partition>, StepError> {
        let kept: HashSet<String> = if full {
            HashSet::new()
        } else {
            world.digests(stage).await?.into_iter().collect()
        };
        let partitions = self.partitions.keys();
        Ok(partitions
            .filter(|partition| !kept.contains(&digest(partition)))
            .cloned()
            .collect())
    }
}

/// Most worlds that one run of the state machine takes: a function may answer it with 256 KB. The next run takes
/// others.
const WORLDS: usize = 1_000;

/// The worlds that a run takes. Not always the same: worlds that cannot be built keep their requests, and must not keep
/// others from being built.
fn share<T>(mut due: Vec<T>, now_ms: u64) -> Vec<T> {
    if due.len() > WORLDS {
        let hour = usize::try_from(now_ms / 3_600_000).unwrap_or_default();
        let first = hour.wrapping_mul(WORLDS) % due.len();
        due.rotate_left(first);
        due.truncate(WORLDS);
    }
    due
}

/// Finds the worlds with a rebuild request that is due.
pub(crate) async fn plan(state: &State, full: bool) -> Result<StepOutput, StepError> {
    let now_ms = (state.now_ms)();
    let due = state.build.due(now_ms).await?;
    let line = Line::new("build").metric("WorldsChanged", Unit::Count, due.len() as f64);
    state.metrics.emit(line, now_ms);
    let build = |due: DueWorld| BuildRef::new(due.tenant, due.world, full);
    Ok(StepOutput::Planned {
        builds: share(due, now_ms).into_iter().map(build).collect(),
    })
}

const DAY_MS: u64 = 86_400_000;

/// The first day that is retained at a moment.
fn first_day(at_ms: u64, days: u64) -> String {
    calendar::date(at_ms.saturating_sub(days * DAY_MS))
}

/// The midnight at which a day leaves retention, milliseconds since 1970.
fn leaves(day: &str, now_ms: u64, days: u64) -> Option<u64> {
    let midnight = |after: u64| (now_ms / DAY_MS + after) * DAY_MS;
    // There may be files of tomorrow, too: clients' clocks may be ahead by minutes.
    (1..=days + 2).map(midnight).find(|at| *first_day(*at, days) > *day)
}

/// Settles which files and settings a build is made of, and finds the partitions without an inventory.
pub(crate) async fn snapshot(state: &State, build: BuildRef) -> Result<StepOutput, StepError> {
    let world = state.world(&build.tenant, &build.world);
    // Before the files are listed: a later request may be about a file that is not on the list.
    let rebuild_token = world.rebuild_token().await?.unwrap_or_default();
    let at_ms = (state.now_ms)();
    let Some(inputs) = world.inputs().await? else {
        // Its request would be due for ever.
        world.end_rebuild(&rebuild_token, None).await?;
        return Err(StepError::NoSuchWorld);
    };
    let settings = inputs.settings;
    // Before anything else, so that older days are deleted even where no build succeeds.
    let days = u64::from(settings.retention_days.get());
    let first_day = first_day(at_ms, days);
    let expired = world.expire((at_ms / DAY_MS).saturating_sub(days) * DAY_MS).await?;
    let line = Line::new("build").metric("FilesExpired", Unit::Count, expired as f64);
    state.metrics.emit(line, at_ms);
    let mut partitions: BTreeMap<Partition, Vec<(String, u64)>> = BTreeMap::new();
    for file in world.files().await? {
        if *file.partition.date() >= *first_day {
            partitions
                .entry(file.partition)
                .or_default()
                .push((file.key, file.bytes));
        }
    }
    // A world without visitors is built again when a day leaves retention, or its model would show that day for ever.
    let quarantined = world.first_quarantined_day().await?;
    let first = partitions
        .keys()
        .map(Partition::date)
        .chain(quarantined.as_deref())
        .min();
    let snapshot = Snapshot {
        due_ms: first.and_then(|first| leaves(first, at_ms, days)),
        k: settings.k.get(),
        epsilon: settings.epsilon.map(Epsilon::get),
        partitions,
    };
    let bytes = serde_json::to_vec(&snapshot).map_err(|_| StepError::StepMissing)?;
    let digest = digest::of([bytes.as_slice()]);
    world.keep(Stage::Snapshot, &digest, bytes).await?;
    let sampling = Sampling::of(&world).await?;
    let missing = snapshot
        .missing(&world, Stage::Inventory, build.full, |partition| {
            snapshot.inventory_digest(&sampling, partition)
        })
        .await?;
    Ok(StepOutput::Found {
        partitions: missing,
        of: snapshot.partitions.len(),
        build: BuildRef {
            at_ms,
            rebuild_token,
            snapshot: digest,
            ..build.clone()
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_takes_no_more_than_fits_its_answer_and_the_next_one_others() {
        assert_eq!(share(vec![1, 2, 3], 77), [1, 2, 3]);
        let many: Vec<usize> = (0..2_500).collect();
        let mut taken = std::collections::BTreeSet::new();
        for hour in 500_000..500_003 {
            let few = share(many.clone(), hour * 3_600_000);
            assert_eq!(few.len(), WORLDS);
            taken.extend(few);
        }
        assert_eq!(taken.len(), many.len(), "each has its turn");
    }

    #[test]
    fn every_day_that_is_retained_leaves_at_a_midnight() {
        let now_ms = 20_000 * DAY_MS + 77;
        for days in [1, 30, 3_650] {
            // From the oldest day that is retained to tomorrow.
            for ago in [-1, 0, 1, days as i64] {
                let day = calendar::date(now_ms.saturating_add_signed(-ago * DAY_MS as i64));
                let left = leaves(&day, now_ms, days).unwrap();
                assert_eq!(left, (20_001 + days).saturating_add_signed(-ago) * DAY_MS);
                assert!(*first_day(left, days) > *day && *first_day(left - 1, days) <= *day);
            }
        }
    }
}
