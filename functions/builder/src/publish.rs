//! The model, from the counts of all partitions.

use std::collections::HashSet;

use testgram_model::Partial;
use testgram_model::PublishSettings;
use testgram_runtime::metrics::{Line, Unit};
use testgram_store::build::{Pointer, Stage, World};

use crate::fold::{Counts, kept_catalog};
use crate::sampling::Sampling;
use crate::snapshot::Snapshot;
use crate::step::{Answer, Of};
use crate::{Failed, State, digest};

/// Characters of a version: 64 bits of a digest tell the models of a world apart.
const VERSION_CHARACTERS: usize = 16;

/// How long a build may take, and need what it has kept: what is younger may be another's.
const OTHERS_MS: u64 = 6 * 3_600_000;

/// Between the put of a model and that of its pointer: what is younger may be about to be published by another build.
const POINTED_MS: u64 = 15 * 60 * 1000;

/// Merges the counts, learns, and publishes what is another model than before. Then forgets what no build needs any more.
pub(crate) async fn publish(state: &State, build: Of) -> Result<Answer, Failed> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let catalog = kept_catalog(&world, &build).await?;
    let counts = Counts::under(&catalog, Sampling::of(&world).await?);
    let mut all = counts.none(&catalog);
    let mut kept = HashSet::from([build.snapshot.clone(), build.catalog.clone()]);
    for partition in snapshot.partitions.keys() {
        let digest = counts.digest(&snapshot, partition);
        let bytes = world.kept(Stage::Counts, &digest).await?.ok_or(Failed::StepMissing)?;
        all.merge(Partial::from_bytes(&bytes, &catalog).ok_or(Failed::StepMissing)?);
        kept.extend([digest, snapshot.inventory_digest(&counts.sampling, partition)]);
    }
    let (sessions, events) = (all.sessions(), all.events());
    let answer = if sessions < u64::from(snapshot.k) {
        world.withdraw(build.at_ms).await?;
        Answer::Nothing { sessions }
    } else {
        let settings = settings(&world, &snapshot).await?;
        let model = testgram_model::publish(&catalog, &all, &settings).to_json();
        let bytes = model.len();
        let (version, new) = point(&world, build.at_ms, model).await?;
        Answer::Published {
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
    // What another build may need is left for now. It says more than a model, so a world that nobody comes to is seen to again.
    let due_ms = snapshot.due_ms.or(is_left.then_some(now_ms + OTHERS_MS));
    world.settled(&build.note, due_ms).await?;
    let line = Line::new("build")
        .metric("SessionsModelled", Unit::Count, sessions as f64)
        .metric("EventsModelled", Unit::Count, events as f64)
        .property("tenant", build.tenant.expose())
        .property("world", build.world.expose());
    state.metrics.emit(line, now_ms);
    Ok(answer)
}

/// How the document is made. Noise without a secret would be none, so a world that has no secret gets no model.
async fn settings(world: &World<'_>, snapshot: &Snapshot) -> Result<PublishSettings, Failed> {
    let terms = world.terms().await?.ok_or(Failed::NoSuchWorld)?;
    let secret = terms.noise.ok_or(Failed::NoSecret)?;
    Ok(PublishSettings {
        k: snapshot.k,
        epsilon: snapshot.epsilon,
        secret,
        ..PublishSettings::default()
    })
}

/// Publishes a model: its version, and whether it is another one than before.
async fn point(world: &World<'_>, at_ms: u64, model: Vec<u8>) -> Result<(String, bool), Failed> {
    let mut version = digest::of([model.as_slice()]);
    version.truncate(VERSION_CHARACTERS);
    let before = world.pointer().await?;
    let pointer = Pointer {
        version: version.clone(),
        at_ms,
    };
    let published = world.publish(&pointer, model).await?;
    Ok((
        version.clone(),
        published && before.is_none_or(|before| before.version != version),
    ))
}

/// Deletes what was kept for files that are no longer the archive's, or for another catalog, and is so old that no other build needs it. Whether
/// something is left that is not.
async fn forget(world: &World<'_>, kept: &HashSet<String>, now_ms: u64) -> Result<bool, Failed> {
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
