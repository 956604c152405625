//! What an element is known by.
//!
//! An element has *anchors*: texts that name it on its page, from the best kind to the worst. It is the element that its best anchor
//! names of those that at least k sessions met; so a generated id, which is another one in each session, is passed over, and whatever
//! changes below the best anchor (classes, place, label) changes nothing.
//!
//! | kind | anchor | why there |
//! |---|---|---|
//! | test id | `[testid=pay]` | given so that it may be found again |
//! | id | `#pay` | unique on its page by HTML's rules |
//! | name | `input[name=email]` | what the server calls it |
//! | for | `label[for=email]` | an id, of another element |
//! | label | `button{3f2a}` | what people know it by; changes with wording and language |
//! | autocomplete | `input[autocomplete=email]` | says what belongs there |
//! | classes | `a.card.card--wide` | its looks; shared by all items of a list |
//! | place | `main>ul>li:2>a` | moves with every redesign |
//! | kind of place | `main>ul>li>a` | any of several in such places |

use serde::{Deserialize, Serialize};
use testgram_protocol::event::Element;

/// Kinds of anchors, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Rank {
    TestId,
    Id,
    Name,
    For,
    Label,
    Autocomplete,
    Classes,
    Place,
    KindOfPlace,
}

impl Rank {
    pub(super) const ALL: [Self; 9] = [
        Self::TestId,
        Self::Id,
        Self::Name,
        Self::For,
        Self::Label,
        Self::Autocomplete,
        Self::Classes,
        Self::Place,
        Self::KindOfPlace,
    ];

    /// Whether two elements that share such an anchor are one, though one of them has a better anchor that the other lacks.
    pub(super) const fn names_one(self) -> bool {
        matches!(self, Self::TestId | Self::Id | Self::Name | Self::For | Self::Label)
    }

    /// Whether such anchors differ between the items of a list.
    pub(super) const fn is_of_item(self) -> bool {
        matches!(
            self,
            Self::TestId | Self::Id | Self::Name | Self::Label | Self::For | Self::Place
        )
    }
}

/// An element's anchor of some rank, if it has one.
pub(super) fn anchor(element: &Element, rank: Rank) -> Option<String> {
    let tag = element.tag.as_str();
    match rank {
        Rank::TestId => element.testid.as_ref().map(|id| format!("[testid={}]", id.as_str())),
        Rank::Id => element.id.as_ref().map(|id| format!("#{}", id.as_str())),
        Rank::Name => element
            .name
            .as_ref()
            .map(|name| format!("{tag}[name={}]", name.as_str())),
        Rank::For => element.target.as_ref().map(|id| format!("{tag}[for={}]", id.as_str())),
        Rank::Label => element.label.map(|label| format!("{tag}{{{:04x}}}", label.bits())),
        Rank::Autocomplete => element.autocomplete.map(|what| format!("{tag}[autocomplete={what:?}]")),
        Rank::Classes => classes(element),
        Rank::Place => Some(element.path.as_str().to_owned()),
        Rank::KindOfPlace => Some(kind_of_place(element)),
    }
}

/// Tag and classes, in order; none without a class.
fn classes(element: &Element) -> Option<String> {
    let mut classes: Vec<&str> = element.classes.items().iter().map(|class| class.as_str()).collect();
    classes.sort_unstable();
    classes.dedup();
    (!classes.is_empty()).then(|| format!("{}.{}", element.tag.as_str(), classes.join(".")))
}

/// A path without places among siblings.
pub(super) fn kind_of_place(element: &Element) -> String {
    let steps = element.path.as_str().split('>');
    let steps = steps.map(|step| step.split(':').next().unwrap_or_default());
    steps.collect::<Vec<_>>().join(">")
}

/// What the items of a list have in common: looks and kind of place.
pub(super) fn shape(element: &Element) -> String {
    let looks = classes(element).unwrap_or_else(|| element.tag.as_str().to_owned());
    format!("{looks} {}", kind_of_place(element))
}
