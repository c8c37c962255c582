//! The emulator with a shell script as the action's binary.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indexmap::IndexMap;

use super::{Conclusion, GitHub, Job, Level, Programs, Settings, Shown, Step, StepOutcome, View};
use crate::interrupt::Interrupt;

const ACTION: &str = r"
name: sample
description: An action
inputs:
  role-arn: { description: Role, default: none }
  token: { description: Token, default: '${{ github.token }}' }
  two words: { description: Two, default: '' }
outputs:
  state: { description: State }
runs:
  using: docker
  image: Dockerfile
  entrypoint: /sample
";

#[derive(Default)]
struct Lines(Vec<Shown>);

impl View for Lines {
    fn show(&mut self, shown: Shown) {
        self.0.push(shown);
    }
}

impl Lines {
    fn texts(&self) -> Vec<&str> {
        self.0
            .iter()
            .filter_map(|shown| {
                if let Shown::Text(text) = shown {
                    Some(text.as_str())
                } else {
                    None
                }
            })
            .collect()
    }
}

/// A folder with an action.yml and its "binary".
struct Fixture {
    folder: tempfile::TempDir,
    lines: Lines,
}

impl Fixture {
    fn new(action: &str, script: &str) -> Self {
        let fixture = Self {
            folder: tempfile::tempdir().unwrap(),
            lines: Lines::default(),
        };
        std::fs::write(fixture.path("action.yml"), action).unwrap();
        fixture.binary("sample", script);
        fixture
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn binary(&self, name: &str, script: &str) {
        std::fs::write(self.path(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn job(&self, interrupt: Interrupt) -> Job {
        let github = GitHub {
            repository: "demo/sample".into(),
            pull_request: 7,
            token: "t0ken".into(),
            api_url: "http://127.0.0.1:1".into(),
            server_url: "http://127.0.0.1:1".into(),
            run_id: 5,
            run_attempt: 1,
            sha: "0".repeat(40),
        };
        let settings = Settings {
            programs: Programs::Processes(self.folder.path().into()),
            workspace: self.folder.path().into(),
            github,
            environment: IndexMap::from([
                ("PATH".into(), "/usr/bin:/bin".into()),
                ("AWS_REGION".into(), "us-east-1".into()),
            ]),
        };
        Job::new(settings, interrupt).unwrap()
    }

    fn step(&self, with: &[(&str, &str)]) -> Step {
        let with = with
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        Step {
            id: "one".into(),
            action: self.folder.path().into(),
            with,
        }
    }

    async fn run(&mut self, with: &[(&str, &str)]) -> StepOutcome {
        let (_sender, interrupt) = Interrupt::by_hand();
        let step = self.step(with);
        self.job(interrupt)
            .run(&step, &mut self.lines)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn inputs_arrive_as_the_runner_gives_them() {
    let script = "tr '\\0' '\\n' < /proc/$$/environ | grep -E '^(INPUT_|GITHUB_(RE|EVENT_N|REF=)|HOME|AWS|GITHUB_TOKEN)' | sort";
    let mut fixture = Fixture::new(ACTION, script);
    fixture.run(&[("Role-ARN", "given")]).await;
    let texts = fixture.lines.texts();
    for expected in [
        "INPUT_ROLE-ARN=given",
        "INPUT_TOKEN=***",
        "INPUT_TWO_WORDS=",
        "AWS_REGION=us-east-1",
        "GITHUB_EVENT_NAME=pull_request",
        "GITHUB_REF=refs/pull/7/merge",
        "GITHUB_REPOSITORY=demo/sample",
    ] {
        assert!(texts.contains(&expected), "{expected} is not in {texts:#?}");
    }
    assert!(!texts.iter().any(|text| text.starts_with("GITHUB_TOKEN")));
    assert!(
        texts
            .iter()
            .any(|text| text.starts_with("HOME=") && text.ends_with("/home"))
    );
}

#[tokio::test]
async fn outputs_and_summary_come_back() {
    let script = r#"printf 'state<<D\nrun\nning\nD\n' >> "$GITHUB_OUTPUT"; echo '# done' >> "$GITHUB_STEP_SUMMARY""#;
    let mut fixture = Fixture::new(ACTION, script);
    let outcome = fixture.run(&[]).await;
    assert_eq!(outcome.conclusion, Conclusion::Success);
    assert_eq!(outcome.outputs["state"], "run\nning");
    assert_eq!(outcome.summary, "# done\n");
}

#[tokio::test]
async fn a_summary_that_is_too_large_is_not_shown() {
    let script = r#"head -c 1048577 /dev/zero | tr '\0' 'x' >> "$GITHUB_STEP_SUMMARY""#;
    let outcome = Fixture::new(ACTION, script).run(&[]).await;
    assert_eq!(outcome.conclusion, Conclusion::Success);
    assert_eq!(outcome.summary, "");
    assert!(outcome.annotations[0].message.contains("supports content"));
}

#[tokio::test]
async fn undeclared_outputs_and_malformed_files_fail_the_step() {
    for (script, said) in [
        (
            r#"echo other=1 >> "$GITHUB_OUTPUT""#,
            "`other` is not declared",
        ),
        (
            r#"echo nonsense >> "$GITHUB_OUTPUT""#,
            "Unable to process file command 'GITHUB_OUTPUT'",
        ),
        (r#"echo NODE_OPTIONS=x >> "$GITHUB_ENV""#, "NODE_OPTIONS"),
    ] {
        let outcome = Fixture::new(ACTION, script).run(&[]).await;
        assert_eq!(outcome.conclusion, Conclusion::Failure, "{script}");
        assert!(
            outcome.annotations[0].message.contains(said),
            "{:?}",
            outcome.annotations
        );
    }
}

#[tokio::test]
async fn a_failing_binary_fails_the_step_with_its_annotation() {
    let mut fixture = Fixture::new(
        ACTION,
        "echo '::error title=Bad::role%0Ais bad' >&2; exit 2",
    );
    let outcome = fixture.run(&[]).await;
    assert_eq!(
        (outcome.conclusion, outcome.exit_code),
        (Conclusion::Failure, Some(2))
    );
    assert_eq!(outcome.annotations[0].message, "role\nis bad");
    assert_eq!(outcome.annotations[0].title.as_deref(), Some("Bad"));
}

#[tokio::test]
async fn unexpected_inputs_are_a_warning() {
    let outcome = Fixture::new(ACTION, "true").run(&[("rolearn", "x")]).await;
    assert_eq!(outcome.conclusion, Conclusion::Success);
    assert_eq!(outcome.annotations[0].level, Level::Warning);
    assert!(outcome.annotations[0].message.contains("'rolearn'"));
}

#[tokio::test]
async fn a_missing_action_or_binary_is_an_error() {
    let fixture = Fixture::new(ACTION, "true");
    let (_sender, interrupt) = Interrupt::by_hand();
    let mut job = fixture.job(interrupt);
    let mut step = fixture.step(&[]);
    std::fs::remove_file(fixture.path("sample")).unwrap();
    let problem = job.run(&step, &mut Lines::default()).await.unwrap_err();
    assert!(problem.to_string().contains("no binary"), "{problem}");
    step.action = fixture.path("nowhere");
    let problem = job.run(&step, &mut Lines::default()).await.unwrap_err();
    assert!(problem.to_string().contains("action.yml"), "{problem}");
}

#[tokio::test]
async fn later_steps_see_what_earlier_ones_exported() {
    let mut fixture = Fixture::new(
        ACTION,
        r#"echo "FROM=${FROM:-nobody}"; echo FROM=me >> "$GITHUB_ENV""#,
    );
    let (_sender, interrupt) = Interrupt::by_hand();
    let mut job = fixture.job(interrupt);
    let step = fixture.step(&[]);
    for _ in 0..2 {
        job.run(&step, &mut fixture.lines).await.unwrap();
    }
    assert_eq!(fixture.lines.texts(), ["FROM=nobody", "FROM=me"]);
}

#[tokio::test]
async fn a_cancelled_step_gets_sigint_and_its_post_step_still_runs() {
    let action = format!("{ACTION}  post-entrypoint: /after\n");
    // The child is there before `ready`, so that the handler always has one to end.
    let script = r#"sleep 60 & child=$!
        trap 'echo interrupted; kill $child; exit 130' INT
        echo id=42 >> "$GITHUB_STATE"; echo ready; wait"#;
    let fixture = Fixture::new(&action, script);
    fixture.binary("after", r#"echo "clean up $STATE_id""#);
    let (sender, interrupt) = Interrupt::by_hand();
    let mut job = fixture.job(interrupt);
    let step = fixture.step(&[]);
    let mut view = Raising {
        sender,
        lines: Lines::default(),
    };
    let started = Instant::now();
    let outcome = job.run(&step, &mut view).await.unwrap();
    job.finish(&mut view).await.unwrap();
    assert_eq!(
        (outcome.conclusion, outcome.exit_code),
        (Conclusion::Cancelled, Some(130))
    );
    assert_eq!(view.lines.texts(), ["ready", "interrupted", "clean up 42"]);
    assert!(
        started.elapsed() < Duration::from_secs(7),
        "SIGINT was enough"
    );
}

#[tokio::test]
async fn a_binary_that_ignores_signals_is_given_up_after_ten_seconds() {
    let mut fixture = Fixture::new(ACTION, "trap '' INT TERM; echo ready; sleep 60; sleep 60");
    let (sender, interrupt) = Interrupt::by_hand();
    let step = fixture.step(&[]);
    let mut view = Raising {
        sender,
        lines: std::mem::take(&mut fixture.lines),
    };
    let started = Instant::now();
    let outcome = fixture.job(interrupt).run(&step, &mut view).await.unwrap();
    assert_eq!(outcome.conclusion, Conclusion::Cancelled);
    let waited = started.elapsed();
    assert!(
        (Duration::from_secs(10)..Duration::from_secs(15)).contains(&waited),
        "{waited:?}"
    );
}

/// Raises the interrupt when the binary says it is ready.
struct Raising {
    sender: tokio::sync::watch::Sender<u32>,
    lines: Lines,
}

impl View for Raising {
    fn show(&mut self, shown: Shown) {
        if shown == Shown::Text("ready".into()) {
            self.sender.send_modify(|count| *count += 1);
        }
        self.lines.show(shown);
    }
}
