//! Filling in a form.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testgram_protocol::limits::RHYTHM_BUCKETS;
use testgram_protocol::privacy::value::length_bucket;

use crate::dice::Dice;
use crate::site::{Field, Form};
use crate::visit::{Visit, insert};

/// Fills `form` in; gives the page that its submission leads to.
pub(crate) fn fill<'a>(visit: &mut Visit<'a>, form: &'a Form) -> Option<&'a str> {
    let mut by_keyboard = false;
    let mut filled = 0;
    for (place, field) in (1..).zip(&form.fields) {
        if visit.dice.chance(0.08) {
            continue;
        }
        if by_keyboard {
            visit.key("Tab", 0, None);
        } else {
            visit.approach(&field.element, place);
            visit.click(&field.element, 1);
        }
        enter(visit, field);
        filled += 1;
        if visit.dice.chance(0.03) {
            return None; // gives up
        }
        by_keyboard = visit.dice.chance(visit.user.keyboard + 0.25);
    }
    if filled == 0 {
        return None;
    }
    if by_keyboard {
        visit.key("Enter", 0, form.fields.last().map(|field| &field.element));
    } else if let Some(submit) = &form.submit {
        visit.approach(submit, 1);
        visit.click(submit, 1);
    }
    let valid = visit.dice.chance(0.93);
    visit.tell(
        "submit",
        &json!({ "el": form.element.told(1), "valid": valid, "filled": filled }),
    );
    if valid {
        form.target.and_then(|target| visit.follow(target))
    } else {
        None
    }
}

/// One field: what is typed never leaves this function but as a digest.
fn enter(visit: &mut Visit<'_>, field: &Field) {
    let (value, chosen) = made_up(&mut visit.dice, field.kind);
    let paste = !chosen && visit.dice.chance(0.04);
    let keys = if chosen || paste { 0 } else { value.len() as u32 };
    let edits = (0..keys).filter(|_| visit.dice.chance(visit.user.slips)).count() as u32;
    let keys = keys + 2 * edits;
    let (rhythm, typing_ms) = rhythm(&mut visit.dice, visit.user.key_ms, keys);
    let ms = typing_ms + visit.dice.around(600.0);
    visit.pass(ms);
    let mut told = json!({ "kind": field.kind });
    let secret = matches!(field.kind, "password" | "card" | "code" | "file" | "masked");
    if !secret {
        let mut salted = Sha256::new();
        salted.update(visit.salt);
        salted.update(&value);
        let digest = salted
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        insert(&mut told, "len", length_bucket(value.len()).into());
        insert(&mut told, "digest", digest.into());
    }
    let mut detail = json!({ "el": field.element.told(1), "value": told, "ms": ms });
    if !secret {
        insert(&mut detail, "keys", keys.into());
    }
    if edits > 0 && !secret {
        insert(&mut detail, "edits", edits.into());
    }
    if paste {
        insert(&mut detail, "paste", true.into());
    }
    if !rhythm.is_empty() && !secret {
        insert(
            &mut detail,
            "rhythm",
            rhythm.into_iter().map(Value::from).collect::<Vec<_>>().into(),
        );
    }
    visit.tell("input", &detail);
}

/// The gaps between `keys` presses, counted by length, and their sum.
fn rhythm(dice: &mut Dice, key_ms: f64, keys: u32) -> (Vec<u32>, u32) {
    let mut counts = [0_u32; RHYTHM_BUCKETS];
    let mut sum = 0;
    for _ in 1..keys {
        let gap = dice.around(key_ms);
        sum += gap;
        let bucket = (gap / 10).max(1).ilog2() as usize;
        if let Some(count) = counts.get_mut(bucket.min(RHYTHM_BUCKETS - 1)) {
            *count += 1;
        }
    }
    let used = RHYTHM_BUCKETS - counts.iter().rev().take_while(|count| **count == 0).count();
    (counts.into_iter().take(used).collect(), sum)
}

/// A value of `kind`, and whether it is chosen rather than typed.
fn made_up(dice: &mut Dice, kind: &str) -> (String, bool) {
    let (alphabet, low, high): (&[u8], _, _) = match kind {
        "choice" => (b"abcdefgh", 1, 1),
        "date" | "time" => (b"0123456789-", 5, 10),
        "phone" | "number" | "card" | "code" => (b"0123456789", 2, 16),
        "text" => (b"etaoin shrdlu", 4, 60),
        _ => (b"etaoinshrdlu.", 5, 24),
    };
    let value = (0..dice.between(low, high))
        .filter_map(|_| dice.pick(alphabet))
        .map(|byte| char::from(*byte))
        .collect();
    (value, matches!(kind, "choice" | "file"))
}
