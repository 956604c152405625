//! Settings that are texts. All are ASCII: what browsers compare with (origins, hosts, paths) is.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::calendar;
use crate::limits;
use crate::reason::SettingCode;

/// Defines texts that are made of text in the right form only.
macro_rules! texts {
    ($($(#[$meta:meta])* $name:ident, max $max:expr, $good:path, else $code:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes `text` if it has the form.
            ///
            /// # Errors
            /// [`SettingCode::TooLong`], or the code of this sort of text if it has another form.
            pub fn new(text: &str) -> Result<Self, SettingCode> {
                if text.len() > $max {
                    Err(SettingCode::TooLong)
                } else if $good(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(SettingCode::$code)
                }
            }

            /// The text as the owner wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl de::Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a string")
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::new(text).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    )+};
}

texts! {
    /// An origin, or a pattern of origins: `*.` stands for one or more labels before at least two others, `:*` for any
    /// port.
    Origin, max limits::SETTING_BYTES, is_origin, else BadOrigin;
    /// A host, or a pattern of hosts: `*.` as in an origin.
    Host, max limits::SETTING_BYTES, is_host, else BadHost;
    /// A date of the calendar, `YYYY-MM-DD`.
    Date, max "YYYY-MM-DD".len(), is_date, else BadDate;
    /// A CSS selector, as far as can be seen without a browser. One that the browser cannot parse keeps the snippet
    /// from starting.
    Selector, max limits::SETTING_BYTES, is_selector, else BadSelector;
    /// A pattern of paths. Its segments are plain texts; `*`, which is any one and is judged as ever; `:id`, `:name`,
    /// `:email` or `:text`, which are any one and are sent as that; and at the end `**`, which is all that follows,
    /// sent as `:more`.
    UrlRule, max limits::SETTING_BYTES, is_url_rule, else BadUrlRule;
    /// A name of a field or key, or a part of one, in lower case.
    Name, max limits::WORD_BYTES, is_name, else BadName;
}

impl Origin {
    /// Whether it stands for `origin`, as a browser names it: in lower case.
    pub(super) fn matches(&self, origin: &str) -> bool {
        origin_matches(&self.0, origin)
    }
}

impl Date {
    /// Whether it is that day, or later, at `now_ms` (UTC).
    pub(super) fn has_come(&self, now_ms: u64) -> bool {
        *self.0 <= *calendar::date(now_ms)
    }
}

fn origin_matches(allowed: &str, origin: &str) -> bool {
    let (Some((allowed_scheme, allowed_rest)), Some((scheme, rest))) =
        (allowed.split_once("://"), origin.split_once("://"))
    else {
        return false;
    };
    let (allowed_host, allowed_port) = host_and_port(allowed_rest);
    let (host, port) = host_and_port(rest);
    let same_host = match allowed_host.strip_prefix("*.") {
        Some(parent) => {
            let labels = host.strip_suffix(parent).and_then(|left| left.strip_suffix('.'));
            labels.is_some_and(|labels| labels.split('.').all(is_label))
        }
        None => host == allowed_host,
    };
    allowed_scheme == scheme && same_host && (allowed_port == Some("*") || allowed_port == port)
}

/// The colons of an IPv6 address stand in brackets.
fn host_and_port(rest: &str) -> (&str, Option<&str>) {
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    }
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let (host, port) = host_and_port(rest);
    // Not only of the web: an application's pages may have `capacitor://localhost`.
    let good_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b));
    // Browsers leave a scheme's own port out: a pattern with it would never fit.
    let is_default = matches!((scheme, port), ("http", Some("80")) | ("https", Some("443")));
    let good_port =
        !is_default && port.is_none_or(|port| port == "*" || port.parse::<u16>().is_ok_and(|n| n.to_string() == port));
    good_scheme && good_port && is_host(host)
}

fn is_host(text: &str) -> bool {
    if let Some(address) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return address.contains(':') && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
    }
    let (labels, least) = text.strip_prefix("*.").map_or((text, 1), |parent| (parent, 2));
    labels.split('.').count() >= least && labels.split('.').all(is_label)
}

/// In lower case: browsers name hosts so, and a pattern that never fits would let through what it is to keep out. Other
/// scripts are written as browsers name them, `xn--…`.
fn is_label(label: &str) -> bool {
    let shaped = label
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    (1..=63).contains(&label.len()) && shaped
}

fn is_date(text: &str) -> bool {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| {
            if matches!(at, 4 | 7) {
                b == b'-'
            } else {
                b.is_ascii_digit()
            }
        });
    let within = |part: Option<&str>, most| {
        part.and_then(|part| part.parse().ok())
            .is_some_and(|n: u8| (1..=most).contains(&n))
    };
    form && within(text.get(5..7), 12) && within(text.get(8..10), 31)
}

fn is_selector(text: &str) -> bool {
    !text.is_empty() && text.trim_ascii() == text && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
}

