//! What an SDK must be configured with to use the stand-ins.

/// The access key that the local S3 knows. DynamoDB's stand-in takes any.
pub const ACCESS_KEY_ID: &str = "testgram";

/// The secret of [`ACCESS_KEY_ID`]. It protects nothing: a process that reaches loopback may read the data folder
/// anyway.
pub const SECRET_ACCESS_KEY: &str = "testgram";

/// The Region that the stand-ins are in.
pub const REGION: &str = "us-east-1";
