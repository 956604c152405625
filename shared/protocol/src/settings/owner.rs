//! What a world's owner has set, and whether a page may come in under it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::number::{Epsilon, Share, Within};
use super::text::{Date, Host, Name, Origin, Selector, UrlRule};
use crate::event::{Collected, Kind};
use crate::limits;
use crate::list::List;
use crate::reason::{Refusal, SettingCode};
use crate::strict::{objects, wire_words};

/// The settings of a world. A field that this version does not know is refused rather than ignored: it may be the one
/// that forbids something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct Settings {
    /// Takes no data for now.
    pub paused: bool,
    /// Origins that may connect: `https://shop.example`, `https://*.shop.example`, `http://127.0.0.1:*`. None listed,
    /// none allowed.
    pub origins: List<Origin, { limits::SETTING_ITEMS }>,
    /// Whether visitors may be in the EU.
    pub eu_visitors: bool,
    /// When the data-processing agreement was signed, `YYYY-MM-DD`.
    pub agreement: Option<Date>,
    /// Kinds of event that are not collected.
    pub off: List<Kind, { Kind::ALL.len() }>,
    /// Most events a calendar month (UTC).
    pub monthly_events: Option<u64>,
    /// Whether digests of values are sent. Without them the model cannot see that two fields were given the same.
    pub digests: bool,
    /// Whether digests of labels are sent. Without them a control is known by its place and names alone.
    pub labels: bool,
    /// Where the tab keeps its session's id and salt.
    pub storage: Storage,
    /// Whether Global Privacy Control is honoured: nothing is recorded of a visitor who sends it.
    pub gpc: bool,
    /// Whether Do Not Track is honoured, likewise.
    pub dnt: bool,
    /// Whether recording begins by itself. If not, with `testgram.start()`: for pages that ask for consent first.
    pub autostart: bool,
    /// The share of sessions that is recorded.
    pub sample: Share,
    /// What is masked beside `[data-tg-mask]`: no label, and of values nothing but that there was one.
    pub masked: List<Selector, { limits::SETTING_ITEMS }>,
    /// What is ignored beside `[data-tg-ignore]`: nothing in it is recorded.
    pub ignored: List<Selector, { limits::SETTING_ITEMS }>,
    /// Hosts to which no API call is recorded, and on whose pages nothing is: `ads.example`, `*.ads.example`.
    pub ignored_domains: List<Host, { limits::SETTING_ITEMS }>,
    /// Paths whose parts are masked: `/u/:name/posts/*`. The first that fits counts.
    pub url_rules: List<UrlRule, { limits::SETTING_ITEMS }>,
    /// Further names, or parts of them, that make a field's value a secret and a key of a body or query data.
    pub sensitive: List<Name, { limits::SETTING_ITEMS }>,
    /// How long the archive keeps what was recorded, days.
    pub retention_days: Within<1, 3_650>,
    /// In how many sessions something must have been seen to be in a model.
    pub k: Within<2, 1_000>,
    /// Noise on the numbers of models: differential privacy's epsilon for one of them. None without.
    pub epsilon: Option<Epsilon>,
}

wire_words! {
    /// Where a tab keeps its session's id and salt.
    pub enum Storage {
        /// In its sessionStorage: a session spans the pages of a tab.
        Session = "session",
        /// In memory: a session ends with its page.
        None = "none",
    }
}

objects!(Settings);

impl Default for Settings {
    fn default() -> Self {
        Self {
            paused: false,
            origins: List::default(),
            eu_visitors: true,
            agreement: None,
            off: List::default(),
            monthly_events: None,
            digests: true,
            labels: true,
            storage: Storage::Session,
            gpc: true,
            dnt: true,
            autostart: true,
            sample: Share::ALL,
            masked: List::default(),
            ignored: List::default(),
            ignored_domains: List::default(),
            url_rules: List::default(),
            sensitive: List::default(),
            retention_days: Within::of::<365>(),
            k: Within::of::<5>(),
            epsilon: None,
        }
    }
}

/// A setting that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting {
    /// Which one, as it was written, if it looks like the name of one.
    pub setting: Option<Box<str>>,
    /// Why it was refused.
    pub code: SettingCode,
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(setting) = &self.setting {
            write!(f, "{setting}: ")?;
        }
        write!(f, "{}: {}", self.code.as_str(), self.code.message())
    }
}

impl std::error::Error for BadSetting {}

