//! The AWS endpoint in this process, with unmodified clients.

mod dynamodb;
mod s3;
mod support;
