//! `kill -9` in the middle of writes: everything that was acknowledged is there afterwards.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{Scratch, Tg, create_table, keys, put, sdk};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    let scratch = Scratch::new();
    let mut tg = Tg::up(scratch.path());
    create_table(&sdk(&tg.aws)).await;
    let acknowledged = Arc::new(Mutex::new(HashSet::new()));
    for round in 0..3 {
        let client = sdk(&tg.aws);
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (client, acknowledged) = (client.clone(), Arc::clone(&acknowledged));
                tokio::spawn(async move {
                    for index in 0.. {
                        let sk = round * 1_000_000 + writer * 100_000 + index;
                        if !put(&client, sk).await {
                            break;
                        }
                        acknowledged.lock().unwrap().insert(sk);
                    }
                })
            })
            .collect();
        // In the middle of traffic: a moment would depend on the machine.
        let enough = acknowledged.lock().unwrap().len() + 20;
        let enough_traffic = async {
            while acknowledged.lock().unwrap().len() < enough {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, enough_traffic).await.expect("traffic");
        tg.kill();
        // The SDK tries again for a while, in vain.
        writers.iter().for_each(tokio::task::JoinHandle::abort);
        tg = Tg::up(scratch.path());
        let kept: HashSet<u32> = keys(&sdk(&tg.aws)).await.into_iter().collect();
        let acknowledged = acknowledged.lock().unwrap();
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "lost {lost:?} of {}", acknowledged.len());
        // What was written but not acknowledged may be there: at most one a writer and round.
        assert!(kept.len() - acknowledged.len() <= 4 * (round as usize + 1));
    }
}
