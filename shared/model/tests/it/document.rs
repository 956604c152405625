//! What must hold for any sessions: partials merge, the document depends on nothing else and says what a slow reference
//! says, and nothing in it stands for fewer than k distinct sessions.

use crate::common::reference::{differences, published, reference};
use crate::common::walker::breaches;
use crate::common::{catalog, document, partial, random, settings, some_recorded};
use proptest::prelude::*;
use serde_json::Value;
use testgram_model::{Partial, publish};

fn json(document: &testgram_model::Document) -> Value {
    serde_json::from_slice(&document.to_json()).unwrap()
}

proptest! {
    #![proptest_config(testgram_fixtures::strategy::config(25))]

    #[test]
    fn merging_is_counting_together(all in random::sessions(16, 20), cuts in any::<(u8, u8)>(), k in 1..4_u32) {
        let catalog = catalog(&all, k);
        let (a, b) = (usize::from(cuts.0) % all.len(), usize::from(cuts.1) % all.len());
        let (a, b) = (a.min(b), a.max(b));
        let [x, y, z] = [&all[..a], &all[a..b], &all[b..]].map(|part| partial(&catalog, part));
        let merged = |mut one: Partial, other: &Partial| { one.merge(other.clone()); one };
        let whole = partial(&catalog, &all).to_bytes();
        prop_assert_eq!(&merged(merged(x.clone(), &y), &z).to_bytes(), &whole);
        prop_assert_eq!(&merged(x.clone(), &merged(y.clone(), &z)).to_bytes(), &whole);
        prop_assert_eq!(&merged(merged(z.clone(), &y), &x).to_bytes(), &whole);
        let none = Partial::new(&catalog, &[7; 32]);
        prop_assert_eq!(&merged(none.clone(), &merged(x.clone(), &none)).to_bytes(), &x.to_bytes());
    }

    #[test]
    fn the_document_depends_on_the_set_of_sessions_only(mut all in random::sessions(16, 20), k in 1..4_u32) {
        let first = document(&all, k).to_json();
        all.reverse();
        let catalog = catalog(&all, k);
        let mut merged = Partial::new(&catalog, &[7; 32]);
        for session in &all {
            merged.merge(partial(&catalog, [session]));
        }
        prop_assert_eq!(publish(&catalog, &merged, &settings(k)).to_json(), first);
    }

    #[test]
    fn partials_survive_their_own_format(all in random::sessions(16, 30), flip in any::<prop::sample::Index>()) {
        let catalog = catalog(&all, 2);
        let bytes = partial(&catalog, &all).to_bytes();
        prop_assert_eq!(&Partial::from_bytes(&bytes, &catalog).unwrap().to_bytes(), &bytes);
        // Damaged bytes are refused, or are those of another partial.
        let mut damaged = bytes.clone();
        damaged[flip.index(bytes.len())] ^= 1;
        if let Some(read) = Partial::from_bytes(&damaged, &catalog) {
            prop_assert_eq!(read.to_bytes(), damaged);
        }
        prop_assert!(Partial::from_bytes(&bytes[..bytes.len() - 1], &catalog).is_none());
    }

    #[test]
    fn nothing_stands_for_fewer_than_k_sessions(all in random::sessions(30, 20), k in 2..6_u32) {
        let (breaches, _) = breaches(&json(&document(&all, k)), u64::from(k));
        prop_assert!(breaches.is_empty(), "{:#?}", breaches);
    }
}

proptest! {
    #![proptest_config(testgram_fixtures::strategy::config(128))]

    #[test]
    fn with_nothing_rare_it_says_what_a_slow_reference_says(all in random::sessions(7, 20)) {
        let catalog = catalog(&all, 1);
        let document = publish(&catalog, &partial(&catalog, &all), &settings(1));
        let differences = differences(&published(&document), &reference(&catalog, &all));
        prop_assert!(differences.is_empty(), "expected, published: {:#?}", differences);
    }
}

#[test]
fn the_recorded_traffic_says_something_of_everything() {
    let document = document(&some_recorded(), 5);
    let (breaches, supports) = breaches(&json(&document), 5);
    assert!(breaches.is_empty(), "{breaches:#?}");
    assert!(supports > 1_000, "{supports}");
}
