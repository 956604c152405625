//! Settings: what is refused and with which code, what browsers get, and that the page about them is complete.

use serde_json::{Value, json};
use testgram_protocol::id::{WorldKey, WorldSalt};
use testgram_protocol::limits;
use testgram_protocol::reason::SettingCode;
use testgram_protocol::settings::{Settings, Share, Within};

const SOCKET: &str = "wss://host.example/prod";

fn read(json: &Value) -> Settings {
    Settings::read(&json.to_string()).unwrap_or_else(|bad| panic!("{json}: {bad}"))
}

/// Every setting, each with another value than its default.
fn all() -> Value {
    json!({
        "paused": true, "origins": ["https://shop.example"], "eu_visitors": false, "agreement": "2026-01-31", "off": ["move", "api"],
        "monthly_events": 1_000_000, "digests": false, "labels": false, "storage": "none", "gpc": false, "dnt": false,
        "autostart": false, "sample": 0.25, "masked": [".secret"], "ignored": ["#chat > *"], "ignored_domains": ["*.ads.example"],
        "url_rules": ["/u/:name/posts/*", "/files/**"], "sensitive": ["nickname"], "retention_days": 30, "k": 20,
        "epsilon": 0.5
    })
}

fn for_client(settings: &Settings) -> Value {
    let (key, salt) = (WorldKey::new("shopkey").unwrap(), WorldSalt::from_bytes([0xab; 32]));
    serde_json::to_value(settings.for_client(&key, SOCKET, &salt)).unwrap()
}

#[test]
fn browsers_are_told_this_and_nothing_else() {
    let expected = json!({
        "v": 1, "key": "shopkey", "socket": SOCKET, "salt": "ab".repeat(32), "off": ["move", "api"], "digests": false, "labels": false,
        "storage": "none", "gpc": false, "dnt": false, "autostart": false, "sample": 0.25, "mask": [".secret"],
        "ignore": ["#chat > *"], "domains": ["*.ads.example"], "urls": ["/u/:name/posts/*", "/files/**"], "sensitive": ["nickname"]
    });
    assert_eq!(for_client(&read(&all())), expected);
    let defaults = json!({
        "v": 1, "key": "shopkey", "socket": SOCKET, "salt": "ab".repeat(32), "off": [], "digests": true, "labels": true,
        "storage": "session", "gpc": true, "dnt": true, "autostart": true, "sample": 1, "mask": [], "ignore": [], "domains": [],
        "urls": [], "sensitive": []
    });
    assert_eq!(for_client(&Settings::default()), defaults);
}

/// Settings that only the owner and the server may know.
const NOT_FOR_CLIENTS: [&str; 8] = [
    "paused",
    "origins",
    "eu_visitors",
    "agreement",
    "monthly_events",
    "retention_days",
    "k",
    "epsilon",
];

