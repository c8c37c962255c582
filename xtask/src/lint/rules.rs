//! What this project asks of its own workflows and no other check does.

use super::workflow::{Step, Workflow};
use crate::problem::{Problem, Result};
use crate::tidy::tracked::TrackedFile;

/// Where an adopter reads what to set.
const SETTINGS: &str = ".github/workflows/README.md";
/// What brings AWS credentials into a job; this repository's own actions do it by themselves with the same input.
const CREDENTIALS: &str = "aws-actions/configure-aws-credentials";
const ROLE: &str = "role-to-assume";
/// Whose actions may run beside AWS credentials, besides this repository's own.
const TRUSTED: [&str; 4] = [
    CREDENTIALS,
    "actions/checkout",
    "actions/download-artifact",
    "actions/upload-artifact",
];

/// Checks every workflow; what is wrong is the text of the error.
pub(super) fn check(workflows: &[Workflow<'_>], files: &[TrackedFile]) -> Result<String> {
    let settings = files.iter().find(|file| file.path == SETTINGS);
    let settings = settings.map_or("", |file| file.text.as_str());
    let faults: Vec<String> = workflows
        .iter()
        .flat_map(|workflow| {
            let all = [
                permissions(workflow),
                expressions(workflow),
                shells(workflow),
                company(workflow),
                versions(workflow),
                minutes(workflow),
                undescribed(workflow, settings),
            ];
            let faults = all.into_iter().flatten();
            faults.map(|fault| format!("{}: {fault}", workflow.path))
        })
        .collect();
    if faults.is_empty() {
        return Ok(format!("all kept (workflows: {})", workflows.len()));
    }
    Err(Problem::new(faults.join("\n")))
}

/// A token that a new job forgets to restrict can do nothing.
fn permissions(workflow: &Workflow<'_>) -> Vec<String> {
    let none = workflow.value["permissions"]
        .as_object()
        .is_some_and(serde_json::Map::is_empty);
    let fault = "the workflow as a whole has no `permissions: {}`; give each job what it needs";
    (!none).then(|| fault.to_owned()).into_iter().collect()
}

/// An expression is put into a script before the shell reads it, quotes and all.
fn expressions(workflow: &Workflow<'_>) -> Vec<String> {
    let steps = workflow
        .jobs()
        .flat_map(|(name, job)| workflow.steps(name, job));
    steps
        .filter(|step| step.run.is_some_and(|run| run.contains("${{")))
        .map(|step| {
            format!(
                "{}: `run` has an expression; hand it over by `env`",
                step.place
            )
        })
        .collect()
}

/// Only when bash is named, GitHub has it end a script at a failure before a pipe, too.
fn shells(workflow: &Workflow<'_>) -> Vec<String> {
    let steps = workflow
        .jobs()
        .flat_map(|(name, job)| workflow.steps(name, job));
    steps
        .filter(|step| step.run.is_some() && step.shell.is_none())
        .map(|step| {
            let place = step.place;
            format!(
                "{place}: `run` without a shell; write `shell: bash` in the workflow's `defaults`"
            )
        })
        .collect()
}

/// What runs in a job can read its credentials.
fn company(workflow: &Workflow<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, job) in workflow.jobs() {
        let steps = workflow.steps(name, job);
        let used = || steps.iter().filter_map(|step| Some((step, step.uses?)));
        let assumes = |step: &Step<'_>| step.with[ROLE].is_string();
        if !used().any(|(step, uses)| action(uses) == CREDENTIALS || assumes(step)) {
            continue;
        }
        for (step, uses) in used() {
            let own = uses.starts_with("$/") || uses.starts_with("./");
            if !own && !TRUSTED.contains(&action(uses)) {
                faults.push(format!(
                    "{}: `{}` runs beside AWS credentials; give it a job of its own",
                    step.place,
                    action(uses)
                ));
            }
        }
    }
    faults
}

/// `owner/name` of what a step uses.
fn action(uses: &str) -> &str {
    uses.split('@').next().unwrap_or_default()
}

/// A commit alone tells nobody what it is; the comment is also what Dependabot updates.
fn versions(workflow: &Workflow<'_>) -> Vec<String> {
    let lines = workflow.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let (_, used) = line.split_once("uses: ")?;
            let (pinned, comment) = used.split_once('#').unwrap_or((used, ""));
            let (_, commit) = pinned.trim().rsplit_once('@')?;
            let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            (is_commit && !is_version(comment.trim())).then(|| {
                format!(
                    "line {}: write the version of this commit as `# v1.2.3`",
                    index + 1
                )
            })
        })
        .collect()
}

