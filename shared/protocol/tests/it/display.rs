//! What came over the wire has no `Display`: no log line and no error can print it by accident.

use std::fmt::Display;

use static_assertions::assert_not_impl_any;
use testgram_protocol::batch::{Batch, Parsed, Refused};
use testgram_protocol::event::{
    ElementPath, ErrorTemplate, Event, EventDetail, Language, Meta, Tag, UrlTemplate, Word,
};
use testgram_protocol::id::{ConnectionId, SessionId, TenantId, WorldId, WorldKey, WorldSalt};
use testgram_protocol::privacy::digest::{LabelDigest, ValueDigest};
use testgram_protocol::privacy::tree::KeyTree;
use testgram_protocol::session::Session;

assert_not_impl_any!(Batch: Display);
assert_not_impl_any!(ConnectionId: Display);
assert_not_impl_any!(ElementPath: Display);
assert_not_impl_any!(ErrorTemplate: Display);
assert_not_impl_any!(Event: Display);
assert_not_impl_any!(EventDetail: Display);
assert_not_impl_any!(KeyTree: Display);
assert_not_impl_any!(LabelDigest: Display);
assert_not_impl_any!(Language: Display);
assert_not_impl_any!(Meta: Display);
assert_not_impl_any!(Parsed: Display);
assert_not_impl_any!(Refused: Display);
assert_not_impl_any!(Session: Display);
assert_not_impl_any!(SessionId: Display);
assert_not_impl_any!(Tag: Display);
assert_not_impl_any!(TenantId: Display);
assert_not_impl_any!(UrlTemplate: Display);
assert_not_impl_any!(ValueDigest: Display);
assert_not_impl_any!(Word: Display);
assert_not_impl_any!(WorldId: Display);
assert_not_impl_any!(WorldKey: Display);
assert_not_impl_any!(WorldSalt: Display);
