//! The second entry: a report of another workflow run, found its pull request by the commit, trusted in nothing.

use local_cloud::{At, Fault, FaultKind, LocalCloud, PullRequestHead, Service, config};
use serde_json::{Value, json};

use crate::bench::{Bench, REPOSITORY, beside, cloud_with, comments};
use crate::comment_kept::of_github;

pub(crate) const SHA: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
pub(crate) const FORK: &str = "stranger/threadsleep";

pub(crate) fn head(number: u64, repository: &str, sha: &str) -> PullRequestHead {
    PullRequestHead {
        number,
        repository: repository.to_owned(),
        branch: "feature/a b".to_owned(),
        sha: sha.to_owned(),
        open: true,
    }
}

pub(crate) fn run_of(repository: &str, sha: &str) -> Value {
    json!({
        "id": 77, "head_sha": sha, "head_branch": "feature/a b",
        "head_repository": { "full_name": repository }, "pull_requests": [],
    })
}

/// A bench with a report in `artifact`, as a step of a workflow that follows the run.
async fn bench(cloud: &LocalCloud, run: Value) -> Bench {
    let mut bench = Bench::on(cloud);
    let event = bench.path("workflow-run.json");
    std::fs::write(&event, json!({ "workflow_run": run }).to_string()).unwrap();
    bench.set("GITHUB_EVENT_NAME", "workflow_run");
    bench.set("GITHUB_EVENT_PATH", event.to_str().unwrap());
    bench.set("GITHUB_RUN_ID", "78");
    beside(move || {
        bench
            .compare(&["--comment", "never", "--report-dir", "artifact"])
            .exits(0);
        bench
    })
    .await
}

pub(crate) const REPORT: [&str; 2] = ["--report", "artifact"];

#[tokio::test(flavor = "multi_thread")]
async fn report_of_a_fork_is_posted_on_the_pull_request_of_its_commit() {
    let cloud = cloud_with(vec![
        head(4, "mallory/threadsleep", SHA),
        head(5, FORK, SHA),
        head(6, FORK, OTHER),
    ])
    .await;
    let bench = bench(&cloud, run_of(FORK, SHA)).await;
    bench.edit("artifact/report.json", |report| {
        report["key"] = json!("../../evil");
        report["pull_request"] = json!(6);
    });
    std::fs::write(bench.path("artifact/comment.md"), "buy now").unwrap();
    let ran = beside(move || bench.pass_on(&REPORT).exits(0)).await;
    let found = comments(&cloud);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["number"], 5);
    let body = found[0]["body"].as_str().unwrap();
    assert!(
        body.starts_with("<!-- emr-eks-actions:compare-dra:v1:default -->\n### DRA used 79 %"),
        "{body}"
    );
    for part in [
        "xychart-beta",
        "| Executor-seconds | 1,575 | 337 |",
        "/octo/threadsleep/actions/runs/77)",
        "only their form was checked",
    ] {
        assert!(body.contains(part), "lacks {part}: {body}");
    }
    assert!(!body.contains("buy now") && !body.contains("evil"));
    assert_eq!(ran.output("pull-request"), Some("5"));
    assert_eq!(ran.output("comment-posted"), Some("true"));
}

