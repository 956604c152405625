//! Closed lists of words: each word is read back, no other text is, and JSON has the same words.

use std::fmt::Debug;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use testgram_protocol::event::{
    Autocomplete, Browser, Button, Device, EndReason, ErrorName, FieldType, Kind, Method, NamedKey, Os, PageCause, Role,
};
use testgram_protocol::privacy::tree::Leaf;
use testgram_protocol::privacy::value::ValueKind;
use testgram_protocol::reason::{Fault, MessageCode, Reason, Refusal, SettingCode};
use testgram_protocol::settings::Storage;
use testgram_protocol::words::UnknownWord;

fn is_closed<T>(all: &[T], as_str: fn(T) -> &'static str)
where
    T: Copy + PartialEq + Debug + FromStr<Err = UnknownWord>,
{
    for word in all {
        assert_eq!(as_str(*word).parse(), Ok(*word));
    }
    let others = ["", " ", "jane@example.com", "Load ", "LOAD"];
    for other in others {
        assert_eq!(other.parse::<T>(), Err(UnknownWord), "{other}");
    }
}

fn is_on_the_wire<T>(all: &[T], as_str: fn(T) -> &'static str)
where
    T: Copy + PartialEq + Debug + FromStr<Err = UnknownWord> + Serialize + DeserializeOwned,
{
    is_closed(all, as_str);
    for word in all {
        let json = format!("\"{}\"", as_str(*word));
        assert_eq!(serde_json::to_string(word).unwrap(), json);
        assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *word);
        assert!(
            serde_json::from_str::<T>(&format!("{{{json}:null}}")).is_err(),
            "{json}"
        );
    }
    let error = serde_json::from_str::<T>("\"jane\"").unwrap_err();
    assert_eq!(Reason::of(&error), Reason::UnknownWord);
    assert!(!error.to_string().contains("jane"), "{error}");
}

#[test]
fn every_list_is_closed_and_spelled_once() {
    is_on_the_wire(Autocomplete::ALL, Autocomplete::as_str);
    is_on_the_wire(Browser::ALL, Browser::as_str);
    is_on_the_wire(Button::ALL, Button::as_str);
    is_on_the_wire(Device::ALL, Device::as_str);
    is_on_the_wire(EndReason::ALL, EndReason::as_str);
    is_on_the_wire(ErrorName::ALL, ErrorName::as_str);
    is_on_the_wire(FieldType::ALL, FieldType::as_str);
    is_on_the_wire(Kind::ALL, Kind::as_str);
    is_on_the_wire(Leaf::ALL, Leaf::as_str);
    is_on_the_wire(Method::ALL, Method::as_str);
    is_on_the_wire(NamedKey::ALL, NamedKey::as_str);
    is_on_the_wire(Os::ALL, Os::as_str);
    is_on_the_wire(PageCause::ALL, PageCause::as_str);
    is_on_the_wire(Role::ALL, Role::as_str);
    is_on_the_wire(Storage::ALL, Storage::as_str);
    is_on_the_wire(ValueKind::ALL, ValueKind::as_str);
    is_closed(Fault::ALL, Fault::as_str);
    is_closed(MessageCode::ALL, MessageCode::as_str);
    is_closed(Reason::ALL, Reason::as_str);
    is_closed(Refusal::ALL, Refusal::as_str);
    is_closed(SettingCode::ALL, SettingCode::as_str);
}
