//! A job run from SUBMITTED to its end: what the job runner pod and the driver pod do on EMR.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::{
    executors::Executors,
    job::{End, Job},
    logs::{DriverLog, Stream},
    pod_template,
    pods::{self, PodSpec, Role},
    scripted,
    service::Shared,
    shapes::{JobRun, SparkSubmit, State},
    spark_run::{Application, Master, event_log_directory, s3_parts},
};
use crate::{
    job_script::JobScript,
    kubernetes::POD,
    spark::{
        Installation, event_log,
        settings::{EventLogDirectory, Settings},
        submit_parameters,
    },
};

/// The service's code for what the user can mend.
const USER_ERROR: &str = "USER_ERROR";
const INTERNAL_ERROR: &str = "INTERNAL_ERROR";
const CLUSTER_UNAVAILABLE: &str = "CLUSTER_UNAVAILABLE";

/// Everything the job runner reads before there is a driver.
pub(super) struct Prepared {
    submit: SparkSubmit,
    words: Vec<String>,
    pub(super) settings: Settings,
    driver_template: Value,
    executor_template: Value,
    directory: PathBuf,
    entry_point: PathBuf,
}

/// Runs the job run to its end.
pub(super) async fn run(shared: Arc<Shared>, job: Arc<Job>) {
    let script = shared.script();
    if let Some(script) = &script {
        tokio::select! {
            () = sleep(script.pending) => {}
            () = job.cancel.cancelled() => {}
        }
    }
    job.advance(State::Submitted);
    let end = match proceed(&shared, &job, script.as_ref()).await {
        Ok(_) | Err(_) if job.cancel.is_cancelled() => End::Cancelled,
        Ok(()) => End::Completed,
        Err(end) => end,
    };
    job.finish(end);
}

