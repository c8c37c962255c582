//! The EMR containers API and the job runs behind it, driven by the unmodified AWS SDK.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod api;
mod cloud;
mod scripted;
mod spark_jobs;
mod virtual_clusters;
