//! Is it a name, or is it data? One judgement for path segments and for what elements are called.

/// Rare values that make all of them data: what a developer named by hand rarely comes in dozens that hardly anybody
/// meets.
pub(super) const MANY: usize = 12;

/// A value is rare below one visit in this many: five categories of a fifth each are not rare, nor are a dozen alike;
/// three dozen products are, and one of them may have a tenth of all visits without making the others common.
const RARE: u64 = 20;

/// Rare values are data from one visit in this many on, all together: a few made-up ones must not turn names into data.
const NOTABLE: u64 = 10;

/// Judges values by their visits.
pub(super) struct Visits {
    all: u64,
    rare: usize,
    rare_visits: u64,
}

impl Visits {
    pub(super) fn of(values: impl Iterator<Item = u64> + Clone) -> Self {
        let all = values.clone().fold(0, u64::saturating_add);
        let mut visits = Self {
            all,
            rare: 0,
            rare_visits: 0,
        };
        for rare in values.filter(|value| value.saturating_mul(RARE) < all) {
            visits.rare += 1;
            visits.rare_visits = visits.rare_visits.saturating_add(rare);
        }
        visits
    }

    pub(super) const fn is_rare(&self, value: u64) -> bool {
        value.saturating_mul(RARE) < self.all
    }

    /// Whether they are data: at least `many` are rare, and those count.
    pub(super) const fn are_data(&self, many: usize) -> bool {
        self.rare >= many && self.rare_visits.saturating_mul(NOTABLE) >= self.all
    }
}

#[cfg(test)]
mod tests {
    use super::{MANY, Visits};

    fn are_data(values: &[u64]) -> bool {
        Visits::of(values.iter().copied()).are_data(MANY)
    }

    #[test]
    fn products_are_data_and_categories_are_names() {
        assert!(are_data(&[10; 36]));
        assert!(!are_data(&[200; 5]));
        assert!(!are_data(&[10; 12]), "a dozen alike");
        assert!(!are_data(&[]));
    }

    #[test]
    fn a_popular_value_does_not_make_names_of_the_others() {
        let shop: Vec<u64> = std::iter::once(100).chain([26; 35]).collect();
        assert!(are_data(&shop));
        let blog: Vec<u64> = [5_000, 1_000].into_iter().chain([1; 3_000]).collect();
        assert!(are_data(&blog));
    }

    #[test]
    fn made_up_values_do_not_make_data_of_names() {
        let attacked: Vec<u64> = [200; 5].into_iter().chain([1; 50]).collect();
        assert!(!are_data(&attacked));
    }
}