fn is_url_rule(text: &str) -> bool {
    let Some(path) = text.strip_prefix('/') else {
        return false;
    };
    let segments: Vec<&str> = path.split('/').collect();
    let last = segments.len() - 1;
    // A path is sent with so many segments; what a rule says beyond them can never count.
    segments.len() <= limits::URL_SEGMENTS
        && segments.iter().enumerate().all(|(at, segment)| match *segment {
            "**" => at == last,
            "*" | ":id" | ":name" | ":email" | ":text" => true,
            plain => {
                let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~%+@".contains(&b);
                !plain.is_empty() && plain.bytes().all(is_plain)
            }
        })
}

/// One letter would be in nearly every name.
fn is_name(text: &str) -> bool {
    let shaped = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    text.len() >= 2 && text.bytes().all(shaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_match_whole_labels_schemes_and_ports() {
        for (allowed, origin, expected) in [
            ("https://shop.example", "https://shop.example", true),
            ("https://shop.example", "http://shop.example", false),
            ("https://shop.example", "https://shop.example:8443", false),
            ("https://shop.example", "https://shop.example.evil.example", false),
            ("https://*.shop.example", "https://www.shop.example", true),
            ("https://*.shop.example", "https://a.b.shop.example", true),
            ("https://*.shop.example", "https://shop.example", false),
            ("https://*.shop.example", "https://evilshop.example", false),
            ("https://*.shop.example", "https://.shop.example", false),
            ("https://*.shop.example", "https://evil.example/.shop.example", false),
            ("http://127.0.0.1:*", "http://127.0.0.1:4600", true),
            ("http://127.0.0.1:*", "http://127.0.0.1.evil.example:4600", false),
            ("http://[::1]:*", "http://[::1]:4600", true),
            ("http://[::1]", "http://[::1]", true),
            ("http://[::1]", "http://[::1]:4600", false),
            ("https://shop.example", "null", false),
        ] {
            let allowed = Origin::new(allowed).unwrap();
            assert_eq!(allowed.matches(origin), expected, "{allowed:?} against {origin}");
        }
    }

    fn only<T>(new: fn(&str) -> Result<T, SettingCode>, code: SettingCode, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(new(text).is_ok(), "{text}");
        }
        for text in bad {
            assert_eq!(new(text).err(), Some(code), "{text}");
        }
    }

    #[test]
    fn origins_and_hosts_take_their_own_form_only() {
        only(
            Origin::new,
            SettingCode::BadOrigin,
            &[
                "https://a.example",
                "capacitor://localhost",
                "http://localhost:3000",
                "https://*.co.example:*",
            ],
            &[
                "*",
                "https://*",
                "https://*.",
                "https://*.example",
                "https://",
                "shop.example",
                "https://Shop.example",
                "https://shop.example/",
                "https://shop.example:",
                "https://shop.example:080",
                "https://a.*.example",
                "null",
                "",
                "https://shop.example:99999",
                "https://jane@shop.example",
                "https://sh\u{f6}p.example",
            ],
        );
        only(
            Host::new,
            SettingCode::BadHost,
            &[
                "ads.example",
                "*.ads.example",
                "localhost",
                "127.0.0.1",
                "[::1]",
                "xn--bcher-kva.example",
            ],
            &[
                "*",
                "*.example",
                "ads.example.",
                ".ads.example",
                "Ads.example",
                "ads.example:80",
                "a b",
                "https://ads.example",
                "",
                "[]",
            ],
        );
    }

    #[test]
    fn other_texts_take_their_own_form_only() {
        only(
            Date::new,
            SettingCode::BadDate,
            &["2026-11-23", "9999-12-31"],
            &[
                "soon",
                "",
                "2026-13-01",
                "2026-00-10",
                "2026-11-32",
                "2026-11-1",
                "2026/11/23",
            ],
        );
        only(
            Selector::new,
            SettingCode::BadSelector,
            &[".secret", "main > [data-x=\"<b>\"]", "#a,.b"],
            &["", " ", " .a", ".a ", ".a\n.b", "#n\u{e4}me"],
        );
        only(
            UrlRule::new,
            SettingCode::BadUrlRule,
            &[
                "/u/:name/posts/*",
                "/**",
                "/files/**",
                "/a.b/c-d_e~f%20",
                "/:id/:email/:text",
            ],
            &[
                "",
                "/",
                "u/:name",
                "/u/",
                "//u",
                "/**/x",
                "/u/:more",
                "/u/:nam",
                "/u/x*",
                "/u?x",
                "/u#x",
                "/\u{fc}",
                "/1/2/3/4/5/6/7/8/9/10/11/12/13",
            ],
        );
        only(
            Name::new,
            SettingCode::BadName,
            &["nickname", "x-9", "id_"],
            &["", "n", "Nickname", "nick name", "n\u{e4}me", "a.b"],
        );
    }

    #[test]
    fn texts_have_a_bound() {
        let long = "x".repeat(limits::SETTING_BYTES + 1);
        assert_eq!(Selector::new(&long), Err(SettingCode::TooLong));
        assert_eq!(Name::new(&long), Err(SettingCode::TooLong));
        assert_eq!(Date::new("2026-11-231"), Err(SettingCode::TooLong));
    }
}
