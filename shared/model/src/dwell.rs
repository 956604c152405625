//! How long until the next step: histograms of whatever came next, after one step, and from one step to another, each shrunk
//! to the one before it.
//!
//! Counts of buckets add, so such histograms merge and can be thresholded like all other counts; what is missing in one is taken
//! from a more general one.

use std::collections::BTreeMap;

/// A bucket: the smallest number in it, and how often.
pub type Row = (u64, u64);

/// How many observations the histogram of everything is worth beside one step's.
const OF_ALL: f64 = 100.0;

/// How many observations a step's histogram is worth beside that of a pair.
const OF_STEP: f64 = 30.0;

/// What a bucket of everything has before it is counted.
const UNSEEN: f64 = 0.5;

/// The share of every bucket that any of the three has.
#[must_use]
pub fn shares(all: &[Row], after: &[Row], pair: &[Row]) -> Vec<(u64, f64)> {
    let rows = [all, after, pair].into_iter().flatten();
    let mut shares: BTreeMap<u64, f64> = rows.map(|(from, _)| (*from, UNSEEN)).collect();
    let whole = UNSEEN * shares.len() as f64;
    shares.values_mut().for_each(|share| *share /= whole);
    shrink(&mut shares, all, whole);
    shrink(&mut shares, after, OF_ALL);
    shrink(&mut shares, pair, OF_STEP);
    shares.into_iter().collect()
}

/// Mixes counts into shares that are worth `weight` observations.
fn shrink(shares: &mut BTreeMap<u64, f64>, rows: &[Row], weight: f64) {
    let total: u64 = rows.iter().map(|(_, count)| count).sum();
    let whole = total as f64 + weight;
    shares.values_mut().for_each(|share| *share *= weight / whole);
    for (from, count) in rows {
        if let Some(share) = shares.get_mut(from) {
            *share += *count as f64 / whole;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_often_decides() {
        let (all, after) = ([(0, 50), (1, 50)], [(1, 10_000), (2, 10_000)]);
        let share = |shares: &[(u64, f64)], from: u64| shares.iter().find(|(known, _)| *known == from).unwrap().1;
        let of_pair = shares(&all, &after, &[(2, 3_000)]);
        assert!((of_pair.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(share(&of_pair, 2) > 0.98);
        let of_rare = shares(&all, &after, &[(0, 1)]);
        assert!((share(&of_rare, 1) - 0.48).abs() < 0.02 && (share(&of_rare, 2) - 0.48).abs() < 0.02);
        assert_eq!(shares(&[], &[], &[]), []);
    }
}
