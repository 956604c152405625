//! Stable words for everything that can become of a frame or an event. A word is never renamed or reused.

use std::fmt;
use std::str::FromStr;

use crate::words::closed_list;

/// Declares a closed list of codes: each with its stable word, and a line for people.
macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal : $message:literal,)+ }) => {
        closed_list! {
            $(#[$meta])*
            #[derive(PartialOrd, Ord)]
            pub enum $name { $($(#[doc = $doc])+ $variant = $word,)+ }
        }

        impl $name {
            /// One line for the developer who reads the reply. It never holds anything that was sent.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

codes! {
    /// Why one event (or the `meta` of a batch) was refused. Always the sender's fault.
    pub enum Reason {
        /// Not a JSON array of `[t, kind, detail]`.
        Malformed = "malformed": "an event is [t, kind, detail]",
        /// A field that v1 does not know.
        UnknownField = "unknown_field": "a field is not part of v1",
        /// A field stands twice in one object.
        DuplicateField = "duplicate_field": "a field stands twice",
        /// A field that v1 requires is missing.
        MissingField = "missing_field": "a required field is missing",
        /// A field has another JSON type.
        WrongType = "wrong_type": "a field has the wrong type",
        /// A word that is not in its closed list.
        UnknownWord = "unknown_word": "a value is not in its closed list",
        /// A kind of event that v1 does not know.
        UnknownKind = "unknown_kind": "this kind of event is not part of v1",
        /// A number out of its range.
        OutOfRange = "out_of_range": "a number is out of range",
        /// A string is longer than its bound.
        TooLong = "too_long": "a string is too long",
        /// A list is longer than its bound.
        TooMany = "too_many": "a list is too long",
        /// JSON is nested deeper than any event.
        TooDeep = "too_deep": "JSON is nested too deep",
        /// An event's time lies outside its session or ahead of now.
        BadTime = "bad_time": "the time is outside the session or ahead of now",
        /// Not a SHA-256 digest in 64 lower-case hex digits.
        NotADigest = "not_a_digest": "a digest is 64 lower-case hex digits of SHA-256",
        /// The digest of a well-known value without a salt.
        UnsaltedDigest = "unsalted_digest": "this digest was made without the session's salt",
        /// A digest or length where none may be (passwords, cards, codes, masked or empty values), or the keys that a
        /// secret took.
        DigestNotAllowed = "digest_not_allowed": "of this kind of value neither digest, length nor keys may be sent",
        /// A label that is not a 16-bit digest: labels never travel in clear.
        LabelInClear = "label_in_clear": "a label is four lower-case hex digits, never text",
        /// Looks like an e-mail address.
        LooksLikeEmail = "looks_like_email": "structure holds what looks like an e-mail address",
        /// Looks like a payment card number.
        LooksLikeCard = "looks_like_card": "structure holds what looks like a card number",
        /// Looks like a phone number, date, account or other number of a person or thing.
        LooksLikeNumber = "looks_like_number": "structure holds what looks like a number from data",
        /// Looks like a token, hash or random identifier.
        LooksLikeToken = "looks_like_token": "structure holds what looks like a token or random id",
        /// Looks like the name of a person.
        LooksLikeName = "looks_like_name": "structure holds what looks like a person's name",
        /// Looks like text for people.
        LooksLikeText = "looks_like_text": "structure holds text instead of code",
        /// A map whose keys are data: too many of one sort, or records all alike.
        LooksLikeDictionary = "looks_like_dictionary": "a key tree holds a dictionary; its keys must be *",
        /// A path segment that names a person, after a segment such as `users`.
        PersonInUrl = "person_in_url": "a URL segment after a collection of people must be :id",
        /// Not in the form of a URL template.
        NotATemplate = "not_a_template": "a URL is sent as its template",
    }
}

codes! {
    /// Why a whole message was refused.
    pub enum MessageCode {
        /// Not JSON, or not an object.
        NotJson = "not_json": "a message is one JSON object",
        /// Longer than a frame may be.
        TooLarge = "too_large": "a message is at most 30 KB",
        /// A `type` this route does not know.
        UnknownType = "unknown_type": "this type of message is not part of v1",
        /// A version other than 1.
        UnsupportedVersion = "unsupported_version": "this server speaks v 1",
        /// The envelope has a field that v1 does not know, lacks one, or one has the wrong type.
        BadEnvelope = "bad_envelope": "a batch is {type, v, session, seq, events, meta?, lost?}",
        /// The session's id is not a ULID.
        BadSession = "bad_session": "session is a ULID",
        /// The batch's number is out of range.
        BadSeq = "bad_seq": "seq counts from 0 to 999999",
        /// More events than a batch may hold.
        TooManyEvents = "too_many_events": "a batch holds at most 500 events",
        /// A batch with neither events nor meta.
        Empty = "empty_batch": "a batch holds at least one event",
        /// The session id's clock is implausible; make a new id by `server_time` and send again.
        ClockSkew = "clock_skew": "the session's clock is off; begin a new session by server_time",
        /// The connection carries no tenant: nothing of it can be trusted.
        NotAuthorized = "not_authorized": "the connection is not authorized",
        /// The connection is old: connect again, then send again. This is how changed settings reach open connections.
        Reconnect = "reconnect": "connect again, then send again",
        /// The store asked us to slow down; nothing was stored.
        Throttled = "throttled": "busy; nothing was stored, send again",
        /// The store did not answer or failed; nothing is known to be stored.
        Unavailable = "unavailable": "storage failed; send again",
        /// A bug or a missing setting on our side.
        Internal = "internal": "internal error; send again",
    }
}

codes! {
    /// Why a connection was refused. In logs and metrics only: the browser sees 401 or 403.
    pub enum Refusal {
        /// No key, a malformed key, or one that no world has.
        UnknownKey = "unknown_key": "no world has this key",
        /// A protocol version other than 1.
        UnsupportedVersion = "unsupported_version": "this server speaks v 1",
        /// No Origin header: not a browser.
        OriginMissing = "origin_missing": "the connection names no origin",
        /// An origin that the world does not allow.
        OriginNotAllowed = "origin_not_allowed": "the world does not allow this origin",
        /// The world's owner has paused it.
        Paused = "world_paused": "the world is paused",
        /// The world has EU visitors and no signed agreement.
        AgreementMissing = "agreement_missing": "the world takes no EU data before the agreement is recorded",
        /// The world's monthly quota is used up.
        OverQuota = "over_quota": "the world's quota is used up",
        /// The store failed: fail closed.
        Unavailable = "unavailable": "the world could not be looked up",
    }
}

codes! {
    /// Why a setting of a world was refused, for the owner who writes it.
    pub enum SettingCode {
        /// Not JSON, or not an object.
        Malformed = "not_settings": "settings are one JSON object",
        /// A setting that this version does not know: it may be the one that forbids something.
        Unknown = "setting_unknown": "there is no such setting",
        /// A setting stands twice in one object.
        Twice = "setting_twice": "it stands twice",
        /// A setting has another JSON type.
        WrongType = "setting_wrong_type": "it has another type",
        /// A word that is not in its closed list.
        UnknownWord = "setting_unknown_word": "a word is not in its closed list",
        /// A number out of its range.
        OutOfRange = "setting_out_of_range": "the number is out of range",
        /// A list is longer than its bound.
        TooMany = "setting_too_many": "the list is too long",
        /// A text is longer than its bound.
        TooLong = "setting_too_long": "a text is too long",
        /// Not an origin or a pattern of origins.
        BadOrigin = "bad_origin": "an origin is scheme://host[:port], its first label may be * before two others, its port *",
        /// Not a host or a pattern of hosts.
        BadHost = "bad_host": "a host is made of lower-case labels, the first may be * before two others",
        /// Not a date of the calendar.
        BadDate = "bad_date": "a date is YYYY-MM-DD",
        /// Not a CSS selector, as far as a server can see.
        BadSelector = "bad_selector": "a selector is printable ASCII, without blanks around it",
        /// Not a rule for paths.
        BadUrlRule = "bad_url_rule": "a rule is /segments of plain text, *, :id, :name, :email, :text, and ** only at its end",
        /// Not a name in lower case.
        BadName = "bad_name": "a name is two or more of a-z, 0-9, - and _",
    }
}

closed_list! {
    /// At whose fault something was refused. Ingest's report puts it into the dimension `Fault` of its metrics, by
    /// which alarms go off.
    pub enum Fault {
        /// At no one's: all is well.
        None = "none",
        /// The sender's, to be mended there.
        Client = "client",
        /// Ours: an operator is alarmed.
        Server = "server",
    }
}

impl MessageCode {
    /// At whose fault it was refused.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::Throttled | Self::Unavailable | Self::Internal | Self::NotAuthorized => Fault::Server,
            Self::Reconnect => Fault::None,
            _ => Fault::Client,
        }
    }

    /// Whether the same message, sent again later, may succeed.
    #[must_use]
    pub const fn retry(self) -> bool {
        matches!(
            self,
            Self::Reconnect | Self::Throttled | Self::Unavailable | Self::Internal
        )
    }
}

/// What became of one event. Every event that enters has exactly one.
#[must_use = "every event is counted under exactly one outcome"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stored durably, and acknowledged.
    Accepted,
    /// Of a kind this world does not collect; dropped on purpose and counted.
    Filtered,
    /// Refused for itself; the others of its batch stand.
    Invalid(Reason),
    /// Refused together with its whole message.
    Refused(MessageCode),
}

impl Outcome {
    /// The stable word, under which the event is counted and the reply explains it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Filtered => FILTERED,
            Self::Invalid(reason) => reason.as_str(),
            Self::Refused(code) => code.as_str(),
        }
    }

    /// At whose fault it was refused.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::Accepted | Self::Filtered => Fault::None,
            Self::Invalid(_) => Fault::Client,
            Self::Refused(code) => code.fault(),
        }
    }
}

