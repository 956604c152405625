//! The model, from the counts of all partitions.

use std::collections::HashSet;

use testgram_model::Partial;
use testgram_model::PublishSettings;
use testgram_runtime::metrics::{Line, Unit};
use testgram_store::repository::build::{BuildWorld, ModelPointer, Stage};

use crate::digest;
use crate::error::StepError;
use crate::fold::{Counts, kept_catalog};
use crate::sampling::Sampling;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::step::{BuildRef, StepOutput};

/// Characters of a version: 64 bits of a digest distinguish the models of a world.
const VERSION_CHARACTERS: usize = 16;

/// How long a build may take, and need what it has kept, milliseconds: what is younger may belong to another build.
const OTHERS_MS: u64 = 6 * 3_600_000;

/// How long a model may wait for its pointer, milliseconds: a younger one may be about to be published by another
/// build.
const POINTED_MS: u64 = 15 * 60 * 1000;

/// Merges the counts, learns, and publishes the model. Then deletes what no build needs any longer.
pub(crate) async fn publish(state: &State, build: BuildRef) -> Result<StepOutput, StepError> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let catalog = kept_catalog(&world, &build).await?;
    let counts = Counts::under(&catalog, Sampling::of(&world).await?);
    let mut all = counts.none(&catalog);
    let mut kept = HashSet::from([build.snapshot.clone(), build.catalog.clone()]);
    for partition in snapshot.partitions.keys() {
        let digest = counts.digest(&snapshot, partition);
        let bytes = world
            .kept(Stage::Counts, &digest)
            .await?
            .ok_or(StepError::StepMissing)?;
        all.merge(Partial::from_bytes(&bytes, &catalog).ok_or(StepError::StepMissing)?);
        kept.extend([digest, snapshot.inventory_digest(&counts.sampling, partition)]);
    }
    let (sessions, events) = (all.sessions(), all.events());
    let output = if sessions < u64::from(snapshot.k) {
        world.withdraw(build.at_ms).await?;
        StepOutput::Nothing { sessions }
    } else {
        let settings = settings(&world, &snapshot).await?;
        let model = testgram_model::publish(&catalog, &all, &settings).to_json();
        let bytes = model.len();
        let (version, new) = point(&world, build.at_ms, model).await?;
        StepOutput::Published {
            version,
            new,
            sessions,
            events,
            bytes,
        }
    };
    let published = world.pointer().await?.map(|pointer| pointer.version);
    let now_ms = (state.now_ms)();
    world
        .forget_models(published.as_deref(), now_ms.saturating_sub(POINTED_MS))
        .await?;
    let is_left = forget(&world, &kept, now_ms).await?;
    // What another build may need is left for now. It reveals more than a model, so a build deletes it later, also in a
    // world without visitors.
    let due_ms = snapshot.due_ms.or(is_left.then_some(now_ms + OTHERS_MS));
    world.end_rebuild(&build.rebuild_token, due_ms).await?;
    let line = Line::new("build")
        .metric("SessionsModelled", Unit::Count, sessions as f64)
        .metric("EventsModelled", Unit::Count, events as f64)
        .property("tenant", build.tenant.expose())
        .property("world", build.world.expose());
    state.metrics.emit(line, now_ms);
    Ok(output)
}

/// How the document is made. Noise without a secret would be no noise, so a world without a secret gets no model.
async fn settings(world: &BuildWorld<'_>, snapshot: &Snapshot) -> Result<PublishSettings, StepError> {
    let inputs = world.inputs().await?.ok_or(StepError::NoSuchWorld)?;
    let secret = inputs.noise.ok_or(StepError::NoSecret)?;
    Ok(PublishSettings {
        k: snapshot.k,
        epsilon: snapshot.epsilon,
        secret,
        ..PublishSettings::default()
    })
}

/// Publishes a model. Returns its version, and whether it differs from the model that was published before.
async fn point(world: &BuildWorld<'_>, at_ms: u64, model: Vec<u8>) -> Result<(String, bool), StepError> {
    let mut version = digest::of([model.as_slice()]);
    version.truncate(VERSION_CHARACTERS);
    let before = world.pointer().await?;
    let pointer = ModelPointer {
        version: version.clone(),
        at_ms,
    };
    let published = world.publish(&pointer, model).await?;
    Ok((
        version.clone(),
        published && before.is_none_or(|before| before.version != version),
    ))
}

/// Deletes what was kept for files that are no longer in the archive, or for another catalog, and is so old that no
/// other build needs it. Returns whether something younger is left.
async fn forget(world: &BuildWorld<'_>, kept: &HashSet<String>, now_ms: u64) -> Result<bool, StepError> {
    let mut is_left = false;
    for stage in [Stage::Snapshot, Stage::Inventory, Stage::Catalog, Stage::Counts] {
        for (digest, kept_ms) in world.digests_and_times(stage).await? {
            if kept.contains(&digest) {
                continue;
            }
            if kept_ms < now_ms.saturating_sub(OTHERS_MS) {
                world.forget(stage, &digest).await?;
            } else {
                is_left = true;
            }
        }
    }
    Ok(is_left)
}
