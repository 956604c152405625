//! The types of a batch without their rules: what a bare `serde_json` parse into the same types costs.
//!
//! Same fields, same closed lists of words, same arrays for events, unknown fields refused; but texts are any `String`,
//! numbers any that fit, lists of any length, and nothing is judged. A test holds it to the real types on generated
//! traffic.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use testgram_protocol::event::{
    Autocomplete, Browser, Button, Device, EndReason, ErrorName, FieldType, Kind, Method, NamedKey, Os, PageCause, Role,
};
use testgram_protocol::privacy::tree::Leaf;
use testgram_protocol::privacy::value::ValueKind;

/// Plain records: serde's derive, and nothing else.
macro_rules! records {
    ($($name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* })+) => {$(
        #[derive(Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name { $($(#[$meta])* $field: $type,)* }
    )+};
}

records! {
    Batch {
        r#type: String,
        v: u32,
        session: String,
        seq: u32,
        events: Vec<Event>,
        #[serde(default)] meta: Option<Meta>,
    }
    Element {
        tag: String,
        #[serde(default)] role: Option<Role>,
        #[serde(default)] r#type: Option<FieldType>,
        #[serde(default)] id: Option<String>,
        #[serde(default)] name: Option<String>,
        #[serde(default)] testid: Option<String>,
        #[serde(default)] r#for: Option<String>,
        #[serde(default)] autocomplete: Option<Autocomplete>,
        #[serde(default)] classes: Vec<String>,
        path: String,
        #[serde(default)] label: Option<String>,
        #[serde(default)] shadow: bool,
    }
    Value {
        kind: ValueKind,
        #[serde(default)] len: Option<u8>,
        #[serde(default)] digest: Option<String>,
    }
    Page {
        url: String,
        cause: PageCause,
        #[serde(default)] load: Option<u32>,
    }
    Click {
        el: Element,
        x: u16,
        y: u16,
        #[serde(default)] button: Button,
        #[serde(default)] count: Option<u8>,
    }
    Input {
        el: Element,
        value: Value,
        #[serde(default)] keys: u16,
        #[serde(default)] edits: u16,
        ms: u32,
        #[serde(default)] paste: bool,
        #[serde(default)] rhythm: Vec<u16>,
    }
    Submit { el: Element, valid: bool, filled: u16, }
    Key {
        key: NamedKey,
        #[serde(default)] mods: u8,
        #[serde(default)] el: Option<Element>,
    }
    Move { x: u16, y: u16, path: Vec<(u16, i16, i16)>, }
    Scroll {
        y: u32,
        #[serde(default)] x: u32,
        max: u32,
        #[serde(default)] ms: u32,
        #[serde(default)] el: Option<Element>,
    }
    Drag {
        el: Element,
        #[serde(default)] to: Option<Element>,
        dx: i16,
        dy: i16,
        ms: u32,
    }
    Api {
        method: Method,
        url: String,
        status: u16,
        ms: u32,
        #[serde(default)] request: Option<Tree>,
        #[serde(default)] response: Option<Tree>,
        #[serde(default)] xhr: bool,
    }
    Error {
        name: ErrorName,
        message: String,
        #[serde(default)] script: Option<String>,
        #[serde(default)] line: Option<u32>,
        #[serde(default)] col: Option<u32>,
        #[serde(default)] rejection: bool,
    }
    Viewport { w: u16, h: u16, }
    Visibility { hidden: bool, }
    End { reason: EndReason, }
    Custom { name: String, }
    Meta {
        device: Device,
        viewport: Viewport,
        browser: Browser,
        #[serde(default)] version: Option<u16>,
        os: Os,
        #[serde(default)] referrer: Option<String>,
        #[serde(default)] language: Option<String>,
        #[serde(default)] tz: Option<i16>,
        #[serde(default)] automated: bool,
    }
}

/// `[t, kind, detail]`.
pub(crate) struct Event {
    t: u32,
    kind: Kind,
    what: Detail,
}

macro_rules! kinds {
    ($($kind:ident)+) => {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Detail { $($kind($kind),)+ }

        impl Detail {
            fn read<'de, A: SeqAccess<'de>>(kind: Kind, seq: &mut A) -> Result<Option<Self>, A::Error> {
                match kind { $(Kind::$kind => Ok(seq.next_element()?.map(Self::$kind)),)+ }
            }
        }
    };
}

kinds!(Page Click Input Submit Key Move Scroll Drag Api Error Viewport Visibility End Custom);

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.t, self.kind, &self.what).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Triple;
        impl<'de> Visitor<'de> for Triple {
            type Value = Event;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[t, kind, detail]")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Event, A::Error> {
                let missing = |place| de::Error::invalid_length(place, &Self);
                let t = seq.next_element()?.ok_or_else(|| missing(0))?;
                let kind = seq.next_element()?.ok_or_else(|| missing(1))?;
                let what = Detail::read(kind, &mut seq)?.ok_or_else(|| missing(2))?;
                Ok(Event { t, kind, what })
            }
        }
        deserializer.deserialize_tuple(3, Triple)
    }
}

/// A key tree. By hand, because serde's `untagged` would read every node twice.
#[derive(Serialize)]
#[serde(untagged)]
enum Tree {
    Leaf(Leaf),
    List(Vec<Tree>),
    Map(BTreeMap<String, Tree>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Tree;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key tree")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<Tree, E> {
                Leaf::deserialize(de::value::StrDeserializer::new(word)).map(Tree::Leaf)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Tree::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
                let mut map = BTreeMap::new();
                while let Some((key, tree)) = access.next_entry()? {
                    map.insert(key, tree);
                }
                Ok(Tree::Map(map))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Reads a frame, and judges nothing.
///
/// # Errors
/// Where it is not of the form.
pub(crate) fn parse(frame: &str) -> serde_json::Result<Batch> {
    serde_json::from_str(frame)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use testgram_fixtures::{SentBatch, Traffic};
    use testgram_protocol::batch;

    /// Digests are cut by the real types: the first 32 bits are compared.
    fn cut_digests(value: &mut Value) {
        match value {
            Value::String(text) if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) => text.truncate(8),
            Value::Array(items) => items.iter_mut().for_each(cut_digests),
            Value::Object(fields) => fields.values_mut().for_each(cut_digests),
            _ => {}
        }
    }

    fn assert_same(sent: &SentBatch) {
        let ours = batch::Batch::parse(&sent.frame, sent.arrival()).unwrap();
        assert!(ours.rejected.is_empty() && ours.meta_rejected.is_none());
        let ours = ours.batch;
        let ours = json!({
            "type": "batch", "v": 1, "session": ours.session(), "seq": ours.seq(), "events": ours.events(), "meta": ours.meta()
        });
        let mut mirrored = serde_json::to_value(super::parse(&sent.frame).unwrap()).unwrap();
        cut_digests(&mut mirrored);
        assert_eq!(mirrored, ours);
    }

    #[test]
    fn it_keeps_what_the_real_types_keep() {
        let traffic = Traffic::new(1);
        assert_same(&traffic.typical_batch().unwrap());
        for sent in traffic
            .held_out()
            .flat_map(|visitors| visitors.sessions(10).collect::<Vec<_>>())
            .flat_map(|s| s.batches)
        {
            assert_same(&sent);
        }
    }

    #[test]
    fn it_refuses_unknown_fields_as_they_do() {
        let frame = Traffic::new(1).typical_batch().unwrap().frame;
        let foreign = frame.replacen("\"seq\"", "\"extra\":0,\"seq\"", 1);
        assert!(super::parse(&frame).is_ok() && super::parse(&foreign).is_err());
    }
}
