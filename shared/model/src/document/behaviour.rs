//! The behaviour model in the document: the model of [`testgram_sequence`], its symbols in the words of a catalog.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use testgram_protocol::event::NamedKey;
use testgram_sequence::{Model, Named, Published};

/// What visitors do next. A [`testgram_sequence::Predictor`] reads it as it is.
pub type Behaviour = Model<SymbolRow>;

/// An action that the model knows, in the words of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SymbolRow {
    /// Its name: `click /product/:param button#add-to-cart`.
    pub name: String,
    /// What is done: a kind of event.
    pub verb: String,
    /// The named key that was pressed; only keys that are not text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_pressed: Option<NamedKey>,
    /// On which page; none for pages too rare to name.
    pub page: Option<String>,
    /// With which element; none if with none, or one too rare to name.
    pub element: Option<String>,
    /// The name that the site gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<String>,
    /// In how many sessions it came, and how often.
    #[serde(flatten)]
    pub times: Published,
}

impl Named for SymbolRow {
    fn name(&self) -> &str {
        &self.name
    }
}
