//! The order of things up to the submission: check, watch, submit. What follows is in `run`.

use aws_config::SdkConfig;
use gha::{Failure, Runner};
use run_record::WorkflowRun;

use crate::{
    checks,
    cloudwatch::Logs,
    cluster::Observer,
    credentials,
    deliver::{self, Directory},
    earlier::attach,
    emr::Emr,
    hurry::Hurry,
    inputs::{self, DriverLogShown, Inputs},
    job::Job,
    kept, kubeconfig,
    record::{Observed, Submitted, record},
    redact,
    request::{assemble::request, token::client_token},
    run::{Cluster, Run},
    s3::S3,
    shown,
    submit::{NotStarted, not_submitted, submit},
};

/// Runs the action.
///
/// # Errors
/// Whatever kept the job run from completing.
pub(crate) async fn run(mut runner: Runner) -> Result<(), Failure> {
    let inputs = inputs::read(runner.fields.take(), &runner.context)?;
    let others = inputs.file.configuration_overrides.properties();
    for settings in std::iter::once(&inputs.spark.effective).chain(others) {
        for secret in redact::secrets(settings) {
            runner.log.mask(secret);
        }
    }
    let config = credentials::sdk_config(
        &runner.context,
        inputs.region.as_ref(),
        inputs.role_to_assume.as_ref(),
    )
    .await?;
    let (emr, s3) = (Emr::new(&config, &inputs.virtual_cluster), S3::new(&config));
    let (directory, mut submitted, observer, cluster) = tokio::select! {
        biased;
        () = runner.cancel.cancelled() => return Err(not_submitted()),
        prepared = prepare(&runner, &inputs, &config, &emr, &s3) => prepared?,
    };
    if inputs.dry_run {
        shown::dry_run(&runner, &directory);
        return Ok(());
    }
    kept::before(&runner, &inputs, &emr, &directory, &submitted)?;
    let hurry = Hurry::new(runner.cancel.clone());
    let submission = Submission {
        runner: &runner,
        inputs: &inputs,
        emr: &emr,
        directory: &directory,
        hurry: &hurry,
    };
    let (id, attached) = match submission.find_or_start(&mut submitted).await {
        Ok(found) => found,
        Err(NotStarted { failure, unclear }) => {
            // After a signal an earlier attempt's job run may go on: the post step looks.
            let looked = submitted
                .workflow_run
                .as_ref()
                .is_none_or(|run| run.attempt == 1)
                || !runner.cancel.is_cancelled();
            if !unclear && looked {
                kept::ended(&runner.state, "nothing was submitted")?;
            }
            return Err(failure);
        }
    };
    // From here on something costs money: whatever fails, the job run is followed to its end.
    let kept = keep(&runner, &inputs, &id, &submitted.client_token);
    let ended = Run {
        runner: &runner,
        inputs: &inputs,
        emr: &emr,
        s3: &s3,
        directory: &directory,
        submitted: &submitted,
        hurry: &hurry,
        cluster: cluster.filter(|_| inputs.driver_log == DriverLogShown::Live),
        logs: Logs::new(&config),
        attached,
    }
    .to_the_end(Job::new(id), observer)
    .await;
    ended.and(kept)
}

/// What a submission needs.
struct Submission<'a> {
    runner: &'a Runner,
    inputs: &'a Inputs,
    emr: &'a Emr,
    directory: &'a Directory,
    hurry: &'a Hurry,
}

impl Submission<'_> {
    /// The id of the job run, and whether it was there already.
    async fn find_or_start(&self, submitted: &mut Submitted) -> Result<(String, bool), NotStarted> {
        let Self {
            runner,
            inputs,
            emr,
            ..
        } = self;
        let found = tokio::select! {
            biased;
            () = runner.cancel.cancelled() => return Err(not_submitted().into()),
            found = attach(runner, inputs, emr, submitted) => found?,
        };
        if let Some(found) = found {
            submitted.client_token = found.client_token;
            return Ok((found.id, true));
        }
        let none = Job::new(String::new());
        let sketch = record(inputs, submitted, &none, Observed::default());
        if let Err(failure) = deliver::sketch(self.directory, &sketch).await {
            runner.log.debug(&failure.what);
        }
        let id = submit(runner, inputs, emr, submitted, self.hurry).await?;
        let name = &inputs.name.0;
        runner
            .log
            .info(&format!("job run {id} submitted as {name}"));
        Ok((id, false))
    }
}

/// Keeps the ids in the state and in the outputs. The first failure is logged here, since another may follow.
fn keep(runner: &Runner, inputs: &Inputs, id: &str, token: &str) -> Result<(), Failure> {
    let cluster = &inputs.virtual_cluster;
    let first = [
        kept::job_run(&runner.state, id, token),
        runner.outputs.set("job-run-id", id),
        runner.outputs.set("virtual-cluster-id", cluster),
    ]
    .into_iter()
    .find_map(Result::err);
    let Some(failure) = first else {
        return Ok(());
    };
    runner.log.warning(
        &failure.title,
        &format!("{}; job run {id} is followed all the same", failure.what),
    );
    Err(failure)
}

/// Everything that can go wrong before money is spent.
async fn prepare(
    runner: &Runner,
    inputs: &Inputs,
    config: &SdkConfig,
    emr: &Emr,
    s3: &S3,
) -> Result<(Directory, Submitted, Observer, Option<Cluster>), Failure> {
    let directory = Directory::make(&runner.context, inputs).await?;
    let (sha256, namespace) = checks::all(runner, inputs, config, emr, s3).await?;
    let workflow_run = workflow_run(runner);
    let request = request(inputs, workflow_run.as_ref());
    shown::show(runner, inputs, &directory, &request).await?;
    if !inputs.dry_run && s3.make_prefix(&inputs.event_log, "event-log-uri").await? {
        runner
            .log
            .info(&format!("made the prefix {}", inputs.event_log));
    }
    let client = kubeconfig::client(config, inputs).await;
    let cluster = match (&client, &namespace) {
        (Ok(client), Some(namespace)) => Some(Cluster {
            client: client.clone(),
            namespace: namespace.clone(),
        }),
        _ => None,
    };
    let observer = Observer::start(client, namespace.as_deref()).await;
    if let Some(why) = observer.blind() {
        runner.log.notice(
            "Cluster not watched",
            &format!(
                "{}; the record will have no pods and nodes",
                why.trim_end_matches('.')
            ),
        );
    }
    let client_token = client_token(workflow_run.as_ref(), inputs.variant, inputs.repeat);
    Ok((
        directory,
        Submitted {
            workflow_run,
            client_token,
            sha256,
            request,
        },
        observer,
        cluster,
    ))
}

fn workflow_run(runner: &Runner) -> Option<WorkflowRun> {
    Some(WorkflowRun {
        repository: runner.context.repository.clone()?,
        run_id: runner.context.run_id?,
        attempt: runner.context.run_attempt.unwrap_or(1),
    })
}
