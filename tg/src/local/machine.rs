//! What Step Functions does with the build function in AWS: its steps in their order, partitions side by side, each try again where it
//! failed. Only the order is known here; every step is the handler's.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::function::{Function, FunctionError};

/// Partitions folded at once. A step is one thread's work.
const AT_ONCE: usize = 2;
/// How often a step is tried. As in the state machine of the template.
const TRIES: u32 = 3;

/// How far a build is, for who waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many worlds are to be built.
    Planned(usize),
    /// A step over partitions: its word, done, of so many that need it, of so many in all.
    Partitions(&'static str, usize, usize, usize),
    /// A step over a world: its word.
    World(&'static str),
}

/// Builds every world whose archive has changed.
///
/// # Errors
/// The function's, when a step fails again and again; other worlds are built all the same.
pub async fn changed(
    build: &Arc<dyn Function>,
    full: bool,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Value>, FunctionError> {
    let planned = step(build, json!({"step": "plan", "full": full})).await?;
    let builds = list(&planned, "builds");
    tell(Progress::Planned(builds.len()));
    let (mut published, mut failed) = (Vec::new(), None);
    for of in builds {
        match world(build, of, tell).await {
            Ok(answer) => published.push(answer),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(published), Err)
}

/// Builds one world: `{tenant, world, at_ms, full}`.
///
/// # Errors
/// As [`changed`].
pub async fn world(
    build: &Arc<dyn Function>,
    of: Value,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Value, FunctionError> {
    tell(Progress::World("snapshot"));
    let found = step(build, with(of, "snapshot")).await?;
    partitions(build, "inventory", &found, tell).await?;
    tell(Progress::World("catalog"));
    let found = step(build, with(part(&found, "build"), "catalog")).await?;
    partitions(build, "count", &found, tell).await?;
    tell(Progress::World("publish"));
    step(build, with(part(&found, "build"), "publish")).await
}

/// The Map state: a step for each of the partitions that were found.
async fn partitions(
    build: &Arc<dyn Function>,
    word: &'static str,
    found: &Value,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<(), FunctionError> {
    let todo = list(found, "partitions");
    let all = part(found, "of").as_u64().and_then(|all| usize::try_from(all).ok());
    let (of, all) = (todo.len(), all.unwrap_or_default());
    let mut running = JoinSet::new();
    let mut todo = todo.into_iter();
    tell(Progress::Partitions(word, 0, of, all));
    for done in 1..=of {
        while running.len() < AT_ONCE
            && let Some(partition) = todo.next()
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
        tell(Progress::Partitions(word, done, of, all));
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

    use super::super::function::from_fn;
    use super::*;

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
        let told = Mutex::new(Vec::new());
        let published = changed(&build, false, &|progress| told.lock().unwrap().push(progress))
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
        assert!(told.lock().unwrap().contains(&Progress::Partitions("count", 3, 3, 4)));
        let broken = from_fn(|_| async { Err(FunctionError::new("Failed", "x")) });
        assert!(changed(&broken, false, &|_| ()).await.is_err());
    }
}
