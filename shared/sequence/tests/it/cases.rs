//! How many cases a property is tried with: one variable decides, `PROPTEST_CASES`.

use proptest::test_runner::Config;

/// What a commit needs. `make soak` sets thousands.
const OF_A_COMMIT: u32 = 128;

/// A share of the cases, for properties that take so many times as long as most.
#[expect(clippy::disallowed_methods, reason = "the variable is proptest's own")]
pub(crate) fn one_in(times: u32) -> Config {
    let set = std::env::var("PROPTEST_CASES").ok();
    let cases = set.and_then(|cases| cases.parse().ok()).unwrap_or(OF_A_COMMIT);
    Config::with_cases((cases / times).max(1))
}