fn is_version(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    word.strip_prefix('v').is_some_and(|numbers| {
        let parts: Vec<&str> = numbers.split('.').collect();
        parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
    })
}

/// GitHub is late, or drops runs, when all of the world's schedules begin.
fn minutes(workflow: &Workflow<'_>) -> Vec<String> {
    let entries = workflow.value["on"]["schedule"]
        .as_array()
        .into_iter()
        .flatten();
    entries
        .filter_map(|entry| entry["cron"].as_str())
        .filter(|cron| cron.split_whitespace().next() == Some("0"))
        .map(|cron| format!("the schedule `{cron}` is on minute 0, when GitHub is busiest"))
        .collect()
}

/// What an adopter must set and is not told of.
fn undescribed(workflow: &Workflow<'_>, settings: &str) -> Vec<String> {
    let mut names: Vec<&str> = ["vars.", "secrets."]
        .into_iter()
        .flat_map(|context| workflow.text.split(context).skip(1))
        .map(|after| {
            let end =
                after.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
            &after[..end.unwrap_or(after.len())]
        })
        .filter(|name| !name.is_empty() && *name != "GITHUB_TOKEN")
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| !settings.contains(&format!("`{name}`")))
        .map(|name| format!("`{name}` is not described in {SETTINGS}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::workflow::Workflow;
    use crate::tidy::tracked::TrackedFile;

    const GOOD: &str = "\
on:
  schedule:
    - cron: 17 3 * * 1
permissions: {}
defaults:
  run:
    shell: bash
jobs:
  spark:
    runs-on: ubuntu-24.04
    env:
      ROLE: ${{ vars.EMR_EKS_ROLE }}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - uses: aws-actions/configure-aws-credentials@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v6.2.3
      - uses: $/actions/upload-scripts
      - run: echo \"$ROLE\"
  refreshed:
    runs-on: ubuntu-24.04
    steps:
      - uses: $/actions/run-spark-job
        with:
          role-to-assume: arn
      - uses: $/actions/other
  other:
    runs-on: ubuntu-24.04
    steps:
      - uses: some/action@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v1.0.0
";

    fn check(text: &str) -> Result<String, String> {
        let files = [TrackedFile {
            path: super::SETTINGS.to_owned(),
            text: "| `EMR_EKS_ROLE` | the role |".to_owned(),
        }];
        let workflow = Workflow::read("w.yml", text).unwrap();
        super::check(&[workflow], &files).map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_workflow_that_keeps_the_rules_passes() {
        assert_eq!(check(GOOD).unwrap(), "all kept (workflows: 1)");
    }

    #[test]
    fn each_rule_is_missed() {
        for (right, wrong, said) in [
            (
                "permissions: {}",
                "permissions: read-all",
                "has no `permissions: {}`",
            ),
            (
                "permissions: {}",
                "permissions: { contents: read }",
                "has no `permissions: {}`",
            ),
            (
                "\"$ROLE\"",
                "\"${{ vars.EMR_EKS_ROLE }}\"",
                "spark, step 4: `run` has an expression",
            ),
            (
                "$/actions/upload-scripts",
                "some/action@v1",
                "spark, step 3: `some/action` runs beside AWS credentials",
            ),
            (
                "$/actions/other",
                "some/other@v1",
                "refreshed, step 2: `some/other` runs beside AWS credentials",
            ),
            (
                "    shell: bash",
                "    working-directory: x",
                "spark, step 4: `run` without a shell",
            ),
            (" # v5.0.0", "", "line 14: write the version"),
            (" # v5.0.0", " # v5", "line 14: write the version"),
            ("17 3", "0 3", "the schedule `0 3 * * 1` is on minute 0"),
            (
                "vars.EMR_EKS_ROLE",
                "vars.EMR_EKS_ROLES",
                "`EMR_EKS_ROLES` is not described",
            ),
            ("vars.EMR_EKS_ROLE", "secrets.KEY", "`KEY` is not described"),
        ] {
            let text = GOOD.replace(right, wrong);
            assert_ne!(text, GOOD, "{right}");
            let problem = check(&text).expect_err(wrong);
            assert!(
                problem.starts_with("w.yml: ") && problem.contains(said),
                "{wrong}: {problem}"
            );
            assert_eq!(problem.lines().count(), 1, "{problem}");
        }
    }
}
