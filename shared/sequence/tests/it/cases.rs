//! How many cases a property is tried with: one variable decides, `PROPTEST_CASES`. The fixtures crate has the same for
//! crates that know the protocol; this one may not.

use proptest::test_runner::{Config, RngSeed};

/// The cases that `PROPTEST_CASES` is a multiple of.
const USUAL_CASES: u64 = 128;

/// `cases` at a commit, the same on every run; with `PROPTEST_CASES` as many more as that is more than usual.
#[expect(clippy::disallowed_methods, reason = "the variable is proptest's own")]
pub(crate) fn config(cases: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    match asked {
        None => Config {
            cases,
            rng_seed: RngSeed::Fixed(0x7465_7374),
            ..Config::default()
        },
        Some(asked) => Config::with_cases(
            u32::try_from(u64::from(cases) * asked / USUAL_CASES)
                .unwrap_or(u32::MAX)
                .max(1),
        ),
    }
}
