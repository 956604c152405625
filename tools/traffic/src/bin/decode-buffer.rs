//! Prints what stands in the buffer, a batch a line, in JSON: for tests that look for what must not be there, and for people.
//!
//! usage: `decode-buffer --endpoint URL [--tables PREFIX]…`
//!
//! It reads every item of the table, found by a marker or not. An item that cannot be read is printed as such, and the exit code is
//! then 1. It talks to the local stack: plain HTTP, and the local stack's credentials.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints what was asked for")]

use std::collections::HashMap;
use std::process::ExitCode;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use testgram_store::Tables;
use testgram_store::key::parse_batch_partition;
use testgram_store::repository::archive::StoredBatch;

const USAGE: &str = "usage: decode-buffer --endpoint URL [--tables PREFIX]…";

struct Arguments {
    endpoint: String,
    prefixes: Vec<String>,
}

impl Arguments {
    fn read(mut args: impl Iterator<Item = String>) -> Option<Self> {
        let (mut endpoint, mut prefixes) = (None, Vec::new());
        while let Some(name) = args.next() {
            match name.as_str() {
                "--endpoint" => endpoint = Some(args.next()?),
                "--tables" => prefixes.push(args.next()?),
                _ => return None,
            }
        }
        if prefixes.is_empty() {
            prefixes.push("testgram".to_owned());
        }
        Some(Self {
            endpoint: endpoint?,
            prefixes,
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(arguments) = Arguments::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let client = client(&arguments.endpoint);
    let mut damaged = false;
    for prefix in &arguments.prefixes {
        match items(&client, &Tables::under(prefix).events).await {
            Ok(items) => {
                for item in &items {
                    let line = line(item);
                    damaged |= line.get("unreadable").is_some();
                    println!("{line}");
                }
            }
            Err(error) => {
                eprintln!("the table {prefix}-events cannot be read: {error}");
                damaged = true;
            }
        }
    }
    ExitCode::from(u8::from(damaged))
}

fn client(endpoint: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("testgram", "testgram", None, None, "local"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

type Item = HashMap<String, AttributeValue>;

#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at everything, whosever it is and whether a marker finds it or not"
)]
async fn items(client: &Client, table: &str) -> Result<Vec<Item>, String> {
    let pages = client.scan().table_name(table).into_paginator().items().send();
    let items: Result<Vec<Item>, _> = pages.collect().await;
    items.map_err(|error| error.code().unwrap_or("no answer").to_owned())
}

fn line(item: &Item) -> Value {
    let partition = item.get("pk").and_then(|pk| pk.as_s().ok());
    let Some((tenant, world, _)) = partition.and_then(|partition| parse_batch_partition(partition)) else {
        return json!({"unreadable": "partition key"});
    };
    let (tenant, world) = (tenant.expose(), world.expose());
    let Some(stored) = StoredBatch::read(item) else {
        return json!({"tenant": tenant, "world": world, "unreadable": "item"});
    };
    let (session, seq) = (stored.session, stored.seq);
    match stored.batch {
        Ok(batch) => json!({
            "tenant": tenant, "world": world, "session": session, "seq": seq, "events": batch.events(), "meta": batch.meta()
        }),
        Err(error) => {
            json!({"tenant": tenant, "world": world, "session": session, "seq": seq, "unreadable": format!("{error:?}")})
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;
    use testgram_protocol::batch::{Arrival, Batch};
    use testgram_protocol::buffer;
    use testgram_protocol::event::Collected;
    use testgram_store::key::{Fingerprint, batch_sort};

    use super::*;

    const FRAME: &str = r#"{"type":"batch","v":1,"session":"01KSR0V6C08Z3J5K7M9N2P4Q6R","seq":3,"events":[[5,"end",{"reason":"unload"}]]}"#;

    fn item(partition: &str) -> Item {
        let arrival = Arrival {
            received_ms: 1_780_000_000_000,
            kinds: Collected::ALL,
        };
        let batch = Batch::parse(FRAME, arrival).unwrap().batch;
        let sort = batch_sort(batch.session(), batch.seq(), Fingerprint::of(FRAME));
        let bytes = |bytes: Vec<u8>| AttributeValue::B(Blob::new(bytes));
        [
            ("pk".to_owned(), AttributeValue::S(partition.to_owned())),
            ("sk".to_owned(), bytes(sort)),
            ("b".to_owned(), bytes(buffer::encode(&batch).unwrap())),
        ]
        .into()
    }

    #[test]
    fn a_batch_is_printed_as_it_was_sent() {
        assert_eq!(
            line(&item("acme#shop#5666666#3")),
            json!({
                "tenant": "acme", "world": "shop", "session": "01KSR0V6C08Z3J5K7M9N2P4Q6R", "seq": 3,
                "events": [[5, "end", {"reason": "unload"}]], "meta": null
            })
        );
    }

    #[test]
    fn what_cannot_be_read_is_said_to_be_so() {
        assert_eq!(line(&item("acme")), json!({"unreadable": "partition key"}));
        let mut without = item("acme#shop#5666666#3");
        without.remove("b");
        assert_eq!(line(&without)["unreadable"], "item");
        let mut damaged = item("acme#shop#5666666#3");
        damaged.insert("b".to_owned(), AttributeValue::B(Blob::new([1, 2, 3])));
        let damaged = line(&damaged);
        assert_eq!((&damaged["seq"], damaged["unreadable"].is_string()), (&json!(3), true));
    }
}
