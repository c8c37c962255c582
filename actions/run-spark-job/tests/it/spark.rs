//! With a real Spark: what a job run leaves in the record, how a failure explains itself, and that a signal ends it.

use std::time::Instant;

use local_cloud::{At, Moment, Service};
use run_record::PodRole;
use rustix::process::Signal;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::{
    signals::signal,
    step::{BUCKET, PATIENCE, Step, cloud, job_runs, put, spark},
};

const SLEEPS: &str = "\
import sys
from time import sleep
from pyspark.sql import SparkSession
spark = SparkSession.builder.appName('sleeps').getOrCreate()
unit = float(sys.argv[1])
spark.sparkContext.parallelize(range(3), 3).foreach(lambda _: sleep(unit))
spark.stop()
";

const FAILS: &str = "\
from pyspark.sql import SparkSession
SparkSession.builder.appName('fails').getOrCreate()
print('::error::not a command of ours')
raise ValueError('the input table is empty')
";

#[tokio::test]
async fn spark_a_dra_run_is_recorded_with_pods_nodes_and_wanted_executors() {
    let cloud = cloud(Some(spark())).await;
    put(&cloud, "scripts/src/job.py", SLEEPS).await;
    // As Spark 4 does by itself.
    let step = Step::new(&cloud, "dra")
        .input(
            "spark-properties",
            "spark.eventLog.compress=true\nspark.eventLog.rolling.enabled=true",
        )
        .input("arguments", "4")
        .input("record-uri", "s3://bench/records/");
    let ended = step.run().await.with(0);
    ended
        .says("state RUNNING")
        .says("executors wanted")
        .says("r5.large in ");

    let record = step.record();
    assert_eq!(record.job_run.state, "COMPLETED");
    let drivers = record
        .observation
        .pods
        .iter()
        .filter(|pod| pod.role == PodRole::Driver);
    assert_eq!(drivers.count(), 1);
    let executors: Vec<_> = record
        .observation
        .pods
        .iter()
        .filter(|pod| pod.role == PodRole::Executor)
        .collect();
    assert!(!executors.is_empty());
    assert!(
        executors
            .iter()
            .any(|pod| pod.created.is_some() && pod.scheduled.is_some() && pod.started.is_some())
    );
    let claims = &record.observation.node_claims;
    assert!(
        claims
            .iter()
            .any(|claim| claim.node_pool.as_deref() == Some("spark-driver")),
        "{claims:?}"
    );
    assert!(
        claims
            .iter()
            .all(|claim| claim.initialized.is_some() && claim.terminated.is_some()),
        "{claims:?}"
    );
    assert!(
        record
            .observation
            .gaps
            .iter()
            .any(|gap| gap.contains("emulated")),
        "{:?}",
        record.observation.gaps
    );
    let wanted: Vec<_> = record
        .dynamic_allocation
        .iter()
        .map(|step| step.wanted)
        .collect();
    assert_eq!(wanted.first(), Some(&1));
    assert!(
        wanted.len() > 1 && wanted.iter().all(|wanted| *wanted <= 3),
        "{wanted:?}"
    );

    let id = format!("spark-{}", record.job_run.id);
    let log = record.event_log.file.clone().unwrap();
    assert_eq!(log, format!("eventlog_v2_{id}"));
    let folder = step.path("run").join(&log);
    let part = std::fs::read(folder.join(format!("events_1_{id}.zstd"))).unwrap();
    assert!(part.starts_with(b"\x28\xb5\x2f\xfd"), "a frame of zstd");
    assert!(folder.join(format!("appstatus_{id}")).exists());
    assert_eq!(
        ended.output("event-log-uri"),
        record.event_log.uri.as_deref()
    );
    assert!(ended.output("duration-seconds").is_some());
    let folder = ended
        .output("record-uri")
        .unwrap()
        .strip_suffix("run-record.json")
        .unwrap()
        .to_owned();
    let copy = format!(
        "{}{log}/events_1_{id}.zstd",
        folder.strip_prefix("s3://bench/").unwrap(),
    );
    assert!(
        cloud.objects().get(BUCKET, &copy).await.unwrap().is_some(),
        "{copy}"
    );
    cloud.shutdown().await;
}

#[tokio::test]
async fn spark_a_job_that_raises_is_explained_by_its_exception() {
    let cloud = cloud(Some(spark())).await;
    put(&cloud, "scripts/src/job.py", FAILS).await;
    let step = Step::new(&cloud, "static").input("spark-properties", "spark.executor.instances=1");
    let ended = step.run().await.with(4);
    ended
        .says("Spark job failed")
        .says("ValueError: the input table is empty")
        .says("stderr.gz");
    ended
        .says("Traceback (most recent call last)")
        .says("::stop-commands::");
    assert_eq!(ended.output("state"), Some("FAILED"));
    assert_eq!(step.record().job_run.state, "FAILED");
    cloud.shutdown().await;
}

const KILLS_EXECUTORS: &str = "\
import os
import signal
from pyspark.sql import SparkSession
def kill(_):
    # The parent of Python's workers is their daemon, and its parent is the executor.
    with open(f'/proc/{os.getppid()}/stat') as stat:
        executor = int(stat.read().rsplit(')', 1)[1].split()[1])
    os.kill(executor, signal.SIGKILL)
spark = SparkSession.builder.appName('kills').getOrCreate()
spark.sparkContext.parallelize([1], 1).foreach(kill)
";

