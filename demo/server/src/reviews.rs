//! Reviews: some that were always there, and those written since the start.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::Catalogue,
    files::{self, DemoError},
    limits, names,
    rating::Rating,
};

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Review {
    pub(crate) id: String,
    pub(crate) author: Author,
    pub(crate) rating: u8,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) created_at: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Author {
    pub(crate) name: String,
    pub(crate) verified: bool,
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
pub(crate) struct Reviews(HashMap<String, VecDeque<Review>>);

impl Reviews {
    /// Deals the written reviews out to the products of their category, always in the same way.
    pub(crate) fn open(catalogue: &Catalogue) -> Result<Self, DemoError> {
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
    pub(crate) fn of(&self, slug: &str) -> impl Iterator<Item = &Review> {
        self.0.get(slug).into_iter().flatten()
    }

    pub(crate) fn rating(&self, slug: &str) -> Rating {
        Rating::of(self.of(slug).map(|review| review.rating))
    }

    /// Adds one; beyond the bound the oldest goes.
    pub(crate) fn add(&mut self, slug: &str, review: Review) {
        let reviews = self.0.entry(slug.to_owned()).or_default();
        reviews.push_front(review);
        reviews.truncate(limits::REVIEWS_OF_ONE);
    }
}
