//! What a world's owner has set, and whether a connection may come in under it. Defaults are the safe ones.

use serde::{Deserialize, Serialize};

use crate::calendar;
use crate::event::{Kind, KindSet};
use crate::reason::Refusal;

/// `World > Settings`, as far as the ingest path asks. A field that this version does not know is refused rather than ignored:
/// it may be the one that forbids something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Takes no data for now.
    pub paused: bool,
    /// Origins that may connect: `https://shop.example`, `https://*.shop.example`, `http://127.0.0.1:*`. None listed, none allowed.
    pub origins: Vec<String>,
    /// Whether visitors may be in the EU.
    pub eu_visitors: bool,
    /// When the data-processing agreement was signed, `YYYY-MM-DD`.
    pub agreement: Option<String>,
    /// Kinds of event that are not collected.
    pub off: Vec<Kind>,
    /// Most events a calendar month (UTC).
    pub monthly_events: Option<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            paused: false,
            origins: Vec::new(),
            eu_visitors: true,
            agreement: None,
            off: Vec::new(),
            monthly_events: None,
        }
    }
}

impl Settings {
    /// Whether a page of `origin` may connect at `now_ms`, `used` events into the month.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(&self, origin: Option<&str>, used: u64, now_ms: u64) -> Result<KindSet, Refusal> {
        let origin = origin.ok_or(Refusal::OriginMissing)?;
        if !self.origins.iter().any(|allowed| origin_matches(allowed, origin)) {
            return Err(Refusal::OriginNotAllowed);
        }
        if self.paused {
            return Err(Refusal::Paused);
        }
        if self.eu_visitors
            && !self
                .agreement
                .as_deref()
                .is_some_and(|signed| has_come(signed, &calendar::date(now_ms)))
        {
            return Err(Refusal::AgreementMissing);
        }
        if self.monthly_events.is_some_and(|most| used >= most) {
            return Err(Refusal::OverQuota);
        }
        Ok(self.off.iter().fold(KindSet::ALL, |kinds, off| kinds.without(*off)))
    }
}

/// `*.` stands for one or more labels before at least two others, `:*` for any port; all else is compared as it is (browsers
/// send origins in lower case).
fn origin_matches(allowed: &str, origin: &str) -> bool {
    let (Some((allowed_scheme, allowed_rest)), Some((scheme, rest))) =
        (allowed.split_once("://"), origin.split_once("://"))
    else {
        return false;
    };
    let (allowed_host, allowed_port) = host_and_port(allowed_rest);
    let (host, port) = host_and_port(rest);
    let is_host = |host: &str| {
        host.bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
    };
    let same_host = match allowed_host.strip_prefix("*.") {
        Some(parent) => {
            let labels = host.strip_suffix(parent).and_then(|left| left.strip_suffix('.'));
            parent.split('.').filter(|label| !label.is_empty()).count() >= 2
                && labels.is_some_and(|labels| !labels.is_empty())
                && is_host(host)
        }
        None => host == allowed_host,
    };
    allowed_scheme == scheme && same_host && (allowed_port == Some("*") || allowed_port == port)
}

fn host_and_port(rest: &str) -> (&str, Option<&str>) {
    rest.rsplit_once(':')
        .map_or((rest, None), |(host, port)| (host, Some(port)))
}

/// Whether `date`, `YYYY-MM-DD`, is one of the calendar and not after `today`, which has the same form.
fn has_come(date: &str, today: &str) -> bool {
    let form = date.len() == 10
        && date.bytes().enumerate().all(|(at, b)| {
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
    form && within(date.get(5..7), 12) && within(date.get(8..10), 31) && date <= today
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Settings {
        Settings {
            origins: vec!["https://shop.example".into()],
            eu_visitors: false,
            ..Settings::default()
        }
    }

    const NOW: u64 = 1_795_435_200_000; // 23 November 2026
    const ORIGIN: Option<&str> = Some("https://shop.example");

    #[test]
    fn a_world_with_nothing_set_admits_nobody() {
        assert_eq!(
            Settings::default().admit(ORIGIN, 0, NOW),
            Err(Refusal::OriginNotAllowed)
        );
        assert_eq!(Settings::default().admit(None, 0, NOW), Err(Refusal::OriginMissing));
    }

    #[test]
    fn eu_visitors_are_the_default_and_need_an_agreement() {
        let eu = Settings {
            eu_visitors: Settings::default().eu_visitors,
            ..open()
        };
        assert_eq!(eu.admit(ORIGIN, 0, NOW), Err(Refusal::AgreementMissing));
        for odd in [
            "soon",
            "",
            "2026-13-01",
            "2026-00-10",
            "2026-11-32",
            "2026-11-24",
            "9999-12-31",
            "2026-11-1",
        ] {
            let agreement = Some(odd.to_owned());
            let odd = Settings {
                agreement,
                ..eu.clone()
            };
            assert_eq!(odd.admit(ORIGIN, 0, NOW), Err(Refusal::AgreementMissing));
        }
        let signed = Settings {
            agreement: Some("2026-11-23".into()),
            ..eu
        };
        assert_eq!(signed.admit(ORIGIN, 0, NOW), Ok(KindSet::ALL));
    }

    #[test]
    fn a_paused_world_and_a_used_up_quota_refuse() {
        assert_eq!(
            Settings { paused: true, ..open() }.admit(ORIGIN, 0, NOW),
            Err(Refusal::Paused)
        );
        let quota = Settings {
            monthly_events: Some(10),
            ..open()
        };
        assert_eq!(quota.admit(ORIGIN, 10, NOW), Err(Refusal::OverQuota));
        assert!(quota.admit(ORIGIN, 9, NOW).is_ok());
    }

    #[test]
    fn kinds_that_are_off_are_left_out() {
        let kinds = Settings {
            off: vec![Kind::Move],
            ..open()
        }
        .admit(ORIGIN, 0, NOW)
        .unwrap();
        assert!(!kinds.contains(Kind::Move) && kinds.contains(Kind::Click));
    }

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
            ("http://127.0.0.1:*", "http://127.0.0.1:4600", true),
            ("http://127.0.0.1:*", "http://127.0.0.1.evil.example:4600", false),
            ("https://*.example", "https://shop.example", false),
            ("https://*.", "https://shop.example.", false),
            ("https://*.shop.example", "https://evil.example/.shop.example", false),
            ("*", "https://shop.example", false),
            ("https://shop.example", "null", false),
        ] {
            assert_eq!(origin_matches(allowed, origin), expected, "{allowed} against {origin}");
        }
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(serde_json::from_str::<Settings>(r#"{"paused":false,"forbid_all":true}"#).is_err());
    }
}
