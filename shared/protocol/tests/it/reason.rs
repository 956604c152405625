//! `Reason::of` reads what went wrong off the beginning of serde's error texts. They are not part of serde's promise:
//! these tests say when they change. And no text of a reply or an error holds what was sent.

use serde::Deserialize;
use testgram_protocol::event::{Event, Word};
use testgram_protocol::reason::{Fault, MessageCode, Outcome, Reason, Refusal, SettingCode, Tally};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read into")]
struct Sample {
    number: u8,
    word: Closed,
}

#[derive(Debug, Deserialize)]
enum Closed {
    Open,
}

fn of(json: &str) -> Reason {
    Reason::of(&serde_json::from_str::<Sample>(json).unwrap_err())
}

#[test]
fn serde_still_says_it_in_these_words() {
    assert_eq!(of(r#"{"number":1,"word":"Open","jane":1}"#), Reason::UnknownField);
    assert_eq!(of(r#"{"number":1,"word":"Jane"}"#), Reason::UnknownWord);
    assert_eq!(of(r#"{"number":1}"#), Reason::MissingField);
    assert_eq!(of(r#"{"number":1,"number":1}"#), Reason::DuplicateField);
    assert_eq!(of(r#"{"number":"jane"}"#), Reason::WrongType);
    assert_eq!(of(r#"{"number":true}"#), Reason::WrongType);
    assert_eq!(of(r#"{"number":1.5}"#), Reason::WrongType);
    assert_eq!(of(r#"{"number":null}"#), Reason::WrongType);
    assert_eq!(of(r#"{"number":256}"#), Reason::OutOfRange);
    assert_eq!(of(r#"{"number":-1}"#), Reason::OutOfRange);
    assert_eq!(of(r#"{"number":1e999}"#), Reason::OutOfRange);
    assert_eq!(of("{"), Reason::Malformed);
    assert_eq!(of("nope"), Reason::Malformed);
}

#[test]
fn our_own_words_come_through_serde() {
    for reason in Reason::ALL {
        let error = <serde_json::Error as serde::de::Error>::custom(reason);
        assert_eq!(Reason::of(&error), *reason);
    }
    for code in SettingCode::ALL {
        let error = <serde_json::Error as serde::de::Error>::custom(code);
        assert_eq!(SettingCode::of(&error), *code);
    }
    let error = serde_json::from_str::<Word>(r#""jane@example.com""#).unwrap_err();
    assert_eq!(Reason::of(&error), Reason::LooksLikeEmail);
}

#[test]
fn no_content_passes_for_one_of_our_words() {
    for content in ["tg:looks_like_card", "tg:", "tg:malformed at", "unknown field"] {
        let event = serde_json::json!([5, "end", { "reason": content }]).to_string();
        assert_eq!(
            Reason::of(&serde_json::from_str::<Event>(&event).unwrap_err()),
            Reason::UnknownWord
        );
        let event = serde_json::json!([5, "end", { content: 1 }]).to_string();
        assert_eq!(
            Reason::of(&serde_json::from_str::<Event>(&event).unwrap_err()),
            Reason::UnknownField
        );
        let event = serde_json::json!([content, "end", {}]).to_string();
        assert_eq!(
            Reason::of(&serde_json::from_str::<Event>(&event).unwrap_err()),
            Reason::WrongType
        );
    }
}

fn is_stable_word(word: &str) -> bool {
    !word.is_empty() && word.len() <= 24 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

#[test]
fn words_are_stable_words_each_once() {
    let mut words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    words.extend(MessageCode::ALL.iter().map(|code| code.as_str()));
    words.push(Outcome::Filtered.as_str());
    words.push(Outcome::Accepted.as_str());
    assert!(words.iter().all(|word| is_stable_word(word)), "{words:?}");
    let count = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(
        words.len(),
        count,
        "a tally counts by word: none may stand for two outcomes"
    );
    assert!(Refusal::ALL.iter().all(|refusal| is_stable_word(refusal.as_str())));
    let mut settings: Vec<&str> = SettingCode::ALL.iter().map(|code| code.as_str()).collect();
    assert!(settings.iter().all(|word| is_stable_word(word)), "{settings:?}");
    settings.sort_unstable();
    settings.dedup();
    assert_eq!(settings.len(), SettingCode::ALL.len());
}

#[test]
fn only_what_is_ours_is_worth_sending_again() {
    for code in MessageCode::ALL {
        // Connecting again is normal life.
        assert!(
            !code.retry() || code.fault() == Fault::Server || *code == MessageCode::Reconnect,
            "{code:?}"
        );
    }
    assert!(
        Reason::ALL
            .iter()
            .all(|reason| Outcome::Invalid(*reason).fault() == Fault::Client)
    );
    assert_eq!(Outcome::Filtered.fault(), Fault::None);
}

#[test]
fn a_tally_adds_up() {
    let mut tally = Tally::default();
    tally.count(Outcome::Accepted, 7);
    tally.count(Outcome::Filtered, 2);
    tally.count(Outcome::Invalid(Reason::BadTime), 1);
    tally.count(Outcome::Invalid(Reason::BadTime), 1);
    tally.count(Outcome::Refused(MessageCode::Throttled), 0);
    assert_eq!((tally.total(), tally.of(Outcome::Invalid(Reason::BadTime))), (11, 2));
    let losses: Vec<_> = tally.losses().collect();
    assert_eq!(
        losses,
        [("bad_time", Fault::Client, 2), ("kind_not_collected", Fault::None, 2)]
    );
}
