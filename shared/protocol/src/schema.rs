//! The JSON Schema of a v1 batch, generated from the types. Rules that a schema cannot state are named in its
//! descriptions.

use schemars::{Schema, json_schema};

use crate::batch::Lost;
use crate::event::{Event, Meta};
use crate::limits;

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
