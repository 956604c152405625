//! S3 on folders: `s3s` speaks the protocol, `s3s-fs` keeps a bucket per folder.
//!
//! Known to differ from AWS: no encryption, lifecycle or versions; server-side encryption headers are accepted and not
//! kept; the names of its metadata files bound the length of a key (see the test of long keys).

use std::path::Path;

use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;

use super::{
    credentials::{ACCESS_KEY_ID, SECRET_ACCESS_KEY},
    error::AwsError,
};

/// The service over a folder, path-style (what SDKs use where the endpoint is an IP address). Requests must be signed:
/// a handler that forgot to sign fails here, not in AWS.
pub(crate) fn service(folder: &Path) -> Result<S3Service, AwsError> {
    let buckets = FileSystem::new(folder).map_err(|error| AwsError::Buckets(format!("{error:?}")))?;
    let mut service = S3ServiceBuilder::new(buckets);
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
    Ok(service.build())
}
