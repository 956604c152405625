//! Does a word look like code, or like data?
//!
//! `bounds` ← `plain` (a quick yes) ← the rules, here.
//!
//! The one judgement behind ids, classes, JSON keys, query keys, path segments and event names. It errs to "data": a
//! refused class name costs a little accuracy, an accepted account number costs a promise. What it cannot know is a
//! name written like code (`jane`, `JaneRoe`): no list of names fits in the snippet, and the model's k is what stands
//! behind it there.
//!
//! `tests/it/rates.rs` measures it on `data/good-words.txt` and on generated secrets, with floors.

mod bounds;
mod plain;

use self::bounds::{FOLLOWERS, GROUP_DIGITS, HEX, HOST_ENDINGS, LETTERS, WORD_DIGITS, is_separator};
use crate::limits;
use crate::reason::Reason;

/// From this length on two odd places are enough, if they are a quarter of the run.
const LONG: usize = 8;
/// Odd places that make one run a token, whatever its length.
const ODD_IN_RUN: usize = 3;
/// Odd places that make a whole word a token, for base64url is cut up by its own `-` and `_`.
const ODD_IN_WORD: usize = 4;

/// `None` if `word` looks like an identifier that a programmer wrote; else what it looks like.
#[must_use]
pub fn looks_like_data(word: &str) -> Option<Reason> {
    if plain::is_plain(word) { None } else { judge(word) }
}

/// What `word` looks like, by every rule in turn.
fn judge(word: &str) -> Option<Reason> {
    if word.is_empty() {
        return Some(Reason::LooksLikeText);
    }
    if has_at_sign(word) || ends_like_a_host(word) {
        return Some(Reason::LooksLikeEmail);
    }
    if word.len() > limits::WORD_BYTES {
        return Some(Reason::TooLong);
    }
    if !word.bytes().all(|b| b.is_ascii_alphanumeric() || is_separator(b)) {
        return Some(Reason::LooksLikeText);
    }
    number(word).or_else(|| token(word)).or_else(|| name(word))
}

/// An `@`, plain or percent-encoded, however often.
#[must_use]
pub fn has_at_sign(text: &str) -> bool {
    text.contains('@')
        || text
            .split('%')
            .skip(1)
            .any(|after| after.trim_start_matches("25").starts_with("40"))
}

fn ends_like_a_host(word: &str) -> bool {
    let mut parts = word.rsplit(['.', '_', '-']);
    parts
        .next()
        .is_some_and(|last| HOST_ENDINGS.contains(&last.to_ascii_lowercase().as_str()))
        && parts.next().is_some()
}

/// Long numbers, however they are cut up by separators: cards, phones, social security numbers, dates, order numbers.
fn number(word: &str) -> Option<Reason> {
    let total = word.bytes().filter(u8::is_ascii_digit).count();
    for group in word.split(|c: char| c.is_ascii_alphabetic()) {
        let digits: Vec<u8> = group.bytes().filter(u8::is_ascii_digit).collect();
        if (13..=19).contains(&digits.len()) && luhn(&digits) {
            return Some(Reason::LooksLikeCard);
        }
        if digits.len() > GROUP_DIGITS {
            return Some(Reason::LooksLikeNumber);
        }
    }
    (total > WORD_DIGITS).then_some(Reason::LooksLikeNumber)
}

/// The check digit of payment cards, over ASCII digits.
#[must_use]
pub fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match place % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Hashes, random ids, base64: judged a run of letters and digits at a time, and by all runs together.
fn token(word: &str) -> Option<Reason> {
    let mut odd_in_word = 0;
    for run in word.split(|c: char| !c.is_ascii_alphanumeric()) {
        let (odd, pairs) = odd_places(run.as_bytes());
        let is_long_and_odd = run.len() >= LONG && odd >= 2 && odd * 4 >= pairs;
        odd_in_word += odd;
        if is_opaque(run) || is_long_and_odd || odd >= ODD_IN_RUN || odd_in_word >= ODD_IN_WORD {
            return Some(Reason::LooksLikeToken);
        }
    }
    None
}

/// Hex, letters and digits in turns, or more letters in a row than any word has.
fn is_opaque(run: &str) -> bool {
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    let all_hex = run.len() >= HEX && run.bytes().all(|b| b.is_ascii_hexdigit());
    let in_turns = run.len() >= 6 && digits >= 2 && switches(run.as_bytes()) >= 3;
    all_hex
        || in_turns
        || run
            .split(|c: char| c.is_ascii_digit())
            .any(|letters| letters.len() > LETTERS)
}

/// How often a run goes over from letters to digits or back.
fn switches(run: &[u8]) -> usize {
    run.windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit()))
        .count()
}

/// Places where no word would go on as this run does, and how many pairs of letters were looked at: pairs that are not
/// in [`FOLLOWERS`], humps of camel case one letter long, and every switch between letters and digits but the first.
fn odd_places(run: &[u8]) -> (usize, usize) {
    let mut odd = switches(run).saturating_sub(1);
    let mut pairs = 0;
    for (at, pair) in run.windows(2).enumerate() {
        let [a, b] = *pair else { continue };
        if a.is_ascii_lowercase() && b.is_ascii_uppercase() {
            let single_before = at == 0 || run.get(at - 1).is_some_and(u8::is_ascii_digit);
            let single_after = !run.get(at + 2).is_some_and(u8::is_ascii_lowercase);
            odd += usize::from(single_before) + usize::from(single_after);
        } else if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() {
            pairs += 1;
            odd += usize::from(!is_common(a.to_ascii_lowercase(), b.to_ascii_lowercase()));
        }
    }
    (odd, pairs)
}

fn is_common(a: u8, b: u8) -> bool {
    FOLLOWERS
        .get(usize::from(a - b'a'))
        .is_some_and(|followers| followers.bytes().any(|follower| follower == b))
}

/// `John-Smith`, `Mary.Jane`: capitalised words side by side are how names are written and how identifiers are not.
fn name(word: &str) -> Option<Reason> {
    let runs: Vec<&str> = word.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    runs.windows(2)
        .any(|pair| pair.iter().all(|run| is_capitalised(run)))
        .then_some(Reason::LooksLikeName)
}

fn is_capitalised(run: &str) -> bool {
    let mut letters = run.bytes();
    letters.next().is_some_and(|b| b.is_ascii_uppercase()) && run.len() >= 2 && letters.all(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::judge;
    use super::plain::is_plain;

    #[test]
    fn most_good_words_are_plain() {
        let words: Vec<&str> = include_str!("../../data/good-words.txt")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .collect();
        let plain = words.iter().filter(|word| is_plain(word)).count();
        assert!(plain * 10 > words.len() * 8, "{plain} of {}", words.len());
    }

    #[test]
    fn what_is_not_code_is_not_plain() {
        for word in [
            "",
            "jane.roe_example.com",
            "shop-org",
            "John-Smith",
            "deadbeef",
            "2024-11-02",
            "4111-1111",
            "xkqzvw",
            "a1b2c3",
            "a@b",
            "a%40b",
        ] {
            assert!(!is_plain(word), "{word}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16 * ProptestConfig::default().cases))]

        #[test]
        fn what_is_plain_passes_every_rule(word in "[a-f0-9]{1,20}|[a-z]{1,30}|[a-zA-Z]{1,16}|[a-z]{2,6}([A-Z0-9_.-][a-z0-9]{1,5}){0,4}|[a-e-]{1,9}[-_.](com|net|org)|[ -~]{1,12}") {
            if is_plain(&word) {
                prop_assert_eq!(judge(&word), None, "{}", word);
            }
        }
    }
}
