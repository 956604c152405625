//! Digests: what a step makes is kept under a digest of what it is made of.

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some parts, each after its length, in lower-case hex.
pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn other_parts_have_other_digests() {
        let digest = |parts: &[&str]| of(parts.iter().map(|part| part.as_bytes()));
        assert_eq!(digest(&["a", "b"]), digest(&["a", "b"]));
        for other in [&["ab"][..], &["a", "b", ""], &["b", "a"], &["a"], &[]] {
            assert_ne!(digest(&["a", "b"]), digest(other), "{other:?}");
        }
    }
}
