//! Learns a model from one file of sessions and measures it on another. A line is a session of symbols separated by blanks.
//!
//! `fidelity TRAIN TEST [K] [NAMES]` prints one line of JSON. The vocabulary is closed: the symbols of both files, and of
//! NAMES if given.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program at the rim: it prints its result and measures time"
)]

use std::time::Instant;
use testgram_model::fidelity::{compare, evidence, renumbered};
use testgram_model::{Alphabet, Predictor, Settings, fidelity, learn, simulate};

type Failure = Box<dyn std::error::Error>;

fn read(path: &str) -> Result<String, Failure> {
    Ok(std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?)
}

fn sessions(text: &str, alphabet: &Alphabet) -> Vec<Vec<u16>> {
    text.lines()
        .map(|line| {
            line.split_whitespace()
                .filter_map(|name| alphabet.symbol(name))
                .collect()
        })
        .collect()
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(train), Some(test)) = (arguments.first(), arguments.get(1)) else {
        return Err("fidelity TRAIN TEST [K] [NAMES]".into());
    };
    let k = arguments.get(2).map_or(Ok(1), |k| k.parse())?;
    let names = arguments.get(3).map_or(Ok(String::new()), |path| read(path))?;
    let (train, test) = (read(train)?, read(test)?);
    let words = [&train, &test, &names]
        .into_iter()
        .flat_map(|text| text.split_whitespace());
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    words.dedup();
    let alphabet: Alphabet = words.into_iter().map(str::to_owned).collect::<Vec<_>>().into();
    let (train, test) = (sessions(&train, &alphabet), sessions(&test, &alphabet));

    let clock = Instant::now();
    let evidence = evidence(alphabet.clone(), train.iter().map(Vec::as_slice));
    let count_seconds = clock.elapsed().as_secs_f64();
    let model = learn(
        &evidence,
        Settings {
            k,
            ..Settings::default()
        },
    );
    let train_seconds = clock.elapsed().as_secs_f64();
    drop(evidence);

    let test: Vec<Vec<u16>> = test
        .iter()
        .map(|session| renumbered(&alphabet, &model, session))
        .collect();
    let predictor = Predictor::new(&model);
    let clock = Instant::now();
    let measured = fidelity::measure(&predictor, test.iter());
    let symbols_per_second = measured.symbols as f64 / clock.elapsed().as_secs_f64();
    let simulated = simulate::sessions(&predictor, 1)
        .take(test.len().max(20_000))
        .map(|session| session.len());
    let distance = simulate::length_distance(simulated.collect(), test.iter().map(Vec::len).collect());
    let beside = compare(&model, test.iter());
    let json = serde_json::json!({
        "k": k,
        "bits_per_symbol": measured.bits_per_symbol,
        "top1": measured.top1,
        "top5": measured.top5,
        "order0": beside.order0,
        "order1": beside.order1,
        "order5": beside.order5,
        "count_seconds": count_seconds,
        "train_seconds": train_seconds,
        "symbols_per_second": symbols_per_second,
        "model_bytes": serde_json::to_vec(&model)?.len(),
        "contexts": model.contexts.len(),
        "withheld": model.withheld,
        "personas": model.personas.len(),
        "length_distance": distance,
    });
    println!("{json}");
    Ok(())
}
