//! Stable words for everything that can become of a frame or an event. A word is never renamed or reused.

use std::fmt;

macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal : $message:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $doc])+ $variant,)+ }

        impl $name {
            /// Every variant, in order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable word: on the wire, in metrics and in logs.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// One line for the developer who reads the reply. Never holds anything that was sent.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

words! {
    /// Why one event (or the `meta` of a batch) was refused. Always the sender's to mend.
    pub enum Reason {
        /// Not a JSON array of `[t, kind, detail]`.
        Malformed = "malformed": "an event is [t, kind, detail]",
        /// A field that v1 does not know.
        UnknownField = "unknown_field": "a field is not part of v1",
        /// A field twice.
        DuplicateField = "duplicate_field": "a field stands twice",
        /// A field is missing.
        MissingField = "missing_field": "a required field is missing",
        /// Wrong JSON type.
        WrongType = "wrong_type": "a field has the wrong type",
        /// A word that is not in its closed list.
        UnknownWord = "unknown_word": "a value is not in its closed list",
        /// A kind of event that v1 does not know.
        UnknownKind = "unknown_kind": "this kind of event is not part of v1",
        /// A number out of its range.
        OutOfRange = "out_of_range": "a number is out of range",
        /// A string too long.
        TooLong = "too_long": "a string is too long",
        /// A list too long.
        TooMany = "too_many": "a list is too long",
        /// JSON nested too deep.
        TooDeep = "too_deep": "JSON is nested too deep",
        /// An event's time lies outside its session or ahead of now.
        BadTime = "bad_time": "the time is outside the session or ahead of now",
        /// Not a SHA-256 digest in 64 lower-case hex digits.
        NotADigest = "not_a_digest": "a digest is 64 lower-case hex digits of SHA-256",
        /// The digest of a well-known value without a salt.
        UnsaltedDigest = "unsalted_digest": "this digest was made without the session's salt",
        /// A digest or length where none may be (passwords, cards, codes, masked or empty values), or the keys that a secret took.
        DigestNotAllowed = "digest_not_allowed": "of this kind of value neither digest, length nor keys are told",
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
        /// A path segment that names somebody, after a segment such as `users`.
        PersonInUrl = "person_in_url": "a URL segment after a collection of people must be :id",
        /// Not in the form of a URL template.
        NotATemplate = "not_a_template": "a URL is sent as its template",
    }
}

words! {
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
        /// Not a ULID.
        BadSession = "bad_session": "session is a ULID",
        /// Out of range.
        BadSeq = "bad_seq": "seq counts from 0 to 999999",
        /// More events than a batch may hold.
        TooManyEvents = "too_many_events": "a batch holds at most 500 events",
        /// Neither events nor meta.
        Empty = "empty_batch": "a batch holds at least one event",
        /// The session id's clock is implausible; make a new id by `server_time` and send again.
        ClockSkew = "clock_skew": "the session's clock is off; begin a new session by server_time",
        /// The connection carries no tenant: nothing of it can be trusted.
        NotAuthorized = "not_authorized": "the connection is not authorized",
        /// The connection is old: connect anew, then send again. This is how changed settings reach open connections.
        Reconnect = "reconnect": "connect anew, then send again",
        /// The store asked us to slow down; nothing was stored.
        Throttled = "throttled": "busy; nothing was stored, send again",
        /// The store did not answer or failed; nothing is known to be stored.
        Unavailable = "unavailable": "storage failed; send again",
        /// A bug or a missing setting on our side.
        Internal = "internal": "internal error; send again",
    }
}

words! {
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
        /// The world is paused.
        Paused = "world_paused": "the world is paused",
        /// The world has EU visitors and no signed agreement.
        AgreementMissing = "agreement_missing": "the world takes no EU data before the agreement is recorded",
        /// The world's monthly quota is used up.
        OverQuota = "over_quota": "the world's quota is used up",
        /// The store failed: fail closed.
        Unavailable = "unavailable": "the world could not be looked up",
    }
}

