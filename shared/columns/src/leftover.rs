//! What has no column of its own: JSON, without what is not told. Written from references, read into the same shapes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use testgram_protocol::event::{
    Api, Autocomplete, Browser, Device, Drag, Element, ElementPath, Error, ErrorTemplate, FieldType, Input, Key, Kind,
    Language, Meta, Mods, Os, Role, Tag, UrlTemplate, Viewport, Word,
};
use testgram_protocol::privacy::digest::LabelDigest;
use testgram_protocol::privacy::tree::KeyTree;
use testgram_protocol::reason::Reason;

use crate::{ReadError, WriteError};

/// Of an [`Input`].
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OfInput {
    pub(crate) paste: bool,
}

/// Of a [`Key`].
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OfKey {
    pub(crate) mods: Mods,
}

/// Of an [`Api`].
#[derive(Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OfApi {
    pub(crate) request: Option<Arc<KeyTree>>,
    pub(crate) response: Option<Arc<KeyTree>>,
    pub(crate) xhr: bool,
}

/// Of a [`Drag`].
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfDrag {
    #[serde(default)]
    pub(crate) to: Option<Arc<Element>>,
    pub(crate) dx: i16,
    pub(crate) dy: i16,
}

/// Of an [`Error`].
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfError {
    pub(crate) message: ErrorTemplate,
    #[serde(default)]
    pub(crate) line: Option<u32>,
    #[serde(default)]
    pub(crate) col: Option<u32>,
    #[serde(default)]
    pub(crate) rejection: bool,
}

#[derive(Serialize)]
struct ToldApi<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a KeyTree>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a KeyTree>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    xhr: bool,
}

#[derive(Serialize)]
struct ToldDrag<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<ToldElement<'a>>,
    dx: i16,
    dy: i16,
}

#[derive(Serialize)]
struct ToldError<'a> {
    message: &'a ErrorTemplate,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    col: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    rejection: bool,
}

/// An element in the one form it has in the archive: fields in the order of the protocol, without those that are not told.
#[derive(Serialize)]
struct ToldElement<'a> {
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
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    shadow: bool,
}

/// About the session. Read by the protocol, which takes what is not there for not told.
#[derive(Serialize)]
struct ToldMeta<'a> {
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
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    automated: bool,
}

fn none_held(mods: &Mods) -> bool {
    *mods == Mods::default()
}

impl<'a> From<&'a Element> for ToldElement<'a> {
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
    json(&ToldElement::from(element))
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
    json(&ToldMeta {
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

/// `None` if there is nothing to tell.
pub(crate) fn of_api(api: &Api) -> Result<Option<String>, WriteError> {
    let told = ToldApi {
        request: api.request.as_deref(),
        response: api.response.as_deref(),
        xhr: api.xhr,
    };
    let tells = told.request.is_some() || told.response.is_some() || told.xhr;
    tells.then(|| json(&told)).transpose()
}

/// `None` if there is nothing to tell.
pub(crate) fn of_input(input: &Input) -> Result<Option<String>, WriteError> {
    input.paste.then(|| json(&OfInput { paste: true })).transpose()
}

/// `None` if there is nothing to tell.
pub(crate) fn of_key(key: &Key) -> Result<Option<String>, WriteError> {
    (!none_held(&key.mods))
        .then(|| json(&OfKey { mods: key.mods }))
        .transpose()
}

pub(crate) fn of_drag(drag: &Drag) -> Result<String, WriteError> {
    json(&ToldDrag {
        to: drag.to.as_deref().map(ToldElement::from),
        dx: drag.dx,
        dy: drag.dy,
    })
}

pub(crate) fn of_error(error: &Error) -> Result<String, WriteError> {
    json(&ToldError {
        message: &error.message,
        line: error.line,
        col: error.col,
        rejection: error.rejection,
    })
}

/// What a row's `detail` holds.
pub(crate) enum Leftover {
    Meta(Meta),
    Input(OfInput),
    Key(OfKey),
    Drag(OfDrag),
    Api(OfApi),
    Error(OfError),
    Viewport(Viewport),
}

impl Leftover {
    /// Reads what stands in a row of `kind`, `None` for the row about the session.
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
