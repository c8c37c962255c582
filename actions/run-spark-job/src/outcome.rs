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
    /// The entry point that was asked for.
    pub(crate) entry_point: String,
    /// The input `timeout`.
    pub(crate) timeout: String,
    /// What was done to end a job run that had not ended.
    pub(crate) stopped: Option<String>,
    /// The driver's last exception, on one line.
    pub(crate) exception: Option<&'a str>,
    /// Where the driver's whole log is.
    pub(crate) log_uri: Option<String>,
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
                "{run} did not end within `timeout` {}: {stopped}",
                told.timeout
            );
            let failure = Failure::job_failed("Timed out", what)
                .help("raise the input `timeout`, or give the job more resources");
            Err(watched(failure, job, told))
        }
        Why::Lost(failure) => {
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
        Why::Another(entry_point) => {
            let what = format!(
                "EMR gave {run} for this step's idempotency token, but it runs {entry_point} instead of {}",
                told.entry_point
            );
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
            let help = match &told.log_uri {
                Some(uri) => format!("the driver's whole log is at {uri}"),
                None => "set the input `log-uri`, so that the driver's log is kept and shown here"
                    .to_owned(),
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
    use gha::{Exit, Failure};

    use super::{Told, outcome};
    use crate::{
        follow::Why,
        job::{Description, Job},
        state::State,
    };

    fn job(state: &str) -> Job {
        let mut job = Job::new("42".into());
        let description = Description {
            state: State::named(state),
            name: None,
            entry_point: None,
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
    fn a_job_run_that_may_go_on_comes_with_the_command_that_ends_it() {
        let told = Told {
            virtual_cluster: "abc",
            stopped: Some("CancelJobRun failed".into()),
            ..Told::default()
        };
        let lost = Why::Lost(Failure::outside("Access denied", "not allowed").help("allow it"));
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
            &Why::Another("s3://b/other.py".into()),
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
