//! Batches in a buffer at chosen times, and what the archive holds of them.

use std::collections::BTreeMap;

use testgram_archive::Archived;
use testgram_columns::ArchivedBatch as Row;
use testgram_fixtures::recorded;
use testgram_local::stores::{self, Stores};
use testgram_protocol::batch::{Arrival, Batch};
use testgram_protocol::buffer;
use testgram_protocol::event::Collected;
use testgram_protocol::id::{TenantId, WorldId};
use testgram_protocol::session::Session;
use testgram_store::StoreError;
use testgram_store::bucket::layout::Partition;
use testgram_store::key::PendingWindow;
use testgram_store::key::{Fingerprint, Window};
use testgram_store::repository::ingest::IngestRepository;

use super::stack::{tenant_id, world_id};

pub(crate) const MINUTE: u64 = 60_000;

/// A world's place in stores.
pub(crate) struct Lake {
    pub(crate) stores: Stores,
    pub(crate) tenant: TenantId,
    pub(crate) world: WorldId,
}

/// A frame, and when the server received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) frame: String,
    pub(crate) at_ms: u64,
}

impl Received {
    pub(crate) fn batch(&self) -> Batch {
        let arrival = Arrival {
            received_ms: self.at_ms,
            kinds: Collected::ALL,
        };
        Batch::parse(&self.frame, arrival).unwrap().batch
    }
}

/// Recorded sessions that began at `began_ms`, each frame received when it was sent.
pub(crate) fn recorded_from(began_ms: u64, sessions: usize) -> Vec<Received> {
    let recorded = recorded::read().unwrap().into_iter().take(sessions);
    let shifted = recorded.map(|one| one.session.shifted(began_ms).unwrap());
    shifted
        .flat_map(|session| session.batches)
        .map(|sent| Received {
            frame: sent.frame,
            at_ms: sent.at_ms,
        })
        .collect()
}

/// Sessions as they were sent, by id.
pub(crate) fn sessions_of(received: &[Received]) -> Vec<Session> {
    let mut batches: BTreeMap<_, Batch> = BTreeMap::new();
    for received in received {
        let batch = received.batch();
        batches.insert((batch.session(), batch.seq(), Fingerprint::of(&received.frame)), batch);
    }
    let mut sessions: Vec<Session> = Vec::new();
    for ((id, _, _), batch) in batches {
        let (meta, events) = batch.into_parts();
        match sessions.last_mut().filter(|session| session.id == id) {
            Some(session) => session.events.extend(events),
            None => sessions.push(Session { id, meta, events }),
        }
    }
    sessions
}

impl Lake {
    pub(crate) fn new(aws: &str, tenant: &str, world: &str) -> Self {
        Self {
            stores: stores::clients(aws),
            tenant: tenant_id(tenant),
            world: world_id(world),
        }
    }

    /// As ingest does it: the window's marker, then the batch.
    pub(crate) async fn put(&self, received: &[Received]) {
        for received in received {
            let batch = received.batch();
            let packed = buffer::encode(&batch).unwrap();
            self.put_packed(received, &batch, packed).await;
        }
    }

    pub(crate) async fn put_packed(&self, received: &Received, batch: &Batch, packed: Vec<u8>) {
        let repository = IngestRepository::new(self.stores.dynamodb.clone(), self.stores.tables.clone());
        let world = repository.world(&self.tenant, &self.world);
        world.put_marker(Window::at(received.at_ms)).await.unwrap();
        let fingerprint = Fingerprint::of(&received.frame);
        world
            .put_batch(batch.session(), batch.seq(), fingerprint, received.at_ms, packed)
            .await
            .unwrap();
    }

    pub(crate) async fn marks(&self) -> Vec<PendingWindow> {
        let marks = self
            .stores
            .archive()
            .pending_before(Window::numbered(9_999_999_999))
            .await;
        let mut marks = marks.unwrap();
        marks.retain(|mark| mark.tenant == self.tenant && mark.world == self.world);
        marks
    }

    /// Archives every window there is, as of a time.
    pub(crate) async fn archive(&self, now_ms: u64) -> Result<Archived, StoreError> {
        let mut sum = Archived::default();
        for mark in self.marks().await {
            sum = sum.and(testgram_archive::archive(&self.stores.archive(), &mark, now_ms).await?);
        }
        Ok(sum)
    }

    /// What each file of the archive holds.
    pub(crate) async fn files(&self) -> Vec<(Partition, Vec<Row>)> {
        let repository = self.stores.build();
        let world = repository.world(&self.tenant, &self.world);
        let mut files = Vec::new();
        for file in world.files().await.unwrap() {
            let rows = testgram_columns::read(&world.read(&file.key).await.unwrap()).unwrap();
            files.push((file.partition, rows));
        }
        files
    }

    /// The sessions in the archive, each batch once.
    pub(crate) async fn sessions(&self) -> Vec<Session> {
        let files = self.files().await.into_iter().map(|(_, rows)| rows);
        testgram_columns::sessions(files)
    }
}
