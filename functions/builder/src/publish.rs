//! The model, from the counts of all partitions.

use std::collections::HashSet;

use testgram_model::Partial;
use testgram_model::publish::Settings;
use testgram_runtime::metrics::{Line, Unit};
use testgram_store::build::{Pointer, Stage, World};

use crate::fold::{counts_digest, kept_catalog};
use crate::snapshot::Snapshot;
use crate::step::{Answer, Of};
use crate::{Failed, State, digest};

/// Characters of a version: 64 bits of a digest tell the models of a world apart.
const VERSION_CHARACTERS: usize = 16;

/// Merges the counts, learns, and publishes what is another model than before. Then forgets what no build needs any more.
pub(crate) async fn publish(state: &State, build: Of) -> Result<Answer, Failed> {
    let world = state.world(&build.tenant, &build.world);
    let snapshot = Snapshot::of(&world, &build).await?;
    let catalog = kept_catalog(&world, &build).await?;
    let mut all = Partial::new(&catalog);
    let mut kept = HashSet::from([build.snapshot.clone(), build.catalog.clone()]);
    for partition in snapshot.partitions.keys() {
        let digest = counts_digest(&snapshot, &build.catalog, partition);
        let bytes = world.kept(Stage::Counts, &digest).await?.ok_or(Failed::StepMissing)?;
        all.merge(Partial::from_bytes(&bytes).ok_or(Failed::StepMissing)?);
        kept.extend([digest, snapshot.inventory_digest(partition)]);
    }
    let (sessions, events) = (all.sessions(), all.events());
    let answer = if sessions < u64::from(snapshot.k) {
        Answer::Nothing { sessions }
    } else {
        let settings = settings(&world, &snapshot).await?;
        let model = testgram_model::publish(&catalog, &all, &settings).to_json();
        let bytes = model.len();
        let (version, new) = point(state, &world, model).await?;
        Answer::Published {
            version,
            new,
            sessions,
            events,
            bytes,
        }
    };
    forget(&world, &kept).await?;
    world.settled(build.at_ms).await?;
    let now_ms = (state.now_ms)();
    let line = Line::new("build")
        .metric("SessionsModelled", Unit::Count, sessions as f64)
        .metric("EventsModelled", Unit::Count, events as f64)
        .property("tenant", build.tenant.expose())
        .property("world", build.world.expose());
    state.metrics.emit(line, now_ms);
    Ok(answer)
}

/// How the document is made. Noise without a secret would be none, so a world that wants it and has no secret gets no model.
async fn settings(world: &World<'_>, snapshot: &Snapshot) -> Result<Settings, Failed> {
    let secret = match snapshot.epsilon {
        Some(_) => {
            let terms = world.terms().await?.ok_or(Failed::NoSuchWorld)?;
            terms.noise.ok_or(Failed::NoSecret)?
        }
        None => Settings::default().secret,
    };
    Ok(Settings {
        k: snapshot.k,
        epsilon: snapshot.epsilon,
        secret,
        ..Settings::default()
    })
}

/// Publishes a model, unless it is the one that is published.
async fn point(state: &State, world: &World<'_>, model: Vec<u8>) -> Result<(String, bool), Failed> {
    let mut version = digest::of([model.as_slice()]);
    version.truncate(VERSION_CHARACTERS);
    let new = world.pointer().await?.is_none_or(|pointer| pointer.version != version);
    if new {
        let pointer = Pointer {
            version: version.clone(),
            at_ms: (state.now_ms)(),
        };
        world.publish(&pointer, model).await?;
    }
    Ok((version, new))
}

/// Deletes what was kept for files that are no longer the archive's, or for another catalog.
async fn forget(world: &World<'_>, kept: &HashSet<String>) -> Result<(), Failed> {
    for stage in [Stage::Snapshot, Stage::Inventory, Stage::Catalog, Stage::Counts] {
        for digest in world.digests(stage).await? {
            if !kept.contains(&digest) {
                world.forget(stage, &digest).await?;
            }
        }
    }
    Ok(())
}
