//! The JSON Schema of a v1 batch, generated from the types. Rules that a schema cannot state are named in its descriptions.

use schemars::{JsonSchema, Schema, json_schema};

use crate::batch::Lost;
use crate::event::{Event, Meta};
use crate::limits;
use crate::privacy::tree::{KeyTree, Leaf};

/// The schema of a `batch` message.
#[must_use]
pub fn batch() -> Schema {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let event = generator.subschema_for::<Event>();
    let meta = generator.subschema_for::<Option<Meta>>();
    let lost = generator.subschema_for::<Option<Lost>>();
    let definitions = generator.take_definitions(true);
    json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Testgram v1 batch",
        "description": "Structure only. Privacy rules (what looks like data) and the clock are checked beyond it.",
        "type": "object",
        "additionalProperties": false,
        "required": ["type", "v", "session", "seq", "events"],
        "properties": {
            "type": { "const": "batch" },
            "v": { "const": 1 },
            "session": { "type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$" },
            "seq": { "type": "integer", "minimum": 0, "maximum": limits::MAX_SEQ },
            "events": { "type": "array", "maxItems": limits::BATCH_EVENTS, "items": event },
            "meta": meta,
            "lost": lost
        },
        "$defs": definitions
    })
}

impl JsonSchema for KeyTree {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "KeyTree".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> Schema {
        let tree = generator.subschema_for::<Self>();
        json_schema!({
            "description": "The keys of a JSON body and the types of its leaves.",
            "oneOf": [
                { "enum": ["string", "number", "boolean", "null", "mixed", "more"] },
                { "type": "array", "maxItems": 1, "items": tree },
                { "type": "object", "maxProperties": limits::TREE_KEYS, "additionalProperties": tree }
            ]
        })
    }
}

// The words above are those of `Leaf`; a variant added there must be added here.
const _: fn(Leaf) = |leaf| match leaf {
    Leaf::String | Leaf::Number | Leaf::Boolean | Leaf::Null | Leaf::Mixed | Leaf::More => {}
};
