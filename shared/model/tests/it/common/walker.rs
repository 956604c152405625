//! Walks a document and judges every number in it, by the one rule that the document states for itself: see
//! `src/document.rs`.

use serde_json::Value;

/// Numbers that name something and count nothing.
const NAMES: &[&str] = &["from", "width", "height", "action", "next", "key"];

/// What stands beside the rule.
const BESIDE: &[&str] = &["$.version", "$.k", "$.epsilon"];
/// Rounded numbers of things that are suppressed.
const SUPPRESSED: &str = "$.suppressed";

/// Every breach of the rule, by its place. Also how many supports were seen.
pub(crate) fn breaches(document: &Value, k: u64) -> (Vec<String>, usize) {
    let mut walk = Walk {
        k,
        breaches: Vec::new(),
        supports: 0,
    };
    walk.value(document, "$");
    (walk.breaches, walk.supports)
}

struct Walk {
    k: u64,
    breaches: Vec<String>,
    supports: usize,
}

impl Walk {
    fn value(&mut self, value: &Value, place: &str) {
        match value {
            Value::Object(object) => {
                let support = object.get("support");
                if let Some(support) = support {
                    self.support(support, place);
                }
                for (key, value) in object {
                    let place = format!("{place}.{key}");
                    let attributed = support.is_some() || NAMES.contains(&key.as_str());
                    match value {
                        Value::Number(_) => self.number(attributed, &place),
                        Value::Array(items) => self.list(items, attributed, &place),
                        _ => self.value(value, &place),
                    }
                }
            }
            Value::Array(items) => self.list(items, false, place),
            Value::Number(_) => self.number(false, place),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }

    fn list(&mut self, items: &[Value], attributed: bool, place: &str) {
        for (nth, item) in items.iter().enumerate() {
            let place = format!("{place}[{nth}]");
            match item {
                Value::Number(_) => self.number(attributed, &place),
                // A list within a list: a row, its first number the support.
                Value::Array(row) if row.iter().all(Value::is_number) => match row.first() {
                    Some(support) => self.support(support, &place),
                    None => self.breaches.push(format!("{place}: an empty row")),
                },
                _ => self.value(item, &place),
            }
        }
    }

    fn support(&mut self, support: &Value, place: &str) {
        self.supports += 1;
        if support.as_u64().is_none_or(|support| support < self.k) {
            self.breaches.push(format!("{place}: support {support}"));
        }
    }

    fn number(&mut self, attributed: bool, place: &str) {
        let beside =
            BESIDE.contains(&place) || place.strip_prefix(SUPPRESSED).is_some_and(|rest| rest.starts_with('.'));
        if !attributed && !beside {
            self.breaches.push(format!("{place}: a number with no support"));
        }
    }
}
