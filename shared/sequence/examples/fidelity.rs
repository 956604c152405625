//! Learns a model from one file of sessions and measures it on another. A line is a session of symbols separated by
//! blanks.
//!
//! `fidelity TRAIN TEST [K] [NAMES]` prints one line of JSON: what `tg fidelity` prints, with simpler predictors beside
//! it and how lengths of simulated sessions compare. The vocabulary is closed: the symbols of both files, and of NAMES
//! if given.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program at the rim: it prints its result and measures time"
)]

use std::time::Instant;
use testgram_sequence::corpus::Corpus;
use testgram_sequence::fidelity::compare;
use testgram_sequence::{Predictor, simulate};

type Failure = Box<dyn std::error::Error>;

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    Ok(std::fs::read(path).map_err(|error| format!("{path}: {error}"))?)
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(train), Some(test)) = (arguments.first(), arguments.get(1)) else {
        return Err("fidelity TRAIN TEST [K] [NAMES]".into());
    };
    let k = arguments.get(2).map_or(Ok(1), |k| k.parse())?;
    let names = arguments.get(3).map_or(Ok(Vec::new()), |path| read(path))?;
    let corpus = Corpus::parse(&read(train)?, &read(test)?, &names)?;

    let clock = Instant::now();
    let (report, model) = corpus.report(k, || clock.elapsed().as_secs_f64())?;
    let test = corpus.test_in(&model);
    let predictor = Predictor::new(&model);
    let simulated = simulate::sessions(&predictor, 1)
        .take(test.len().max(20_000))
        .map(|session| session.len());
    let distance = simulate::length_distance(simulated.collect(), test.iter().map(Vec::len).collect());
    let beside = compare(&model, test.iter());
    let json = serde_json::json!({
        "k": k,
        "report": report,
        "order0": beside.order0,
        "order1": beside.order1,
        "order5": beside.order5,
        "contexts": model.contexts.len(),
        "personas": model.personas.len(),
        "length_distance": distance,
    });
    println!("{json}");
    Ok(())
}
