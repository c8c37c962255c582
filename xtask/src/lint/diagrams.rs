//! Diagrams in reports and documents, read by two versions of mermaid. Draws nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::scripts;
use crate::children;
use crate::environment::Packages;
use crate::interrupt::Interrupt;
use crate::places::Places;
use crate::problem::{Problem, Result, WhileDoing as _};

/// Pairs of runs among the fixtures, static first.
const PAIRS: [[&str; 2]; 4] = [
    [
        "event-logs/threadsleep-static",
        "event-logs/threadsleep-dra",
    ],
    ["event-logs/origin-static", "event-logs/origin-dra"],
    [
        "event-logs/versions/spark-3.2.4",
        "event-logs/versions/spark-4.3.0",
    ],
    [
        "run-records/origin-static.json",
        "run-records/origin-dra.json",
    ],
];

/// What of an event log becomes an executor's name, and a name that is a line of mermaid.
const NAMED: [&str; 2] = [
    r#""Executor ID":"0""#,
    r#""Executor ID":"0 :crit, 0, 1s\n  click x href \"javascript:alert(1)\"\n```""#,
];

/// Reports in a temporary folder.
pub(super) struct Reports {
    folder: tempfile::TempDir,
    count: usize,
}

impl Reports {
    /// The Markdown files of all of them.
    pub(super) fn files(&self) -> impl Iterator<Item = PathBuf> {
        (0..self.count).flat_map(|number| {
            ["report.md", "comment.md"].map(|name| self.report(number).join(name))
        })
    }

    fn report(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("report-{number}"))
    }

    /// Compares two runs; a comment without a diagram would make the check an empty one.
    async fn add(
        &mut self,
        program: &Path,
        [fixed, dra]: [&Path; 2],
        interrupt: &Interrupt,
    ) -> Result<()> {
        let folder = self.report(self.count);
        let mut command = Command::new(program);
        // Without the variables of a workflow and of AWS: nothing is posted and nobody is asked.
        command
            .env_clear()
            .args(["--prices", "never", "--comment", "never"])
            .arg("--static")
            .arg(fixed)
            .arg("--dra")
            .arg(dra)
            .arg("--report-dir")
            .arg(&folder);
        children::succeed(command, interrupt).await?;
        let comment = folder.join("comment.md");
        let text = std::fs::read_to_string(&comment)
            .while_doing(|| format!("read `{}`", comment.display()))?;
        for kind in ["gantt", "xychart-beta"] {
            if !text.contains(&format!("```mermaid\n{kind}")) {
                return Err(Problem::new(format!(
                    "the comment on `{}` and `{}` has no {kind}",
                    fixed.display(),
                    dra.display()
                )));
            }
        }
        self.count += 1;
        Ok(())
    }
}

/// Has compare-dra, which is built, make a report of every pair of fixtures, and of a run with hostile names.
pub(super) async fn reports(places: &Places, interrupt: &Interrupt) -> Result<Reports> {
    let program = places.binaries.join("compare-dra");
    let fixtures = places.repository.join("fixtures");
    let folder = tempfile::tempdir().while_doing(|| "make a temporary folder".into())?;
    let logs = folder.path().join("logs");
    let copy = |from: &str, to: &str, named: &str| {
        let text = std::fs::read_to_string(fixtures.join(from))?;
        std::fs::create_dir_all(&logs)?;
        std::fs::write(logs.join(to), text.replace(NAMED[0], named))
    };
    // A record names its event log, which lies beside it.
    for name in ["origin-static", "origin-dra"] {
        copy(
            &format!("run-records/{name}.json"),
            &format!("{name}.json"),
            NAMED[0],
        )
        .and_then(|()| copy(&format!("event-logs/{name}"), name, NAMED[0]))
        .while_doing(|| format!("copy the fixture `{name}`"))?;
    }
    copy("event-logs/threadsleep-dra", "hostile", NAMED[1])
        .while_doing(|| "copy the fixture `threadsleep-dra`".into())?;
    let mut reports = Reports { folder, count: 0 };
    for pair in PAIRS {
        let pair = pair.map(|name| match name.strip_prefix("run-records/") {
            Some(record) => logs.join(record),
            None => fixtures.join(name),
        });
        reports
            .add(&program, [&pair[0], &pair[1]], interrupt)
            .await?;
    }
    let usual = fixtures.join("event-logs/threadsleep-static");
    let hostile = logs.join("hostile");
    reports.add(&program, [&usual, &hostile], interrupt).await?;
    Ok(reports)
}

/// Reads every diagram of the files; what is wrong is the text of the error.
pub(super) async fn check(
    packages: &Packages,
    paths: &[PathBuf],
    interrupt: &Interrupt,
) -> Result<String> {
    let arguments: Vec<OsString> = paths.iter().map(OsString::from).collect();
    let finished = scripts::run(packages, "diagrams.mjs", &arguments, interrupt).await?;
    if finished.status.success() {
        return Ok(finished.stdout.trim().to_owned());
    }
    let said = finished.stdout + &finished.stderr;
    Err(Problem::new(said.trim().to_owned()).help(
        "write what both versions of mermaid take; `xychart-beta` is the name that the older one knows",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::prepared;
    use crate::interrupt::Interrupt;
    use crate::problem::Result;

    const GOOD: &str = "gantt\n  dateFormat x\n  section static\n  executor 1 :active, 0, 30s\n";

    async fn check(name: &str, text: &str) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let (_sender, interrupt) = Interrupt::by_hand();
        super::check(&prepared::checks(), &[path], &interrupt).await
    }

    #[tokio::test]
    async fn diagrams_that_both_versions_take_pass() {
        let chart = "xychart-beta\n  x-axis \"s\" 0 --> 4\n  line [1, 2]\n";
        let text = format!("a\n```mermaid\n{GOOD}```\n\n```mermaid\n{chart}```\n");
        assert_eq!(
            check("report.md", &text).await.unwrap(),
            "2 diagrams (gantt, xychart-beta)"
        );
        let snapshot = format!("---\nexpression: gantt.mermaid\n---\n{GOOD}");
        assert_eq!(
            check("a.snap", &snapshot).await.unwrap(),
            "1 diagram (gantt)"
        );
    }

    #[tokio::test]
    async fn what_one_of_them_would_not_draw_is_found() {
        let long = format!("{GOOD}{}", "  %% padding\n".repeat(5_000));
        let wrong = [
            (
                GOOD.replace("30s", "0s"),
                "mermaid 10: the task \"executor 1 \" has no length",
            ),
            (
                GOOD.replace(" 0, 30s", " zero, 30s"),
                "mermaid 11: Invalid date",
            ),
            (
                "xychart\n  line [1, 2]\n".to_owned(),
                "mermaid 10: No diagram type",
            ),
            (
                "xychart-beta\n  line [1, \n".to_owned(),
                "mermaid 11: Parse error",
            ),
            ("ganttt\n".to_owned(), "mermaid 11: Parse error"),
            (long, "characters, more than 50000"),
        ];
        let (mut text, mut expected) = (String::new(), Vec::new());
        for (diagram, said) in &wrong {
            let line = text.lines().count() + 1;
            expected.push((format!("report.md:{line}: "), *said));
            text += &format!("```mermaid\n{diagram}```\n");
        }
        let problem = check("report.md", &text).await.unwrap_err().to_string();
        for (place, said) in expected {
            let found = problem
                .lines()
                .any(|line| line.contains(&place) && line.contains(said));
            assert!(found, "{place}{said} is not in: {problem}");
        }
    }
}
