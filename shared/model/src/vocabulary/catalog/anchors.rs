//! What an element is known by.
//!
//! An element has *anchors*: texts that name it on its page, from the best kind to the worst. It is the element that
//! its best anchor names of those that at least k sessions met; so a generated id, which is another one in each
//! session, is passed over, and whatever changes below the best anchor (classes, place, label) changes nothing.
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
//! | control | `main>form>button` | of what lies inside a control, an icon say: the control's place |
//! | kind of place | `main>ul>li>a` | any of several in such places |

use std::fmt::{self, Write as _};

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
    Control,
    KindOfPlace,
}

impl Rank {
    pub(super) const ALL: [Self; 10] = [
        Self::TestId,
        Self::Id,
        Self::Name,
        Self::For,
        Self::Label,
        Self::Autocomplete,
        Self::Classes,
        Self::Place,
        Self::Control,
        Self::KindOfPlace,
    ];

    /// Whether two elements that share such an anchor are one, though one of them has a better anchor that the other
    /// lacks.
    pub(super) const fn names_one(self) -> bool {
        matches!(
            self,
            Self::TestId | Self::Id | Self::Name | Self::For | Self::Label | Self::Control
        )
    }

    /// Whether such anchors may be data: of elements alike, each has another one.
    pub(super) const fn may_be_data(self) -> bool {
        matches!(
            self,
            Self::TestId | Self::Id | Self::Name | Self::For | Self::Label | Self::Place
        )
    }
}

/// What reacts to a click as a whole, whatever lies inside.
const WHOLES: [&str; 4] = ["a", "button", "label", "summary"];

/// Tags of fields.
const FIELDS: [&str; 4] = ["input", "option", "select", "textarea"];

/// Writes an element's anchor of some rank into an empty `into`; writes nothing if it has none.
pub(super) fn anchor(element: &Element, rank: Rank, into: &mut String) {
    // Writing into a text does not fail.
    let written = write(element, rank, into);
    debug_assert!(written.is_ok());
}

fn write(element: &Element, rank: Rank, into: &mut String) -> fmt::Result {
    let tag = element.tag.as_str();
    match rank {
        Rank::TestId => element
            .testid
            .as_ref()
            .map(|id| write!(into, "[testid={}]", id.as_str())),
        Rank::Id => element.id.as_ref().map(|id| write!(into, "#{}", id.as_str())),
        Rank::Name => element
            .name
            .as_ref()
            .map(|name| write!(into, "{tag}[name={}]", name.as_str())),
        Rank::For => element
            .target
            .as_ref()
            .map(|id| write!(into, "{tag}[for={}]", id.as_str())),
        Rank::Label => element.label.map(|label| write!(into, "{tag}{{{:04x}}}", label.bits())),
        Rank::Control => control(element).map(|path| into.write_str(path)),
        Rank::KindOfPlace => Some(kind_of_place(element, into)),
        Rank::Autocomplete | Rank::Classes | Rank::Place if is_inside(element) => None,
        Rank::Autocomplete => element
            .autocomplete
            .map(|what| write!(into, "{tag}[autocomplete={}]", what.as_str())),
        Rank::Classes => (!element.classes.items().is_empty()).then(|| looks(element, into)),
        Rank::Place => Some(into.write_str(element.path.as_str())),
    }
    .unwrap_or(Ok(()))
}

/// Tag and classes, in order.
fn looks(element: &Element, into: &mut String) -> fmt::Result {
    let mut classes: Vec<&str> = element.classes.items().iter().map(|class| class.as_str()).collect();
    classes.sort_unstable();
    classes.dedup();
    into.write_str(element.tag.as_str())?;
    classes.into_iter().try_for_each(|class| write!(into, ".{class}"))
}

/// A path without places among siblings.
fn kind_of_place(element: &Element, into: &mut String) -> fmt::Result {
    for (place, tag) in tags(element).enumerate() {
        if place > 0 {
            into.write_char('>')?;
        }
        into.write_str(tag)?;
    }
    Ok(())
}

/// Writes what elements alike have in common, looks and kind of place, into an empty `into`.
pub(super) fn shape(element: &Element, into: &mut String) {
    // Writing into a text does not fail.
    let written = looks(element, into)
        .and_then(|()| into.write_char(' '))
        .and_then(|()| kind_of_place(element, into));
    debug_assert!(written.is_ok());
}

/// The tags of an element's path.
pub(super) fn tags(element: &Element) -> impl Iterator<Item = &str> {
    let steps = element.path.as_str().split('>');
    steps.map(|step| step.split(':').next().unwrap_or_default())
}

/// The place that an element stands in.
pub(super) fn parent(element: &Element) -> &str {
    element.path.as_str().rsplit_once('>').map_or("", |(parent, _)| parent)
}

/// Whether people type or choose something in it.
pub(super) fn is_field(element: &Element) -> bool {
    FIELDS.contains(&element.tag.as_str())
}

/// Whether an element is but a part of a control.
fn is_inside(element: &Element) -> bool {
    let tag = element.tag.as_str();
    !WHOLES.contains(&tag) && !FIELDS.contains(&tag) && control(element).is_some()
}

/// The path of the control that an element is, or is a part of.
fn control(element: &Element) -> Option<&str> {
    let mut path = element.path.as_str();
    if FIELDS.contains(&element.tag.as_str()) {
        return None;
    }
    loop {
        let last = path.rsplit('>').next().unwrap_or_default();
        if WHOLES.contains(&last.split(':').next().unwrap_or_default()) {
            return Some(path);
        }
        path = path.rsplit_once('>')?.0;
    }
}
