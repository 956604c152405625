//! What the rules and the quick yes count by.

/// Digits that one group may have and still be part of a name (`col-12`, `z-100`, `step-2`).
pub(super) const GROUP_DIGITS: usize = 3;
/// Digits that a whole word may have.
pub(super) const WORD_DIGITS: usize = 6;
/// Longest plain run of letters: longer ones are random or foreign.
pub(super) const LETTERS: usize = 24;
/// Shortest run that is a token if all of it is hex: `facade` has six, `deadbeef` is not worth saving.
pub(super) const HEX: usize = 8;
/// How a host, or an e-mail address without its `@`, ends: `jane.roe_example.com`.
pub(super) const HOST_ENDINGS: &[&str] = &["com", "net", "org", "edu", "gov"];

/// Letters that commonly follow `a`, `b`, … `z` in the words of programs: nine in ten of the pairs one meets there, and
/// under half of all pairs. Counted over some 9,000 files of JavaScript, CSS, HTML, Python and Rust, and then given the
/// pairs of usual short forms (`btn`, `xml`, `ajax`).
pub(super) const FOLLOWERS: [&str; 26] = [
    "bcdfgijklmnprstuvwxy",
    "aceijlmorstuy",
    "acehiklorstuy",
    "adegilmorsuwy",
    "abcdefgiklmnopqrstuvwxy",
    "aefilorstuy",
    "aeghilnorsu",
    "aeimortu",
    "abcdefgklmnoprstvxz",
    "aeou",
    "eis",
    "adeilopstuy",
    "abeilmopsuy",
    "acdefgiklnopstuv",
    "abcdefgijklmnoprstuvwxy",
    "acdehiloprstuy",
    "u",
    "acdefgiklmnoprstuvy",
    "acehiklmopstuy",
    "acdefhilmnoprstuy",
    "abcdefgilmnprst",
    "aeio",
    "aehinors",
    "acehimpsty",
    "aelmnopst",
    "aeio",
];

/// What parts the runs of letters and digits of a word.
pub(super) fn is_separator(b: u8) -> bool {
    matches!(b, b'-' | b'_' | b'.' | b':' | b'[' | b']' | b'$')
}
