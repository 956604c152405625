//! The steps as a state machine calls them, and their answers, which are the next steps' input.

use serde::{Deserialize, Serialize};
use testgram_protocol::id::{TenantId, WorldId};
use testgram_store::layout::Partition;

/// A step.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Which worlds are to be built.
    Plan {
        /// Whether everything is made again, changed or not.
        #[serde(default)]
        full: bool,
    },
    /// Which files the build is made of.
    Snapshot(Of),
    /// The vocabulary of a partition.
    Inventory {
        /// Of which build.
        #[serde(flatten)]
        of: Of,
        /// Of which partition.
        partition: Partition,
    },
    /// The names of all that is counted.
    Catalog(Of),
    /// The counts of a partition.
    Count {
        /// Of which build.
        #[serde(flatten)]
        of: Of,
        /// Of which partition.
        partition: Partition,
    },
    /// The model.
    Publish(Of),
}

impl Step {
    /// Its word.
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

/// A build of a world: handed from step to step, each of which adds what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Of {
    /// Whose world.
    #[serde(serialize_with = "exposed_tenant")]
    pub tenant: TenantId,
    /// Which world.
    #[serde(serialize_with = "exposed_world")]
    pub world: WorldId,
    /// Whether everything is made again.
    #[serde(default)]
    pub full: bool,
    /// When its files were listed, milliseconds since 1970.
    #[serde(default)]
    pub at_ms: u64,
    /// The note that made it be built, if there was one when its files were listed.
    #[serde(default)]
    pub note: String,
    /// Digest of the snapshot.
    #[serde(default, deserialize_with = "digest")]
    pub snapshot: String,
    /// Digest of the catalog.
    #[serde(default, deserialize_with = "digest")]
    pub catalog: String,
}

impl Of {
    /// A build of a world.
    #[must_use]
    pub const fn new(tenant: TenantId, world: WorldId, full: bool) -> Self {
        Self {
            tenant,
            world,
            full,
            at_ms: 0,
            note: String::new(),
            snapshot: String::new(),
            catalog: String::new(),
        }
    }
}

/// What a step found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// Of the plan: the builds.
    Planned {
        /// One a world.
        builds: Vec<Of>,
    },
    /// Of snapshot and catalog: the build so far, and the partitions whose next step has to be made.
    Found {
        /// The build.
        build: Of,
        /// The partitions.
        partitions: Vec<Partition>,
        /// How many partitions there are in all.
        of: usize,
    },
    /// Of inventory and count.
    Made {
        /// Sessions in the partition.
        sessions: u64,
        /// Events in the partition.
        events: u64,
        /// Files that cannot be read, and are not in it.
        unread: u64,
    },
    /// Of publish.
    Published {
        /// The model's version; the same as before where nothing in it has changed.
        version: String,
        /// Whether it is another one than before.
        new: bool,
        /// Sessions that it was made of.
        sessions: u64,
        /// Events that it was made of.
        events: u64,
        /// Bytes of the model.
        bytes: usize,
    },
    /// Of publish: fewer than k sessions, so nothing can be told.
    Nothing {
        /// Sessions there are.
        sessions: u64,
    },
}

/// A digest, or nothing yet: it becomes a part of a key.
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
    fn an_answer_is_the_next_steps_input() {
        let mut build = Of::new(TenantId::new("acme").unwrap(), WorldId::new("shop").unwrap(), false);
        build.snapshot = "5".repeat(64);
        let mut step = serde_json::to_value(&build).unwrap();
        step["step"] = json!("inventory");
        step["partition"] = json!("date=2026-11-23/part=02");
        let Step::Inventory { of, partition } = serde_json::from_value(step.clone()).unwrap() else {
            panic!("{step}")
        };
        assert_eq!((of, partition.to_string().as_str()), (build, "date=2026-11-23/part=02"));
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
