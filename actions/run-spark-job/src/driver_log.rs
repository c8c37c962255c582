//! How many executors Dynamic Resource Allocation wanted and when, read out of the driver's log. Pure.
//!
//! Spark logs when the wanted number rises, and which executors it let go, but not (at its usual level) when the
//! number falls: the steps are a curve of rises. The log's times have no time zone; a container's clock is UTC, so
//! UTC is assumed, and [`Steps::within`] refuses steps that cannot belong to the job run.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use run_record::DynamicAllocation;

/// How far the clocks of driver and EMR may differ.
const CLOCKS: SignedDuration = SignedDuration::from_mins(5);

/// Collects the steps, line by line.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    by_profile: BTreeMap<u32, u32>,
    steps: Vec<DynamicAllocation>,
    wanted: Option<u32>,
}

impl Steps {
    /// Takes in one line of the driver's log.
    pub(crate) fn line(&mut self, line: &str) {
        let Some((at, message)) = split(line) else {
            return;
        };
        if lowered(message) {
            self.wanted = None;
        }
        let Some((profile, wanted)) = initial(message).or_else(|| raised(message)) else {
            return;
        };
        self.by_profile.insert(profile, wanted);
        let total = self.by_profile.values().sum();
        self.wanted = Some(total);
        // Spark says the initial number more than once.
        if self.steps.last().is_none_or(|last| last.wanted != total) {
            self.steps.push(DynamicAllocation { at, wanted: total });
        }
    }

    /// How many are wanted now; absent when the log does not say, as after the number has fallen.
    pub(crate) fn wanted(&self) -> Option<u32> {
        self.wanted
    }

    /// The steps, if they lie within the job run.
    ///
    /// # Errors
    /// A sentence for the record when they do not: then the log's time zone is not UTC.
    pub(crate) fn within(
        self,
        began: Option<Timestamp>,
        ended: Option<Timestamp>,
    ) -> Result<Vec<DynamicAllocation>, String> {
        let early = |step: &DynamicAllocation| began.is_some_and(|began| step.at < began - CLOCKS);
        let late = |step: &DynamicAllocation| ended.is_some_and(|ended| step.at > ended + CLOCKS);
        if self.steps.iter().any(|step| early(step) || late(step)) {
            return Err(
                "The driver log's times, read as UTC, do not lie within the job run: the wanted executors are left out."
                    .to_owned(),
            );
        }
        Ok(self.steps)
    }
}

/// `Executors 0,1 removed due to idle timeout.`
fn lowered(message: &str) -> bool {
    message.starts_with("Executors ") && message.ends_with(" removed due to idle timeout.")
}

/// Splits Spark's default layout, `yy/MM/dd HH:mm:ss LEVEL Class: message`.
pub(crate) fn split(line: &str) -> Option<(Timestamp, &str)> {
    let (time, rest) = line.split_at_checked(17)?;
    let message = rest.split_once(": ")?.1;
    let at = DateTime::strptime("%y/%m/%d %H:%M:%S", time).ok()?;
    Some((at.to_zoned(TimeZone::UTC).ok()?.timestamp(), message))
}

/// `Using initial executors = 1, max of spark.dynamicAllocation.initialExecutors, …`
fn initial(message: &str) -> Option<(u32, u32)> {
    let (number, rest) = message
        .strip_prefix("Using initial executors = ")?
        .split_once(',')?;
    rest.contains("spark.dynamicAllocation.").then_some(())?;
    Some((0, number.parse().ok()?))
}

