//! Folds partitions: first into their vocabularies, then, under the catalog that they agree on, into counts.

use testgram_columns::{ArchivedBatch, Reader};
use testgram_model::{Catalog, Inventory, Partial};
use testgram_protocol::id::SessionId;
use testgram_protocol::session::Session;
use testgram_store::bucket::layout::{PARTS, Partition};
use testgram_store::repository::build::{BuildWorld, Stage};

use crate::digest;
use crate::error::StepError;
use crate::sampling::Sampling;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::step::{BuildRef, StepOutput};

/// Changes with what is counted, or how: earlier counts are then made again.
const COUNTS: &[u8] = b"counts 3";

/// Most events held at once, some 300 bytes each. A partition with more is read several times, each time for a share of
/// its sessions, since a session's batches may be in any of its files.
const HELD_EVENTS: usize = 4_000_000;
/// How often a partition is read at most: one session is never split, however long it is.
const MOST_PASSES: u32 = 256;

/// Makes the vocabulary of a partition.
pub(crate) async fn inventory(state: &State, build: BuildRef, partition: Partition) -> Result<StepOutput, StepError> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let sampling = Sampling::of(&world).await?;
    let mut inventory = Inventory::new(sampling.key());
    let read = fold(&world, snapshot.files(&partition), |session| inventory.add(session)).await?;
    let digest = snapshot.inventory_digest(&sampling, &partition);
    world.keep(Stage::Inventory, &digest, inventory.to_bytes()).await?;
    Ok(read)
}

/// Makes the catalog from all vocabularies, and finds the partitions that have not been counted under it.
pub(crate) async fn catalog(state: &State, build: BuildRef) -> Result<StepOutput, StepError> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let sampling = Sampling::of(&world).await?;
    let mut all = Inventory::new(sampling.key());
    for partition in snapshot.partitions.keys() {
        let digest = snapshot.inventory_digest(&sampling, partition);
        let bytes = world
            .kept(Stage::Inventory, &digest)
            .await?
            .ok_or(StepError::StepMissing)?;
        all.merge(Inventory::from_bytes(&bytes).ok_or(StepError::StepMissing)?);
    }
    let made = Catalog::of(&all, snapshot.k);
    let counts = Counts::under(&made, sampling);
    let bytes = made.to_bytes();
    let catalog = digest::of([bytes.as_slice()]);
    world.keep(Stage::Catalog, &catalog, bytes).await?;
    let missing = snapshot
        .missing(&world, Stage::Counts, build.full, |partition| {
            counts.digest(&snapshot, partition)
        })
        .await?;
    Ok(StepOutput::Found {
        partitions: missing,
        of: snapshot.partitions.len(),
        build: BuildRef {
            catalog,
            ..build.clone()
        },
    })
}

/// Counts a partition.
pub(crate) async fn count(state: &State, build: BuildRef, partition: Partition) -> Result<StepOutput, StepError> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let catalog = kept_catalog(&world, &build).await?;
    let counts = Counts::under(&catalog, Sampling::of(&world).await?);
    let mut partial = counts.none(&catalog);
    let read = fold(&world, snapshot.files(&partition), |session| {
        partial.add(&catalog, session)
    })
    .await?;
    let digest = counts.digest(&snapshot, &partition);
    world.keep(Stage::Counts, &digest, partial.to_bytes()).await?;
    Ok(read)
}

/// What counts depend on beside the files: the catalog's naming, without its supports, which change with every session;
/// and the key that they are sampled with.
pub(crate) struct Counts {
    naming: String,
    pub(crate) sampling: Sampling,
}

impl Counts {
    pub(crate) fn under(catalog: &Catalog, sampling: Sampling) -> Self {
        Self {
            naming: digest::of([catalog.naming().as_slice()]),
            sampling,
        }
    }

    /// Counts of no session yet.
    pub(crate) fn none(&self, catalog: &Catalog) -> Partial {
        Partial::new(catalog, self.sampling.key())
    }

    /// The digest that the counts of a partition are kept under.
    pub(crate) fn digest(&self, snapshot: &Snapshot, partition: &Partition) -> String {
        snapshot.digest([COUNTS, self.naming.as_bytes(), &self.sampling.print()], partition)
    }
}

/// The catalog of a build, which an earlier step has kept.
pub(crate) async fn kept_catalog(world: &BuildWorld<'_>, build: &BuildRef) -> Result<Catalog, StepError> {
    let bytes = world.kept(Stage::Catalog, &build.catalog).await?;
    Catalog::from_bytes(&bytes.ok_or(StepError::StepMissing)?).ok_or(StepError::StepMissing)
}

/// Folds every session of these files, each once and whole. A file that cannot be read is left out, counted and logged.
async fn fold(
    world: &BuildWorld<'_>,
    files: &[(String, u64)],
    mut add: impl FnMut(&Session),
) -> Result<StepOutput, StepError> {
    let (mut sessions, mut events, mut unread) = (0, 0, 0);
    let (mut pass, mut passes) = (0, 1);
    while pass < passes {
        let Some(batches_of_pass) = read(world, files, (pass, passes)).await? else {
            // Nothing has been added yet: the first pass shows how many sessions there are.
            passes *= 2;
            continue;
        };
        unread = batches_of_pass.unread;
        for session in testgram_columns::sessions(batches_of_pass.batches) {
            add(&session);
            sessions += 1;
            events += session.events.len() as u64;
        }
        pass += 1;
    }
    Ok(StepOutput::Made {
        sessions,
        events,
        unread,
    })
}

/// The batches of one pass, and how many files could not be read.
struct Pass {
    batches: Vec<Vec<ArchivedBatch>>,
    unread: u64,
}

/// Reads the share of a pass; `None` if the first pass holds too much.
async fn read(
    world: &BuildWorld<'_>,
    files: &[(String, u64)],
    (pass, passes): (u32, u32),
) -> Result<Option<Pass>, StepError> {
    // All sessions of a part are in one of `PARTS` buckets; `passes` times as many buckets split the part.
    let of_pass = |session: SessionId| session.bucket(PARTS * passes) / PARTS == pass;
    let (mut reader, mut held) = (Reader::default(), 0);
    let mut read = Pass {
        batches: Vec::with_capacity(files.len()),
        unread: 0,
    };
    for (key, _) in files {
        let Ok(mut batches) = reader.read(&world.read(key).await?) else {
            tracing::error!("a file of the archive cannot be read; its batches are in no model");
            read.unread += 1;
            continue;
        };
        batches.retain(|batch| of_pass(batch.session));
        held += batches.iter().map(|batch| batch.events.len()).sum::<usize>();
        if held > HELD_EVENTS && pass == 0 && passes < MOST_PASSES {
            return Ok(None);
        }
        read.batches.push(batches);
    }
    Ok(Some(read))
}
