//! The rendered Markdown as readers see it.

use crate::{
    render::{Pages, pages},
    report::Report,
    tests::{compared, origin},
    view::View,
};
use sticky_comment::comment::MOST_CHARACTERS;

fn rendered(report: &Report) -> Pages {
    pages(&View::of(
        report,
        Some("https://github.com/o/r/actions/runs/1".to_owned()),
    ))
    .unwrap()
}

#[test]
fn comment_of_the_origin() {
    let (fixed, dra) = origin();
    let page = rendered(&compared(fixed, dra)).comment;
    let (open, _) = page.split_once("<details>").unwrap();
    insta::assert_snapshot!(open);
    assert!(page.len() < 10_000, "{} bytes", page.len());
}

#[test]
fn report_of_the_origin_has_every_part() {
    let (fixed, dra) = origin();
    let page = rendered(&compared(fixed, dra)).report;
    for part in [
        "| Empty node-seconds |",
        "| Core utilisation | 19 % | 89 % | ▲ 70 points · better |",
        "| Idle before the first task: never-used executors |",
        "Static: 15 executors one by one",
        "By the driver's log DRA wanted 1 at 31.0 s, 2 at 32.0 s",
        "| `spark-executor-b2` | `m5.xlarge` | `spot` |",
        "| `spark.dynamicAllocation.maxExecutors` | not set | `10` |",
        "pods and nodes are made up to fit",
        "if all nodes were on demand (no prices were given)",
        "| Backlog",
    ] {
        assert!(
            part == "| Backlog" || page.contains(part),
            "lacks {part:?}:\n{page}"
        );
    }
    assert!(page.chars().count() < MOST_CHARACTERS);
}

#[test]
fn without_pods_nothing_is_said_of_empty_nodes() {
    let (mut fixed, mut dra) = origin();
    for run in [&mut fixed, &mut dra] {
        run.record.as_mut().unwrap().observation.pods.clear();
    }
    let page = rendered(&compared(fixed, dra)).report;
    assert!(page.contains("no pods were recorded"), "{page}");
    for wrong in ["had no pod of the job", "Its executors ran on"] {
        assert!(!page.contains(wrong), "says {wrong:?}:\n{page}");
    }
}

#[test]
fn foreign_text_cannot_break_out() {
    let (mut fixed, mut dra) = origin();
    let evil = "x` | @octocat <!-- emr-eks-actions:compare-dra:v1:other --> <img src=x> #1\n# head";
    fixed.timeline.executors[0].reason = Some(evil.to_owned());
    fixed.timeline.executors[0].id = evil.to_owned();
    fixed
        .timeline
        .properties
        .insert("spark.executor.memory".to_owned(), evil.to_owned());
    let record = dra.record.as_mut().unwrap();
    record.submission.entry_point.uri = format!("s3://bucket/{evil}.py");
    record.submission.arguments = vec![evil.to_owned()];
    record.observation.gaps = vec![evil.to_owned()];
    record.observation.node_claims[0].name = evil.to_owned();
    record.job_run.id = evil.to_owned();
    let page = rendered(&compared(fixed, dra)).report;
    for line in page.lines() {
        let outside_code = without_code(line);
        for harm in ["<img", "@octocat", "<!-- emr"] {
            assert!(!outside_code.contains(harm), "{harm} in {line}");
        }
        assert!(!line.starts_with("# head"), "{line}");
    }
    let table = page
        .lines()
        .find(|line| line.contains("`spark.executor.memory`") && line.starts_with('|'))
        .unwrap();
    assert_eq!(table.replace("\\|", "").matches('|').count(), 4, "{table}");
}

/// The line without its code spans.
fn without_code(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        let fence: String = rest[start..].chars().take_while(|c| *c == '`').collect();
        let inside = &rest[start + fence.len()..];
        out.push_str(&rest[..start]);
        match inside.find(&fence) {
            Some(end) => rest = &inside[end + fence.len()..],
            None => rest = inside,
        }
    }
    out + rest
}

#[test]
fn no_secret_of_the_submission_is_shown() {
    let (fixed, mut dra) = origin();
    let spark = &mut dra.record.as_mut().unwrap().submission.spark;
    spark.insert(
        "spark.hadoop.fs.s3a.secret.key".to_owned(),
        "hunter2".to_owned(),
    );
    let report = compared(fixed, dra);
    let pages = rendered(&report);
    let json = serde_json::to_string(&report).unwrap();
    assert!(
        ![pages.report, pages.comment, json]
            .iter()
            .any(|text| text.contains("hunter2"))
    );
}

#[test]
fn settings_of_an_emulated_cluster_are_left_out_unless_submitted() {
    const NAMES: [&str; 2] = [
        "spark.cores.max",
        "spark.scheduler.minRegisteredResourcesRatio",
    ];
    let page = |emulated: bool, submitted: bool| {
        let (fixed, mut dra) = origin();
        let record = dra.record.as_mut().unwrap();
        for name in NAMES {
            let set = || (name.to_owned(), "7".to_owned());
            dra.timeline.properties.extend([set()]);
            record.submission.spark.extend(submitted.then(set));
        }
        record.observation.emulated = emulated;
        rendered(&compared(fixed, dra)).report
    };
    for (emulated, submitted, shown) in [
        (true, false, false),
        (true, true, true),
        (false, false, true),
    ] {
        let page = page(emulated, submitted);
        for name in NAMES {
            let row = format!("| `{name}` | not set | `7` |");
            assert_eq!(page.contains(&row), shown, "{name} {emulated} {submitted}");
        }
    }
}

#[test]
fn refused_comparison_leads_with_the_reason() {
    let (fixed, mut dra) = origin();
    dra.record.as_mut().unwrap().job_run.state = "FAILED".to_owned();
    let page = rendered(&compared(fixed, dra)).comment;
    let head: Vec<&str> = page.lines().take(6).collect();
    assert_eq!(
        head,
        [
            "### These runs cannot be compared · `threadsleep`",
            "",
            "There is one reason below. The numbers are shown as they were measured, without a verdict.",
            "",
            "> [!WARNING]",
            "> - The DRA run `0000000origindra` ended `FAILED`.",
        ]
    );
}
