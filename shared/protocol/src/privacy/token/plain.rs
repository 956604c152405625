//! A quick yes, in one pass, for words that are code beyond doubt. Most words are, and a batch has a hundred and more of them:
//! judging each by every rule took a third of the time of ingest.

use super::{FOLLOWERS, GROUP_DIGITS, HEX, HOST_ENDINGS, LETTERS, WORD_DIGITS, is_separator};
use crate::limits;

/// What stood before.
#[derive(Clone, Copy)]
enum Before {
    /// A separator, or nothing.
    Gap,
    Lower(u8),
    Upper(u8),
    Digit,
}

/// Whether every rule of [`super::looks_like_data`] would find `word` to be code. `false` means nothing: ask the rules.
///
/// It knows lower case, camel case and `kebab-2`; a test holds it to the rules.
pub(super) fn is_plain(word: &str) -> bool {
    if word.is_empty() || word.len() > limits::WORD_BYTES {
        return false;
    }
    let mut before = Before::Gap;
    // Of the run of letters and digits: its length, how many lower-case letters it ends with, whether all of it is hex.
    let (mut run, mut lowers, mut hex) = (0, 0, true);
    let (mut digits_since_letter, mut digits, mut odd, mut gaps) = (0, 0, 0, 0);
    for b in word.bytes() {
        match (b, before) {
            (b'a'..=b'z', Before::Lower(a) | Before::Upper(a)) => {
                odd += usize::from(!is_common(a, b));
                (before, lowers, digits_since_letter) = (Before::Lower(b), lowers + 1, 0);
            }
            (b'a'..=b'z', Before::Gap) => (before, lowers, digits_since_letter) = (Before::Lower(b), 1, 0),
            // A hump of camel case, between words of two letters and more.
            (b'A'..=b'Z', Before::Lower(_)) if lowers >= 2 => {
                (before, lowers) = (Before::Upper(b.to_ascii_lowercase()), 0)
            }
            (b'0'..=b'9', Before::Gap | Before::Lower(_) | Before::Digit) => {
                (before, digits_since_letter, digits) = (Before::Digit, digits_since_letter + 1, digits + 1);
                if digits_since_letter > GROUP_DIGITS || digits > WORD_DIGITS {
                    return false;
                }
            }
            (_, Before::Gap | Before::Lower(_) | Before::Digit) if is_separator(b) => {
                if hex && run >= HEX {
                    return false;
                }
                (before, run, hex, gaps) = (Before::Gap, 0, true, gaps + 1);
                continue;
            }
            _ => return false,
        }
        run += 1;
        hex &= b.is_ascii_hexdigit();
        if run > LETTERS {
            return false;
        }
    }
    let ends_well = !(matches!(before, Before::Upper(_)) || hex && run >= HEX);
    let may_be_a_host = gaps > 0 && HOST_ENDINGS.iter().any(|ending| word.ends_with(ending));
    // One odd place is in many good words, and too few for any rule.
    ends_well && odd <= 1 && !may_be_a_host
}

/// [`FOLLOWERS`] as bits.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler: a wrong index does not build"
)]
const COMMON: [u32; 26] = {
    let mut common = [0; 26];
    let mut a = 0;
    while a < FOLLOWERS.len() {
        let followers = FOLLOWERS[a].as_bytes();
        let mut at = 0;
        while at < followers.len() {
            common[a] |= 1 << (followers[at] - b'a');
            at += 1;
        }
        a += 1;
    }
    common
};

/// Of two lower-case letters.
fn is_common(a: u8, b: u8) -> bool {
    COMMON
        .get(usize::from(a - b'a'))
        .is_some_and(|followers| followers >> (b - b'a') & 1 == 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::is_plain;
    use crate::privacy::token::judge;

    #[test]
    fn most_good_words_are_plain() {
        let words: Vec<&str> = include_str!("../../../data/good-words.txt")
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
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn what_is_plain_passes_every_rule(word in "[a-f0-9]{1,20}|[a-z]{1,30}|[a-zA-Z]{1,16}|[a-z]{2,6}([A-Z0-9_.-][a-z0-9]{1,5}){0,4}|[a-e-]{1,9}[-_.](com|net|org)|[ -~]{1,12}") {
            if is_plain(&word) {
                prop_assert_eq!(judge(&word), None, "{}", word);
            }
        }
    }
}
