//! An AWS error as a failure: what was asked, of whom, and what to do about it. Decided by kinds and codes only.

use aws_setup::{ProblemKind, SdkProblem};
use gha::{Exit, Failure};

/// A call to AWS, for the person who reads about its failure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    /// The IAM action, such as `emr-containers:StartJobRun`.
    pub(crate) operation: &'static str,
    /// What it was asked about, such as "virtual cluster `abc`".
    pub(crate) subject: &'a str,
    /// The input that named the subject.
    pub(crate) input: &'static str,
    /// Where.
    pub(crate) region: &'a str,
}

/// The failure to report for `problem`.
pub(crate) fn failure(call: &Call<'_>, problem: &SdkProblem) -> Failure {
    let Call {
        operation,
        subject,
        input,
        region,
    } = *call;
    let what = format!("{operation} for {subject} (input `{input}`, region {region}): {problem}");
    let failure = Failure::outside(title(problem.kind), what);
    let help = match problem.kind {
        ProblemKind::Denied => format!(
            "allow `{operation}` for the caller's role; the least policy is in the README of run-spark-job, section Permissions"
        ),
        ProblemKind::NotFound => format!(
            "check the input `{input}` and the region: {subject} does not exist in {region}"
        ),
        ProblemKind::Refused => String::from(
            "check the inputs against the message; a full job queue of the virtual cluster is refused in the same way, then run again later",
        ),
        ProblemKind::ExpiredCredentials => format!(
            "{}; no job run can be started, watched or cancelled without valid credentials",
            problem.help().unwrap_or_default()
        ),
        _ => problem
            .help()
            .unwrap_or("run again with step debugging on and report the log")
            .to_owned(),
    };
    failure.help(help)
}

/// Several failures as one. What has the same advice needs to be said only once.
pub(crate) fn together(failures: Vec<Failure>) -> Option<Failure> {
    let mut failures = failures.into_iter();
    let mut first = failures.next()?;
    let mut advice: Vec<_> = first.help.iter().cloned().collect();
    let is_list = first.exit == Exit::BadInputs && !first.causes.is_empty();
    // Without credentials every call fails in the same way: once is enough.
    let general = [
        ProblemKind::NoCredentials,
        ProblemKind::RoleNotAssumed,
        ProblemKind::ExpiredCredentials,
        ProblemKind::WrongCredentials,
    ];
    let mut told: Vec<String> = vec![first.title.clone()];
    for failure in failures {
        let is_general = general.iter().any(|kind| title(*kind) == failure.title);
        if is_general && told.contains(&failure.title) {
            continue;
        }
        told.push(failure.title);
        advice.extend(failure.help.filter(|help| !advice.contains(help)));
        match is_list {
            true => {
                first.causes.push(failure.what);
                first.what = format!("{} things are in the way", first.causes.len());
            }
            false => first.what = format!("{}\n{}", first.what, failure.what),
        }
    }
    match advice.is_empty() {
        true => Some(first),
        false => Some(first.help(advice.join("; "))),
    }
}

/// Whether the same question may be answered a little later.
pub(crate) fn may_pass(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::Throttled
            | ProblemKind::Failed
            | ProblemKind::Timeout
            | ProblemKind::Unreachable
            | ProblemKind::Unreadable
            // Whoever gives out credentials may be back, or give out new ones.
            | ProblemKind::NoCredentials
            | ProblemKind::RoleNotAssumed
            | ProblemKind::ExpiredCredentials
    )
}

fn title(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Unreachable => "Endpoint unreachable",
        ProblemKind::Timeout => "No answer in time",
        ProblemKind::NoCredentials => "No AWS credentials",
        ProblemKind::RoleNotAssumed => "Role not assumed",
        ProblemKind::ExpiredCredentials => "AWS credentials expired",
        ProblemKind::WrongCredentials => "Wrong AWS credentials",
        ProblemKind::Denied => "Access denied",
        ProblemKind::NotFound => "Not found",
        ProblemKind::WrongRegion => "Wrong region",
        ProblemKind::Throttled => "Throttled",
        ProblemKind::Refused => "Request refused",
        ProblemKind::Failed => "AWS failed",
        ProblemKind::Unreadable => "Answer not understood",
        ProblemKind::Unsent => "Request not sent",
    }
}

#[cfg(test)]
mod tests {
    use aws_setup::{ProblemKind, SdkProblem};

    use super::{Call, failure, may_pass, title, together};

    fn problem(kind: ProblemKind, code: &str) -> SdkProblem {
        SdkProblem {
            kind,
            code: Some(code.into()),
            message: Some("said the service".into()),
            request_id: Some("7f3e".into()),
            status: Some(400),
            bucket_region: None,
        }
    }

    #[test]
    fn a_failure_says_what_where_and_how_to_fix() {
        let call = Call {
            operation: "emr-containers:StartJobRun",
            subject: "virtual cluster `abc`",
            input: "virtual-cluster-id",
            region: "eu-west-1",
        };
        let cases = [
            (
                ProblemKind::Denied,
                "AccessDeniedException",
                "allow `emr-containers:StartJobRun`",
            ),
            (
                ProblemKind::NotFound,
                "ResourceNotFoundException",
                "virtual cluster `abc` does not exist in eu-west-1",
            ),
            (
                ProblemKind::Refused,
                "ValidationException",
                "check the inputs against the message",
            ),
            (
                ProblemKind::ExpiredCredentials,
                "ExpiredTokenException",
                "role-duration-seconds",
            ),
            (
                ProblemKind::WrongCredentials,
                "UnrecognizedClientException",
                "`AWS_SECRET_ACCESS_KEY`",
            ),
        ];
        for (kind, code, help) in cases {
            let failure = failure(&call, &problem(kind, code));
            assert_eq!(failure.exit, gha::Exit::Outside);
            for part in [
                "StartJobRun",
                "`abc`",
                "`virtual-cluster-id`",
                "eu-west-1",
                code,
                "7f3e",
            ] {
                assert!(failure.what.contains(part), "{part} in {}", failure.what);
            }
            assert!(
                failure
                    .help
                    .as_deref()
                    .is_some_and(|text| text.contains(help)),
                "{:?}",
                failure.help
            );
        }
    }

    #[test]
    fn failures_with_advice_of_their_own_are_all_said() {
        let one = |what: &str, help: &str| gha::Failure::outside("Not found", what).help(help);
        let all = together(vec![
            one("no a", "make a"),
            one("no b", "make b"),
            one("no b again", "make b"),
        ]);
        let all = all.expect("there are failures");
        assert_eq!(all.what, "no a\nno b\nno b again");
        assert_eq!(all.help.as_deref(), Some("make a; make b"));
        assert_eq!(together(Vec::new()), None);
        let same = |what: &str| gha::Failure::outside(title(ProblemKind::NoCredentials), what);
        let all = together(vec![same("first"), same("second")]);
        assert_eq!(all.map(|all| all.what).as_deref(), Some("first"));
    }

    #[test]
    fn only_passing_troubles_are_waited_out() {
        assert!(
            may_pass(ProblemKind::Throttled)
                && may_pass(ProblemKind::Failed)
                && may_pass(ProblemKind::Unreachable)
        );
        assert!(
            may_pass(ProblemKind::Unreadable)
                && may_pass(ProblemKind::NoCredentials)
                && may_pass(ProblemKind::ExpiredCredentials)
        );
        assert!(!may_pass(ProblemKind::Denied) && !may_pass(ProblemKind::WrongCredentials));
    }
}
