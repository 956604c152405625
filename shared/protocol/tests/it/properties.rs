//! What must hold for anything that is sent.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use testgram_fixtures::strategy::{any_json, config, frame, secret, word};
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer;
use testgram_protocol::limits;
use testgram_protocol::privacy::token::looks_like_data;
use testgram_protocol::privacy::tree::KeyTree;
use testgram_protocol::privacy::value::{Hints, LENGTH_CLASSES, classify, length_class};
use testgram_protocol::privacy::{error, url};
use testgram_protocol::reply::Reply;

use crate::invariants;

/// A word that no type's name holds: where it shows in a `Debug`, content shows.
const MARKER: &str = "quokka-lemon";

/// How a secret gets into a string of a page.
fn planted(into: &str, secret: &str, how: usize) -> String {
    match how {
        0 => secret.to_owned(),
        1 => format!("{into}-{secret}"),
        2 => format!("{secret}_{into}"),
        3 => format!("{into}/{secret}"),
        4 => format!("{into} {secret}"),
        _ => format!("{into}?{secret}"),
    }
}
const WAYS: usize = 6;

/// Counts down over the strings of `json`, keys included, and changes the one at which `turn` is 0.
fn visit(json: &mut Value, turn: &mut usize, change: &dyn Fn(&str) -> String) {
    let in_turn = |text: String, turn: &mut usize| {
        let now = *turn == 0;
        *turn = turn.wrapping_sub(1);
        if now { change(&text) } else { text }
    };
    match json {
        Value::String(text) => *text = in_turn(std::mem::take(text), turn),
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, turn, change)),
        Value::Object(map) => {
            for (key, mut value) in std::mem::take(map) {
                let key = in_turn(key, turn);
                visit(&mut value, turn, change);
                map.insert(key, value);
            }
        }
        _ => {}
    }
}

fn strings(json: &Value) -> usize {
    let mut left = usize::MAX;
    visit(&mut json.clone(), &mut left, &str::to_owned);
    usize::MAX - left
}

