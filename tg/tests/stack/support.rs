//! Scratch folders, an endpoint in this process, `tg` as a process, and the clients for them.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    types::{AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};
use testgram_tg::local::{
    aws::{ACCESS_KEY_ID, Endpoint, REGION, SECRET_ACCESS_KEY},
    data::DataFolder,
};
use tokio::{net::TcpListener, time::Instant};

pub(crate) const TABLE: &str = "events";

/// A path that is removed at the end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(std::env::temp_dir().join(format!("tg-stack-{:016x}", rand::random::<u64>())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// An endpoint in this process. Its folder is held as long as it runs.
pub(crate) async fn endpoint(scratch: &Scratch) -> (Endpoint, DataFolder) {
    let data = DataFolder::open(scratch.path()).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    (Endpoint::start(listener, &data).await.unwrap(), data)
}

/// The SDK as it is, but for the endpoint.
pub(crate) fn sdk(url: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

pub(crate) async fn create_table(client: &Client) {
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let text = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .unwrap()
    };
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .attribute_definitions(text("pk"))
        .attribute_definitions(text("sk"))
        .send()
        .await
        .unwrap();
}

/// Puts an item of about the size of a batch; whether it was acknowledged.
pub(crate) async fn put(client: &Client, sk: u32) -> bool {
    let put = client
        .put_item()
        .table_name(TABLE)
        .item("pk", AttributeValue::S("tenant#world".into()))
        .item("sk", AttributeValue::S(format!("{sk:08}")))
        .item("b", AttributeValue::B(vec![7; 900].into()));
    put.send().await.is_ok()
}

/// The sort keys of all items.
pub(crate) async fn keys(client: &Client) -> Vec<u32> {
    let pages = client
        .query()
        .table_name(TABLE)
        .consistent_read(true)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", AttributeValue::S("tenant#world".into()))
        .into_paginator()
        .items()
        .send();
    let items = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    items
        .iter()
        .map(|item| item["sk"].as_s().unwrap().parse().unwrap())
        .collect()
}

/// `tg` as a process of its own, killed when dropped.
pub(crate) struct Tg {
    child: Child,
    pub(crate) front: String,
    pub(crate) aws: String,
}

impl Tg {
    /// Starts `tg up` on free ports, and waits until it is ready.
    pub(crate) fn up(data: &Path) -> Self {
        let data = data.to_str().unwrap();
        let mut child = command(&["up", "--port", "0", "--aws-port", "0", "--json", "--data", data])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut ready)
            .unwrap();
        let front = ready.strip_prefix("ready ").expect("not ready").trim_end().to_owned();
        let mut aws = String::new();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        while aws.is_empty() {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "the log has ended");
            let line: serde_json::Value = serde_json::from_str(&line).expect("the log is JSON");
            aws = line["aws"].as_str().unwrap_or_default().to_owned();
        }
        // The pipe is read on, or the process would block on it.
        thread::spawn(move || log.read_to_end(&mut Vec::new()));
        Self { child, front, aws }
    }

    /// SIGKILL: no handler runs.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the process with a signal: its exit, and what else it said on standard output.
    pub(crate) async fn end(mut self, signal: &str) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        // The shell's own: the program is in a package that not every machine has.
        let kill = format!("kill {signal} {pid}");
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let status = wait(&mut self.child).await;
        let mut rest = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        (status, rest)
    }
}

impl Drop for Tg {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(option_env!("CARGO_BIN_EXE_tg").unwrap_or("tg"));
    command
        .args(args)
        .env_remove("TESTGRAM_DATA")
        .env_remove("TESTGRAM_LOG");
    command
}

async fn wait(child: &mut Child) -> ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the process does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
