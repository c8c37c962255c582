//! The names of Spark's events: which are used here, which are known and pass, and which are not known.

/// An event this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsedEvent {
    LogStart,
    EnvironmentUpdate,
    ResourceProfileAdded,
    ApplicationStart,
    ApplicationEnd,
    ExecutorAdded,
    ExecutorRemoved,
    JobStart,
    JobEnd,
    StageSubmitted,
    StageCompleted,
    TaskStart,
    TaskEnd,
}

/// What is done with an event of some name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// Read.
    Used(UsedEvent),
    /// Spark's, and nothing in it is needed.
    Passed,
    /// Not in the list: written by a plug-in, or by a newer Spark.
    Unknown,
}

/// Events that Spark writes by their simple name and that tell nothing about executors, tasks, stages or jobs in time.
/// Source: `JsonProtocol` of Spark 3.2 to 4.3.
const PASSED: &[&str] = &[
    "BlockManagerAdded",
    "BlockManagerRemoved",
    "BlockUpdated",
    "ExecutorMetricsUpdate",
    "StageExecutorMetrics",
    "TaskGettingResult",
    "UnpersistRDD",
];
/// Events that Spark writes by their full class name, under these packages.
const PACKAGES: &[&str] = &[
    "org.apache.spark.scheduler.",
    "org.apache.spark.sql.",
    "org.apache.spark.streaming.",
];

/// Finds out what an event's name means.
pub(crate) fn classify(name: &[u8]) -> Name {
    let Some(short) = name.strip_prefix(b"SparkListener") else {
        let known = PACKAGES
            .iter()
            .any(|package| name.starts_with(package.as_bytes()));
        return if known { Name::Passed } else { Name::Unknown };
    };
    Name::Used(match short {
        b"TaskEnd" => UsedEvent::TaskEnd,
        b"TaskStart" => UsedEvent::TaskStart,
        b"LogStart" => UsedEvent::LogStart,
        b"EnvironmentUpdate" => UsedEvent::EnvironmentUpdate,
        b"ResourceProfileAdded" => UsedEvent::ResourceProfileAdded,
        b"ApplicationStart" => UsedEvent::ApplicationStart,
        b"ApplicationEnd" => UsedEvent::ApplicationEnd,
        b"ExecutorAdded" => UsedEvent::ExecutorAdded,
        b"ExecutorRemoved" => UsedEvent::ExecutorRemoved,
        b"JobStart" => UsedEvent::JobStart,
        b"JobEnd" => UsedEvent::JobEnd,
        b"StageSubmitted" => UsedEvent::StageSubmitted,
        b"StageCompleted" => UsedEvent::StageCompleted,
        _ if PASSED.iter().any(|passed| passed.as_bytes() == short) => return Name::Passed,
        _ => return Name::Unknown,
    })
}
