//! A real Spark behind the EMR API: PySpark's own jars, started as a standalone master without workers.
//!
//! A worker is a node: it is started when a node of the cluster joins and stopped when the node leaves, so the
//! executors that come and go are real JVMs. What Kubernetes and standalone mean differently is translated in
//! [`standalone`]. This module starts processes and reads their logs; it decides nothing about nodes or pods.

pub(crate) mod event_log;
mod install;
pub(crate) mod launch;
pub(crate) mod master_log;
pub(crate) mod process;
pub(crate) mod settings;
pub(crate) mod standalone;
pub(crate) mod submit_parameters;

pub(crate) use install::Installation;
