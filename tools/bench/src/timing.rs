//! Time as a fair comparison needs it: rounds of all contenders in turns, the CPU time of this thread only, medians.

use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};

/// Something to measure.
pub(crate) type Work<'a> = Box<dyn FnMut() + 'a>;

/// Wraps a call whose result must not be optimised away; it is dropped within the time, as callers have to as well.
pub(crate) fn work<'a, T>(mut call: impl FnMut() -> T + 'a) -> Work<'a> {
    Box::new(move || drop(black_box(call())))
}

/// Microseconds of CPU that this thread has used. Others on the machine do not count, though they still cool the
/// caches.
pub(crate) fn cpu_micros() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e6 + now.tv_nsec as f64 / 1e3
}

/// Microseconds a call of each, for every round. In each round all have their turn, so that a slow stretch of the
/// machine slows all of them. The first rounds warm up and are left out.
pub(crate) fn in_turns(contenders: &mut [Work<'_>], rounds: usize, calls: usize) -> Vec<Vec<f64>> {
    let warm_up = rounds.div_ceil(10);
    let mut times: Vec<Vec<f64>> = contenders.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..warm_up + rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let before = cpu_micros();
            (0..calls).for_each(|_| contender());
            let time = (cpu_micros() - before) / calls as f64;
            if round >= warm_up {
                times.push(time);
            }
        }
    }
    times
}

/// The value that `part` of `values` do not exceed; 0 of none.
pub(crate) fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// The median of `values`; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The median of the ratios of two contenders, round by round.
pub(crate) fn median_ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    median(
        &ours
            .iter()
            .zip(theirs)
            .map(|(ours, theirs)| ours / theirs)
            .collect::<Vec<_>>(),
    )
}

/// Microseconds of one call: the best of several runs, since a busy machine only ever adds.
pub(crate) fn best_micros<T>(mut call: impl FnMut() -> T) -> f64 {
    const CALLS: usize = 200;
    const RUNS: usize = 15;
    let mut run = || {
        let before = cpu_micros();
        (0..CALLS).for_each(|_| drop(black_box(call())));
        (cpu_micros() - before) / CALLS as f64
    };
    (0..RUNS).map(|_| run()).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_there() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(
            [0.0, 0.5, 0.9, 1.0].map(|part| quantile(&values, part)),
            [1.0, 3.0, 5.0, 5.0]
        );
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn a_contender_has_a_time_for_every_round() {
        let mut calls = 0;
        let times = in_turns(&mut [work(|| calls += 1), work(|| ())], 10, 3);
        assert_eq!(times.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10]);
        assert_eq!(calls, 33);
    }
}
