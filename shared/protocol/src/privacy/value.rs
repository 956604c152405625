//! What kind of thing was typed, how long it was, and whether a digest of it may leave the device.

use schemars::JsonSchema;

use super::token::luhn;
use crate::strict::wire_words;

wire_words! {
    /// The kind of a value. The order is part of the buffer format: append only.
    #[derive(JsonSchema)]
    pub enum ValueKind {
        /// Nothing was typed or chosen.
        Empty = "empty",
        /// An e-mail address, by field or looks.
        Email = "email",
        /// A phone number, by field or looks.
        Phone = "phone",
        /// A number, with or without decimals.
        Number = "number",
        /// A date, in one of the usual forms.
        Date = "date",
        /// A time of day, in one of the usual forms.
        Time = "time",
        /// A URL, or what begins with `www.`.
        Url = "url",
        /// A payment card number or anything else about a card.
        Card = "card",
        /// A password or a passphrase: secret.
        Password = "password",
        /// A one-time code or PIN.
        Code = "code",
        /// A person's name or user name.
        Name = "name",
        /// A postal address or part of one.
        Address = "address",
        /// An option of a select, a radio button or a checkbox.
        Choice = "choice",
        /// A file that was chosen.
        File = "file",
        /// Text that is none of the others.
        Text = "text",
        /// Anything under `data-tg-mask` or named like a secret.
        Masked = "masked",
    }
}

impl ValueKind {
    /// Whether a value of this kind may carry a digest and a length. Even a salted digest of a four-digit code is one
    /// of ten thousand, and the length of a password is a hint.
    #[must_use]
    pub const fn may_be_digested(self) -> bool {
        !self.is_secret() && !matches!(self, Self::Empty | Self::File)
    }

    /// Whether nothing may be sent of how the value was typed, since that gives its length away.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Card | Self::Password | Self::Code | Self::Masked)
    }
}

/// What the page says about a field, empty where it says nothing. Type and autocomplete in lower case, names as they
/// are: a capital shows where a word begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// `type` of an input, or `select`, `textarea`.
    pub field: &'a str,
    /// The field's `autocomplete`, all tokens.
    pub autocomplete: &'a str,
    /// The field's `name` as the page has it.
    pub name: &'a str,
    /// The field's `id` as the page has it.
    pub id: &'a str,
}

/// What in a field's name, as [`said`] has it, makes its value a secret, and the kind they make it. First match counts.
/// Rather too wide than too narrow: `passenger` and `discard` are masked as well. What ends with a blank is a word's
/// end.
const SECRETS: &[(&str, ValueKind)] = &[
    ("passport", ValueKind::Masked),
    ("phrase", ValueKind::Masked),
    ("pass", ValueKind::Password),
    ("pwd", ValueKind::Password),
    ("card", ValueKind::Card),
    ("cvv", ValueKind::Card),
    ("cvc", ValueKind::Card),
    ("cvn", ValueKind::Card),
    ("csc", ValueKind::Card),
    ("ccn", ValueKind::Card),
    ("cc-", ValueKind::Card),
    ("cc_", ValueKind::Card),
    ("cc ", ValueKind::Card),
    ("expir", ValueKind::Card),
    ("exp-", ValueKind::Card),
    ("exp_", ValueKind::Card),
    ("exp ", ValueKind::Card),
    ("otp", ValueKind::Code),
    ("2fa", ValueKind::Code),
    ("mfa", ValueKind::Code),
    ("pincode", ValueKind::Code),
    ("verif", ValueKind::Code),
    ("pin ", ValueKind::Code),
    ("code ", ValueKind::Code),
    ("|key ", ValueKind::Masked),
    ("secret", ValueKind::Masked),
    ("token", ValueKind::Masked),
    ("apikey", ValueKind::Masked),
    ("api-key", ValueKind::Masked),
    ("api_key", ValueKind::Masked),
    ("ssn", ValueKind::Masked),
    ("social", ValueKind::Masked),
    ("iban", ValueKind::Masked),
    ("bank", ValueKind::Masked),
    ("routing", ValueKind::Masked),
    ("acct", ValueKind::Masked),
    ("licen", ValueKind::Masked),
    ("tax", ValueKind::Masked),
    ("security", ValueKind::Masked),
    ("answer", ValueKind::Masked),
    ("maiden", ValueKind::Masked),
    ("recovery", ValueKind::Masked),
    ("backup", ValueKind::Masked),
    ("mnemonic", ValueKind::Masked),
    ("privatekey", ValueKind::Masked),
    ("private key", ValueKind::Masked),
    ("accountno ", ValueKind::Masked),
    ("account no ", ValueKind::Masked),
    ("accountnum", ValueKind::Masked),
    ("account num", ValueKind::Masked),
];

