//! What else the buffer could be: other levels, other dictionaries, one column, JSON instead of postcard.

use testgram_dictionary as dictionary;
use testgram_fixtures::{SentBatch, Traffic, item};
use testgram_protocol::buffer::Columns;
use testgram_runtime::clock::Stopwatch;
use zstd::bulk::Compressor;
use zstd::dict::EncoderDictionary;
use zstd::zstd_safe::CParameter;

use super::sample::Sample;
use crate::timing::{best_micros, quantile};

const LEVELS: [i32; 9] = [-3, 1, 2, 3, 4, 6, 9, 12, 19];
const KB: usize = 1024;

/// The columns that a form of a batch has, each to be a frame of its own.
type Form = fn(&SentBatch, &Columns) -> Vec<Vec<u8>>;

fn two_columns(_: &SentBatch, columns: &Columns) -> Vec<Vec<u8>> {
    vec![columns.words.clone(), columns.numbers.clone()]
}

fn one_column(_: &SentBatch, columns: &Columns) -> Vec<Vec<u8>> {
    vec![[&columns.words[..], &columns.numbers].concat()]
}

fn json(sent: &SentBatch, _: &Columns) -> Vec<Vec<u8>> {
    vec![sent.frame.clone().into_bytes()]
}

/// Forms and dictionaries at every level, then sizes of dictionary at some.
pub(crate) fn compare(samples: &[&Sample]) -> std::io::Result<()> {
    let traffic = Traffic::new(dictionary::TRAINING_SEED);
    let training: Vec<(SentBatch, Columns)> = dictionary::training(&traffic)
        .filter_map(|sent| dictionary::columns(&sent).map(|columns| (sent, columns)))
        .collect();
    println!(
        "{} batches of 38 to 42 events; item bytes p50 p90, share in one unit, microseconds to compress\n",
        samples.len()
    );
    let sizes = [dictionary::WORDS_BYTES, dictionary::NUMBERS_BYTES];
    for (name, form, dictionaries) in [
        (
            "two columns, two dictionaries",
            two_columns as Form,
            trained(&training, two_columns, &sizes)?,
        ),
        (
            "one column, one dictionary",
            one_column,
            trained(&training, one_column, &[sizes.iter().sum()])?,
        ),
        ("two columns, no dictionary", two_columns, vec![Vec::new(), Vec::new()]),
        (
            "JSON, a dictionary of 32 KB",
            json,
            trained(&training, json, &[32 * KB])?,
        ),
        ("JSON, no dictionary", json, vec![Vec::new()]),
    ] {
        println!("{name}");
        for level in LEVELS {
            try_out(&format!("level {level}"), samples, form, &dictionaries, level)?;
        }
    }
    for (words, numbers) in [
        (4, 1),
        (8, 1),
        (8, 2),
        (16, 1),
        (16, 2),
        (16, 4),
        (32, 2),
        (64, 2),
        (110, 2),
    ] {
        let dictionaries = trained(&training, two_columns, &[words * KB, numbers * KB])?;
        println!("{words} KB of words, {numbers} KB of numbers");
        for level in [1, 3, 6] {
            try_out(&format!("level {level}"), samples, two_columns, &dictionaries, level)?;
        }
    }
    Ok(())
}

fn trained(training: &[(SentBatch, Columns)], form: Form, sizes: &[usize]) -> std::io::Result<Vec<Vec<u8>>> {
    let column = |place: usize| {
        training
            .iter()
            .filter_map(move |(sent, columns)| form(sent, columns).into_iter().nth(place))
    };
    sizes
        .iter()
        .enumerate()
        .map(|(place, size)| dictionary::train_on(column(place).collect(), *size))
        .collect()
}

fn try_out(name: &str, samples: &[&Sample], form: Form, dictionaries: &[Vec<u8>], level: i32) -> std::io::Result<()> {
    let start = Stopwatch::start();
    let loaded: Vec<_> = dictionaries
        .iter()
        .map(|dictionary| EncoderDictionary::copy(dictionary, level))
        .collect();
    let loading = start.ms() * 1e3;
    let mut compressors = Vec::new();
    for (dictionary, loaded) in dictionaries.iter().zip(&loaded) {
        let mut compressor = if dictionary.is_empty() {
            Compressor::new(level)?
        } else {
            Compressor::with_prepared_dictionary(loaded)?
        };
        compressor.set_parameter(CParameter::DictIdFlag(false))?;
        compressor.set_parameter(CParameter::ChecksumFlag(false))?;
        compressors.push(compressor);
    }
    let forms: Vec<Vec<Vec<u8>>> = samples
        .iter()
        .map(|sample| form(&sample.sent, &sample.columns))
        .collect();
    // Each frame goes without its magic number; a version stands before them, and a length before all but the last.
    let mut pack = |columns: &Vec<Vec<u8>>| -> std::io::Result<usize> {
        let mut bytes = 1 + 2 * (columns.len() - 1);
        for (column, compressor) in columns.iter().zip(&mut compressors) {
            bytes += compressor.compress(column)?.len() - 4;
        }
        Ok(bytes)
    };
    let mut sizes = Vec::new();
    for columns in &forms {
        sizes.push(item::bytes(pack(columns)?) as f64);
    }
    let units = sizes.iter().filter(|size| **size <= item::WRITE_UNIT as f64).count() as f64 / sizes.len() as f64;
    let few: Vec<&Vec<Vec<u8>>> = forms.iter().step_by(forms.len().div_ceil(24).max(1)).collect();
    let time = best_micros(|| few.iter().filter(|columns| pack(columns).is_ok()).count()) / few.len() as f64;
    let (p50, p90) = (quantile(&sizes, 0.5), quantile(&sizes, 0.9));
    println!(
        "  {name:<10}{p50:>6}{p90:>6}{:>7.1} %{time:>8.1}    loaded in {loading:.0}",
        100.0 * units
    );
    Ok(())
}
