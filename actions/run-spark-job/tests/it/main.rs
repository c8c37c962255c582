//! The program against a local cloud. Tests whose names begin with `spark_` run a real Spark.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod attach;
mod bad_inputs;
mod caller;
mod cancel;
mod credentials;
mod driver_log;
mod kept;
mod matrix;
mod post;
mod records;
mod refused;
mod request;
mod signals;
mod spark;
mod step;
mod submission;
mod sweep;
mod wire;
