//! The texts of events, each with its rule.

use crate::limits;
use crate::privacy::{element, error, url};
use crate::reason::Reason;
use crate::text::ruled_text;

ruled_text!(
    /// A tag name, lower case.
    Tag, max limits::TAG_BYTES, rule element::check_tag
);
ruled_text!(
    /// An id, name, test id, class or event name that looks like code.
    Word, max limits::WORD_BYTES, rule element::check_word
);
ruled_text!(
    /// An element's place: `main>form:2>button`.
    ElementPath, max (limits::TAG_BYTES + 5) * limits::PATH_STEPS, rule element::check_path
);
ruled_text!(
    /// A URL template: see [`crate::privacy::url`].
    UrlTemplate, max limits::URL_BYTES, rule url::check
);
ruled_text!(
    /// An error message's template: see [`crate::privacy::error`].
    ErrorTemplate, max 20 * (limits::ERROR_WORDS + 1),
    rule |text| if error::scrub(text) == text { Ok(()) } else { Err(Reason::LooksLikeText) }
);

ruled_text!(
    /// `en` or `en-US`.
    Language, max 6, rule |text| {
        let (language, region) = text.split_once('-').map_or((text, None), |(language, region)| (language, Some(region)));
        let good_language = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
        let good_region = region.is_none_or(|region| region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase()));
        if good_language && good_region { Ok(()) } else { Err(Reason::UnknownWord) }
    }
);
