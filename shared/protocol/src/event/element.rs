//! Elements.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{ElementPath, Tag, Word};
use super::word::{Autocomplete, FieldType, Role};
use crate::limits;
use crate::list::List;
use crate::privacy::digest::LabelDigest;
use crate::privacy::value::by_name;
use crate::strict::objects;

/// An element as the model knows it again: a fingerprint, not a selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Element {
    /// Its tag.
    pub tag: Tag,
    /// Its ARIA role, given or implied by its tag.
    #[serde(default)]
    pub role: Option<Role>,
    /// An input's type.
    #[serde(default, rename = "type")]
    pub field: Option<FieldType>,
    /// `id`.
    #[serde(default)]
    pub id: Option<Word>,
    /// `name`.
    #[serde(default)]
    pub name: Option<Word>,
    /// `data-testid` or one of its likes.
    #[serde(default)]
    pub testid: Option<Word>,
    /// `for` of a label.
    #[serde(default, rename = "for")]
    pub target: Option<Word>,
    /// `autocomplete`.
    #[serde(default)]
    pub autocomplete: Option<Autocomplete>,
    /// Stable classes.
    #[serde(default)]
    pub classes: List<Word, { limits::CLASSES }>,
    /// Where it stands.
    pub path: ElementPath,
    /// Digest of its label, for interactive controls outside masked subtrees.
    #[serde(default)]
    pub label: Option<LabelDigest>,
    /// Whether it lives in a shadow root.
    #[serde(default)]
    pub shadow: bool,
}

objects!(Element);

impl Element {
    /// Whether what the page says of it makes its value a secret, as [`crate::privacy::value::classify`] has it.
    pub(super) fn holds_secret(&self) -> bool {
        let by_type = matches!(
            self.field,
            Some(FieldType::Password | FieldType::Hidden | FieldType::File)
        );
        let by_autocomplete = self.autocomplete.is_some_and(Autocomplete::is_of_secret);
        let names = [&self.name, &self.id].into_iter().flatten();
        by_type || by_autocomplete || names.map(|name| by_name(name.as_str())).any(|kind| kind.is_some())
    }
}
