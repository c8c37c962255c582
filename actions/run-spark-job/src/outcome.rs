//! What the action's end is: success, or the failure to report. Pure.

use gha::{Exit, Failure};

use crate::{follow::Why, job::Job, state::State};

/// What is known besides the job run itself.
#[derive(Debug, Default)]
pub(crate) struct Told<'a> {
    /// Name of the job run.
    pub(crate) name: &'a str,
    /// Id of the virtual cluster.
    pub(crate) virtual_cluster: &'a str,
    /// The input `execution-timeout`.
    pub(crate) timeout: String,
    /// What was done to end a job run that had not ended.
    pub(crate) stopped: Option<String>,
    /// The driver's last exception, on one line.
    pub(crate) exception: Option<&'a str>,
    /// The driver's whole log.
    pub(crate) log: DriverLog,
}

/// What became of the driver's log.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) enum DriverLog {
    /// Nobody asked to keep it.
    #[default]
    NotKept,
    /// It was followed while the driver wrote it, and is kept nowhere else.
    Heard,
    /// It is at this place.
    At(String),
    /// It should be at this place, but is not, for this reason if it is known.
    Missing(String, Option<String>),
}

/// Success when the job run completed; otherwise the failure that explains it.
pub(crate) fn outcome(why: &Why, job: &Job, told: &Told<'_>) -> Result<(), Failure> {
    let run = format!(
        "job run {} ({}) on virtual cluster {}",
        job.id, told.name, told.virtual_cluster
    );
    let stopped = told.stopped.as_deref().unwrap_or("nothing was done to it");
    match why {
        Why::Ended => ended(&run, job, told),
        Why::Signal => {
            let what = format!("a signal asked to stop {run}: {stopped}");
            Err(watched(Failure::cancelled("Cancelled", what), job, told))
        }
        Why::Timeout => {
            let what = format!(
                "{run} did not end within `execution-timeout` {}: {stopped}",
                told.timeout
            );
            let failure = Failure::job_failed("Timed out", what)
                .help("raise the input `execution-timeout`, or give the job more resources");
            Err(watched(failure, job, told))
        }
        Why::Lost(_, failure) => {
            let what = format!(
                "{run} can no longer be watched: {stopped}. {}",
                failure.what
            );
            let failure = Failure {
                what,
                ..failure.clone()
            };
            Err(watched(failure, job, told))
        }
        Why::Another(how) => {
            let what = format!("EMR gave {run} for this step's idempotency token, but {how}");
            let failure = Failure {
                exit: Exit::BadInputs,
                ..Failure::outside("Another job run answered", what)
            };
            Err(failure.help(
                "give each step of one workflow run that has the same `mode` its own `repeat`",
            ))
        }
    }
}

/// The failure to report when a signal arrived after waiting had ended: what fails after a signal ends with the exit
/// code of a cancellation, and its words have to agree.
pub(crate) fn interrupted(failure: Failure, job: &Job) -> Failure {
    if matches!(failure.exit, Exit::Cancelled | Exit::Bug) {
        return failure;
    }
    let when = match job.state() {
        state if state.is_end() => format!("after the job run had ended as {state}"),
        state => format!("while the action was ending, with the job run {state} when last seen"),
    };
    Failure {
        exit: Exit::Cancelled,
        title: "Cancelled".to_owned(),
        what: format!("a signal arrived {when}. {}", failure.what),
        ..failure
    }
}

/// Adds how to end the job run by hand, if it was not seen to end.
fn watched(failure: Failure, job: &Job, told: &Told<'_>) -> Failure {
    if job.state().is_end() {
        return failure;
    }
    let by_hand = format!(
        "see that the job run ends: `aws emr-containers cancel-job-run --virtual-cluster-id {} --id {}`",
        told.virtual_cluster, job.id
    );
    let help = match &failure.help {
        Some(help) => format!("{help}; {by_hand}"),
        None => by_hand,
    };
    failure.help(help)
}

