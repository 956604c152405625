//! Every bound of v1, with its reason. The snippet keeps the same numbers.

/// Longest frame, bytes. The gateway closes the connection at 32 KiB and meters in 32 KiB steps; the rest is headroom.
pub const FRAME_BYTES: usize = 30 * 1024;
/// Most events in one batch.
pub const BATCH_EVENTS: usize = 500;
/// Deepest JSON nesting of an event or of `meta`. Types bound what is accepted; this names why a deeper one is refused.
pub const JSON_DEPTH: usize = 16;
/// Highest batch number of a session: 48 h of one batch a second and then some; keeps the sort key six digits wide.
pub const MAX_SEQ: u32 = 999_999;
/// Longest session, milliseconds: a tab left open over a weekend starts a new session.
pub const SESSION_MS: u32 = 48 * 3600 * 1000;
/// How far a session id's clock may run ahead of the server's, milliseconds.
pub const CLOCK_AHEAD_MS: u64 = 5 * 60 * 1000;
/// How far an event may run ahead of the server's clock, milliseconds. Also allows for a device that slept.
pub const EVENT_AHEAD_MS: u64 = 5 * 60 * 1000;

/// Longest code-like word (id, name, test id, JSON key), bytes.
pub const WORD_BYTES: usize = 64;
/// Longest element or event tag, bytes.
pub const TAG_BYTES: usize = 32;
/// Most classes kept of an element.
pub const CLASSES: usize = 8;
/// Most steps of an element's structural path.
pub const PATH_STEPS: usize = 8;
/// Most segments of a URL template; the rest becomes `:more`.
pub const URL_SEGMENTS: usize = 12;
/// Longest segment of a URL template kept in clear, bytes.
pub const URL_SEGMENT_BYTES: usize = 40;
/// Most words of such a segment: `how-it-works` is a page, longer ones are headlines.
pub const URL_SEGMENT_WORDS: usize = 4;
/// Most query keys kept of a URL.
pub const URL_KEYS: usize = 16;
/// Longest URL template, bytes; a longer one becomes its origin and `:more`.
pub const URL_BYTES: usize = 1024;
/// Deepest key tree, levels; what is deeper becomes `more`.
pub const TREE_DEPTH: usize = 8;
/// Most keys of one object in a key tree; an object with more is a dictionary and its keys are data. Records of large
/// APIs (an order, a repository) have up to 60 or so.
pub const TREE_KEYS: usize = 64;
/// Most keys of an object whose values are all of one sort: a flat form is a record, more is a dictionary.
pub const TREE_KEYS_OF_ONE_SORT: usize = 32;
/// Most keys of an object whose values are records with the very same keys: `billing` and `shipping` are two.
pub const TREE_KEYS_OF_ALIKE_RECORDS: usize = 2;
/// Items of an array that are looked at.
pub const TREE_ITEMS: usize = 8;
/// Most nodes of a key tree.
pub const TREE_NODES: usize = 256;
/// Most points of a `move` event.
pub const MOVE_POINTS: usize = 64;
/// Largest scroll position, CSS pixels: pages longer than this are clamped by the snippet.
pub const PIXELS: u32 = 1_000_000;
/// Highest line or column of a script error: a bundle of one line has some megabytes. Below what a phone number needs.
pub const SCRIPT_PLACE: u32 = 10_000_000;
/// Furthest that local time may be from UTC, minutes.
pub const TZ_MINUTES: i16 = 24 * 60;
/// Most words of a scrubbed error message.
pub const ERROR_WORDS: usize = 24;
/// Buckets of the typing rhythm of one input.
pub const RHYTHM_BUCKETS: usize = 12;
/// Most of one sort that a frame can say it lost: any client can send such a figure, and one must not drown all others.
pub const LOST: u32 = 100_000;
/// Most rejections explained in words in one reply; further ones carry index and code only, so that a reply to 500 bad
/// events stays under [`FRAME_BYTES`].
pub const EXPLAINED_REJECTIONS: usize = 64;

/// Most items of a list in a world's settings. All of them go to every visitor: a full list of full texts is 13 KB.
pub const SETTING_ITEMS: usize = 64;
/// Longest text in a world's settings (an origin, a selector, a rule), bytes.
pub const SETTING_BYTES: usize = 200;
