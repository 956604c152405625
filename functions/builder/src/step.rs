//! The steps as the state machine calls them, and their outcomes, which are the next steps' input.

use serde::{Deserialize, Serialize};
use testgram_protocol::id::{TenantId, WorldId};
use testgram_store::bucket::layout::Partition;

/// An event of the state machine: one step of a build, with its input.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Find the worlds whose models are to be built.
    Plan {
        /// Whether every step is made again, also where nothing has changed.
        #[serde(default)]
        full: bool,
    },
    /// Settle which files and settings the build is made of.
    Snapshot(BuildRef),
    /// Make the vocabulary of a partition.
    Inventory {
        /// The build it belongs to.
        #[serde(flatten)]
        build: BuildRef,
        /// The partition to work on.
        partition: Partition,
    },
    /// Make the catalog: the names of everything that is counted.
    Catalog(BuildRef),
    /// Count a partition under the catalog.
    Count {
        /// The build it belongs to.
        #[serde(flatten)]
        build: BuildRef,
        /// The partition to work on.
        partition: Partition,
    },
    /// Make the model and publish it.
    Publish(BuildRef),
}

impl Step {
    /// Its stable word: in events and in metrics.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Plan { .. } => "plan",
            Self::Snapshot(_) => "snapshot",
            Self::Inventory { .. } => "inventory",
            Self::Catalog(_) => "catalog",
            Self::Count { .. } => "count",
            Self::Publish(_) => "publish",
        }
    }
}

/// A reference to a build of a world. The state machine hands it from step to step, and each step adds what it has
/// settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildRef {
    /// The tenant that owns the world.
    #[serde(serialize_with = "exposed_tenant")]
    pub tenant: TenantId,
    /// The world whose model is built.
    #[serde(serialize_with = "exposed_world")]
    pub world: WorldId,
    /// Whether every step is made again, also where nothing has changed.
    #[serde(default)]
    pub full: bool,
    /// When its files were listed, milliseconds since 1970; set by the snapshot.
    #[serde(default)]
    pub at_ms: u64,
    /// The token of the rebuild request that it answers; empty if there was none when its files were listed. Set by the
    /// snapshot.
    #[serde(default)]
    pub rebuild_token: String,
    /// The digest that the snapshot is kept under.
    #[serde(default, deserialize_with = "digest")]
    pub snapshot: String,
    /// The digest that the catalog is kept under.
    #[serde(default, deserialize_with = "digest")]
    pub catalog: String,
}

impl BuildRef {
    /// A build of which nothing is settled yet.
    #[must_use]
    pub const fn new(tenant: TenantId, world: WorldId, full: bool) -> Self {
        Self {
            tenant,
            world,
            full,
            at_ms: 0,
            rebuild_token: String::new(),
            snapshot: String::new(),
            catalog: String::new(),
        }
    }
}

/// The outcome of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum StepOutput {
    /// Output of the plan, over which the state machine maps.
    Planned {
        /// The builds to make, one a world.
        builds: Vec<BuildRef>,
    },
    /// Output of snapshot and catalog: what the state machine maps over next.
    Found {
        /// The build, with what the step has settled.
        build: BuildRef,
        /// The partitions that the next step has to work on.
        partitions: Vec<Partition>,
        /// How many partitions the build has in all.
        of: usize,
    },
    /// Output of inventory and count, which no further step reads.
    Made {
        /// How many sessions the partition has.
        sessions: u64,
        /// How many events the partition has.
        events: u64,
        /// Files of the partition that cannot be read, and are left out.
        unread: u64,
    },
    /// Output of publish, if a model is published.
    Published {
        /// The model's version; the same as before where nothing in it has changed.
        version: String,
        /// Whether it differs from the model that was published before.
        new: bool,
        /// Sessions that it was made of.
        sessions: u64,
        /// Events that it was made of.
        events: u64,
        /// Size of the model, bytes.
        bytes: usize,
    },
    /// Output of publish, if nothing is published, since there are fewer than k sessions.
    Nothing {
        /// How many sessions there are.
        sessions: u64,
    },
}

/// A digest, or nothing yet. Checked, since it becomes a part of a key.
fn digest<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_hex = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_hex || text.is_empty() {
        Ok(text)
    } else {
        Err(serde::de::Error::custom("not a digest"))
    }
}

fn exposed_tenant<S: serde::Serializer>(tenant: &TenantId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(tenant.expose())
}

fn exposed_world<S: serde::Serializer>(world: &WorldId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(world.expose())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_outcome_is_the_next_steps_input() {
        let mut build = BuildRef::new(TenantId::new("acme").unwrap(), WorldId::new("shop").unwrap(), false);
        build.snapshot = "5".repeat(64);
        let mut step = serde_json::to_value(&build).unwrap();
        step["step"] = json!("inventory");
        step["partition"] = json!("date=2026-11-23/part=02");
        let Step::Inventory { build: read, partition } = serde_json::from_value(step.clone()).unwrap() else {
            panic!("{step}")
        };
        assert_eq!(
            (read, partition.to_string().as_str()),
            (build, "date=2026-11-23/part=02")
        );
        for (field, odd) in [
            ("step", json!("erase")),
            ("partition", json!("date=2026-11-23/part=77")),
            ("partition", json!("../../other")),
            ("tenant", json!("ACME/..")),
            ("at_ms", Value::Null),
            ("snapshot", json!("../../models/x")),
            ("catalog", json!("5")),
        ] {
            let mut odd_step = step.clone();
            odd_step[field] = odd;
            assert!(serde_json::from_value::<Step>(odd_step.clone()).is_err(), "{odd_step}");
        }
    }
}
