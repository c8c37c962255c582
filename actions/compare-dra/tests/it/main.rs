//! The real binary, against the local cloud's GitHub and S3.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod bench;
mod comment_kept;
mod commenting;
mod contract;
mod event_logs;
mod logs;
mod metrics;
mod metrics_rolled;
mod metrics_s3;
mod metrics_table;
mod posting;
mod prices;
mod prices_aws;
mod reading;
mod recorder;
mod report_schema;
mod reporting;
mod schema;
mod trend;
mod trend_bucket;
mod trend_issue;