#[test]
fn each_setting_is_told_or_is_one_that_is_not() {
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    let all = all();
    assert_eq!(
        all.as_object().unwrap().keys().collect::<Vec<_>>(),
        defaults.as_object().unwrap().keys().collect::<Vec<_>>()
    );
    for (name, value) in all.as_object().unwrap() {
        assert_ne!(*value, defaults[name], "{name}");
        let mut one = json!({});
        one[name] = value.clone();
        let is_sent = for_client(&read(&one)) != for_client(&Settings::default());
        assert_eq!(is_sent, !NOT_FOR_CLIENTS.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn what_is_told_cannot_end_a_script() {
    let settings = read(&json!({"masked": ["[data-x=\"</script><!--\"]"]}));
    let (key, salt) = (WorldKey::new("shopkey").unwrap(), WorldSalt::from_bytes([0; 32]));
    let client = settings.for_client(&key, "wss://\u{2028}\u{2029}<", &salt);
    let text = client.to_script();
    assert!(!text.contains(['<', '\u{2028}', '\u{2029}']), "{text}");
    // The same all the same.
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read, serde_json::to_value(&client).unwrap());
}

#[test]
fn a_bad_setting_is_named_with_its_code() {
    for (name, value, code) in [
        ("forbid_all", json!(true), SettingCode::Unknown),
        ("paused", json!("no"), SettingCode::WrongType),
        ("paused", json!(null), SettingCode::WrongType),
        ("origins", json!("https://shop.example"), SettingCode::WrongType),
        ("origins", json!(["shop.example"]), SettingCode::BadOrigin),
        ("agreement", json!("soon"), SettingCode::BadDate),
        ("off", json!(["mouse"]), SettingCode::UnknownWord),
        ("off", json!([{ "move": null }]), SettingCode::WrongType),
        ("monthly_events", json!(-1), SettingCode::OutOfRange),
        ("epsilon", json!(0), SettingCode::OutOfRange),
        ("epsilon", json!(10.1), SettingCode::OutOfRange),
        ("epsilon", json!("1"), SettingCode::WrongType),
        ("digests", json!(1), SettingCode::WrongType),
        ("storage", json!("local"), SettingCode::UnknownWord),
        ("storage", json!({ "none": null }), SettingCode::WrongType),
        ("sample", json!(1.01), SettingCode::OutOfRange),
        ("sample", json!(-0.1), SettingCode::OutOfRange),
        ("sample", json!("1"), SettingCode::WrongType),
        ("masked", json!([""]), SettingCode::BadSelector),
        (
            "masked",
            json!(["x".repeat(limits::SETTING_BYTES + 1)]),
            SettingCode::TooLong,
        ),
        (
            "ignored",
            json!(vec![".x"; limits::SETTING_ITEMS + 1]),
            SettingCode::TooMany,
        ),
        ("ignored_domains", json!(["https://ads.example"]), SettingCode::BadHost),
        ("url_rules", json!(["/u/**/x"]), SettingCode::BadUrlRule),
        ("sensitive", json!(["Nickname"]), SettingCode::BadName),
        ("retention_days", json!(0), SettingCode::OutOfRange),
        ("retention_days", json!(3_651), SettingCode::OutOfRange),
        ("k", json!(1), SettingCode::OutOfRange),
        ("k", json!(2.5), SettingCode::WrongType),
    ] {
        let mut settings = all();
        settings[name] = value.clone();
        let bad = Settings::read(&settings.to_string()).unwrap_err();
        assert_eq!(
            (bad.setting.as_deref(), bad.code),
            (Some(name), code),
            "{name}: {value}"
        );
    }
}

#[test]
fn what_is_no_object_of_settings_is_refused() {
    for (text, code) in [
        ("", SettingCode::Malformed),
        ("{", SettingCode::Malformed),
        ("{} {}", SettingCode::Malformed),
        ("null", SettingCode::WrongType),
        ("[false]", SettingCode::WrongType),
        (r#"{"k":5,"k":5}"#, SettingCode::Twice),
    ] {
        assert_eq!(Settings::read(text).unwrap_err().code, code, "{text}");
    }
    let odd = Settings::read(r#"{"Jane Roe":1}"#).unwrap_err();
    assert_eq!((odd.setting, odd.code), (None, SettingCode::Unknown), "not even a name");
}

#[test]
fn the_ends_of_each_range_are_in_it() {
    assert_eq!(Within::<2, 1_000>::new(2).map(Within::get), Some(2));
    assert_eq!(Within::<2, 1_000>::new(1_001), None);
    for (share, good) in [
        (0.0, true),
        (1.0, true),
        (0.5, true),
        (f64::NAN, false),
        (1.5, false),
        (-0.5, false),
    ] {
        assert_eq!(Share::new(share).is_some(), good, "{share}");
    }
}

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md")).unwrap()
}

/// A row for each, with its default and whether browsers get it.
#[test]
fn every_setting_stands_in_its_page() {
    let page = page();
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    for (name, default) in defaults.as_object().unwrap() {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` | `{default}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/settings.md has no row for {name} with the default {default}"));
        let sent = row.split('|').nth(4).unwrap().trim();
        assert_eq!(
            sent.starts_with("yes"),
            !NOT_FOR_CLIENTS.contains(&name.as_str()),
            "{name}"
        );
    }
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| `") && line.split('|').count() == 7)
        .count();
    assert_eq!(rows, defaults.as_object().unwrap().len(), "a setting that is none");
}

#[test]
fn every_code_stands_in_its_page() {
    let page = page();
    let missing: Vec<_> = SettingCode::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|word| !page.contains(&format!("| `{word}` |")))
        .collect();
    assert!(missing.is_empty(), "docs/settings.md does not name {missing:?}");
}