/// How many events had which outcome. Whatever is counted in comes out: [`Tally::total`] is the number of events that
/// entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(std::collections::BTreeMap<&'static str, (Fault, usize)>);

impl Tally {
    /// Counts `events` more under `outcome`.
    pub fn count(&mut self, outcome: Outcome, events: usize) {
        if events > 0 {
            self.0.entry(outcome.as_str()).or_insert((outcome.fault(), 0)).1 += events;
        }
    }

    /// How many were counted under `outcome`.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> usize {
        self.0.get(outcome.as_str()).map_or(0, |(_, count)| *count)
    }

    /// How many were counted in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.values().map(|(_, count)| count).sum()
    }

    /// Word, fault, and count of everything but acceptance.
    pub fn losses(&self) -> impl Iterator<Item = (&'static str, Fault, usize)> {
        let accepted = Outcome::Accepted.as_str();
        self.0
            .iter()
            .filter(move |(word, _)| **word != accepted)
            .map(|(word, (fault, count))| (*word, *fault, *count))
    }
}

/// The word for an event of a kind that the world does not collect.
pub const FILTERED: &str = "kind_not_collected";

/// Marks a [`Reason`] or [`SettingCode`] on its way through serde's error text, which is the only thing that gets
/// through a `Deserialize`.
const MARK: &str = "tg:";

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}", self.as_str())
    }
}