words! {
    /// Why a setting of a world was refused. For whoever writes settings.
    pub enum SettingCode {
        /// Not JSON, or not an object.
        Malformed = "not_settings": "settings are one JSON object",
        /// A setting that this version does not know: it may be the one that forbids something.
        Unknown = "setting_unknown": "there is no such setting",
        /// A setting twice.
        Twice = "setting_twice": "it stands twice",
        /// Wrong JSON type.
        WrongType = "setting_wrong_type": "it has another type",
        /// A word that is not in its closed list.
        UnknownWord = "setting_unknown_word": "a word is not in its closed list",
        /// A number out of its range.
        OutOfRange = "setting_out_of_range": "the number is out of range",
        /// A list too long.
        TooMany = "setting_too_many": "the list is too long",
        /// A text too long.
        TooLong = "setting_too_long": "a text is too long",
        /// Not an origin or a pattern of origins.
        BadOrigin = "bad_origin": "an origin is scheme://host[:port], its first label may be * before two others, its port *",
        /// Not a host or a pattern of hosts.
        BadHost = "bad_host": "a host is made of lower-case labels, the first may be * before two others",
        /// Not a date.
        BadDate = "bad_date": "a date is YYYY-MM-DD",
        /// Not a CSS selector as far as can be told here.
        BadSelector = "bad_selector": "a selector is printable ASCII, without blanks around it",
        /// Not a URL rule.
        BadUrlRule = "bad_url_rule": "a rule is /segments of plain text, *, :id, :name, :email, :text, and ** only at its end",
        /// Not a name in lower case.
        BadName = "bad_name": "a name is two or more of a-z, 0-9, - and _",
    }
}

/// At whose fault something was refused. Ingest's report puts it into the dimension `Fault` of its metrics, by which alarms go off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// All is well.
    None,
    /// The sender's, to mend there.
    Client,
    /// Ours: an operator is alarmed.
    Server,
}

impl Fault {
    /// The stable word, in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Client => "client",
            Self::Server => "server",
        }
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
    /// Stored durably.
    Accepted,
    /// Of a kind this world does not collect; dropped on purpose and counted.
    Filtered,
    /// Refused for itself.
    Invalid(Reason),
    /// Refused together with its whole message.
    Refused(MessageCode),
}

impl Outcome {
    /// The stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Filtered => FILTERED,
            Self::Invalid(reason) => reason.word(),
            Self::Refused(code) => code.word(),
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

/// How many events had which outcome. Whatever is counted in comes out: [`Tally::total`] is the number of events that entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(std::collections::BTreeMap<&'static str, (Fault, usize)>);

impl Tally {
    /// Counts `events` more under `outcome`.
    pub fn count(&mut self, outcome: Outcome, events: usize) {
        if events > 0 {
            self.0.entry(outcome.word()).or_insert((outcome.fault(), 0)).1 += events;
        }
    }

    /// How many were counted under `outcome`.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> usize {
        self.0.get(outcome.word()).map_or(0, |(_, count)| *count)
    }

    /// How many were counted in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.values().map(|(_, count)| count).sum()
    }

    /// Word, fault, and count of everything but acceptance.
    pub fn losses(&self) -> impl Iterator<Item = (&'static str, Fault, usize)> {
        let accepted = Outcome::Accepted.word();
        self.0
            .iter()
            .filter(move |(word, _)| **word != accepted)
            .map(|(word, (fault, count))| (*word, *fault, *count))
    }
}

/// The word for an event of a kind that the world does not collect.
pub const FILTERED: &str = "kind_not_collected";

/// Marks a [`Reason`] or [`SettingCode`] on its way through serde's error text, which is the only thing that gets through a `Deserialize`.
const MARK: &str = "tg:";

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}", self.word())
    }
}

impl std::error::Error for Reason {}

impl fmt::Display for SettingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}", self.word())
    }
}

impl std::error::Error for SettingCode {}

impl SettingCode {
    /// The code behind a failed parse, as [`Reason::of`].
    #[must_use]
    pub fn of(error: &serde_json::Error) -> Self {
        if let Some(code) = marked(&error.to_string(), Self::ALL, |code| code.word()) {
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

/// The one of `all` whose word stands behind the mark in an error's text.
fn marked<T: Copy>(text: &str, all: &[T], word: fn(T) -> &'static str) -> Option<T> {
    let found = text.strip_prefix(MARK)?.split(' ').next()?;
    all.iter().copied().find(|one| word(*one) == found)
}

impl Reason {
    /// The reason behind a failed parse. Our own rules put their word into the error; serde's own refusals are told apart by how
    /// their texts begin (pinned by a test). The text itself may quote what was sent and goes no further.
    #[must_use]
    pub fn of(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        if text.starts_with(MARK) {
            return marked(&text, Self::ALL, |reason| reason.word()).unwrap_or(Self::Malformed);
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
