//! The driver's log while the driver writes it, and what remains of it in the step's log.

use std::time::Duration;

use local_cloud::{At, Fault, FaultKind, JobScript, LocalCloud, LogLine, ScriptedEnd, Service};

use crate::step::{Step, cloud, until};

const MOMENT: Duration = Duration::from_millis(100);

const TALK: [&str; 3] = [
    "26/11/22 15:12:47 INFO Utils: Using initial executors = 7, max of spark.dynamicAllocation.initialExecutors, spark.dynamicAllocation.minExecutors and spark.executor.instances",
    "26/11/22 15:12:49 INFO DAGScheduler: Submitting 3 missing tasks from ResultStage 0 (PythonRDD[1] at foreach at /tmp/job.py:6) (first 15 tasks are for partitions Vector(0, 1, 2))",
    "::error::not a command of ours",
];

/// A cloud whose drivers talk, and then end as told.
async fn talking(running: Duration, end: ScriptedEnd, lines: &[&str]) -> LocalCloud {
    let cloud = cloud(None).await;
    let log = lines
        .iter()
        .map(|line| LogLine::stderr(MOMENT, line))
        .collect();
    cloud.set_script(JobScript {
        running,
        end,
        pods: true,
        log,
        event_log: Some("{}\n".into()),
        ..JobScript::default()
    });
    cloud
}

fn logs(operation: &'static str) -> At {
    At::Operation(Service::Kubernetes, operation)
}

fn failed() -> ScriptedEnd {
    ScriptedEnd::Failed {
        reason: "USER_ERROR",
        details: "the driver ended with exit code 1".into(),
    }
}

#[tokio::test]
async fn the_log_is_shown_live_and_cannot_command_the_runner() {
    let cloud = talking(Duration::from_secs(600), ScriptedEnd::Completed, &TALK).await;
    let step = Step::new(&cloud, "dra");
    let mut child = step.start();
    // Long before the end of the job run.
    let log = until(&mut child, "not a command of ours").await;
    step.post().await.with(0);
    let ended = step.end(child).await.with(4);
    let log = log + &ended.log;
    assert!(log.contains("::group::driver log, lines 1 to "), "{log}");
    let before = log.split("::error::not a command").next().unwrap();
    let stopped = before.rfind("::stop-commands::").expect(&log);
    let token = before[stopped..].lines().next().unwrap();
    let token = token.trim_start_matches("::stop-commands::");
    let after = log.split("::error::not a command").nth(1).unwrap();
    assert!(after.contains(&format!("::{token}::")), "{log}");
    assert_eq!(log.matches("not a command of ours").count(), 1, "{log}");
}

#[tokio::test]
async fn the_live_line_names_what_the_log_says() {
    let cloud = talking(Duration::from_secs(600), ScriptedEnd::Completed, &TALK).await;
    let step = Step::new(&cloud, "dra");
    let mut child = step.start();
    let log = until(&mut child, "stage 0 (foreach at job.py:6), 3 tasks").await;
    let line = log.lines().last().unwrap();
    assert!(line.contains("executors wanted 7"), "{line}");
    assert!(line.contains("m5.large in us-east-1"), "{line}");
    step.post().await.with(0);
    step.end(child).await.with(4);
}

#[tokio::test]
async fn a_lost_connection_loses_and_repeats_no_line() {
    let lines: Vec<_> = (0..40).map(|n| format!("line {n}.")).collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let cloud = talking(Duration::from_secs(4), ScriptedEnd::Completed, &lines).await;
    let cut = FaultKind::Cut(Duration::from_millis(300));
    let broken = cloud.fault(Fault::once(logs("get pods/log"), cut));
    let ended = Step::new(&cloud, "static").run().await.with(0);
    assert_eq!(broken.hits(), 1);
    for line in lines {
        assert_eq!(
            ended.log.matches(line).count(),
            1,
            "{line} in {}",
            ended.log
        );
    }
}

#[tokio::test]
async fn a_refused_log_is_said_and_the_job_run_goes_on() {
    let cloud = talking(Duration::from_secs(2), ScriptedEnd::Completed, &TALK).await;
    cloud.fault(Fault::always(logs("get pods/log"), FaultKind::Denied));
    let ended = Step::new(&cloud, "static").run().await.with(0);
    ended.says("Driver's log not followed").says("`pods/log`");
    assert_eq!(ended.log.matches("Driver's log not followed").count(), 1);
}

#[tokio::test]
async fn a_failure_is_one_annotation_with_reason_and_exception_also_without_kept_logs() {
    let lines = [
        "Traceback (most recent call last):",
        "  File \"/tmp/job.py\", line 3, in <module>",
        "ValueError: the input table is empty",
    ];
    let cloud = talking(Duration::from_secs(2), failed(), &lines).await;
    let ended = Step::new(&cloud, "static")
        .input("log-uri", "")
        .run()
        .await
        .with(4);
    let errors: Vec<_> = ended
        .log
        .lines()
        .filter(|line| line.starts_with("::error"))
        .collect();
    assert_eq!(errors.len(), 1, "{}", ended.log);
    for part in [
        "USER_ERROR",
        "exit code 1",
        "ValueError: the input table is empty",
    ] {
        assert!(errors[0].contains(part), "{part} in {}", errors[0]);
    }
    ended.says("The last lines of the driver's log");
}

#[tokio::test]
async fn a_secret_that_the_driver_prints_is_masked() {
    let lines = ["INFO App: connecting with hunter2hunter2"];
    let cloud = talking(Duration::from_secs(2), ScriptedEnd::Completed, &lines).await;
    let step = Step::new(&cloud, "static").input(
        "spark-properties",
        "spark.hadoop.fs.s3a.secret.key=hunter2hunter2",
    );
    let ended = step.run().await.with(0);
    ended.says("connecting with ***");
    let shown = |line: &&str| !line.starts_with("::add-mask::") && line.contains("hunter2");
    assert_eq!(ended.log.lines().find(shown), None, "{}", ended.log);
}

#[tokio::test]
async fn on_failure_only_the_end_of_the_log_is_shown() {
    let lines = ["quiet please", "ValueError: x"];
    let cloud = talking(Duration::from_secs(1), failed(), &lines).await;
    let step = Step::new(&cloud, "static").input("driver-log", "failure");
    let ended = step.run().await.with(4);
    assert!(
        !ended.log.contains("::group::driver log, lines"),
        "{}",
        ended.log
    );
    ended.says("The last lines of the driver's log");
    let asked = |call: &local_cloud::Call| call.operation == "get pods/log";
    assert!(!cloud.calls().iter().any(asked));
}

#[tokio::test]
async fn without_a_view_of_the_cluster_the_log_is_read_from_cloudwatch() {
    let lines = [
        "Traceback (most recent call last):",
        "  File \"/tmp/job.py\", line 3, in <module>",
        "ValueError: the input table is empty",
    ];
    let cloud = talking(Duration::from_secs(2), failed(), &lines).await;
    let ended = Step::new(&cloud, "static")
        .set("KUBECONFIG", "")
        .input("log-uri", "")
        .input("log-group", "/emr/jobs")
        .input("log-stream-prefix", "nightly")
        .run()
        .await
        .with(4);
    ended
        .says("ValueError: the input table is empty")
        .says("log group /emr/jobs, log stream nightly/");
    assert!(!ended.log.contains("::group::driver log"), "{}", ended.log);
}
