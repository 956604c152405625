//! The built snippet, and a world's script made from it.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

/// The snippet as `make snippet` built it.
const SNIPPET: &str = include_str!("../../../snippet/dist/testgram.js");
/// The token in it that the settings replace.
const TOKEN: &str = "__TESTGRAM__";

/// The snippet before the token and after it.
const PARTS: (&str, &str) = {
    let (before, rest) = SNIPPET.split_at(only_place(SNIPPET.as_bytes(), TOKEN.as_bytes()));
    (before, rest.split_at(TOKEN.len()).1)
};

/// Where `token` stands in `text`. Evaluated when this is compiled: a snippet without the token, or with two, does not
/// build.
#[expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "it runs in the compiler only, where an iterator does not, and a panic is an error"
)]
const fn only_place(text: &[u8], token: &[u8]) -> usize {
    let (mut at, mut found) = (0, None);
    while at + token.len() <= text.len() {
        let mut same = 0;
        while same < token.len() && text[at + same] == token[same] {
            same += 1;
        }
        if same == token.len() {
            assert!(found.is_none(), "the built snippet holds __TESTGRAM__ twice");
            found = Some(at);
        }
        at += 1;
    }
    match found {
        Some(at) => at,
        None => panic!("the built snippet does not hold __TESTGRAM__"),
    }
}

/// What a world's browsers get.
#[derive(Debug)]
pub(crate) enum ServedWorld {
    /// The snippet.
    Script(Script),
    /// A script without code, for a reason that a stable word names.
    Closed(&'static str),
}

/// A world's script, compressed once.
#[derive(Debug)]
pub(crate) struct Script {
    client_settings: String,
    /// Compressed, in base64, as nearly all browsers take it. The plain form is put together when a client asks for it.
    gzip: String,
    gzip_bytes: usize,
    hash: u64,
}

/// The two forms of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// The script as it is, in text.
    Identity,
    /// The script compressed, as nearly all browsers take it.
    Gzip,
}

impl Script {
    /// The snippet with these settings in it.
    pub(crate) fn of(client_settings: String) -> Self {
        let text = with(&client_settings);
        let packed = gzip(text.as_bytes());
        Self {
            gzip: STANDARD.encode(&packed),
            gzip_bytes: packed.len(),
            hash: twox_hash::XxHash3_64::oneshot(text.as_bytes()),
            client_settings,
        }
    }

    /// Whether it is the script of these settings.
    pub(crate) fn is_of(&self, client_settings: &str) -> bool {
        self.client_settings == client_settings
    }

    /// The `ETag` of one form of the script. The two forms are different bytes, so they have different tags.
    pub(crate) fn tag(&self, coding: Coding) -> String {
        match coding {
            Coding::Identity => format!("\"{:016x}\"", self.hash),
            Coding::Gzip => format!("\"{:016x}-gzip\"", self.hash),
        }
    }

    /// How many bytes a browser gets.
    pub(crate) fn bytes(&self, coding: Coding) -> usize {
        match coding {
            Coding::Identity => PARTS.0.len() + self.client_settings.len() + PARTS.1.len(),
            Coding::Gzip => self.gzip_bytes,
        }
    }

    /// As API Gateway takes it: text, or base64.
    pub(crate) fn body(&self, coding: Coding) -> String {
        match coding {
            Coding::Identity => with(&self.client_settings),
            Coding::Gzip => self.gzip.clone(),
        }
    }
}

fn with(client_settings: &str) -> String {
    [PARTS.0, client_settings, PARTS.1].concat()
}

/// At the highest level: it costs a millisecond (36 KB, x86_64), once in the life of a world's settings in an instance.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    // Memory is written to without fail.
    written.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_settings_stand_where_the_token_stood() {
        assert_eq!(SNIPPET.matches(TOKEN).count(), 1);
        let script = Script::of(r#"{"v":1}"#.to_owned());
        assert_eq!(script.body(Coding::Identity), SNIPPET.replace(TOKEN, r#"{"v":1}"#));
    }

    #[test]
    fn both_forms_say_the_same() {
        let script = Script::of(r#"{"v":1}"#.to_owned());
        let packed = STANDARD.decode(script.body(Coding::Gzip)).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*packed)
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, script.body(Coding::Identity));
        assert_eq!(
            (packed.len(), text.len()),
            (script.bytes(Coding::Gzip), script.bytes(Coding::Identity))
        );
    }

    #[test]
    fn a_tag_is_of_one_form_of_one_content() {
        let (one, other) = (Script::of("1".to_owned()), Script::of("2".to_owned()));
        assert_eq!(one.tag(Coding::Gzip), Script::of("1".to_owned()).tag(Coding::Gzip));
        assert_ne!(one.tag(Coding::Gzip), one.tag(Coding::Identity));
        assert_ne!(one.tag(Coding::Gzip), other.tag(Coding::Gzip));
        assert!(one.tag(Coding::Gzip).starts_with('"') && one.tag(Coding::Gzip).ends_with('"'));
    }
}
