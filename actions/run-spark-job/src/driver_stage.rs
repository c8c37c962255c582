//! Which stage runs, read out of the driver's log. Pure.

use std::fmt;

use crate::driver_log::split;

/// Longest name that is shown, in characters.
const NAME: usize = 60;

/// A stage as Spark submitted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stage {
    pub(crate) id: u32,
    /// The call in the job's code that needs it, such as `count at job.py:7`.
    pub(crate) name: Option<String>,
    pub(crate) tasks: u64,
}

impl Stage {
    /// The stage that this line of the log submits:
    /// `Submitting 3 missing tasks from ResultStage 0 (PythonRDD[1] at count at /tmp/job.py:7) (first 15 tasks …`.
    pub(crate) fn submitted(line: &str) -> Option<Self> {
        let (_, message) = split(line)?;
        let rest = message.strip_prefix("Submitting ")?;
        let (tasks, rest) = rest.split_once(" missing tasks from ")?;
        let (_, rest) = rest.split_once("Stage ")?;
        let (id, rest) = rest.split_once(' ')?;
        Some(Self {
            id: id.parse().ok()?,
            name: rest.split_once("] at ").map(|(_, rest)| name(rest)),
            tasks: tasks.parse().ok()?,
        })
    }
}

/// `count at /tmp/job.py:7) (first 15 tasks …` without the folders and the rest.
fn name(text: &str) -> String {
    let text = text.split(") (first").next().unwrap_or(text);
    let short = match text.rsplit_once(" at ") {
        Some((call, place)) => {
            let file = place.rsplit('/').next().unwrap_or(place);
            format!("{call} at {file}")
        }
        None => text.to_owned(),
    };
    short.chars().take(NAME).collect()
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stage {}", self.id)?;
        if let Some(name) = &self.name {
            write!(f, " ({name})")?;
        }
        let plural = if self.tasks == 1 { "task" } else { "tasks" };
        write!(f, ", {} {plural}", self.tasks)
    }
}

#[cfg(test)]
mod tests {
    use super::Stage;

    fn shown(line: &str) -> Option<String> {
        Stage::submitted(line).map(|stage| stage.to_string())
    }

    #[test]
    fn a_submitted_stage_is_named_by_the_call_that_needs_it() {
        let python = "26/11/22 15:12:49 INFO DAGScheduler: Submitting 3 missing tasks from ResultStage 0 (PythonRDD[1] at foreach at /tmp/x/job.py:6) (first 15 tasks are for partitions Vector(0, 1, 2))";
        assert_eq!(
            shown(python).as_deref(),
            Some("stage 0 (foreach at job.py:6), 3 tasks")
        );
        let sql = "26/11/22 15:12:49 INFO DAGScheduler: Submitting 1 missing tasks from ShuffleMapStage 12 (MapPartitionsRDD[5] at count at NativeMethodAccessorImpl.java:0) (first 15 tasks are for partitions Vector(0))";
        assert_eq!(
            shown(sql).as_deref(),
            Some("stage 12 (count at NativeMethodAccessorImpl.java:0), 1 task")
        );
    }

    #[test]
    fn other_lines_submit_nothing() {
        for line in [
            "26/11/22 15:12:49 INFO DAGScheduler: Submitting ResultStage 0 (PythonRDD[1] at x), which has no missing parents",
            "Submitting 3 missing tasks from ResultStage 0 (x)",
            "26/11/22 15:12:49 INFO App: Submitting many missing tasks from ResultStage 0 (x)",
            "",
        ] {
            assert_eq!(shown(line), None, "{line}");
        }
    }
}