impl std::error::Error for Reason {}

impl fmt::Display for SettingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}", self.as_str())
    }
}

impl std::error::Error for SettingCode {}

impl SettingCode {
    /// The code behind a failed parse, as [`Reason::of`].
    #[must_use]
    pub fn of(error: &serde_json::Error) -> Self {
        if let Some(code) = marked(&error.to_string()) {
            return code;
        }
        match Reason::of(error) {
            Reason::UnknownField => Self::Unknown,
            Reason::DuplicateField => Self::Twice,
            Reason::WrongType => Self::WrongType,
            Reason::UnknownWord => Self::UnknownWord,
            Reason::OutOfRange => Self::OutOfRange,
            Reason::TooMany => Self::TooMany,
            Reason::TooLong => Self::TooLong,
            _ => Self::Malformed,
        }
    }
}

/// The code whose word stands behind the mark in an error's text.
fn marked<T: FromStr>(text: &str) -> Option<T> {
    text.strip_prefix(MARK)?.split(' ').next()?.parse().ok()
}

impl Reason {
    /// The reason behind a failed parse. Our own rules put their word into the error; serde's own refusals are
    /// distinguished by how their texts begin (pinned by a test). The text itself may quote what was sent and goes no
    /// further.
    #[must_use]
    pub fn of(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        if text.starts_with(MARK) {
            return marked(&text).unwrap_or(Self::Malformed);
        }
        match text.split(' ').take(2).collect::<Vec<_>>().as_slice() {
            ["unknown", "field"] => Self::UnknownField,
            ["unknown", "variant"] => Self::UnknownWord,
            ["missing", "field"] => Self::MissingField,
            ["duplicate", "field"] => Self::DuplicateField,
            ["invalid", "type:"] => Self::WrongType,
            ["invalid", "value:"] | ["number", "out"] => Self::OutOfRange,
            _ => Self::Malformed,
        }
    }
}
