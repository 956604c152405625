//! What was acknowledged survives `kill -9`; what was not sent does not appear.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::client::Client;
use super::frames::{batch, good, session};
use super::stack::{PATIENCE, Stack};

type Keys = BTreeSet<(String, u32)>;

#[tokio::test]
async fn every_acknowledged_event_is_there_once_after_a_kill_in_the_middle() {
    let mut stack = Stack::start();
    let (acked, sent) = (Arc::new(Mutex::new(Keys::new())), Arc::new(Mutex::new(Keys::new())));
    for round in 0..3 {
        let mut writers = Vec::new();
        for _ in 0..8 {
            // Connected before anybody is killed.
            let client = stack.client().await;
            writers.push(tokio::spawn(write(client, Arc::clone(&acked), Arc::clone(&sent))));
        }
        // Killed in the middle of traffic, after another number of batches each time: a moment would depend on the
        // machine.
        let enough = acked.lock().unwrap().len() + 40 + 17 * round;
        let enough_traffic = async {
            while acked.lock().unwrap().len() < enough {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, enough_traffic).await.expect("traffic");
        stack = stack.kill_and_restart();
        for writer in writers {
            writer.await.unwrap();
        }
    }
    let stored: Keys = stack.stored("demo", "demo").await.into_keys().collect();
    let (acked, sent) = (acked.lock().unwrap().clone(), sent.lock().unwrap().clone());
    assert!(acked.len() > 100, "there was traffic: {} batches", acked.len());
    assert_eq!(acked.difference(&stored).count(), 0, "acknowledged and lost");
    assert_eq!(stored.difference(&sent).count(), 0, "stored and never sent");
    assert!(
        stack
            .stored("demo", "demo")
            .await
            .values()
            .all(|batch| batch.events().len() == 3),
        "whole batches only"
    );
}

/// Sends until the connection breaks.
async fn write(mut client: Client, acked: Arc<Mutex<Keys>>, sent: Arc<Mutex<Keys>>) {
    let session = session();
    for seq in 0.. {
        sent.lock().unwrap().insert((session.clone(), seq));
        if !client.try_send(batch(&session, seq, &good(seq * 10))).await {
            return;
        }
        match client.receive().await {
            Some(Ok(reply)) if reply["type"] == "ack" => drop(acked.lock().unwrap().insert((session.clone(), seq))),
            Some(Ok(reply)) => assert_eq!(reply["retry"], true, "{reply}"),
            _ => return,
        }
    }
}

#[test]
fn a_second_start_takes_less_than_two_seconds() {
    let stack = Stack::start();
    let before = super::frames::now_ms();
    let stack = stack.kill_and_restart();
    let took = Duration::from_millis(super::frames::now_ms() - before);
    drop(stack);
    // The aim is two seconds; a busy CI machine gets some more, since the point is "no rebuild, no replay".
    assert!(took < Duration::from_secs(6), "{took:?}");
}
