//! checkov: what an attacker, or an accident, could make of a module. Every exception says why.

use std::path::Path;

use serde_json::Value;
use tokio::process::Command;

use crate::children;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result};
use crate::tidy::tracked::TrackedFile;

const EXCEPTION: &str = "checkov:skip=";

/// Scans one module without a network; the modules that it uses are not fetched and so not scanned.
pub(super) async fn check(
    python: &Path,
    root: &Path,
    folder: &str,
    files: &[TrackedFile],
    interrupt: &Interrupt,
) -> Result<String> {
    let own = files
        .iter()
        .filter(|file| file.path.starts_with(&format!("{folder}/")));
    let unexplained: Vec<String> = own.flat_map(unexplained).collect();
    if !unexplained.is_empty() {
        return Err(Problem::new(unexplained.join("\n"))
            .help(format!("write `#{EXCEPTION}ID:why it is right here`")));
    }
    let mut command = Command::new(python.with_file_name("checkov"));
    command
        .current_dir(root)
        .args([
            "--framework",
            "terraform",
            "--skip-download",
            "--compact",
            "--output",
            "json",
            "--directory",
            folder,
        ])
        // Its warnings are about pages that it could not fetch.
        .env("LOG_LEVEL", "ERROR");
    let called = children::as_typed(&command);
    let finished = children::output(command, interrupt).await?;
    let report: Value = serde_json::from_str(&finished.stdout).unwrap_or_default();
    let summary = &report["summary"];
    let number = |name: &str| summary[name].as_u64();
    let (Some(passed), Some(skipped), Some(0)) = (
        number("passed"),
        number("skipped"),
        number("parsing_errors"),
    ) else {
        let said = format!("{}{}", finished.stdout, finished.stderr);
        return Err(Problem::new(format!(
            "`{called}` could not read everything:\n{}",
            said.trim()
        )));
    };
    let failed = report["results"]["failed_checks"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if failed.is_empty() && finished.status.success() && passed > 0 {
        return Ok(format!(
            "{passed} checks passed, {skipped} exceptions, each with its reason"
        ));
    }
    let lines: Vec<String> = failed.iter().map(|found| line(folder, found)).collect();
    Err(Problem::new(format!(
        "{}\n(from `{called}`: {passed} passed)",
        lines.join("\n")
    ))
    .help(format!(
        "change it, or write `#{EXCEPTION}ID:why it is right here` into the block"
    )))
}

fn line(folder: &str, found: &Value) -> String {
    let text = |name: &str| found[name].as_str().unwrap_or_default();
    format!(
        "{folder}{}:{}: {}: {} [{}]",
        text("file_path"),
        found["file_line_range"][0],
        text("resource"),
        text("check_name"),
        text("check_id")
    )
}

/// Exceptions without a reason.
fn unexplained(file: &TrackedFile) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    let exceptions = lines.filter_map(|(index, line)| Some((index, line.split_once(EXCEPTION)?.1)));
    let without = exceptions.filter(|(_, rest)| {
        rest.split_once(':')
            .is_none_or(|(_, reason)| reason.trim().len() < 10)
    });
    without
        .map(|(index, rest)| {
            format!(
                "{}:{}: the exception {rest} does not say why",
                file.path,
                index + 1
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::prepared;
    use crate::environment::CHECKOV_PYTHON;
    use crate::interrupt::Interrupt;
    use crate::problem::Result;
    use crate::tidy::tracked::TrackedFile;

    const GOOD: &str = "resource \"aws_s3_bucket_public_access_block\" \"b\" {\n  bucket = \"b\"\n  block_public_acls = true\n  \
                        block_public_policy = true\n  ignore_public_acls = true\n  restrict_public_buckets = true\n}\n";

    async fn check(text: &str) -> Result<String> {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("m")).unwrap();
        std::fs::write(root.path().join("m/main.tf"), text).unwrap();
        let files = [TrackedFile {
            path: "m/main.tf".into(),
            text: text.into(),
        }];
        let (_sender, interrupt) = Interrupt::by_hand();
        super::check(
            &prepared::path(CHECKOV_PYTHON),
            root.path(),
            "m",
            &files,
            &interrupt,
        )
        .await
    }

    #[tokio::test]
    async fn a_careful_module_passes() {
        let said = check(GOOD).await.unwrap();
        assert!(
            said.ends_with("0 exceptions, each with its reason"),
            "{said}"
        );
    }

    #[tokio::test]
    async fn what_is_unsafe_is_found_with_its_line() {
        let problem =
            check(&GOOD.replace("ignore_public_acls = true", "ignore_public_acls = false")).await;
        let problem = problem.unwrap_err().to_string();
        assert!(
            problem.contains("m/main.tf:1: aws_s3_bucket_public_access_block.b:"),
            "{problem}"
        );
        assert!(problem.contains("[CKV_AWS_55]"), "{problem}");
    }

    #[tokio::test]
    async fn an_exception_counts_only_with_its_reason() {
        let unsafe_with = |reason: &str| {
            let exception = format!("\n  #checkov:skip=CKV_AWS_55{reason}\n  bucket = \"b\"");
            GOOD.replace("\n  bucket = \"b\"", &exception)
                .replace("ignore_public_acls = true", "ignore_public_acls = false")
        };
        let said = check(&unsafe_with(":ACLs are off in this bucket"))
            .await
            .unwrap();
        assert!(said.contains(", 1 exceptions"), "{said}");
        for reason in ["", ":", ":because"] {
            let problem = check(&unsafe_with(reason)).await.unwrap_err().to_string();
            assert!(
                problem.starts_with("m/main.tf:2: the exception"),
                "{problem}"
            );
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_not_clean() {
        assert!(check("resource \"a\" {{{\n").await.is_err());
    }
}