#[tokio::test]
async fn spark_a_job_whose_executors_are_killed_is_explained() {
    let cloud = cloud(Some(spark())).await;
    put(&cloud, "scripts/src/job.py", KILLS_EXECUTORS).await;
    let step = Step::new(&cloud, "static").input(
        "spark-properties",
        "spark.executor.instances=1\nspark.task.maxFailures=2",
    );
    let ended = step.run().await.with(4);
    ended
        .says("Spark job failed")
        .says("ExecutorLostFailure")
        .says("Py4JJavaError");
    let record = step.record();
    assert_eq!(record.job_run.state, "FAILED");
    let executors = record.observation.pods.iter();
    let executors = executors.filter(|pod| pod.role == PodRole::Executor);
    assert!(executors.count() > 1, "a killed executor is replaced");
    cloud.shutdown().await;
}

#[tokio::test]
async fn spark_a_script_that_went_away_after_the_checks_is_named() {
    let cloud = cloud(Some(spark())).await;
    let step = Step::new(&cloud, "static");
    let start = At::Operation(Service::EmrContainers, "StartJobRun");
    let hold = cloud.hold(start, Moment::Before);
    let child = step.start();
    hold.arrived().await;
    let gone = cloud.objects().remove(BUCKET, "scripts/src/job.py");
    gone.await.unwrap();
    hold.release();
    let ended = step.end(child).await.with(4);
    ended
        .says("Spark job failed")
        .says("USER_ERROR")
        .says("s3://bench/scripts/src/job.py does not exist");
    assert_eq!(step.record().job_run.state, "FAILED");
    cloud.shutdown().await;
}

#[tokio::test]
async fn spark_4_runs_and_leaves_a_rolled_event_log() {
    let python = std::env::var_os("SPARK_4_PYTHON");
    let python = python.expect("SPARK_4_PYTHON is not set: run the tests through `cargo xtask ci`");
    let cloud = cloud(Some(local_cloud::SparkInstall {
        python: python.into(),
        ..spark()
    }))
    .await;
    put(&cloud, "scripts/src/job.py", SLEEPS).await;
    let step = Step::new(&cloud, "dra")
        .input("arguments", "1")
        .input("release-label", "emr-spark-8.0.0-latest");
    let ended = step.run().await.with(0);
    assert_eq!(ended.output("state"), Some("COMPLETED"));
    let record = step.record();
    let log = record.event_log.file.unwrap();
    assert_eq!(log, format!("eventlog_v2_spark-{}", record.job_run.id));
    assert!(!record.dynamic_allocation.is_empty());
    cloud.shutdown().await;
}

#[tokio::test]
async fn spark_a_signal_cancels_the_job_run_and_its_processes_end() {
    let cloud = cloud(Some(spark())).await;
    put(&cloud, "scripts/src/job.py", SLEEPS).await;
    let step = Step::new(&cloud, "static")
        .input("arguments", "600")
        .input("spark-properties", "spark.executor.instances=1");
    let mut child = step.start();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut log = String::new();
    while let Some(line) = tokio::time::timeout(PATIENCE, lines.next_line())
        .await
        .expect("the job does not run")
        .unwrap()
    {
        log += &(line.clone() + "\n");
        if line.contains("running 1") {
            break;
        }
    }
    let running = processes(&job_runs(&cloud)[0]);
    assert!(!running.is_empty());
    let signalled = Instant::now();
    signal(&child, Signal::INT);
    while let Some(line) = lines.next_line().await.unwrap() {
        log += &(line + "\n");
    }
    let ended = step.end(child).await;
    assert_eq!(ended.code, Some(130), "{log}");
    assert!(
        signalled.elapsed().as_secs_f64() < 7.5,
        "the runner would have killed it:\n{log}"
    );
    assert!(log.contains("a signal asked to stop job run"), "{log}");

    let [job] = <[_; 1]>::try_from(job_runs(&cloud)).unwrap();
    assert!(
        ["CANCELLED", "CANCEL_PENDING"].contains(&job["state"].as_str().unwrap()),
        "{job}"
    );
    assert_eq!(step.record().job_run.id, job["id"].as_str().unwrap());
    let deadline = Instant::now() + PATIENCE;
    loop {
        let job = &job_runs(&cloud)[0];
        if job["state"] == "CANCELLED" && processes(job).is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "still there: {job}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let exists = |id: &&u64| std::path::Path::new(&format!("/proc/{id}")).exists();
    let left: Vec<_> = running.iter().filter(exists).collect();
    assert!(left.is_empty(), "still running: {left:?}");
    cloud.shutdown().await;
}

/// Ids of the processes that run for a job run, whatever the cloud calls them.
fn processes(job: &Value) -> Vec<u64> {
    let named = job["processes"].as_object().unwrap();
    named.values().map(|id| id.as_u64().unwrap()).collect()
}

#[tokio::test]
async fn spark_a_job_run_over_its_time_is_cancelled() {
    let cloud = cloud(Some(spark())).await;
    put(&cloud, "scripts/src/job.py", SLEEPS).await;
    let step = Step::new(&cloud, "static")
        .input("arguments", "600")
        .input("execution-timeout", "5s")
        .input("spark-properties", "spark.executor.instances=1");
    let ended = step.run().await.with(4);
    ended
        .says("did not end within `execution-timeout` 5s")
        .says("it was cancelled and is CANCELLED");
    assert_eq!(job_runs(&cloud)[0]["state"], "CANCELLED");
    cloud.shutdown().await;
}