impl BadSetting {
    /// Reads settings that failed one by one, to name the one to blame.
    fn among(json: &str, code: SettingCode) -> Self {
        let each: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json).unwrap_or_default();
        let bad = each.iter().find_map(|(name, value)| {
            let alone = serde_json::to_string(&BTreeMap::from([(name, value)])).ok()?;
            let error = serde_json::from_str::<Settings>(&alone).err()?;
            let is_name = name.len() <= limits::WORD_BYTES && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            Some(Self {
                setting: is_name.then(|| name.as_ref().into()),
                code: SettingCode::of(&error),
            })
        });
        bad.unwrap_or(Self { setting: None, code })
    }
}

impl Settings {
    /// Reads settings as they are stored: a JSON object, in which what is missing has its default.
    ///
    /// # Errors
    /// [`BadSetting`] if `json` is not an object of settings, or one of them is none or has a value that it cannot
    /// have.
    pub fn read(json: &str) -> Result<Self, BadSetting> {
        serde_json::from_str(json).map_err(|error| BadSetting::among(json, SettingCode::of(&error)))
    }

    /// Writes what differs from the defaults: a function of the release before, which does not know a newer setting, is
    /// only concerned where it is used, and a default that becomes safer reaches every world that left it alone.
    ///
    /// # Errors
    /// If serde_json fails, which it does for no value of these types.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let Value::Object(defaults) = serde_json::to_value(Self::default())? else {
            return serde_json::to_string(self);
        };
        let mut changed = serde_json::to_value(self)?;
        if let Value::Object(settings) = &mut changed {
            settings.retain(|name, value| defaults.get(name) != Some(value));
        }
        serde_json::to_string(&changed)
    }

    /// Whether the world takes data at all at `now_ms`.
    ///
    /// # Errors
    /// [`Refusal::Paused`]; [`Refusal::AgreementMissing`] if there may be EU visitors, and no agreement was signed by
    /// then.
    pub fn open(&self, now_ms: u64) -> Result<(), Refusal> {
        if self.paused {
            return Err(Refusal::Paused);
        }
        let signed = self.agreement.as_ref().is_some_and(|signed| signed.has_come(now_ms));
        if self.eu_visitors && !signed {
            return Err(Refusal::AgreementMissing);
        }
        Ok(())
    }

    /// Whether a page of `origin` may connect at `now_ms`, `used` events into the month.
    ///
    /// # Errors
    /// [`Refusal::OriginMissing`] or [`Refusal::OriginNotAllowed`]; as [`Settings::open`]; [`Refusal::OverQuota`] if as
    /// many events as the quota have come this month.
    pub fn admit(&self, origin: Option<&str>, used: u64, now_ms: u64) -> Result<Collected, Refusal> {
        let origin = origin.ok_or(Refusal::OriginMissing)?;
        if !self.origins.items().iter().any(|allowed| allowed.matches(origin)) {
            return Err(Refusal::OriginNotAllowed);
        }
        self.open(now_ms)?;
        if self.monthly_events.is_some_and(|most| used >= most) {
            return Err(Refusal::OverQuota);
        }
        let collected = Collected::ALL.with_only(self.digests, self.labels);
        Ok(self
            .off
            .items()
            .iter()
            .fold(collected, |kinds, off| kinds.without(*off)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        Origin::new(text).unwrap()
    }

    fn open() -> Settings {
        Settings {
            origins: List::new(vec![origin("https://shop.example")]).unwrap(),
            eu_visitors: false,
            ..Settings::default()
        }
    }

    const NOW: u64 = 1_795_435_200_000; // 23 November 2026
    const ORIGIN: Option<&str> = Some("https://shop.example");

    #[test]
    fn a_world_with_nothing_set_admits_no_page() {
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
        let signed = |date: &str| Settings {
            agreement: Some(Date::new(date).unwrap()),
            ..eu.clone()
        };
        for to_come in ["2026-11-24", "9999-12-31"] {
            assert_eq!(signed(to_come).admit(ORIGIN, 0, NOW), Err(Refusal::AgreementMissing));
        }
        assert_eq!(signed("2026-11-23").admit(ORIGIN, 0, NOW), Ok(Collected::ALL));
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
            off: List::new(vec![Kind::Move]).unwrap(),
            ..open()
        }
        .admit(ORIGIN, 0, NOW)
        .unwrap();
        assert!(!kinds.contains(Kind::Move) && kinds.contains(Kind::Click));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for settings in [Settings::default(), open()] {
            assert_eq!(Settings::read(&settings.to_json().unwrap()), Ok(settings));
        }
        assert_eq!(Settings::default().to_json().unwrap(), "{}");
        assert_eq!(Settings::read("{}"), Ok(Settings::default()));
    }
}
