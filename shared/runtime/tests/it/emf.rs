//! Whether CloudWatch would take a metric line. Also included by the tests of functions, which hold their own lines to
//! it.

use serde_json::Value;

/// Fails unless CloudWatch makes the line's metrics: it has the form of the embedded metric format, and a value for
/// every dimension and metric that it names. CloudWatch drops a line that has not, in silence.
pub(crate) fn check(line: &str) {
    let schema: Value = serde_json::from_str(include_str!("emf.schema.json")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    jsonschema::validate(&schema, &line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    for dimension in directive["Dimensions"][0].as_array().unwrap() {
        let value = line[dimension.as_str().unwrap()].as_str();
        assert!(
            value.is_some_and(|value| (1..=1024).contains(&value.len())),
            "{dimension}: {line}"
        );
    }
    for metric in directive["Metrics"].as_array().unwrap() {
        assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}: {line}");
    }
}
