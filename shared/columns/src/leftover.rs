//! What has no column of its own: JSON, without the fields that hold nothing.

use std::ops::Not;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use testgram_protocol::event::{
    Api, Autocomplete, Browser, Device, Drag, Element, ElementPath, Error, ErrorTemplate, FieldType, Input, Key, Kind,
    Language, Meta, Mods, Os, Role, Tag, UrlTemplate, Viewport, Word,
};
use testgram_protocol::privacy::digest::LabelDigest;
use testgram_protocol::privacy::tree::KeyTree;
use testgram_protocol::reason::Reason;

use crate::error::{ReadError, WriteError};

/// What an [`Input`] has in no column.
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct InputLeftover {
    pub(crate) paste: bool,
}

/// What a [`Key`] has in no column.
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct KeyLeftover {
    pub(crate) mods: Mods,
}

/// What an [`Api`] has in no column.
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ApiLeftover {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<Arc<KeyTree>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response: Option<Arc<KeyTree>>,
    #[serde(skip_serializing_if = "Not::not")]
    pub(crate) xhr: bool,
}

/// What a [`Drag`] has in no column.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DragLeftover {
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "compact")]
    pub(crate) to: Option<Arc<Element>>,
    pub(crate) dx: i16,
    pub(crate) dy: i16,
}

/// What an [`Error`] has in no column.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorLeftover {
    pub(crate) message: ErrorTemplate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) col: Option<u32>,
    #[serde(default, skip_serializing_if = "Not::not")]
    pub(crate) rejection: bool,
}

/// An element in the one form that it has in the archive: fields in the order of the protocol, without those that hold
/// nothing.
#[derive(Serialize)]
struct ElementJson<'a> {
    tag: &'a Tag,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "type")]
    field: Option<FieldType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Word>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a Word>,
    #[serde(skip_serializing_if = "Option::is_none")]
    testid: Option<&'a Word>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "for")]
    target: Option<&'a Word>,
    #[serde(skip_serializing_if = "Option::is_none")]
    autocomplete: Option<Autocomplete>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    classes: &'a [Word],
    path: &'a ElementPath,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<LabelDigest>,
    #[serde(skip_serializing_if = "Not::not")]
    shadow: bool,
}

/// What is said of a session, likewise. The protocol reads both: a field that is not there holds nothing.
#[derive(Serialize)]
struct MetaJson<'a> {
    device: Device,
    viewport: &'a Viewport,
    browser: Browser,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u16>,
    os: Os,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<&'a UrlTemplate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a Language>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tz: Option<i16>,
    #[serde(skip_serializing_if = "Not::not")]
    automated: bool,
}

/// Where an element is dropped, as [`ElementJson`].
fn compact<S: Serializer>(element: &Option<Arc<Element>>, serializer: S) -> Result<S::Ok, S::Error> {
    element.as_deref().map(ElementJson::from).serialize(serializer)
}

impl<'a> From<&'a Element> for ElementJson<'a> {
    fn from(element: &'a Element) -> Self {
        // Spelled out, so that a field to come is thought of here; as below.
        let Element {
            tag,
            role,
            field,
            id,
            name,
            testid,
            target,
            autocomplete,
            classes,
            path,
            label,
            shadow,
        } = element;
        Self {
            tag,
            role: *role,
            field: *field,
            id: id.as_ref(),
            name: name.as_ref(),
            testid: testid.as_ref(),
            target: target.as_ref(),
            autocomplete: *autocomplete,
            classes: classes.items(),
            path,
            label: *label,
            shadow: *shadow,
        }
    }
}

pub(crate) fn element(element: &Element) -> Result<String, WriteError> {
    json(&ElementJson::from(element))
}

pub(crate) fn meta(meta: &Meta) -> Result<String, WriteError> {
    let Meta {
        device,
        viewport,
        browser,
        version,
        os,
        referrer,
        language,
        tz,
        automated,
    } = meta;
    json(&MetaJson {
        device: *device,
        viewport,
        browser: *browser,
        version: *version,
        os: *os,
        referrer: referrer.as_ref(),
        language: language.as_ref(),
        tz: *tz,
        automated: *automated,
    })
}

/// `None` if every field has its column.
pub(crate) fn of_api(api: &Api) -> Result<Option<String>, WriteError> {
    let has_any = api.request.is_some() || api.response.is_some() || api.xhr;
    let leftover = ApiLeftover {
        request: api.request.clone(),
        response: api.response.clone(),
        xhr: api.xhr,
    };
    has_any.then(|| json(&leftover)).transpose()
}

/// `None` if every field has its column.
pub(crate) fn of_input(input: &Input) -> Result<Option<String>, WriteError> {
    input.paste.then(|| json(&InputLeftover { paste: true })).transpose()
}

/// `None` if every field has its column.
pub(crate) fn of_key(key: &Key) -> Result<Option<String>, WriteError> {
    let any_held = key.mods != Mods::default();
    any_held.then(|| json(&KeyLeftover { mods: key.mods })).transpose()
}

pub(crate) fn of_drag(drag: &Drag) -> Result<String, WriteError> {
    json(&DragLeftover {
        to: drag.to.clone(),
        dx: drag.dx,
        dy: drag.dy,
    })
}

pub(crate) fn of_error(error: &Error) -> Result<String, WriteError> {
    json(&ErrorLeftover {
        message: error.message.clone(),
        line: error.line,
        col: error.col,
        rejection: error.rejection,
    })
}

/// What a row's `detail` holds.
pub(crate) enum Leftover {
    Meta(Meta),
    Input(InputLeftover),
    Key(KeyLeftover),
    Drag(DragLeftover),
    Api(ApiLeftover),
    Error(ErrorLeftover),
    Viewport(Viewport),
}

impl Leftover {
    /// Reads what stands in a row of `kind`; `None` is the row about the session.
    pub(crate) fn parse(kind: Option<Kind>, json: &[u8]) -> Result<Self, ReadError> {
        match kind {
            None => parse(json).map(Self::Meta),
            Some(Kind::Input) => parse(json).map(Self::Input),
            Some(Kind::Key) => parse(json).map(Self::Key),
            Some(Kind::Drag) => parse(json).map(Self::Drag),
            Some(Kind::Api) => parse(json).map(Self::Api),
            Some(Kind::Error) => parse(json).map(Self::Error),
            Some(Kind::Viewport) => parse(json).map(Self::Viewport),
            Some(_) => Err(ReadError::Damaged),
        }
    }
}

pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, WriteError> {
    serde_json::to_string(value).map_err(|_| WriteError::Encoder)
}

/// Reads JSON; an error says why without saying what.
pub(crate) fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, ReadError> {
    serde_json::from_slice(json).map_err(|error| ReadError::Refused(Reason::of(&error)))
}
