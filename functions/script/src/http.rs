//! Request headers that ask for one form of the script or another.

/// Whether an `Accept-Encoding` accepts gzip (RFC 9110, section 12.5.3).
pub(crate) fn takes_gzip(accept: &str) -> bool {
    let weight = |wanted: &str| {
        let mut codings = accept.split(',').map(|coding| coding.split(';').map(str::trim));
        codings.find_map(|mut coding| {
            let is_wanted = coding.next()?.eq_ignore_ascii_case(wanted);
            let quality = coding.find_map(|parameter| parameter.strip_prefix("q=").or(parameter.strip_prefix("Q=")));
            is_wanted.then(|| quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0)))
        })
    };
    weight("gzip")
        .or_else(|| weight("*"))
        .is_some_and(|weight: f64| weight > 0.0)
}

/// Whether an `If-None-Match` names this tag (RFC 9110, section 13.1.2). Caches on the way weaken tags.
pub(crate) fn has(if_none_match: &str, tag: &str) -> bool {
    let mut tags = if_none_match.split(',').map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_it_is_offered() {
        for accept in [
            "gzip",
            "gzip, deflate, br, zstd",
            "deflate, GZIP;q=0.5",
            "*",
            "br;q=1, *;q=0.1",
            "gzip; q=1.0",
        ] {
            assert!(takes_gzip(accept), "{accept}");
        }
        for accept in [
            "",
            "identity",
            "br",
            "gzip;q=0",
            "gzip; q=0.0, *",
            "*;q=0",
            "x-gzip",
            "gzip;q=much",
        ] {
            assert!(!takes_gzip(accept), "{accept}");
        }
    }

    #[test]
    fn a_known_tag_is_found_in_a_list_weak_or_strong() {
        for known in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(has(known, "\"a\""), "{known}");
        }
        for unknown in ["", "\"b\"", "a", "\"a-gzip\""] {
            assert!(!has(unknown, "\"a\""), "{unknown}");
        }
    }
}
