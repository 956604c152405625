//! The shape of a JSON body: its keys and the types of its leaves, never a value.
//!
//! `{"user":{"id":7,"tags":["a"]},"8f3a…":1}` → `{"*":"number","user":{"id":"number","tags":["string"]}}`

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::token::looks_like_data;
use crate::limits;
use crate::reason::Reason;
use crate::strict::wire_words;

/// Stands for every key that looks like data.
pub const ANY_KEY: &str = "*";

/// The shape of a JSON body: its keys and the types of its leaves. The snippet makes it of what the page sends to an
/// API and gets from it; a model publishes it as the endpoint's.
#[derive(Clone, PartialEq, Eq)]
pub enum KeyTree {
    /// A leaf and its type.
    Leaf(Leaf),
    /// An array: the shape of its elements, merged; `None` if it was empty.
    List(Option<Box<KeyTree>>),
    /// An object: each key with the shape of its value.
    Map(BTreeMap<String, KeyTree>),
}

wire_words! {
    /// The type of a leaf, which stands in its place.
    pub enum Leaf {
        /// A string, of whatever length and content.
        String = "string",
        /// A number, whole or not.
        Number = "number",
        /// `true` or `false`: a boolean.
        Boolean = "boolean",
        /// `null`, wherever it was seen.
        Null = "null",
        /// Seen with more than one shape.
        Mixed = "mixed",
        /// Not looked at: too deep or too large.
        More = "more",
    }
}

impl KeyTree {
    /// The shape of `body`. Keys are read in ascending order, so that every reader runs out of [`limits::TREE_NODES`]
    /// at the same place.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        // Each map that is open when the budget runs out still says so: at most one node for each level.
        shape(body, 1, &mut (limits::TREE_NODES - limits::TREE_DEPTH))
    }

    fn nodes(&self) -> usize {
        1 + match self {
            Self::Leaf(_) => 0,
            Self::List(inner) => inner.as_ref().map_or(0, |inner| inner.nodes()),
            Self::Map(map) => map.values().map(Self::nodes).sum(),
        }
    }

    /// The one shape that stands for both.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::List(a), Self::List(b)) => Self::List(match (a, b) {
                (Some(a), Some(b)) => Some(Box::new(a.merge(*b))),
                (a, b) => a.or(b),
            }),
            (Self::Map(mut a), Self::Map(b)) => {
                for (key, tree) in b {
                    insert(&mut a, key, tree);
                }
                settle(a)
            }
            _ => Self::Leaf(Leaf::Mixed),
        }
    }
}

/// Whether two shapes are of one sort: leaves of the same word, two lists, two maps.
fn one_sort(a: &KeyTree, b: &KeyTree) -> bool {
    match (a, b) {
        (KeyTree::Leaf(a), KeyTree::Leaf(b)) => a == b,
        (KeyTree::List(_), KeyTree::List(_)) | (KeyTree::Map(_), KeyTree::Map(_)) => true,
        _ => false,
    }
}

/// Whether two shapes are records with the very same keys.
fn alike(a: &KeyTree, b: &KeyTree) -> bool {
    matches!((a, b), (KeyTree::Map(a), KeyTree::Map(b)) if !a.is_empty() && a.keys().eq(b.keys()))
}

/// Whether the keys of a map are data: too many for a record, many whose values are all of one sort (nulls aside), or a
/// few whose values are records with the very same keys. `{"jane":{"age":1},"joe":{"age":2},"ann":{"age":3}}` is a list
/// of people.
fn is_dictionary(map: &BTreeMap<String, KeyTree>) -> bool {
    let typed: Vec<&KeyTree> = map
        .values()
        .filter(|tree| **tree != KeyTree::Leaf(Leaf::Null))
        .collect();
    let more_than = |most: usize, same: fn(&KeyTree, &KeyTree) -> bool| {
        typed.len() > most && typed.windows(2).all(|pair| matches!(pair, [a, b] if same(a, b)))
    };
    map.len() > limits::TREE_KEYS
        || more_than(limits::TREE_KEYS_OF_ONE_SORT, one_sort)
        || more_than(limits::TREE_KEYS_OF_ALIKE_RECORDS, alike)
}

/// A map, or if its keys are data, the one shape that stands for all of its values.
fn settle(map: BTreeMap<String, KeyTree>) -> KeyTree {
    if !is_dictionary(&map) {
        return KeyTree::Map(map);
    }
    let any = map.into_values().reduce(KeyTree::merge);
    KeyTree::Map(any.into_iter().map(|any| (ANY_KEY.to_owned(), any)).collect())
}