/// `Requesting 1 new executor because tasks are backlogged (new desired total will be 2 for resource profile id: 0)`;
/// before Spark 3.1 without the profile.
fn raised(message: &str) -> Option<(u32, u32)> {
    let rest = message.strip_prefix("Requesting ")?;
    let (_, total) = rest.split_once("(new desired total will be ")?;
    let total = total.trim_end().strip_suffix(')')?;
    match total.split_once(" for resource profile id: ") {
        Some((total, profile)) => Some((profile.parse().ok()?, total.parse().ok()?)),
        None => Some((0, total.parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::Steps;

    /// The lines of a real Spark 3.5 driver that matter, between some that do not.
    const LOG: &str = "\
26/11/22 15:12:46 INFO SparkContext: Running Spark version 3.5.8
26/11/22 15:12:47 INFO Utils: Using initial executors = 1, max of spark.dynamicAllocation.initialExecutors, spark.dynamicAllocation.minExecutors and spark.executor.instances
26/11/22 15:12:47 INFO ExecutorAllocationManager: Dynamic allocation is enabled without a shuffle service.
26/11/22 15:12:47 INFO Utils: Using initial executors = 1, max of spark.dynamicAllocation.initialExecutors, spark.dynamicAllocation.minExecutors and spark.executor.instances
26/11/22 15:12:49 INFO ExecutorAllocationManager: Requesting 1 new executor because tasks are backlogged (new desired total will be 2 for resource profile id: 0)
Traceback (most recent call last):
26/11/22 15:12:50 INFO ExecutorAllocationManager: Requesting 2 new executors because tasks are backlogged (new desired total will be 4 for resource profile id: 0)
26/11/22 15:12:51 INFO ExecutorAllocationManager: Requesting 1 new executor because tasks are backlogged (new desired total will be 5 for resource profile id: 0)
26/11/22 15:13:06 INFO ExecutorAllocationManager: Executors 0 removed due to idle timeout.
";

    fn steps(log: &str) -> Steps {
        let mut steps = Steps::default();
        log.lines().for_each(|line| steps.line(line));
        steps
    }

    fn said(log: &str) -> Vec<String> {
        steps(log)
            .within(None, None)
            .unwrap_or_default()
            .iter()
            .map(|step| format!("{} {}", step.at, step.wanted))
            .collect()
    }

    #[test]
    fn the_ramp_of_a_real_run_is_read() {
        assert_eq!(
            said(LOG),
            [
                "2026-11-22T15:12:47Z 1",
                "2026-11-22T15:12:49Z 2",
                "2026-11-22T15:12:50Z 4",
                "2026-11-22T15:12:51Z 5",
            ]
        );
    }

    #[test]
    fn what_is_wanted_now_is_known_until_executors_are_let_go() {
        let until = |lines: usize| steps(&LOG.lines().take(lines).collect::<Vec<_>>().join("\n"));
        assert_eq!(until(1).wanted(), None);
        assert_eq!(until(8).wanted(), Some(5));
        assert_eq!(until(9).wanted(), None);
    }

    #[test]
    fn resource_profiles_add_up() {
        let log = "\
26/11/22 15:00:00 INFO ExecutorAllocationManager: Requesting 2 new executors because tasks are backlogged (new desired total will be 2 for resource profile id: 0)
26/11/22 15:00:01 INFO ExecutorAllocationManager: Requesting 3 new executors because tasks are backlogged (new desired total will be 3 for resource profile id: 1)
";
        assert_eq!(
            said(log),
            ["2026-11-22T15:00:00Z 2", "2026-11-22T15:00:01Z 5"]
        );
    }

    #[test]
    fn old_wording_is_read_and_foreign_text_is_not() {
        let log = "\
20/01/02 03:04:05 INFO ExecutorAllocationManager: Requesting 1 new executor because tasks are backlogged (new desired total will be 2)
Requesting 9 new executors because tasks are backlogged (new desired total will be 9)
26/11/22 15:00:00 INFO App: Requesting 9 widgets
äöüäöüäöüäöüäöüä
";
        assert_eq!(said(log), ["2020-01-02T03:04:05Z 2"]);
    }

    #[test]
    fn steps_outside_the_job_run_are_left_out_with_a_sentence() {
        let began = "2026-11-22T14:12:00Z".parse().ok();
        let ended = "2026-11-22T14:14:00Z".parse().ok();
        let sentence = steps(LOG).within(began, ended).err();
        assert!(sentence.is_some_and(|text| text.contains("do not lie within the job run")));
        assert!(
            steps("")
                .within(began, ended)
                .is_ok_and(|none| none.is_empty())
        );
    }
}
