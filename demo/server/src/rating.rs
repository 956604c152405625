//! A product's rating: the average of its reviews' stars.

use serde::Serialize;

/// Average and number of the stars that a product was given. [`Reviews`](crate::reviews::Reviews) makes it, and the
/// catalogue shows it on cards and sorts by it.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Rating {
    /// From 1 to 5, to one decimal place; 0 without reviews.
    average: f64,
    /// How many reviews there are.
    count: usize,
}

impl Rating {
    /// The rating that these stars come to, one to five each.
    pub(crate) fn of(stars: impl Iterator<Item = u8>) -> Self {
        let (count, sum) = stars.fold((0_usize, 0_u32), |(count, sum), stars| {
            (count + 1, sum + u32::from(stars))
        });
        if count == 0 {
            return Self::default();
        }
        let average = f64::from(sum) / count as f64;
        Self {
            average: (average * 10.0).round() / 10.0,
            count,
        }
    }

    /// The average in tenths of a star, as a whole number that sorts.
    pub(crate) fn points(self) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 50"
        )]
        let points = (self.average * 10.0) as u32;
        points
    }
}