/// Ends of the words before `code` that make it one which everybody may know.
const PUBLIC_CODES: &[&str] = &[
    "zip",
    "post",
    "postal",
    "country",
    "promo",
    "promotion",
    "promotional",
    "coupon",
    "voucher",
    "discount",
    "area",
    "dial",
    "dialing",
    "dialling",
    "calling",
    "currency",
    "lang",
    "language",
    "state",
    "region",
    "product",
    "item",
    "bar",
];

/// The kind of `value`, by what the page says of the field first and by its looks second.
#[must_use]
pub fn classify(value: &str, hints: Hints<'_>) -> ValueKind {
    by_secret_hint(hints).unwrap_or_else(|| {
        let value = value.trim_ascii();
        if value.is_empty() {
            ValueKind::Empty
        } else {
            by_secret_looks(value)
                .or_else(|| by_hint(hints))
                .unwrap_or_else(|| by_looks(value))
        }
    })
}

fn by_secret_hint(hints: Hints<'_>) -> Option<ValueKind> {
    // Any token counts, wherever it stands: `section-blue billing cc-number`, `one-time-code webauthn`.
    let asks_for = |is: fn(&str) -> bool| hints.autocomplete.split_ascii_whitespace().any(is);
    if hints.field == "password" || asks_for(|token| matches!(token, "current-password" | "new-password")) {
        Some(ValueKind::Password)
    } else if asks_for(|token| token == "one-time-code") {
        Some(ValueKind::Code)
    } else if asks_for(|token| token.starts_with("cc-")) {
        Some(ValueKind::Card)
    } else {
        match hints.field {
            "file" => Some(ValueKind::File),
            "hidden" => Some(ValueKind::Masked),
            _ => by_name(hints.name).or_else(|| by_name(hints.id)),
        }
    }
}

/// The kind of secret that a field of this name holds; `None` if nothing in the name says so.
pub(crate) fn by_name(name: &str) -> Option<ValueKind> {
    let said = said(name);
    SECRETS
        .iter()
        .find(|(secret, _)| said.contains(secret))
        .map(|(_, kind)| *kind)
}

/// What a name says: as it is, and after `|` word by word, without codes that everybody may know. `userPin` is
/// `userpin|user pin `.
fn said(name: &str) -> String {
    let in_lower_case = words(name);
    let words: Vec<&str> = in_lower_case.split_ascii_whitespace().collect();
    let mut said = name.to_ascii_lowercase().replace(' ', "_");
    said.push('|');
    for (at, word) in words.iter().enumerate() {
        let before = at
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .copied()
            .unwrap_or_default();
        let after = words.get(at + 1).copied().unwrap_or_default();
        if !is_public_code(before, word, after) {
            said.push_str(word);
            said.push(' ');
        }
    }
    said
}

fn is_public_code(before: &str, word: &str, after: &str) -> bool {
    word.strip_suffix("code").is_some_and(|joined| {
        let of = if joined.is_empty() { before } else { joined };
        // Halves of British postcodes, and Irish ones: whole, for `checkoutcode` is another thing.
        matches!(joined, "out" | "in" | "eir")
            || matches!(after, "postal" | "promo")
            || PUBLIC_CODES.iter().any(|public| of.ends_with(public))
    })
}

/// The runs of letters in a name, in lower case; those of camel case apart, as in `userPIN` and `SMSCode`.
fn words(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut words = String::with_capacity(name.len() * 2);
    for (at, byte) in bytes.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        let after = bytes.get(at + 1).copied().unwrap_or(b' ');
        let begins = before.is_ascii_lowercase() || (before.is_ascii_uppercase() && after.is_ascii_lowercase());
        if !byte.is_ascii_alphabetic() || (byte.is_ascii_uppercase() && begins) {
            words.push(' ');
        }
        if byte.is_ascii_alphabetic() {
            words.push(char::from(byte.to_ascii_lowercase()));
        }
    }
    words
}

