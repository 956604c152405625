//! `tg buffer`: look at the batches that wait in the buffer.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use testgram_local::stores::{self, PREFIX};
use testgram_store::Tables;
use testgram_store::key::parse_batch_partition;
use testgram_store::repository::archive::StoredBatch;

use super::failure::{CommandFailure, FailureReason};
use super::target::{Target, runtime};
use super::{logging, output};

/// Look at the buffer of a local stack
#[derive(Debug, clap::Args)]
pub(super) struct Buffer {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Dump(Dump),
}

/// Print every stored batch, one JSON object a line
///
/// A line is {tenant, world, session, seq, events, meta}. Reads all tenants' items, also those that no pending-window
/// marker leads to. An item that cannot be decoded has the field "unreadable" instead of its events.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 7 no stack answers; 1 an item is unreadable, or anything
/// else.
#[derive(Debug, clap::Args)]
struct Dump {
    #[command(flatten)]
    target: Target,

    /// Prefix of the table names; may be repeated
    #[arg(long, value_name = "PREFIX", default_value = PREFIX)]
    tables: Vec<String>,

    /// Print the error as JSON, too
    #[arg(long)]
    json: bool,
}

type Item = HashMap<String, AttributeValue>;

impl Buffer {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// As the command's help lists them.
    pub(super) fn run(self) -> Result<(), CommandFailure> {
        logging::quiet();
        let Action::Dump(dump) = self.action;
        let unreadable = runtime()?.block_on(dump.print())?;
        if unreadable > 0 {
            let message = format!("{unreadable} item(s) cannot be decoded");
            return Err(CommandFailure::new(FailureReason::Failed, message));
        }
        Ok(())
    }
}

impl Dump {
    /// Prints the items of every table: how many of them cannot be decoded.
    async fn print(&self) -> Result<usize, CommandFailure> {
        let client = stores::clients(self.target.url()).dynamodb;
        let mut unreadable = 0;
        for prefix in &self.tables {
            for item in self.items(&client, &Tables::under(prefix).events).await? {
                let line = line(&item);
                unreadable += usize::from(line.get("unreadable").is_some());
                output::json(&line);
            }
        }
        Ok(unreadable)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a test looks at every tenant's items, also at those that no marker leads to"
    )]
    async fn items(&self, client: &Client, table: &str) -> Result<Vec<Item>, CommandFailure> {
        let pages = client.scan().table_name(table).into_paginator().items().send();
        let items: Result<Vec<Item>, _> = pages.collect().await;
        items.map_err(|error| match error.code() {
            Some(code) => CommandFailure::new(
                FailureReason::Failed,
                format!("the table {table} cannot be read: {code}"),
            ),
            None => self.target.no_stack("no answer"),
        })
    }
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
        let printed = line(&damaged);
        assert_eq!((&printed["seq"], printed["unreadable"].is_string()), (&json!(3), true));
    }
}
