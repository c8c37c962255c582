//! Spark event log bytes to events, a timeline and metrics.
//!
//! - [`LogFiles`]: names of files in, which of them are one log and in which order.
//! - [`Unframer`]: bytes as they are stored in, bytes of the log out, whatever the codec.
//! - [`Decoder`]: bytes of the log in, [`Event`]s out. What cannot be read is counted, never an error.
//! - [`Timeline`]: executors, tasks, stages and jobs over time, with the reasons why it may be incomplete.
//! - [`Metrics`]: the numbers a comparison of two runs is made of.
//!
//! Pure: no files, no network, no clock, no async. Bytes may come in any split. Memory is bounded by executors and
//! running tasks, not by the length of the log.
//!
//! ```
//! let mut decoder = spark_log::Decoder::default();
//! let mut timeline = spark_log::TimelineBuilder::default();
//! for chunk in [&b"{\"Event\":\"SparkListenerLogStart\",\"Spark "[..], b"Version\":\"3.5.6\"}\n"] {
//!     decoder.push(chunk, &mut |event| timeline.add(event));
//! }
//! let counts = decoder.finish(&mut |event| timeline.add(event));
//! let timeline = timeline.finish(counts);
//! assert_eq!(timeline.spark_version.as_deref(), Some("3.5.6"));
//! assert!(!timeline.gaps.is_empty(), "a log of one line is not complete, and says so");
//! ```

mod decode;
mod event;
mod files;
mod framing;
mod gap;
mod metrics;
mod time;
mod timeline;
mod wire;

pub use decode::{Counts, Decoder, MAX_LINE_BYTES};
pub use event::{Event, Input, StageInfo, StageKey, TaskEnd, TaskInfo, TaskKey};
pub use files::LogFiles;
pub use framing::{Codec, Damage, FramingFault, Unframed, Unframer};
pub use gap::Gap;
pub use metrics::Metrics;
pub use time::EpochMillis;
pub use timeline::{
    Curve, Demand, Executor, Job, JobCounts, LISTED, SPANS, Stage, StageCounts, TaskCounts,
    Timeline, TimelineBuilder,
};
pub use wire::is_kept_property;
