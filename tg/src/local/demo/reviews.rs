//! Reviews: some that were always there, and those written since the start.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{
    catalogue::Catalogue,
    files::{self, DemoError},
    limits, names,
};

#[derive(Debug, Clone, Serialize)]
pub(super) struct Review {
    pub(super) id: String,
    pub(super) author: Author,
    pub(super) rating: u8,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) created_at: String,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Author {
    pub(super) name: String,
    pub(super) verified: bool,
}

/// What all reviews of a product come to.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Rating {
    average: f64,
    count: usize,
}

impl Rating {
    /// The average as a number that sorts.
    pub(super) fn points(self) -> u32 {
        // An average is between 0 and 5.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 50"
        )]
        let points = (self.average * 10.0) as u32;
        points
    }
}

/// A line of `data/reviews.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    author: String,
    rating: u8,
    title: String,
    body: String,
}

#[derive(Debug, Default)]
pub(super) struct Reviews(HashMap<String, VecDeque<Review>>);

impl Reviews {
    /// Deals the written reviews out to the products of their category, always in the same way.
    pub(super) fn open(catalogue: &Catalogue) -> Result<Self, DemoError> {
        let written: BTreeMap<String, Vec<Written>> = files::data("reviews")?;
        let mut all = HashMap::new();
        for (nth, product) in catalogue.products().enumerate() {
            let pool = written.get(&product.category).map(Vec::as_slice).unwrap_or_default();
            let count = 2 + (nth * 5) % 4;
            let dealt = pool.iter().cycle().skip(nth).take(count.min(pool.len()));
            let reviews = dealt.enumerate().map(|(age, review)| Review {
                id: names::id("rev"),
                author: Author {
                    name: review.author.clone(),
                    verified: (nth + age) % 3 != 0,
                },
                rating: review.rating,
                title: review.title.clone(),
                body: review.body.clone(),
                created_at: names::ago((age as u64 * 17) + nth as u64 + 2),
            });
            all.insert(product.slug.clone(), reviews.collect());
        }
        Ok(Self(all))
    }

    /// A product's reviews, the newest first.
    pub(super) fn of(&self, slug: &str) -> impl Iterator<Item = &Review> {
        self.0.get(slug).into_iter().flatten()
    }

    pub(super) fn rating(&self, slug: &str) -> Rating {
        let (count, sum) = self.of(slug).fold((0_usize, 0_u32), |(count, sum), review| {
            (count + 1, sum + u32::from(review.rating))
        });
        if count == 0 {
            return Rating::default();
        }
        let average = f64::from(sum) / count as f64;
        Rating {
            average: (average * 10.0).round() / 10.0,
            count,
        }
    }

    /// Adds one; beyond the bound the oldest goes.
    pub(super) fn add(&mut self, slug: &str, review: Review) {
        let reviews = self.0.entry(slug.to_owned()).or_default();
        reviews.push_front(review);
        reviews.truncate(limits::REVIEWS_OF_ONE);
    }
}
