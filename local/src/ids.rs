//! The opaque ids that API Gateway makes: connections, requests, messages.

use base64::{Engine, engine::general_purpose::URL_SAFE};

/// 14 bytes are 112 bits, and one `=` of padding at the end, by which handlers that forget to percent-encode are found
/// here rather than in AWS.
const BYTES: usize = 14;

/// A new id such as `JC1dgf9yoAMCK-gQ3k0=`. Not guessable: who knows a connection's id may send to it.
pub(crate) fn opaque() -> String {
    URL_SAFE.encode(rand::random::<[u8; BYTES]>())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_look_like_those_of_aws_and_differ() {
        let ids: HashSet<String> = (0..1000).map(|_| opaque()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(
            ids.iter()
                .all(|id| id.len() == 20 && id.ends_with('=') && !id.contains(['+', '/']))
        );
    }
}
