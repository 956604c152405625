//! What Step Functions does with the build function in AWS: its steps in their order, partitions side by side, a failed
//! step again. Only the order is known here; every step is the handler's.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::function::{Function, FunctionError};

/// Partitions folded at once. A step is one thread's work.
const AT_ONCE: usize = 2;
/// How often a step is tried, as the state machine of the template says.
const TRIES: u32 = 3;

/// How far a build is: what [`changed`] and [`world`] report while they run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildProgress {
    /// This many worlds are to be built.
    Planned(usize),
    /// A step over partitions: its word, how many are done, how many need it, how many there are in all.
    Partitions(&'static str, usize, usize, usize),
    /// A step over a world: its word.
    World(&'static str),
}

/// Builds every world whose archive has changed (or every world, if `full`), and gives what each publish step answered.
///
/// # Errors
/// The function's, when a step has failed three times; the other worlds are built all the same.
pub async fn changed(
    build: &Arc<dyn Function>,
    full: bool,
    report: &(dyn Fn(BuildProgress) + Sync),
) -> Result<Vec<Value>, FunctionError> {
    let planned = step(build, json!({"step": "plan", "full": full})).await?;
    let builds = list(&planned, "builds");
    report(BuildProgress::Planned(builds.len()));
    let (mut published, mut failed) = (Vec::new(), None);
    for of in builds {
        match world(build, of, report).await {
            Ok(answer) => published.push(answer),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(published), Err)
}

/// Builds one world, `{tenant, world, at_ms, full}`, and gives what the publish step answered.
///
/// # Errors
/// As [`changed`].
pub async fn world(
    build: &Arc<dyn Function>,
    of: Value,
    report: &(dyn Fn(BuildProgress) + Sync),
) -> Result<Value, FunctionError> {
    report(BuildProgress::World("snapshot"));
    let snapshot = step(build, with(of, "snapshot")).await?;
    partitions(build, "inventory", &snapshot, report).await?;
    report(BuildProgress::World("catalog"));
    let catalog = step(build, with(part(&snapshot, "build"), "catalog")).await?;
    partitions(build, "count", &catalog, report).await?;
    report(BuildProgress::World("publish"));
    step(build, with(part(&catalog, "build"), "publish")).await
}

/// The Map state: a step for each of the partitions that were found.
async fn partitions(
    build: &Arc<dyn Function>,
    word: &'static str,
    found: &Value,
    report: &(dyn Fn(BuildProgress) + Sync),
) -> Result<(), FunctionError> {
    let todo = list(found, "partitions");
    let all = part(found, "of").as_u64().and_then(|all| usize::try_from(all).ok());
    let (of, all) = (todo.len(), all.unwrap_or_default());
    let mut running = JoinSet::new();
    let mut waiting = todo.into_iter();
    report(BuildProgress::Partitions(word, 0, of, all));
    for done in 1..=of {
        while running.len() < AT_ONCE
            && let Some(partition) = waiting.next()
        {
            let mut event = with(part(found, "build"), word);
            if let Some(event) = event.as_object_mut() {
                event.insert("partition".to_owned(), partition);
            }
            let build = Arc::clone(build);
            running.spawn(async move { step(&build, event).await });
        }
        match running.join_next().await {
            Some(Ok(answer)) => drop(answer?),
            _ => return Err(FunctionError::new("Cancelled", "a step was cancelled")),
        }
        report(BuildProgress::Partitions(word, done, of, all));
    }
    Ok(())
}

fn part(of: &Value, name: &str) -> Value {
    of.get(name).cloned().unwrap_or_default()
}

fn list(of: &Value, name: &str) -> Vec<Value> {
    of.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn with(mut of: Value, word: &'static str) -> Value {
    if let Some(of) = of.as_object_mut() {
        of.insert("step".to_owned(), json!(word));
    }
    of
}

async fn step(build: &Arc<dyn Function>, event: Value) -> Result<Value, FunctionError> {
    let mut tried = 1;
    loop {
        match build.invoke(event.clone()).await {
            Err(error) if tried < TRIES => {
                tracing::warn!(?error, tried, "a step of a build failed; again");
                tried += 1;
            }
            answered => return answered,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::function::from_fn;

    #[tokio::test]
    async fn steps_come_in_their_order_and_again_where_they_failed() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let build = from_fn(move |event| {
            let log = Arc::clone(&log);
            async move {
                let word = event["step"].as_str().unwrap().to_owned();
                let first = {
                    let mut log = log.lock().unwrap();
                    log.push(word.clone());
                    log.iter().filter(|seen| **seen == word).count() == 1
                };
                match word.as_str() {
                    "plan" => Ok(json!({"builds": [{"world": "a"}]})),
                    "snapshot" | "catalog" if first => Err(FunctionError::new("Failed", "x")),
                    "snapshot" | "catalog" => {
                        Ok(json!({"build": {"world": "a"}, "partitions": ["p", "q", "r"], "of": 4}))
                    }
                    _ => Ok(json!({"version": "1", "partition": event["partition"]})),
                }
            }
        });
        let reported = Mutex::new(Vec::new());
        let published = changed(&build, false, &|progress| reported.lock().unwrap().push(progress))
            .await
            .unwrap();
        assert_eq!(published.len(), 1);
        let expected = [
            "plan",
            "snapshot",
            "snapshot",
            "inventory",
            "inventory",
            "inventory",
            "catalog",
            "catalog",
            "count",
            "count",
            "count",
            "publish",
        ];
        assert_eq!(*seen.lock().unwrap(), expected);
        assert!(
            reported
                .lock()
                .unwrap()
                .contains(&BuildProgress::Partitions("count", 3, 3, 4))
        );
        let broken = from_fn(|_| async { Err(FunctionError::new("Failed", "x")) });
        assert!(changed(&broken, false, &|_| ()).await.is_err());
    }
}
