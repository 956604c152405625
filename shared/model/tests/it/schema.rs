//! `schema/model.v1.json` is up to date, and says what documents are.

use crate::common::{document, recorded, some_recorded};
use serde_json::{Value, json};
use testgram_model::{Document, document::schema_text};
use testgram_sequence::Predictor;

const COMMITTED: &str = include_str!("../../schema/model.v1.json");

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(COMMITTED).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn it_is_up_to_date() {
    assert!(COMMITTED == schema_text(), "out of date: make generated");
}

#[test]
fn a_real_document_fits_it_and_survives_its_own_format() {
    let document = document(&some_recorded(), 5);
    let bytes = document.to_json();
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    let errors: Vec<String> = validator()
        .iter_errors(&value)
        .take(5)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let read: Document = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(read, document);
    let behaviour = read.behaviour.unwrap();
    let predictor = Predictor::new(&behaviour);
    assert_eq!(predictor.alphabet().outcomes(), behaviour.symbols.len() + 1);
}

#[test]
fn an_empty_document_fits_it() {
    let value: Value = serde_json::from_slice(&document(&recorded()[..3], 5).to_json()).unwrap();
    assert!(validator().is_valid(&value));
    assert_eq!(value["sessions"], json!(null));
}

#[test]
fn what_is_no_document_does_not() {
    let mut value: Value = serde_json::from_slice(&document(&recorded()[..30], 5).to_json()).unwrap();
    value["pages"][0]["support"] = json!("many");
    assert!(!validator().is_valid(&value));
    assert!(!validator().is_valid(&json!({ "version": 1, "k": 5 })));
}