fn insert(map: &mut BTreeMap<String, KeyTree>, key: String, tree: KeyTree) {
    let merged = match map.remove(&key) {
        Some(present) => present.merge(tree),
        None => tree,
    };
    map.insert(key, merged);
}

/// `budget` is how many nodes may still be looked at, so that a huge body costs a bounded effort.
fn shape(body: &Value, depth: usize, budget: &mut usize) -> KeyTree {
    *budget = budget.saturating_sub(1);
    if depth > limits::TREE_DEPTH {
        return KeyTree::Leaf(Leaf::More);
    }
    match body {
        Value::Null => KeyTree::Leaf(Leaf::Null),
        Value::Bool(_) => KeyTree::Leaf(Leaf::Boolean),
        Value::Number(_) => KeyTree::Leaf(Leaf::Number),
        Value::String(_) => KeyTree::Leaf(Leaf::String),
        Value::Array(items) => {
            let mut merged: Option<KeyTree> = None;
            for item in items.iter().take(limits::TREE_ITEMS) {
                if *budget == 0 {
                    break;
                }
                let item = shape(item, depth + 1, budget);
                merged = Some(match merged {
                    Some(before) => before.merge(item),
                    None => item,
                });
            }
            KeyTree::List(merged.map(Box::new))
        }
        Value::Object(object) => {
            let mut map = BTreeMap::new();
            for (key, value) in sorted(object) {
                if *budget == 0 {
                    insert(&mut map, ANY_KEY.to_owned(), KeyTree::Leaf(Leaf::More));
                    break;
                }
                let key = if looks_like_data(key).is_some() { ANY_KEY } else { key };
                insert(&mut map, key.to_owned(), shape(value, depth + 1, budget));
            }
            settle(map)
        }
    }
}

/// A serde_json map is sorted already unless a crate in the workspace turns on `preserve_order`.
fn sorted(object: &serde_json::Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    object.iter().collect::<BTreeMap<_, _>>().into_iter()
}

impl fmt::Debug for KeyTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyTree({} nodes)", self.nodes())
    }
}

/// What the buffer holds: the tree in order of reading, flat, so that damaged bytes cannot nest. JSON has a more
/// readable form of the same.
#[derive(Serialize, Deserialize)]
struct Flat<Key> {
    nodes: Vec<Node>,
    keys: Vec<Key>,
}

/// One byte each but for maps. The order is part of the buffer format: append only.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Node {
    String,
    Number,
    Boolean,
    Null,
    Mixed,
    More,
    EmptyList,
    List,
    Map(u8),
}

/// Deepest tree that is read back from the buffer, whatever [`limits::TREE_DEPTH`] was when it was written.
const FLAT_DEPTH: usize = 32;

/// Room for the nodes of most trees.
const FLAT_NODES: usize = 32;

impl<'a> Flat<&'a str> {
    fn of(tree: &'a KeyTree) -> Self {
        let mut flat = Self {
            nodes: Vec::with_capacity(FLAT_NODES),
            keys: Vec::with_capacity(FLAT_NODES),
        };
        flat.push(tree);
        flat
    }

    fn push(&mut self, tree: &'a KeyTree) {
        match tree {
            KeyTree::Leaf(leaf) => self.nodes.push(match leaf {
                Leaf::String => Node::String,
                Leaf::Number => Node::Number,
                Leaf::Boolean => Node::Boolean,
                Leaf::Null => Node::Null,
                Leaf::Mixed => Node::Mixed,
                Leaf::More => Node::More,
            }),
            KeyTree::List(None) => self.nodes.push(Node::EmptyList),
            KeyTree::List(Some(inner)) => {
                self.nodes.push(Node::List);
                self.push(inner);
            }
            KeyTree::Map(map) => {
                // At most TREE_KEYS, which is 64.
                self.nodes.push(Node::Map(u8::try_from(map.len()).unwrap_or(u8::MAX)));
                for (key, tree) in map {
                    self.keys.push(key);
                    self.push(tree);
                }
            }
        }
    }
}

impl Flat<String> {
    /// `None` if the parts do not make one tree.
    fn tree(self) -> Option<KeyTree> {
        let (mut nodes, mut keys) = (self.nodes.into_iter(), self.keys.into_iter());
        let tree = grow(&mut nodes, &mut keys, 1)?;
        (nodes.next().is_none() && keys.next().is_none()).then_some(tree)
    }
}