fn ended(run: &str, job: &Job, told: &Told<'_>) -> Result<(), Failure> {
    let reason = job.reason().map(|reason| format!(": {reason}"));
    let reason = reason.unwrap_or_default();
    match job.state() {
        State::Completed => Ok(()),
        State::Failed => {
            let exception = told.exception.map(|text| format!("\n{text}"));
            let what = format!("{run} is FAILED{reason}{}", exception.unwrap_or_default());
            let help = match &told.log {
                DriverLog::Heard => "the driver's log is shown above as far as it was followed; set the input `log-uri` to keep it".to_owned(),
                DriverLog::At(uri) => format!("the driver's whole log is at {uri}"),
                DriverLog::Missing(uri, Some(why)) => {
                    format!("the driver's log cannot be read from {uri}: {why}")
                }
                DriverLog::Missing(uri, None) => format!(
                    "the driver's log was not found at {uri}: a driver that never ran has none, and the execution role has to be allowed to write there"
                ),
                DriverLog::NotKept => {
                    "set the input `log-uri` or `log-group`, so that the driver's log is kept and shown here"
                        .to_owned()
                }
            };
            Err(Failure::job_failed("Spark job failed", what).help(help))
        }
        state => {
            let what = format!("{run} is {state}{reason}");
            Err(Failure::job_failed("Spark job cancelled", what)
                .help("it was cancelled by someone else; CloudTrail has the CancelJobRun call"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use aws_setup::ProblemKind;
    use gha::{Exit, Failure};

    use super::{DriverLog, Told, interrupted, outcome};
    use crate::{
        asked::Asked,
        follow::Why,
        job::{Description, Job},
        state::State,
    };

    fn job(state: &str) -> Job {
        let mut job = Job::new("42".into());
        let description = Description {
            state: State::named(state),
            asked: Asked::default(),
            created_at: None,
            finished_at: None,
            failure_reason: (state == "FAILED").then(|| "USER_ERROR".into()),
            state_details: None,
        };
        job.note(description, jiff::Timestamp::UNIX_EPOCH);
        job
    }

    fn end(why: &Why, state: &str, told: &Told<'_>) -> (Option<Exit>, String) {
        match outcome(why, &job(state), told) {
            Ok(()) => (None, String::new()),
            Err(failure) => (
                Some(failure.exit),
                format!("{} | {}", failure.what, failure.help.unwrap_or_default()),
            ),
        }
    }

    #[test]
    fn only_a_completed_job_run_is_a_success() {
        let told = Told {
            exception: Some("ValueError: empty"),
            ..Told::default()
        };
        assert_eq!(end(&Why::Ended, "COMPLETED", &told).0, None);
        let (exit, text) = end(&Why::Ended, "FAILED", &told);
        assert_eq!(exit, Some(Exit::JobFailed));
        for part in ["42", "USER_ERROR", "ValueError: empty", "log-uri"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let (exit, text) = end(&Why::Ended, "CANCELLED", &told);
        assert_eq!(exit, Some(Exit::JobFailed));
        assert!(text.contains("someone else"), "{text}");
    }

    #[test]
    fn the_drivers_log_is_only_where_it_was_found() {
        let uri = || "s3://b/logs/stderr.gz".to_owned();
        let cases = [
            (DriverLog::NotKept, "set the input `log-uri` or"),
            (
                DriverLog::At(uri()),
                "whole log is at s3://b/logs/stderr.gz",
            ),
            (DriverLog::Heard, "is shown above"),
            (
                DriverLog::Missing(uri(), None),
                "was not found at s3://b/logs/stderr.gz",
            ),
            (
                DriverLog::Missing(uri(), Some("not found: NoSuchBucket".into())),
                "cannot be read from s3://b/logs/stderr.gz: not found: NoSuchBucket",
            ),
        ];
        for (log, said) in cases {
            let told = Told {
                log,
                ..Told::default()
            };
            let (_, text) = end(&Why::Ended, "FAILED", &told);
            assert!(text.contains(said), "{said} in {text}");
        }
    }

    #[test]
    fn a_signal_after_the_end_is_a_cancellation_that_names_the_end() {
        let failure = outcome(&Why::Ended, &job("FAILED"), &Told::default()).unwrap_err();
        let failure = interrupted(failure, &job("FAILED"));
        assert_eq!(failure.exit, Exit::Cancelled);
        assert_eq!(failure.title, "Cancelled");
        for part in ["had ended as FAILED", "42", "USER_ERROR"] {
            assert!(failure.what.contains(part), "{part} in {}", failure.what);
        }
        let bug = interrupted(Failure::bug("x"), &job("FAILED"));
        assert_eq!(bug.exit, Exit::Bug);
    }

    #[test]
    fn a_job_run_that_may_go_on_comes_with_the_command_that_ends_it() {
        let told = Told {
            virtual_cluster: "abc",
            stopped: Some("CancelJobRun failed".into()),
            ..Told::default()
        };
        let failure = Failure::outside("Access denied", "not allowed").help("allow it");
        let lost = Why::Lost(ProblemKind::Denied, failure);
        let cases = [
            (Why::Signal, Exit::Cancelled),
            (Why::Timeout, Exit::JobFailed),
            (lost, Exit::Outside),
        ];
        for (why, expected) in cases {
            let (exit, text) = end(&why, "RUNNING", &told);
            assert_eq!(exit, Some(expected));
            assert!(
                text.contains("cancel-job-run --virtual-cluster-id abc --id 42"),
                "{text}"
            );
            let (_, text) = end(&why, "CANCELLED", &told);
            assert!(!text.contains("cancel-job-run"), "{text}");
        }
    }

    #[test]
    fn a_token_that_names_another_job_is_a_bad_input() {
        let (exit, text) = end(
            &Why::Another("it runs s3://b/other.py".into()),
            "RUNNING",
            &Told::default(),
        );
        assert_eq!(exit, Some(Exit::BadInputs));
        assert!(
            text.contains("s3://b/other.py") && text.contains("`repeat`"),
            "{text}"
        );
    }
}
