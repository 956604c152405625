//! A `tg up` process on a folder and free ports, and a look into its store.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use testgram_local::stores;
use testgram_protocol::batch::Batch;
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::Settings;
use testgram_store::key::{PendingWindow, Window};
use testgram_store::repository::admin::AdminRepository;
use testgram_store::repository::archive::{ArchiveRepository, StoredBatch};

use super::client::Client;

pub(crate) struct Stack {
    process: Child,
    data: PathBuf,
    pub(crate) front: String,
    pub(crate) aws: String,
    /// Only the stack that made the folder removes it.
    owns_data: bool,
}

impl Stack {
    pub(crate) fn start() -> Self {
        Self::start_with(&serde_json::json!([]))
    }

    /// With worlds from a file.
    pub(crate) fn start_with(worlds: &serde_json::Value) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tg-e2e-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let data = std::env::temp_dir().join(name);
        std::fs::write(data.with_extension("worlds"), worlds.to_string()).unwrap();
        let mut stack = Self::start_on(&data);
        stack.owns_data = true;
        stack
    }

    fn start_on(data: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tg"))
            .args(["up", "--port", "0", "--aws-port", "0", "--json", "--data"])
            .arg(data)
            .arg("--worlds")
            .arg(data.with_extension("worlds"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The log names the AWS endpoint; it is drained to its end so that the process never waits for us.
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let aws = loop {
            let line = log.next().expect("the process logs where it serves").unwrap();
            if let Some(url) = serde_json::from_str::<serde_json::Value>(&line)
                .ok()
                .and_then(|log| Some(log["aws"].as_str()?.to_owned()))
            {
                break url;
            }
        };
        std::thread::spawn(move || log.for_each(drop));
        let mut ready = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut ready)
            .unwrap();
        let front = ready
            .trim()
            .strip_prefix("ready http://")
            .expect("a ready line")
            .to_owned();
        Self {
            process,
            data: data.to_owned(),
            front,
            aws,
            owns_data: false,
        }
    }

    /// `kill -9`, then a new process on the same folder.
    pub(crate) fn kill_and_restart(mut self) -> Self {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let mut next = Self::start_on(&self.data);
        next.owns_data = std::mem::take(&mut self.owns_data);
        next
    }

    pub(crate) async fn client(&self) -> Client {
        self.client_of("demo").await
    }

    pub(crate) async fn client_of(&self, key: &str) -> Client {
        Client::connect(&self.front, key).await
    }

    pub(crate) async fn world(&self, tenant: &str, world: &str, key: &str, settings: &Settings) {
        let clients = stores::clients(&self.aws);
        let admin = AdminRepository::new(clients.dynamodb, clients.tables);
        admin
            .put_world(
                &tenant_id(tenant),
                &world_id(world),
                &WorldKey::new(key).unwrap(),
                Some(settings),
            )
            .await
            .unwrap();
    }

    pub(crate) async fn use_up(&self, tenant: &str, world: &str, events: u64) {
        let clients = stores::clients(&self.aws);
        let admin = AdminRepository::new(clients.dynamodb, clients.tables);
        admin
            .add_usage(&tenant_id(tenant), &world_id(world), super::frames::now_ms(), events)
            .await
            .unwrap();
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        stores::clients(&self.aws).dynamodb
    }

    fn archive(&self) -> ArchiveRepository {
        stores::clients(&self.aws).archive()
    }

    /// The files of objects below a folder of a bucket.
    pub(crate) fn objects(&self, below: &str) -> Vec<PathBuf> {
        let folder = self.data.join("s3").join(below);
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .collect()
    }

    /// How many partitions a world's archive has.
    pub(crate) fn parts(&self, tenant: &str, world: &str) -> usize {
        let days = self.folders(&format!("testgram-archive/tenant={tenant}/world={world}/events"));
        let parts = |day: &PathBuf| std::fs::read_dir(day).into_iter().flatten().count();
        days.iter().map(parts).sum()
    }

    /// The folders below a folder of a bucket.
    pub(crate) fn folders(&self, below: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.data.join("s3").join(below))
            .into_iter()
            .flatten();
        entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect()
    }

    pub(crate) async fn marks(&self) -> Vec<PendingWindow> {
        self.archive()
            .pending_before(Window::numbered(u64::MAX / 1_000))
            .await
            .unwrap()
    }

    /// What the archiver would find of a world, through the pending-window markers.
    pub(crate) async fn items(&self, tenant: &str, world: &str) -> Vec<StoredBatch> {
        let archive = self.archive();
        let mut found = Vec::new();
        for mark in self.marks().await {
            if mark.tenant == tenant_id(tenant) && mark.world == world_id(world) {
                found.extend(
                    archive
                        .world(&mark.tenant, &mark.world)
                        .batches(mark.window)
                        .await
                        .unwrap(),
                );
            }
        }
        found
    }

    /// The same by session and number. A batch that was sent again in a later window stands twice and is the same.
    pub(crate) async fn stored(&self, tenant: &str, world: &str) -> BTreeMap<(String, u32), Batch> {
        let mut found = BTreeMap::new();
        let mut fingerprints = BTreeMap::new();
        for item in self.items(tenant, world).await {
            let key = (item.session.expose(), item.seq);
            if let Some(before) = fingerprints.insert(key.clone(), item.fingerprint) {
                assert_eq!(before, item.fingerprint, "one frame under one number");
            }
            found.insert(key, item.batch.unwrap());
        }
        found
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        if self.owns_data {
            drop(std::fs::remove_dir_all(&self.data));
            drop(std::fs::remove_file(self.data.with_extension("worlds")));
        }
    }
}

/// Settings as they are stored, on top of such as let the tests in.
pub(crate) fn settings(json: serde_json::Value) -> Settings {
    let mut settings = serde_json::json!({"origins": [super::client::ORIGIN], "eu_visitors": false});
    settings
        .as_object_mut()
        .unwrap()
        .extend(json.as_object().unwrap().clone());
    Settings::read(&settings.to_string()).unwrap()
}

pub(crate) fn tenant_id(text: &str) -> TenantId {
    TenantId::new(text).unwrap()
}

pub(crate) fn world_id(text: &str) -> WorldId {
    WorldId::new(text).unwrap()
}

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
