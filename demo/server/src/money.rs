//! Amounts: whole cents of one currency.

use serde::Serialize;

/// The currency of all prices, as ISO 4217 has it.
pub(crate) const CURRENCY: &str = "USD";

/// An amount as the API writes it: cents, and the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Money {
    amount: u32,
    currency: &'static str,
}

impl From<u32> for Money {
    fn from(cents: u32) -> Self {
        Self {
            amount: cents,
            currency: CURRENCY,
        }
    }
}

/// A share of an amount in per mille, cut to whole cents.
pub(crate) fn per_mille(cents: u32, share: u32) -> u32 {
    u32::try_from(u64::from(cents).saturating_mul(u64::from(share)) / 1_000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_cut_to_whole_cents_and_never_overflows() {
        assert_eq!(per_mille(1_850, 100), 185);
        assert_eq!(per_mille(999, 100), 99);
        assert_eq!(per_mille(u32::MAX, 1_000), u32::MAX);
    }
}