fn grow(
    nodes: &mut impl Iterator<Item = Node>,
    keys: &mut impl Iterator<Item = String>,
    depth: usize,
) -> Option<KeyTree> {
    if depth > FLAT_DEPTH {
        return None;
    }
    Some(match nodes.next()? {
        Node::String => KeyTree::Leaf(Leaf::String),
        Node::Number => KeyTree::Leaf(Leaf::Number),
        Node::Boolean => KeyTree::Leaf(Leaf::Boolean),
        Node::Null => KeyTree::Leaf(Leaf::Null),
        Node::Mixed => KeyTree::Leaf(Leaf::Mixed),
        Node::More => KeyTree::Leaf(Leaf::More),
        Node::EmptyList => KeyTree::List(None),
        Node::List => KeyTree::List(Some(Box::new(grow(nodes, keys, depth + 1)?))),
        Node::Map(len) => {
            let entries = (0..len).map(|_| Some((keys.next()?, grow(nodes, keys, depth + 1)?)));
            KeyTree::Map(entries.collect::<Option<_>>()?)
        }
    })
}

impl Serialize for KeyTree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return Flat::of(self).serialize(serializer);
        }
        match self {
            Self::Leaf(leaf) => leaf.serialize(serializer),
            Self::List(inner) => {
                let mut seq = serializer.serialize_seq(None)?;
                if let Some(inner) = inner {
                    seq.serialize_element(inner)?;
                }
                seq.end()
            }
            Self::Map(map) => {
                let mut out = serializer.serialize_map(Some(map.len()))?;
                for (key, tree) in map {
                    out.serialize_entry(key, tree)?;
                }
                out.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for KeyTree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return Flat::<String>::deserialize(deserializer)?
                .tree()
                .ok_or_else(|| de::Error::custom("not a tree"));
        }
        let tree = AtDepth(1).deserialize(deserializer)?;
        if tree.nodes() > limits::TREE_NODES {
            Err(de::Error::custom(Reason::TooMany))
        } else {
            Ok(tree)
        }
    }
}

/// Reads a tree, counting how deep it is: the recursion is bounded before it happens.
struct AtDepth(usize);

impl<'de> DeserializeSeed<'de> for AtDepth {
    type Value = KeyTree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<KeyTree, D::Error> {
        // A leaf may stand one deeper than a list or map: `more`.
        if self.0 > limits::TREE_DEPTH + 1 {
            return Err(de::Error::custom(Reason::TooDeep));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AtDepth {
    type Value = KeyTree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key tree")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<KeyTree, E> {
        let leaf = word.parse().map_err(|_| E::custom(Reason::UnknownWord))?;
        Ok(KeyTree::Leaf(leaf))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<KeyTree, A::Error> {
        let inner = seq.next_element_seed(AtDepth(self.0 + 1))?;
        if seq.next_element::<de::IgnoredAny>()?.is_some() {
            return Err(de::Error::custom(Reason::TooMany));
        }
        Ok(KeyTree::List(inner.map(Box::new)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<KeyTree, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = access.next_key::<String>()? {
            if key != ANY_KEY
                && let Some(reason) = looks_like_data(&key)
            {
                return Err(de::Error::custom(reason));
            }
            if map.insert(key, access.next_value_seed(AtDepth(self.0 + 1))?).is_some() {
                return Err(de::Error::custom(Reason::DuplicateField));
            }
            if map.len() > limits::TREE_KEYS {
                return Err(de::Error::custom(Reason::TooMany));
            }
        }
        if is_dictionary(&map) {
            Err(de::Error::custom(Reason::LooksLikeDictionary))
        } else {
            Ok(KeyTree::Map(map))
        }
    }
}

impl JsonSchema for KeyTree {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "KeyTree".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let tree = generator.subschema_for::<Self>();
        let leaves: Vec<&str> = Leaf::ALL.iter().map(|leaf| leaf.as_str()).collect();
        json_schema!({
            "description": "The keys of a JSON body and the types of its leaves.",
            "oneOf": [
                { "enum": leaves },
                { "type": "array", "maxItems": 1, "items": tree },
                { "type": "object", "maxProperties": limits::TREE_KEYS, "additionalProperties": tree }
            ]
        })
    }
}