/// What stands behind the driver.
#[derive(Clone, Copy)]
enum Engine<'a> {
    Spark(&'a Installation),
    Script(&'a JobScript),
}

async fn proceed(shared: &Shared, job: &Job, script: Option<&JobScript>) -> Result<(), End> {
    let engine = match (script, &shared.settings.spark) {
        (Some(script), _) => Engine::Script(script),
        (None, Some(spark)) => Engine::Spark(spark),
        (None, None) => {
            let details = "This local cloud was started without a Spark.";
            return Err(End::Failed(INTERNAL_ERROR, details.to_owned()));
        }
    };
    let run = job.snapshot();
    let prepared = prepare(shared, &run)
        .await
        .map_err(|reason| End::Failed(USER_ERROR, reason))?;
    let driver = format!("spark-{}-driver", run.id);
    let spec = |template, request| PodSpec {
        namespace: &job.namespace,
        job: &run.id,
        virtual_cluster: &run.virtual_cluster_id,
        release: &run.release_label,
        template,
        request,
    };
    let driver_spec = spec(
        &prepared.driver_template,
        prepared.settings.driver_request(),
    );
    let executor_spec = spec(
        &prepared.executor_template,
        prepared.settings.executor_request(),
    );
    let delete = prepared.settings.delete_on_termination();
    let mut executors = Executors::new(&shared.store, executor_spec, delete);
    if !matches!(engine, Engine::Script(script) if !script.pods) {
        let pod = pods::pending(&driver_spec, Role::Driver, &driver);
        shared.store.put(&POD, pod);
    }
    let result = match engine {
        Engine::Spark(spark) => {
            start_and_drive(shared, job, spark, &prepared, &driver, &mut executors).await
        }
        Engine::Script(script) => {
            scripted::play(shared, job, script, &prepared, &mut executors, &driver).await
        }
    };
    pods::finish(
        &shared.store,
        &job.namespace,
        &driver,
        i32::from(result.is_err()),
    );
    result
}

/// Waits for the driver's node while the master starts, and drives the application.
///
/// The master stands for what is always there on Kubernetes, so its start must not delay the driver.
async fn start_and_drive(
    shared: &Shared,
    job: &Job,
    spark: &Installation,
    prepared: &Prepared,
    driver: &str,
    executors: &mut Executors<'_>,
) -> Result<(), End> {
    let (bound, master) = tokio::join!(bound(shared, job, driver), Master::start(spark, job));
    match (bound, master) {
        (Ok(()), Ok(mut master)) => {
            let result = drive(shared, job, spark, prepared, driver, &mut master, executors).await;
            master.stop(job).await;
            result
        }
        (bound, master) => {
            if let Ok(mut master) = master {
                master.stop(job).await;
            }
            bound.and(Err(End::Failed(
                INTERNAL_ERROR,
                "The standalone master did not start.".to_owned(),
            )))
        }
    }
}

async fn prepare(shared: &Shared, run: &JobRun) -> Result<Prepared, String> {
    let submit = run
        .job_driver
        .spark_submit_job_driver
        .clone()
        .ok_or("only sparkSubmitJobDriver can be run")?;
    let words = submit_parameters::split(
        submit
            .spark_submit_parameters
            .as_deref()
            .unwrap_or_default(),
    )?;
    let settings = Settings::merge(
        &spark_defaults(run),
        &words,
        submit.entry_point.ends_with(".py"),
    );
    let template = |role: &str, kind: Role| {
        let uri = settings
            .get(&format!("spark.kubernetes.{role}.podTemplateFile"))
            .map(str::to_owned);
        async move { pod_template::read(&shared.objects, uri.as_deref(), kind.container()).await }
    };
    let driver_template = template("driver", Role::Driver).await?;
    let executor_template = template("executor", Role::Executor).await?;

    let uri = &submit.entry_point;
    let (bucket, key) =
        s3_parts(uri).ok_or_else(|| format!("entry point {uri} is not an s3:// URI"))?;
    let script = shared.objects.get(bucket, key).await.ok().flatten();
    let script = script.ok_or_else(|| format!("entry point {uri} does not exist"))?;
    let directory = shared.settings.data.join("job-runs").join(&run.id);
    let entry_point = directory.join(key.rsplit('/').next().unwrap_or("entry-point"));
    let write = async {
        tokio::fs::create_dir_all(&directory).await?;
        tokio::fs::write(&entry_point, &script).await
    };
    write
        .await
        .map_err(|error| format!("entry point {uri} cannot be kept: {error}"))?;
    Ok(Prepared {
        submit,
        words,
        settings,
        driver_template,
        executor_template,
        directory,
        entry_point,
    })
}

fn spark_defaults(run: &JobRun) -> BTreeMap<String, String> {
    let overrides = run
        .configuration_overrides
        .iter()
        .flat_map(|o| &o.application_configuration);
    let defaults =
        overrides.filter(|configuration| configuration.classification == "spark-defaults");
    defaults
        .flat_map(|configuration| configuration.properties.clone())
        .collect()
}

/// Waits until the driver pod has a node.
pub(super) async fn bound(shared: &Shared, job: &Job, driver: &str) -> Result<(), End> {
    let mut changed = shared.store.changed();
    let wait = async {
        loop {
            changed.borrow_and_update();
            let pod = shared.store.get(&POD, Some(&job.namespace), driver);
            if pod.is_some_and(|pod| pod["spec"]["nodeName"].is_string()) {
                return Ok(());
            }
            tokio::select! {
                _ = changed.changed() => {}
                () = job.cancel.cancelled() => return Err(End::Cancelled),
            }
        }
    };
    let patience = shared.settings.driver_start_timeout;
    timeout(patience, wait).await.unwrap_or_else(|_| {
        let details = format!(
            "The driver pod was not scheduled within {} s.",
            patience.as_secs()
        );
        Err(End::Failed(CLUSTER_UNAVAILABLE, details))
    })
}

/// Runs the driver and publishes what it leaves.
async fn drive(
    shared: &Shared,
    job: &Job,
    spark: &Installation,
    prepared: &Prepared,
    driver: &str,
    master: &mut Master,
    executors: &mut Executors<'_>,
) -> Result<(), End> {
    pods::start(&shared.store, &job.namespace, driver, None);
    job.advance(State::Running);
    let log = DriverLog::new(&shared.store, &job.namespace, driver);
    let result = match event_log_directory_exists(shared, &prepared.settings, &log).await {
        Err(end) => Err(end),
        Ok(()) => {
            let application = Application {
                spark,
                store: &shared.store,
                job,
                settings: &prepared.settings,
                log: &log,
                driver,
                directory: &prepared.directory,
                entry_point: prepared.entry_point.clone(),
                arguments: prepared.submit.entry_point_arguments.clone(),
                submit_parameters: prepared.words.clone(),
            };
            match application.run(master, executors).await {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(End::Failed(USER_ERROR, failure(status.code(), &log))),
                Err(error) => Err(End::Failed(
                    INTERNAL_ERROR,
                    format!("The driver could not be run: {error}"),
                )),
            }
        }
    };
    log.show();
    let published = publish(shared, &job.snapshot(), prepared, &log).await;
    published.map_err(not_kept).and(result)
}

/// How a job run ends whose logs cannot be written.
pub(super) fn not_kept(error: std::io::Error) -> End {
    End::Failed(INTERNAL_ERROR, format!("Logs could not be kept: {error}"))
}

fn failure(code: Option<i32>, log: &DriverLog) -> String {
    let code = code.map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
    match log.last_exception() {
        Some(exception) => format!("The Spark driver ended with {code}: {exception}"),
        None => format!("The Spark driver ended with {code}. See the driver's stderr."),
    }
}

/// Spark looks for the event log's folder when it starts, and S3 has a folder only when a key is under it.
///
/// # Errors
/// How the job run ends when there is no such folder. The driver's log says it too.
pub(super) async fn event_log_directory_exists(
    shared: &Shared,
    settings: &Settings,
    log: &DriverLog,
) -> Result<(), End> {
    let EventLogDirectory::S3 { bucket, prefix } = settings.event_log() else {
        return Ok(());
    };
    let folder = if prefix.is_empty() {
        String::new()
    } else {
        format!("{prefix}/")
    };
    let exists = shared.objects.bucket_exists(&bucket).await
        && (folder.is_empty() || shared.objects.prefix_exists(&bucket, &folder).await);
    if exists {
        return Ok(());
    }
    let exception =
        format!("java.io.FileNotFoundException: No such file or directory: s3://{bucket}/{prefix}");
    // What Spark prints when it looks for the folder before its first event.
    log.add(Stream::Stderr, format!("{exception}\n").as_bytes());
    Err(End::Failed(USER_ERROR, exception))
}

async fn publish(
    shared: &Shared,
    run: &JobRun,
    prepared: &Prepared,
    log: &DriverLog,
) -> std::io::Result<()> {
    let local = event_log_directory(&prepared.directory);
    if let EventLogDirectory::S3 { bucket, prefix } = prepared.settings.event_log()
        && local.is_dir()
    {
        event_log::publish(
            &shared.objects,
            &local,
            &bucket,
            &prefix,
            &format!("spark-{}", run.id),
        )
        .await?;
    }
    publish_logs(shared, run, log).await
}

/// Puts the driver's output where the job run's monitoring configuration wants it.
pub(super) async fn publish_logs(
    shared: &Shared,
    run: &JobRun,
    log: &DriverLog,
) -> std::io::Result<()> {
    let monitoring = run
        .configuration_overrides
        .as_ref()
        .and_then(|o| o.monitoring_configuration.as_ref());
    if let Some(to) = monitoring.and_then(|m| m.others.get("cloudWatchMonitoringConfiguration")) {
        let text = |name: &str| to[name].as_str().unwrap_or_default();
        let (group, prefix) = (text("logGroupName"), text("logStreamNamePrefix"));
        log.publish_streams(&shared.log_groups, group, prefix, run);
    }
    match monitoring.and_then(|m| m.s3_monitoring_configuration.as_ref()) {
        Some(s3) => {
            log.publish(
                &shared.objects,
                &s3.log_uri,
                &run.virtual_cluster_id,
                &run.id,
            )
            .await
        }
        None => Ok(()),
    }
}
