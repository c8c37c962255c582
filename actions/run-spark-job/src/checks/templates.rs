//! Pod templates: fetched from S3 and held against what EMR on EKS takes.

use aws_setup::S3Uri;
use gha::Failure;
use pod_template::{Problem, Role, problems};

use crate::{request::SparkSettings, s3::S3};

/// Bytes of the longest template that is read. Kubernetes stores no object above 1.5 MiB, and templates are short.
const LONGEST: usize = 1 << 20;

/// Whether EMR will hold the template against its lists; it does unless the job says otherwise.
pub(super) fn validated(role: Role, spark: &SparkSettings) -> bool {
    let key = match role {
        Role::Driver => "spark.kubernetes.driver.podTemplateValidation.enabled",
        Role::Executor => "spark.kubernetes.executor.podTemplateValidation.enabled",
    };
    let value = spark.effective.get(key);
    value.is_none_or(|value| !value.trim().eq_ignore_ascii_case("false"))
}

/// Fails when the template cannot be read or, if it is to be `validated`, when EMR would refuse it.
pub(super) async fn check(
    s3: &S3,
    role: Role,
    uri: &S3Uri,
    input: &'static str,
    validated: bool,
) -> Result<(), Failure> {
    let bytes = s3.start(uri, input, LONGEST + 1).await?;
    match validated {
        true => judge(role, uri, input, &bytes),
        false => Ok(()),
    }
}

fn judge(role: Role, uri: &S3Uri, input: &str, bytes: &[u8]) -> Result<(), Failure> {
    if bytes.len() > LONGEST {
        let what = format!("`{uri}` is longer than {} KiB", LONGEST / 1024);
        return Err(unusable(uri, input, &what));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(unusable(
            uri,
            input,
            &format!("`{uri}` is no text in UTF-8"),
        ));
    };
    let problems = problems(role, text);
    if problems.is_empty() {
        return Ok(());
    }
    let what = match problems.len() {
        1 => format!("1 problem in `{uri}`:"),
        count => format!("{count} problems in `{uri}`:"),
    };
    let lines = problems.iter().map(Problem::to_string);
    let all: Vec<_> = std::iter::once(what).chain(lines).collect();
    Err(unusable(uri, input, &all.join("\n  ")))
}

fn unusable(uri: &S3Uri, input: &str, what: &str) -> Failure {
    let failure = Failure::bad_input(input, what);
    Failure {
        title: "Pod template not usable".to_owned(),
        ..failure
    }
    .help(format!(
        "correct the pod template `{uri}` (input `{input}`) and upload it again: EMR on EKS would refuse the job run"
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::{LONGEST, Role, judge};

    fn said(bytes: &[u8]) -> Option<String> {
        let uri = "s3://bench/driver.yaml".parse().unwrap();
        let judged = judge(Role::Driver, &uri, "driver-template", bytes);
        judged.err().map(|failure| failure.to_string())
    }

    #[test]
    fn the_input_the_object_and_every_problem_are_named() {
        let text = "apiVersion: v1\nkind: Pod\nspec: {hostPID: true, toleration: []}\n";
        let said = said(text.as_bytes()).unwrap();
        for part in [
            "input `driver-template`: 2 problems in `s3://bench/driver.yaml`:\n  `spec.hostPID`: ",
            "\n  `spec.toleration`: ",
            "did you mean `tolerations`?",
            "hint: correct the pod template",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn what_is_too_long_or_no_text_is_not_parsed() {
        assert_eq!(said(b"apiVersion: v1\nkind: Pod\n"), None);
        assert!(said(&[0xff]).is_some_and(|said| said.contains("UTF-8")));
        let long = vec![b'#'; LONGEST + 1];
        assert!(said(&long).is_some_and(|said| said.contains("longer than 1024 KiB")));
    }
}
