//! What stands in every file beside the data: the version of the format, and the words that are not of the protocol.

/// The version of the format, in the file's metadata under [`VERSION_KEY`]. A column that is added or changes its
/// meaning is another version. A reader refuses those that it does not know.
pub const VERSION: &str = "1";

/// The key in the file's metadata under which [`VERSION`] stands.
pub(crate) const VERSION_KEY: &str = "testgram.version";

/// The word in `kind` of the row about the session.
pub(crate) const META: &str = "meta";
/// The word in `name` of a tab that was hidden.
pub(crate) const HIDDEN: &str = "hidden";
/// The word in `name` of a tab that was shown.
pub(crate) const SHOWN: &str = "shown";
