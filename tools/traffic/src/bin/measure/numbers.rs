//! Quantiles and times.

use std::hint::black_box;
use std::time::Instant;

/// The value that `part` of `values` do not exceed.
pub(crate) fn quantile(values: &mut [usize], part: f64) -> usize {
    values.sort_unstable();
    let place = (part * values.len() as f64).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// Microseconds of one call: the best of several runs, since a busy machine only ever adds.
pub(crate) fn micros<T>(mut call: impl FnMut() -> T) -> f64 {
    let run = |call: &mut dyn FnMut()| {
        let start = Instant::now();
        for _ in 0..200 {
            call();
        }
        start.elapsed().as_secs_f64() * 1e6 / 200.0
    };
    (0..15)
        .map(|_| run(&mut || drop(black_box(call()))))
        .fold(f64::INFINITY, f64::min)
}
