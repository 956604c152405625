//! What of an element may stand in clear: its tag, its place, and names that a programmer gave it.

use super::token::looks_like_data;
use crate::limits;
use crate::reason::Reason;

/// A tag name in lower case, custom elements included.
///
/// # Errors
/// [`Reason::TooLong`]; [`Reason::LooksLikeText`] if a character may not stand in a tag; else what the tag looks like
/// instead of code.
pub fn check_tag(tag: &str) -> Result<(), Reason> {
    let shaped = tag.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
        && tag
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if tag.len() > limits::TAG_BYTES {
        Err(Reason::TooLong)
    } else if !shaped {
        Err(Reason::LooksLikeText)
    } else {
        // A custom element must hold a dash; anything else is one of HTML's or SVG's words, none of which is opaque.
        looks_like_data(tag).map_or(Ok(()), Err)
    }
}

/// An id, name, test id or class: kept only if it looks like code.
///
/// # Errors
/// What the word looks like instead of code, by [`looks_like_data`].
pub fn check_word(word: &str) -> Result<(), Reason> {
    looks_like_data(word).map_or(Ok(()), Err)
}

/// A structural path, outermost first: `main>form:2>button` (`:n` is the place among siblings of the same tag, from 1).
///
/// # Errors
/// What [`check_tag`] says of the first tag that is none; [`Reason::OutOfRange`] for a place that is not 1 to 999;
/// [`Reason::TooMany`] for more steps than [`limits::PATH_STEPS`].
pub fn check_path(path: &str) -> Result<(), Reason> {
    let mut steps = 0;
    for step in path.split('>') {
        steps += 1;
        let (tag, place) = step
            .split_once(':')
            .map_or((step, None), |(tag, place)| (tag, Some(place)));
        check_tag(tag)?;
        if let Some(place) = place {
            let in_range = place.len() <= 3 && !place.starts_with('0') && place.parse::<u16>().is_ok_and(|n| n > 0);
            if !in_range || place.starts_with('+') {
                return Err(Reason::OutOfRange);
            }
        }
    }
    if steps > limits::PATH_STEPS {
        Err(Reason::TooMany)
    } else {
        Ok(())
    }
}
