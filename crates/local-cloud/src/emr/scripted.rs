//! Plays a job run: the states, pods, logs and end that a [`JobScript`] says, in its time. Runs nothing.

use bytes::Bytes;
use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::{
    executors::Executors,
    job::{End, Job},
    lifecycle::{self, Prepared},
    logs::{DriverLog, Stream},
    pods,
    service::Shared,
    shapes::State,
};
use crate::{
    job_script::{JobScript, ScriptedEnd},
    kubernetes::{NODE, POD},
    spark::settings::EventLogDirectory,
};

/// Plays the job run to its end.
pub(super) async fn play(
    shared: &Shared,
    job: &Job,
    script: &JobScript,
    prepared: &Prepared,
    executors: &mut Executors<'_>,
    driver: &str,
) -> Result<(), End> {
    let log = DriverLog::new(&shared.store, &job.namespace, driver);
    let played = tokio::select! {
        played = states(shared, job, script, prepared, executors, driver, &log) => played,
        () = job.cancel.cancelled() => {
            sleep(script.cancelling).await;
            Err(End::Cancelled)
        }
    };
    executors.finish();
    let kept = match &played {
        // A driver that is killed leaves its event log open, and S3 has only what was closed.
        Err(End::Cancelled) => Ok(()),
        _ => event_log(shared, job, script, prepared).await,
    };
    let logs = lifecycle::publish_logs(shared, &job.snapshot(), &log).await;
    kept.and(logs).map_err(lifecycle::not_kept).and(played)
}

async fn states(
    shared: &Shared,
    job: &Job,
    script: &JobScript,
    prepared: &Prepared,
    executors: &mut Executors<'_>,
    driver: &str,
    log: &DriverLog,
) -> Result<(), End> {
    let submitted = Instant::now() + script.submitted;
    if script.pods {
        lifecycle::bound(shared, job, driver).await?;
    }
    sleep_until(submitted).await;
    pods::start(&shared.store, &job.namespace, driver, None);
    job.advance(State::Running);
    lifecycle::event_log_directory_exists(shared, &prepared.settings, log).await?;
    if script.pods {
        executors.want(script.executors);
    }
    let until = Instant::now() + script.running;
    let id = job.snapshot().id;
    tokio::join!(
        print(script, log, until),
        occupy(shared, &id, executors, until)
    );
    match &script.end {
        ScriptedEnd::Completed => Ok(()),
        ScriptedEnd::Failed { reason, details } => Err(End::Failed(reason, details.clone())),
    }
}

/// Prints the lines that are due, each at its time.
async fn print(script: &JobScript, log: &DriverLog, until: Instant) {
    let began = until - script.running;
    for line in &script.log {
        if began + line.after > until {
            break;
        }
        sleep_until(began + line.after).await;
        let stream = if line.stderr {
            Stream::Stderr
        } else {
            Stream::Stdout
        };
        log.add(stream, format!("{}\n", line.text).as_bytes());
        log.show();
    }
    sleep_until(until).await;
}

/// Starts an executor in every executor pod that has got a node.
async fn occupy(shared: &Shared, job: &str, executors: &mut Executors<'_>, until: Instant) {
    let mut changed = shared.store.changed();
    let mut started = 0;
    let own = |pod: &Value| {
        let labels = &pod["metadata"]["labels"];
        labels["spark-role"] == "executor" && labels["emr-containers.amazonaws.com/job.id"] == job
    };
    loop {
        changed.borrow_and_update();
        for home in executors.homes() {
            let here = |pod: &Value| pod["spec"]["nodeName"].as_str() == Some(&home.node);
            let waits = |pod: &Value| pod["status"]["phase"] == "Pending" && here(pod);
            let pods = shared.store.list(&POD, None);
            for _ in pods.iter().filter(|pod| waits(pod) && own(pod)) {
                if shared.store.get(&NODE, None, &home.node).is_some() {
                    started += 1;
                    executors.launched(started, &home.address);
                }
            }
        }
        let Ok(Ok(())) = timeout_at(until, changed.changed()).await else {
            return;
        };
    }
}

/// Puts the event log where Spark would.
async fn event_log(
    shared: &Shared,
    job: &Job,
    script: &JobScript,
    prepared: &Prepared,
) -> std::io::Result<()> {
    let (Some(bytes), EventLogDirectory::S3 { bucket, prefix }) =
        (&script.event_log, prepared.settings.event_log())
    else {
        return Ok(());
    };
    let folder = match prefix.as_str() {
        "" => String::new(),
        prefix => format!("{prefix}/"),
    };
    let key = format!("{folder}spark-{}", job.snapshot().id);
    shared.objects.put(&bucket, &key, Bytes::clone(bytes)).await
}