fn contains(bytes: &[u8], secret: &str) -> bool {
    bytes
        .to_ascii_lowercase()
        .windows(secret.len())
        .any(|window| window == secret.to_ascii_lowercase().as_bytes())
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_template_is_its_own_template(raw in any::<String>(), tail in "[ -~]{0,60}", path in "(/[a-zA-Z0-9;.@%:_-]{0,8}){0,15}([?#][ -~]{0,20})?") {
        for raw in [raw.clone(), format!("/{raw}"), format!("https://{raw}"), format!("/{tail}"), format!("http://{tail}"), path.clone(), format!("https://a.b{path}")] {
            let once = url::template(&raw, None);
            prop_assert_eq!(url::check(&once), Ok(()), "{} from {}", once, raw);
            prop_assert_eq!(&url::template(&once, None), &once);
            prop_assert!(once.len() <= limits::URL_BYTES && once.is_ascii());
        }
    }

    #[test]
    fn people_in_paths_stay_out_however_they_are_nested(path in "(/(users?|profile|me|edit|account|jane-roe|jane|12|orders|Jane|search)){1,8}") {
        let once = url::template(&path, None);
        prop_assert_eq!(url::check(&once), Ok(()), "{} from {}", once, path);
    }

    #[test]
    fn a_scrubbed_message_is_its_own_template(message in any::<String>(), words in "([ -~]{0,8}[ \t\n]){0,40}", known in prop::collection::vec(select(error::WORDS), 0..40)) {
        for raw in [message.clone(), words.clone(), known.join(" "), format!("{} {words}", known.join(" "))] {
            let once = error::scrub(&raw);
            prop_assert_eq!(&error::scrub(&once), &once);
            prop_assert!(testgram_protocol::event::ErrorTemplate::new(&once).is_ok());
        }
    }

    #[test]
    fn no_rule_panics(text in any::<String>(), ascii in "[ -~]{0,80}") {
        for text in [text.as_str(), ascii.as_str()] {
            drop((looks_like_data(text), url::check(text), error::scrub(text)));
            drop(testgram_protocol::event::ElementPath::new(text));
            let hints = Hints { field: "text", autocomplete: text, name: text, id: text };
            prop_assert!(length_class(text.len()) < LENGTH_CLASSES);
            let kind = classify(text, hints);
            prop_assert!(!kind.is_secret() || !kind.may_be_digested());
        }
    }

    #[test]
    fn what_the_snippet_makes_of_secrets_holds_none(secret in secret(), how in 0..WAYS, into in word()) {
        let whole = planted(&into, &secret, how);
        for raw in [format!("/{whole}"), format!("/a/{secret}/b"), format!("/a?{secret}=1"), format!("/a?q={secret}"), format!("/a#/{secret}"), format!("https://{secret}@api.example/"), format!("/a;s={secret}/b")] {
            let template = url::template(&raw, None);
            prop_assert!(!contains(template.as_bytes(), &secret), "{} holds {}", template, secret);
        }
        let scrubbed = error::scrub(&format!("failed to load {whole}: {secret}, '{secret}'"));
        prop_assert!(!contains(scrubbed.as_bytes(), &secret));
        let tree = serde_json::to_string(&KeyTree::of(&json!({ &whole: 1, "value": secret, "in": [{ &secret: secret }] }))).unwrap();
        prop_assert!(!contains(tree.as_bytes(), &secret), "{} holds {}", tree, secret);
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_key_tree_reads_back_is_bounded_and_holds_no_value(body in any_json()) {
        let tree = KeyTree::of(&body);
        let wire = serde_json::to_string(&tree).unwrap();
        let read = serde_json::from_str::<KeyTree>(&wire);
        prop_assert!(read.is_ok(), "{} of {}", read.unwrap_err(), wire);
        prop_assert_eq!(read.unwrap(), tree);
        prop_assert!(wire.len() <= limits::TREE_NODES * (limits::WORD_BYTES + 16));
        // The strings of the wire form are keys that look like code, `*`, and the words of leaves.
        let leaves = ["string", "number", "boolean", "null", "mixed", "more", "*"];
        prop_assert!(wire.split('"').skip(1).step_by(2).all(|text| leaves.contains(&text) || looks_like_data(text).is_none()), "{}", wire);
    }

    #[test]
    fn valid_batches_come_through_whole(frame in frame()) {
        let text = frame.to_string();
        prop_assume!(text.len() <= limits::FRAME_BYTES);
        prop_assume!(!frame["events"].as_array().unwrap().is_empty());
        let parsed = Batch::parse(&text, invariants::arrival(&text)).map_err(|refused| TestCaseError::fail(refused.code.as_str()))?;
        prop_assert!(parsed.rejected.is_empty(), "{:?} of {}", parsed.rejected, text);
        prop_assert_eq!(parsed.meta_rejected, None);
        invariants::hold(text.as_bytes());
    }

    #[test]
    fn no_debug_shows_content(mut frame in frame(), at in any::<prop::sample::Index>()) {
        let mut turn = at.index(strings(&frame));
        visit(&mut frame, &mut turn, &|_| MARKER.to_owned());
        let text = frame.to_string();
        let shown = format!("{:?}", Batch::parse(&text, invariants::arrival(&text)));
        prop_assert!(!shown.contains("quokka"), "{}", shown);
        let session = frame["session"].as_str().unwrap_or("?");
        prop_assert!(!shown.contains(session));
    }

    #[test]
    fn no_secret_reaches_the_buffer_or_the_reply(frame in frame(), at in prop::collection::vec(any::<prop::sample::Index>(), 12), how in 0..WAYS, secret in secret()) {
        for at in at {
            let mut frame = frame.clone();
            let mut turn = at.index(strings(&frame));
            visit(&mut frame, &mut turn, &|into| planted(into, &secret, how));
            let text = frame.to_string();
            let arrival = invariants::arrival(&text);
            match Batch::parse(&text, arrival) {
                Ok(parsed) => {
                    let unpacked = buffer::unpacked(&parsed.batch).unwrap();
                    prop_assert!(!contains(&unpacked, &secret), "{} is stored, from {}", secret, text);
                    let shown = Reply::ack(&parsed, arrival.received_ms).to_json() + &format!("{parsed:?}");
                    prop_assert!(!contains(shown.as_bytes(), &secret));
                }
                Err(refused) => {
                    let shown = Reply::error(refused, arrival.received_ms, None).to_json() + &format!("{refused:?}");
                    prop_assert!(!contains(shown.as_bytes(), &secret));
                }
            }
        }
    }

    #[test]
    fn damaged_frames_and_buffers_are_refused_not_fatal(frame in frame(), cut in any::<prop::sample::Index>(), byte in any::<u8>(), noise in prop::collection::vec(any::<u8>(), 0..200)) {
        invariants::hold(&noise);
        let mut text = frame.to_string().into_bytes();
        let at = cut.index(text.len());
        invariants::hold(&text[..at]);
        text[at] = byte;
        invariants::hold(&text);

        let frame = frame.to_string();
        prop_assume!(frame.len() <= limits::FRAME_BYTES);
        let Ok(parsed) = Batch::parse(&frame, invariants::arrival(&frame)) else { return Ok(()) };
        let mut packed = buffer::encode(&parsed.batch).unwrap();
        let at = cut.index(packed.len());
        invariants::hold(&packed[..at]);
        packed[at] = packed[at].wrapping_add(byte);
        invariants::hold(&packed);
    }
}
