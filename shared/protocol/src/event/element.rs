//! The element that an event happened on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{ElementPath, Tag, Word};
use super::word::{Autocomplete, FieldType, Role};
use crate::limits;
use crate::list::List;
use crate::privacy::digest::LabelDigest;
use crate::privacy::value::by_name;
use crate::strict::objects;

/// An element as the model knows it again: a fingerprint of names, looks and place, not a selector. The snippet makes
/// it, without what looks like data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Element {
    /// Its tag, in lower case.
    pub tag: Tag,
    /// Its ARIA role, given or implied by its tag.
    #[serde(default)]
    pub role: Option<Role>,
    /// The `type` of an input, or the tag of another field.
    #[serde(default, rename = "type")]
    pub field: Option<FieldType>,
    /// Its `id`, if that looks like code.
    #[serde(default)]
    pub id: Option<Word>,
    /// Its `name`, if that looks like code.
    #[serde(default)]
    pub name: Option<Word>,
    /// Its `data-testid` or one of its likes, if that looks like code.
    #[serde(default)]
    pub testid: Option<Word>,
    /// Of a label: its `for`, if that looks like code.
    #[serde(default, rename = "for")]
    pub target: Option<Word>,
    /// The last token of its `autocomplete`.
    #[serde(default)]
    pub autocomplete: Option<Autocomplete>,
    /// Its classes that look like code, without those that come and go.
    #[serde(default)]
    pub classes: List<Word, { limits::CLASSES }>,
    /// Where it stands in the page.
    pub path: ElementPath,
    /// Digest of its label under the world's salt. Of interactive controls outside masked subtrees only.
    #[serde(default)]
    pub label: Option<LabelDigest>,
    /// Whether it is in a shadow root.
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
