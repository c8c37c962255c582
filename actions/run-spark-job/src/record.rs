//! The run record, put together from what is known. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use run_record::{
    DynamicAllocation, EntryPoint, EventLog, JobRun, Observation, RunRecord, SCHEMA, Submission,
    WorkflowRun,
};

use crate::{inputs::Inputs, job::Job};

/// What was known when the job run was submitted.
#[derive(Debug)]
pub(crate) struct Submitted {
    /// Where it came from.
    pub(crate) workflow_run: Option<WorkflowRun>,
    /// The idempotency token.
    pub(crate) client_token: String,
    /// The entry point's checksum.
    pub(crate) sha256: String,
}

/// What became known while and after it ran.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// Why the record is not whole, if it is not.
    pub(crate) partial: Option<String>,
    pub(crate) event_log: EventLog,
    pub(crate) observation: Observation,
    pub(crate) dynamic_allocation: Vec<DynamicAllocation>,
}

/// The record of one job run.
pub(crate) fn record(
    inputs: &Inputs,
    submitted: &Submitted,
    job: &Job,
    observed: Observed,
) -> RunRecord {
    let latest = job.latest.as_ref();
    let time = |read: fn(&crate::job::Description) -> Option<Timestamp>| latest.and_then(read);
    RunRecord {
        schema: SCHEMA,
        partial: observed.partial,
        variant: inputs.variant,
        repeat: inputs.repeat,
        workflow_run: submitted.workflow_run.clone(),
        submission: Submission {
            name: inputs.name.0.clone(),
            release_label: inputs.release.to_string(),
            entry_point: EntryPoint {
                uri: inputs.entry_point.to_string(),
                sha256: Some(submitted.sha256.clone()),
            },
            arguments: inputs.arguments.clone(),
            request: None,
            spark: inputs
                .spark
                .effective
                .iter()
                .map(redacted)
                .collect::<BTreeMap<_, _>>(),
        },
        job_run: JobRun {
            id: job.id.clone(),
            virtual_cluster_id: inputs.virtual_cluster.to_string(),
            client_token: submitted.client_token.clone(),
            attached: false,
            state: job.state().name().to_owned(),
            states: job.states.clone(),
            created_at: time(|latest| latest.created_at),
            finished_at: time(|latest| latest.finished_at),
            failure_reason: latest.and_then(|latest| latest.failure_reason.clone()),
            state_details: latest.and_then(|latest| latest.state_details.clone()),
        },
        event_log: observed.event_log,
        observation: observed.observation,
        dynamic_allocation: observed.dynamic_allocation,
    }
}

const REDACTED: &str = "*********(redacted)";

/// Hides at least the values Spark itself hides (its default `spark.redaction.regex`): a record may be public. A value
/// that holds a secret somewhere is hidden as a whole, since only its reader knows where the secret ends.
fn redacted((key, value): (&String, &String)) -> (String, String) {
    let value = if is_secret(key) || holds_secret(value) {
        REDACTED.to_owned()
    } else {
        value.clone()
    };
    (key.clone(), value)
}

/// Whether something of this name is a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = [
        "secret",
        "password",
        "token",
        "credential",
        "access.key",
        "accesskey",
        "access_key",
        "access-key",
        "apikey",
    ];
    let api_key = |(at, api): (usize, &str)| {
        let rest = name.get(at + api.len()..).unwrap_or_default();
        rest.chars().skip(1).take(3).eq("key".chars())
    };
    words.iter().any(|word| name.contains(word)) || name.match_indices("api").any(api_key)
}

/// Whether a value sets something secret, such as `-Dpassword=x` or `https://user:password@host`.
fn holds_secret(value: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || "\"'=,;&?/".contains(c);
    let sets = |(at, _): (usize, &str)| {
        let before = value
            .get(..at)
            .unwrap_or_default()
            .trim_end_matches(['"', '\'']);
        before.rsplit(ends).next().is_some_and(is_secret)
    };
    let names_user = |(at, slashes): (usize, &str)| {
        let rest = value.get(at + slashes.len()..).unwrap_or_default();
        let authority = rest.split(['/', ' ']).next().unwrap_or_default();
        authority
            .rsplit_once('@')
            .is_some_and(|(user, _)| user.contains(':'))
    };
    value.match_indices('=').any(sets) || value.match_indices("://").any(names_user)
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn secret_values_are_hidden() {
        let shown = |key: &str| redacted((&key.to_owned(), &"value".to_owned())).1;
        assert_eq!(
            shown("spark.hadoop.fs.s3a.secret.key"),
            "*********(redacted)"
        );
        assert_eq!(
            shown("spark.hadoop.fs.s3a.access.key"),
            "*********(redacted)"
        );
        assert_eq!(shown("spark.ssl.keyPassword"), "*********(redacted)");
        for key in ["x.credentials", "x.apikey", "x.api.key", "x.API_KEY"] {
            assert_eq!(shown(key), "*********(redacted)", "{key}");
        }
        assert_eq!(shown("spark.executor.memory"), "value");
        assert_eq!(shown("spark.capitals.keyed"), "value");
    }

    #[test]
    fn secrets_inside_values_are_hidden() {
        let shown = |value: &str| redacted((&"k".to_owned(), &value.to_owned())).1;
        for value in [
            "-Xmx1g -Dpassword=x",
            "-Djavax.net.ssl.keyStorePassword='a b'",
            "jdbc:x://h/d?user=u&password=p",
            "https://u:p@proxy:80/",
        ] {
            assert_eq!(shown(value), "*********(redacted)", "{value}");
        }
        for value in [
            "-XX:+UseG1GC -Da=b",
            "s3://bucket/tokens/x=1",
            "https://proxy:80/a@b",
            "",
        ] {
            assert_eq!(shown(value), value);
        }
    }
}