/// Secrets that give themselves away wherever they are typed.
fn by_secret_looks(value: &str) -> Option<ValueKind> {
    let digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).collect();
    let only_digits_and_gaps = value
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'/'));
    if only_digits_and_gaps && (13..=19).contains(&digits.len()) && luhn(&digits) {
        return Some(ValueKind::Card);
    }
    ["ddd-dd-dddd", "ddd dd dddd"]
        .iter()
        .any(|ssn| shape_is(value, ssn))
        .then_some(ValueKind::Masked)
}

fn by_hint(hints: Hints<'_>) -> Option<ValueKind> {
    // The last token counts; `webauthn` after it says nothing of the value.
    let mut tokens = hints.autocomplete.split_ascii_whitespace();
    let autocomplete = tokens.rfind(|token| *token != "webauthn").unwrap_or_default();
    Some(match (hints.field, autocomplete) {
        ("select" | "radio" | "checkbox", _) => ValueKind::Choice,
        ("email", _) | (_, "email") => ValueKind::Email,
        ("tel", _) => ValueKind::Phone,
        ("url", _) | (_, "url") => ValueKind::Url,
        ("number" | "range", _) => ValueKind::Number,
        ("date" | "datetime-local" | "month" | "week", _) => ValueKind::Date,
        ("time", _) => ValueKind::Time,
        (_, tel) if tel.starts_with("tel") => ValueKind::Phone,
        (_, bday) if bday.starts_with("bday") => ValueKind::Date,
        (_, "name" | "given-name" | "additional-name" | "family-name" | "nickname" | "username") => ValueKind::Name,
        (_, "street-address" | "postal-code" | "country" | "country-name") => ValueKind::Address,
        (_, address) if address.starts_with("address-") => ValueKind::Address,
        _ => return None,
    })
}

fn by_looks(value: &str) -> ValueKind {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if is_email(value) {
        ValueKind::Email
    } else if value.starts_with("http://") || value.starts_with("https://") || value.starts_with("www.") {
        ValueKind::Url
    } else if ["dddd-dd-dd", "dd/dd/dddd", "dd.dd.dddd", "d/d/dddd"]
        .iter()
        .any(|date| shape_is(value, date))
    {
        ValueKind::Date
    } else if ["dd:dd", "dd:dd:dd", "d:dd"].iter().any(|time| shape_is(value, time)) {
        ValueKind::Time
    } else if digits < 7 && is_number(value) {
        ValueKind::Number
    } else if (7..=15).contains(&digits) && value.bytes().all(|b| b.is_ascii_digit() || b" +-().".contains(&b)) {
        ValueKind::Phone
    } else if is_number(value) {
        ValueKind::Number
    } else {
        ValueKind::Text
    }
}

fn is_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && host.contains('.')
            && !host.ends_with('.')
            && !value.contains(|c: char| c.is_ascii_whitespace())
    })
}

fn is_number(value: &str) -> bool {
    let unsigned = value.strip_prefix(['-', '+']).unwrap_or(value);
    unsigned.bytes().any(|b| b.is_ascii_digit())
        && unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

/// `d` stands for a digit, anything else for itself.
fn shape_is(value: &str, shape: &str) -> bool {
    value.len() == shape.len()
        && value
            .bytes()
            .zip(shape.bytes())
            .all(|(b, s)| if s == b'd' { b.is_ascii_digit() } else { b == s })
}

/// The bucket of a length in UTF-16 units (what JavaScript counts): 0, 1, 2–3, 4–7, 8–15, 16–31, 32–63, 64–127, 128 and
/// more.
#[must_use]
pub fn length_class(units: usize) -> u8 {
    let bits = usize::BITS - units.leading_zeros();
    bits.min(u32::from(LENGTH_CLASSES) - 1) as u8
}

/// How many classes [`length_class`] has.
pub const LENGTH_CLASSES: u8 = 9;