#[tokio::test(flavor = "multi_thread")]
async fn branch_of_the_repository_itself_is_found_and_updated() {
    let cloud = cloud_with(vec![head(9, REPOSITORY, SHA)]).await;
    let bench = bench(&cloud, run_of(REPOSITORY, SHA)).await;
    beside(move || {
        bench.pass_on(&REPORT).exits(0);
        bench
            .pass_on(&["--report", "artifact/report.json"])
            .exits(0)
    })
    .await;
    assert_eq!(comments(&cloud).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_without_an_open_pull_request_is_a_notice() {
    let mut closed = head(5, FORK, SHA);
    closed.open = false;
    let cloud = cloud_with(vec![closed, head(6, FORK, OTHER)]).await;
    let bench = bench(&cloud, run_of(FORK, SHA)).await;
    let ran = beside(move || bench.pass_on(&REPORT).exits(0)).await;
    assert!(
        ran.stdout.contains("::notice title=No comment::")
            && ran
                .stdout
                .contains("is not the head of an open pull request"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.output("comment-posted"), Some("false"));
    assert_eq!(ran.output("pull-request"), None);
    assert!(comments(&cloud).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn several_pull_requests_of_a_commit_need_a_choice_among_them() {
    let cloud = cloud_with(vec![
        head(5, FORK, SHA),
        head(6, FORK, SHA),
        head(7, FORK, OTHER),
    ])
    .await;
    let bench = bench(&cloud, run_of(FORK, SHA)).await;
    let (none, wrong, right) = beside(move || {
        (
            bench.pass_on(&REPORT).exits(2),
            bench
                .pass_on(&[&REPORT[..], &["--pull-request", "7"]].concat())
                .exits(2),
            bench
                .pass_on(&[&REPORT[..], &["--pull-request", "6"]].concat())
                .exits(0),
        )
    })
    .await;
    assert!(
        none.said()
            .contains("head of several open pull requests: #5, #6"),
        "{}",
        none.said()
    );
    assert!(
        wrong
            .said()
            .contains("is not the head of #7, but of #5, #6"),
        "{}",
        wrong.said()
    );
    assert_eq!(right.output("pull-request"), Some("6"));
    assert_eq!(comments(&cloud)[0]["number"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_report_stays_text_and_keeps_its_marker() {
    let cloud = cloud_with(vec![head(5, FORK, SHA)]).await;
    let bench = bench(&cloud, run_of(FORK, SHA)).await;
    let evil = "@octocat #1 <img src=x> [a](https://evil.example) https://evil.example `x` \u{1}0\u{2}\u{3}\n# head\n<!-- emr-eks-actions:compare-dra:v1:other -->";
    bench.edit("artifact/report.json", |report| {
        for field in ["sentence", "certainty", "job"] {
            report[field] = evil.into();
        }
        report["why"] = json!([{ "title": evil, "text": evil }]);
        report["before_the_next_run"][0]["text"] = evil.into();
        report["dra"][0]["name"] = evil.into();
        report["dra"][0]["gaps"] = json!([evil]);
        report["dra"][0]["executors"][0]["id"] = evil.into();
        report["metrics"][0]["definition"] = evil.into();
    });
    beside(move || bench.pass_on(&REPORT).exits(0)).await;
    let body = comments(&cloud)[0]["body"].as_str().unwrap().to_owned();
    assert!(body.starts_with("<!-- emr-eks-actions:compare-dra:v1:default -->\n### "));
    assert_eq!(body.matches("\n<!-- emr").count(), 0);
    for line in body.lines().filter(|line| line.contains("octocat")) {
        let outside = outside_code(line);
        for harm in ["<img", "@octocat", "[a](", "https://evil", "<!-- emr"] {
            assert!(!outside.contains(harm), "{harm} in {line}");
        }
    }
    assert!(
        !body.lines().any(|line| line.starts_with("# head")),
        "{body}"
    );
    assert!(!body.contains(['\u{1}', '\u{2}', '\u{3}']));
}

/// The line without what is in single backticks that are not escaped; in those text is harmless.
fn outside_code(line: &str) -> String {
    let line = line.replace("\\`", "");
    let (mut out, mut rest) = (String::new(), line.as_str());
    while let Some(start) = rest.find('`') {
        let fence = "`".repeat(rest[start..].chars().take_while(|c| *c == '`').count());
        out.push_str(&rest[..start]);
        let inside = &rest[start + fence.len()..];
        rest = inside
            .find(&fence)
            .map_or("", |end| &inside[end + fence.len()..]);
    }
    out + rest
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_report_is_refused_before_github_is_asked() {
    let cloud = cloud_with(vec![head(5, FORK, SHA)]).await;
    let bench = bench(&cloud, run_of(FORK, SHA)).await;
    let outside = bench.path("secret.json");
    std::fs::rename(bench.path("artifact/report.json"), &outside).unwrap();
    std::fs::create_dir_all(bench.path("link")).unwrap();
    std::os::unix::fs::symlink(&outside, bench.path("link/report.json")).unwrap();
    std::fs::write(bench.path("markdown"), "# hello").unwrap();
    std::fs::write(bench.path("newer"), r#"{"schema": 99}"#).unwrap();
    let huge = std::fs::File::create(bench.path("huge")).unwrap();
    huge.set_len(33 << 20).unwrap();
    beside(move || {
        for (path, said) in [
            ("artifact", "No such file"),
            ("link", "is not a regular file"),
            ("markdown", "is not a report.json of compare-dra"),
            (
                "newer",
                "has schema 99, and this version of the action reads schema 1",
            ),
            ("huge", "has more than 32 MiB"),
        ] {
            let ran = bench.pass_on(&["--report", path]).exits(2);
            assert!(ran.said().contains(said), "{path}: {}", ran.said());
        }
    })
    .await;
    assert!(of_github(&cloud).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_permission_and_refused_search_name_what_to_give() {
    let cloud = cloud_with(vec![head(5, FORK, SHA)]).await;
    let mut bench = bench(&cloud, run_of(FORK, SHA)).await;
    bench.set("INPUT_TOKEN", config::READ_ONLY_TOKEN);
    let (bench, ran) = beside(move || {
        let ran = bench.pass_on(&REPORT).exits(3);
        (bench, ran)
    })
    .await;
    assert!(
        ran.said()
            .contains("hint: give the job `permissions: pull-requests: write`"),
        "{}",
        ran.said()
    );
    assert!(!ran.said().contains("comment: never"), "{}", ran.said());
    cloud.fault(Fault::always(
        At::Service(Service::Github),
        FaultKind::Denied,
    ));
    let ran = beside(move || bench.pass_on(&REPORT).exits(3)).await;
    assert!(
        ran.said()
            .contains("cannot look for the pull requests of commit aaaa"),
        "{}",
        ran.said()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_workflow_run_the_number_must_be_given() {
    let cloud = cloud_with(vec![head(5, FORK, SHA)]).await;
    let mut bench = bench(&cloud, run_of(FORK, SHA)).await;
    bench.set("GITHUB_EVENT_PATH", "");
    let (none, given) = beside(move || {
        (
            bench.pass_on(&REPORT).exits(2),
            bench
                .pass_on(&[&REPORT[..], &["--pull-request", "5"]].concat())
                .exits(0),
        )
    })
    .await;
    assert!(
        none.said().contains("`pull-request` is not set"),
        "{}",
        none.said()
    );
    assert_eq!(given.output("pull-request"), Some("5"));
}
