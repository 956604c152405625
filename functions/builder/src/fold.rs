//! Partitions, folded: first their vocabulary, then, under names that all partitions agree on, what is counted.

use testgram_columns::{Archived, Reader};
use testgram_model::{Catalog, Inventory, Partial};
use testgram_protocol::id::SessionId;
use testgram_protocol::session::Session;
use testgram_store::build::{Stage, World};
use testgram_store::layout::{PARTS, Partition};

use crate::sampling::Sampling;
use crate::snapshot::Snapshot;
use crate::step::{Answer, Of};
use crate::{Failed, State, digest};

/// Changes with what is counted, or how: counts of before are made again.
const COUNTS: &[u8] = b"counts 3";

/// Most events held at once, some 300 bytes each. A partition with more is read several times, each time for a share of its sessions,
/// since a session's batches may lie in any of its files.
const HELD_EVENTS: usize = 4_000_000;
/// How often a partition is read at most: one session is never parted, however long it is.
const MOST_PASSES: u32 = 256;

/// Makes the vocabulary of a partition.
pub(crate) async fn inventory(state: &State, build: Of, partition: Partition) -> Result<Answer, Failed> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let sampling = Sampling::of(&world).await?;
    let mut inventory = Inventory::new(sampling.key());
    let read = fold(&world, snapshot.files(&partition), |session| inventory.add(session)).await?;
    let digest = snapshot.inventory_digest(&sampling, &partition);
    world.keep(Stage::Inventory, &digest, inventory.to_bytes()).await?;
    Ok(read)
}

/// Makes the catalog of all vocabularies, and says which partitions have not been counted under it.
pub(crate) async fn catalog(state: &State, build: Of) -> Result<Answer, Failed> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let sampling = Sampling::of(&world).await?;
    let mut all = Inventory::new(sampling.key());
    for partition in snapshot.partitions.keys() {
        let digest = snapshot.inventory_digest(&sampling, partition);
        let bytes = world
            .kept(Stage::Inventory, &digest)
            .await?
            .ok_or(Failed::StepMissing)?;
        all.merge(Inventory::from_bytes(&bytes).ok_or(Failed::StepMissing)?);
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
    Ok(Answer::Found {
        partitions: missing,
        of: snapshot.partitions.len(),
        build: Of {
            catalog,
            ..build.clone()
        },
    })
}

/// Counts a partition.
pub(crate) async fn count(state: &State, build: Of, partition: Partition) -> Result<Answer, Failed> {
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

/// What counts are made under, beside the files: the catalog's naming, without its supports, which are others after every session; and
/// the key by which they are sampled.
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

    /// Of no session yet.
    pub(crate) fn none(&self, catalog: &Catalog) -> Partial {
        Partial::new(catalog, self.sampling.key())
    }

    /// Names the counts of a partition.
    pub(crate) fn digest(&self, snapshot: &Snapshot, partition: &Partition) -> String {
        snapshot.digest([COUNTS, self.naming.as_bytes(), &self.sampling.print()], partition)
    }
}

/// The catalog of a build, as an earlier step kept it.
pub(crate) async fn kept_catalog(world: &World<'_>, build: &Of) -> Result<Catalog, Failed> {
    let bytes = world.kept(Stage::Catalog, &build.catalog).await?;
    Catalog::from_bytes(&bytes.ok_or(Failed::StepMissing)?).ok_or(Failed::StepMissing)
}

/// Every session of these files, each once and whole. A file that cannot be read costs itself: it is counted and told.
async fn fold(world: &World<'_>, files: &[(String, u64)], mut add: impl FnMut(&Session)) -> Result<Answer, Failed> {
    let (mut sessions, mut events, mut unread) = (0, 0, 0);
    let (mut pass, mut passes) = (0, 1);
    while pass < passes {
        let Some(read) = read(world, files, (pass, passes)).await? else {
            // Nothing has been added yet: how many sessions there are shows in the first pass.
            passes *= 2;
            continue;
        };
        unread = read.unread;
        for session in testgram_columns::sessions(read.batches) {
            add(&session);
            sessions += 1;
            events += session.events.len() as u64;
        }
        pass += 1;
    }
    Ok(Answer::Made {
        sessions,
        events,
        unread,
    })
}

/// What a pass has read.
struct Read {
    batches: Vec<Vec<Archived>>,
    unread: u64,
}

/// Reads the share of a pass; `None` if it is too much for the first one.
async fn read(world: &World<'_>, files: &[(String, u64)], (pass, passes): (u32, u32)) -> Result<Option<Read>, Failed> {
    // All sessions of a part agree in the bucket of as many as there are parts; the next finer ones tell them apart.
    let of_pass = |session: SessionId| session.bucket(PARTS * passes) / PARTS == pass;
    let (mut reader, mut held) = (Reader::default(), 0);
    let mut read = Read {
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
