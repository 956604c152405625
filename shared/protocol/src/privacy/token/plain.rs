//! A quick yes, in one pass, for words that are code beyond doubt. Most words are, and a batch has a hundred and more
//! of them: judging each by every rule took a third of the time of ingest.

use super::bounds::{FOLLOWERS, GROUP_DIGITS, HEX, HOST_ENDINGS, LETTERS, WORD_DIGITS, is_separator};
use crate::limits;

/// What stands before a letter, digit or separator of a word.
#[derive(Clone, Copy)]
enum Before {
    /// A separator, or the begin of the word.
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

/// [`FOLLOWERS`] as a bit for each letter.
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

/// Whether `b` commonly follows `a`, two lower-case letters.
fn is_common(a: u8, b: u8) -> bool {
    COMMON
        .get(usize::from(a - b'a'))
        .is_some_and(|followers| followers >> (b - b'a') & 1 == 1)
}
