//! What a build is made of: which worlds, and which files of each.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use testgram_protocol::calendar;
use testgram_protocol::settings::Epsilon;
use testgram_runtime::metrics::{Line, Unit};
use testgram_store::build::{Stage, World};
use testgram_store::layout::Partition;

use crate::sampling::Sampling;
use crate::step::{Answer, Of};
use crate::{Failed, State, digest};

/// Changes with what an inventory is made of, or how: those of before are made again.
const INVENTORY: &[u8] = b"inventory 2";

/// The files of a build, and the settings it is made under.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// Distinct sessions behind every number.
    pub(crate) k: u32,
    /// Noise on numbers.
    pub(crate) epsilon: Option<f64>,
    /// When the oldest day leaves retention, milliseconds since 1970; none if there is no file.
    pub(crate) due_ms: Option<u64>,
    /// By partition, in order.
    pub(crate) partitions: BTreeMap<Partition, Vec<(String, u64)>>,
}

impl Snapshot {
    /// The snapshot of a build, as an earlier step kept it.
    pub(crate) async fn of(world: &World<'_>, build: &Of) -> Result<Self, Failed> {
        let bytes = world.kept(Stage::Snapshot, &build.snapshot).await?;
        let bytes = bytes.ok_or(Failed::StepMissing)?;
        serde_json::from_slice(&bytes).map_err(|_| Failed::StepMissing)
    }

    /// The files of a partition, with their sizes.
    pub(crate) fn files(&self, partition: &Partition) -> &[(String, u64)] {
        self.partitions.get(partition).map_or(&[], Vec::as_slice)
    }

    /// What a stage keeps of a partition is named by: how it is made, and of which files. Their names tell their content.
    pub(crate) fn digest<'a>(&'a self, how: [&'a [u8]; 3], partition: &Partition) -> String {
        let files = self.files(partition).iter().map(|(key, _)| key.as_bytes());
        let text = partition.to_string();
        digest::of(how.into_iter().chain([text.as_bytes()]).chain(files))
    }

    /// Names the inventory of a partition.
    pub(crate) fn inventory_digest(&self, sampling: &Sampling, partition: &Partition) -> String {
        self.digest([INVENTORY, b"", &sampling.print()], partition)
    }

    /// The partitions of which a stage has kept nothing; all of them for a build that is to make everything again.
    pub(crate) async fn missing(
        &self,
        world: &World<'_>,
        stage: Stage,
        full: bool,
        digest: impl Fn(&Partition) -> String,
    ) -> Result<Vec<Partition>, Failed> {
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

/// Most worlds that one run of the state machine takes: what a function tells it may have 256 KB. The others are the next run's.
const WORLDS: usize = 1_000;

/// What a run takes of them. Not always the same: worlds that cannot be built keep their notes, and must not keep the others from theirs.
fn share<T>(mut changed: Vec<T>, now_ms: u64) -> Vec<T> {
    if changed.len() > WORLDS {
        let hour = usize::try_from(now_ms / 3_600_000).unwrap_or_default();
        let first = hour.wrapping_mul(WORLDS) % changed.len();
        changed.rotate_left(first);
        changed.truncate(WORLDS);
    }
    changed
}

/// The worlds whose archive has changed.
pub(crate) async fn plan(state: &State, full: bool) -> Result<Answer, Failed> {
    let now_ms = (state.now_ms)();
    let changed = state.build.changed(now_ms).await?;
    let line = Line::new("build").metric("WorldsChanged", Unit::Count, changed.len() as f64);
    state.metrics.emit(line, now_ms);
    let changed = share(changed, now_ms);
    let build = |changed: testgram_store::build::Changed| Of::new(changed.tenant, changed.world, full);
    Ok(Answer::Planned {
        builds: changed.into_iter().map(build).collect(),
    })
}

const DAY_MS: u64 = 86_400_000;

/// The first day that is retained at a moment.
fn first_day(at_ms: u64, days: u64) -> String {
    calendar::date(at_ms.saturating_sub(days * DAY_MS))
}

/// When a day that is retained now is no more.
fn leaves(day: &str, now_ms: u64, days: u64) -> Option<u64> {
    let midnight = |after: u64| (now_ms / DAY_MS + after) * DAY_MS;
    // Tomorrow may be retained as well: clocks of clients may be ahead by minutes.
    (1..=days + 2).map(midnight).find(|at| *first_day(*at, days) > *day)
}

/// Settles which files a build is made of, and says of which partitions the vocabulary is not known yet.
pub(crate) async fn snapshot(state: &State, build: Of) -> Result<Answer, Failed> {
    let world = state.world(&build.tenant, &build.world);
    // Before the files are listed: what is noted later may be of a file that is not on the list.
    let note = world.note().await?.unwrap_or_default();
    let at_ms = (state.now_ms)();
    let Some(terms) = world.terms().await? else {
        // Its note would call for it for ever.
        world.settled(&note, None).await?;
        return Err(Failed::NoSuchWorld);
    };
    let settings = terms.settings;
    // First of all, so that what is older goes even where no build succeeds.
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
    // A world that nobody visits any more is built again when a day leaves, or its model would tell of it for ever.
    let aside = world.first_aside_day().await?;
    let first = partitions.keys().map(Partition::date).chain(aside.as_deref()).min();
    let snapshot = Snapshot {
        due_ms: first.and_then(|first| leaves(first, at_ms, days)),
        k: settings.k.get(),
        epsilon: settings.epsilon.map(Epsilon::get),
        partitions,
    };
    let bytes = serde_json::to_vec(&snapshot).map_err(|_| Failed::StepMissing)?;
    let digest = digest::of([bytes.as_slice()]);
    world.keep(Stage::Snapshot, &digest, bytes).await?;
    let sampling = Sampling::of(&world).await?;
    let missing = snapshot
        .missing(&world, Stage::Inventory, build.full, |partition| {
            snapshot.inventory_digest(&sampling, partition)
        })
        .await?;
    Ok(Answer::Found {
        partitions: missing,
        of: snapshot.partitions.len(),
        build: Of {
            at_ms,
            note,
            snapshot: digest,
            ..build.clone()
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_takes_no_more_than_it_can_tell_and_the_next_one_others() {
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
