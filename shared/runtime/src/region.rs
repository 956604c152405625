//! Data stays in the United States: the last of three guards (the template and IAM are the others).

/// The regions that functions run in. tests/template holds the template's guards to this list.
pub const ALLOWED: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];

/// A region that functions refuse to start in; the name is no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("region {0:?} is refused: Testgram runs in us-east-1, us-east-2, us-west-1 and us-west-2 only")]
pub struct RefusedRegion(String);

/// Lets a US region through, and nothing else: no region is refused, too.
///
/// ```
/// use testgram_runtime::region;
///
/// assert_eq!(region::check(Some("us-east-1")), Ok("us-east-1"));
/// assert!(region::check(Some("eu-central-1")).is_err());
/// assert!(region::check(None).is_err());
/// ```
///
/// # Errors
/// [`RefusedRegion`] for any other name, and for none.
pub fn check(region: Option<&str>) -> Result<&'static str, RefusedRegion> {
    let named = region.unwrap_or_default();
    ALLOWED
        .into_iter()
        .find(|allowed| *allowed == named)
        .ok_or_else(|| RefusedRegion(named.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn only_us_regions_pass() {
        assert_eq!(check(Some("us-west-2")), Ok("us-west-2"));
        for refused in [
            None,
            Some(""),
            Some("eu-central-1"),
            Some("us-gov-west-1"),
            Some("us-east-1 "),
            Some("US-EAST-1"),
        ] {
            assert!(check(refused).is_err(), "{refused:?}");
        }
    }
}
