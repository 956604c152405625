//! Partitions, folded: first their vocabulary, then, under names that all partitions agree on, what is counted.

use testgram_columns::Reader;
use testgram_model::{Catalog, Inventory, Partial};
use testgram_protocol::session::Session;
use testgram_store::build::{Stage, World};
use testgram_store::layout::{PARTS, Partition};

use crate::snapshot::Snapshot;
use crate::step::{Answer, Of};
use crate::{Failed, State, digest};

/// Changes with what is counted, or how: counts of before are made again.
const COUNTS: &[u8] = b"counts 1";

/// Most bytes of files that are unpacked at once; as events they take some thirty times as much. A partition with more is read several
/// times, each time for a share of its sessions, since a session's batches may lie in any of its files.
const PASS_BYTES: u64 = 48 * 1024 * 1024;

/// Makes the vocabulary of a partition.
pub(crate) async fn inventory(state: &State, build: Of, partition: Partition) -> Result<Answer, Failed> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let mut inventory = Inventory::new();
    let read = fold(&world, snapshot.files(&partition), |session| inventory.add(session)).await?;
    let digest = snapshot.inventory_digest(&partition);
    world.keep(Stage::Inventory, &digest, inventory.to_bytes()).await?;
    Ok(read)
}

/// Makes the catalog of all vocabularies, and says which partitions have not been counted under it.
pub(crate) async fn catalog(state: &State, build: Of) -> Result<Answer, Failed> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let mut all = Inventory::new();
    for partition in snapshot.partitions.keys() {
        let digest = snapshot.inventory_digest(partition);
        let bytes = world
            .kept(Stage::Inventory, &digest)
            .await?
            .ok_or(Failed::StepMissing)?;
        all.merge(Inventory::from_bytes(&bytes).ok_or(Failed::StepMissing)?);
    }
    let bytes = Catalog::of(&all, snapshot.k).to_bytes();
    let catalog = digest::of([bytes.as_slice()]);
    world.keep(Stage::Catalog, &catalog, bytes).await?;
    let missing = snapshot
        .missing(&world, Stage::Counts, build.full, |partition| {
            counts_digest(&snapshot, &catalog, partition)
        })
        .await?;
    Ok(Answer::Found {
        partitions: missing,
        of: snapshot.partitions.len(),
        build: Of {
            catalog: catalog.clone(),
            ..build.clone()
        },
    })
}

/// Counts a partition.
pub(crate) async fn count(state: &State, build: Of, partition: Partition) -> Result<Answer, Failed> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let catalog = kept_catalog(&world, &build).await?;
    let mut partial = Partial::new(&catalog);
    let read = fold(&world, snapshot.files(&partition), |session| {
        partial.add(&catalog, session)
    })
    .await?;
    let digest = counts_digest(&snapshot, &build.catalog, &partition);
    world.keep(Stage::Counts, &digest, partial.to_bytes()).await?;
    Ok(read)
}

/// Names the counts of a partition.
pub(crate) fn counts_digest(snapshot: &Snapshot, catalog: &str, partition: &Partition) -> String {
    snapshot.digest([COUNTS, catalog.as_bytes()], partition)
}

/// The catalog of a build, as an earlier step kept it.
pub(crate) async fn kept_catalog(world: &World<'_>, build: &Of) -> Result<Catalog, Failed> {
    let bytes = world.kept(Stage::Catalog, &build.catalog).await?;
    Catalog::from_bytes(&bytes.ok_or(Failed::StepMissing)?).ok_or(Failed::StepMissing)
}

/// Every session of these files, each once and whole.
async fn fold(world: &World<'_>, files: &[(String, u64)], mut add: impl FnMut(&Session)) -> Result<Answer, Failed> {
    let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    let passes = u32::try_from(bytes / PASS_BYTES + 1).unwrap_or(u32::MAX / PARTS);
    let (mut sessions, mut events) = (0, 0);
    for pass in 0..passes {
        // All sessions of a part agree in the bucket of as many as there are parts; the next finer ones tell them apart.
        let of_pass = |session: testgram_protocol::id::SessionId| session.bucket(PARTS * passes) / PARTS == pass;
        let (mut reader, mut batches) = (Reader::default(), Vec::new());
        for (key, _) in files {
            let file = reader
                .read(&world.read(key).await?)
                .map_err(|_| Failed::ArchiveDamaged)?;
            batches.push(file.into_iter().filter(|batch| of_pass(batch.session)).collect());
        }
        for session in testgram_columns::sessions(batches) {
            add(&session);
            sessions += 1;
            events += session.events.len() as u64;
        }
    }
    Ok(Answer::Made { sessions, events })
}
