//! The `local-cloud` program: starts a local cloud, says where it is, and keeps it until it is told to end.

use clap::Parser;
use local_cloud::{
    At, Config, Fault, FaultKind, LocalCloud, PullRequestSeed, Service, SparkInstall,
    VirtualClusterSeed,
};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// S3, EMR containers, STS, Kubernetes and GitHub on loopback, with a real Spark behind the EMR API.
///
/// When it is ready it prints one line of JSON: `endpoints`, `environment` (the variables that make ordinary clients
/// use it) and `virtual_cluster_id`. It ends at Ctrl-C or SIGTERM, and at the end of its standard input if asked to.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Bucket to create; may be given more than once.
    #[arg(long = "bucket", value_name = "NAME")]
    buckets: Vec<String>,

    /// Virtual cluster to create, in the namespace given with --namespace.
    #[arg(long, value_name = "NAME")]
    virtual_cluster: Option<String>,

    /// Namespace of the virtual cluster.
    #[arg(long, default_value = "analytics")]
    namespace: String,

    /// Pull request that exists on GitHub, as owner/name#number; may be given more than once.
    #[arg(long = "pull-request", value_name = "PULL REQUEST", value_parser = pull_request)]
    pull_requests: Vec<PullRequestSeed>,

    /// Python with PySpark, to execute job runs with.
    #[arg(long, requires = "java_home")]
    python: Option<PathBuf>,

    /// Java home that this PySpark can run on.
    #[arg(long, requires = "python")]
    java_home: Option<PathBuf>,

    /// Folder for files; a temporary one, removed at the end, if none is given.
    #[arg(long, value_name = "DIRECTORY")]
    data: Option<PathBuf>,

    /// Time from the creation of a NodeClaim until its node is ready, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 8)]
    node_startup_seconds: u64,

    /// Address to listen on. Another than loopback is for containers with a network of their own; whoever can reach it
    /// can use everything.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    listen: IpAddr,

    /// Time that every request to S3 takes before it is answered, in milliseconds: as if S3 were that far away.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    s3_round_trip_ms: u64,

    /// End when standard input is closed, so that nothing stays behind when whoever started this is killed.
    #[arg(long)]
    end_with_stdin: bool,
}

fn pull_request(text: &str) -> Result<PullRequestSeed, String> {
    let expected = || format!("expected owner/name#number, found `{text}`");
    let (repository, number) = text.split_once('#').ok_or_else(expected)?;
    if repository
        .split('/')
        .filter(|part| !part.is_empty())
        .count()
        != 2
    {
        return Err(expected());
    }
    Ok(PullRequestSeed {
        repository: repository.to_owned(),
        number: number.parse().map_err(|_| expected())?,
    })
}

impl From<Arguments> for Config {
    fn from(arguments: Arguments) -> Self {
        let namespace = arguments.namespace;
        let spark = arguments.python.zip(arguments.java_home);
        Self {
            address: arguments.listen,
            buckets: arguments.buckets,
            data: arguments.data,
            virtual_cluster: arguments
                .virtual_cluster
                .map(|name| VirtualClusterSeed { name, namespace }),
            spark: spark.map(|(python, java_home)| SparkInstall { python, java_home }),
            node_startup: Duration::from_secs(arguments.node_startup_seconds),
            pull_requests: arguments.pull_requests,
            ..Self::default()
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let end_with_stdin = arguments.end_with_stdin;
    let round_trip = Duration::from_millis(arguments.s3_round_trip_ms);
    match run(arguments.into(), round_trip, end_with_stdin).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

async fn run(
    config: Config,
    round_trip: Duration,
    end_with_stdin: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    // Before anything is started, so that a signal in between is not lost.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let cloud = tokio::select! {
        cloud = LocalCloud::start(config) => cloud?,
        () = either(&mut interrupt, &mut terminate) => return Ok(()),
    };
    if !round_trip.is_zero() {
        let slow = FaultKind::Slow(round_trip);
        cloud.fault(Fault::always(At::Service(Service::S3), slow));
    }
    announce(&cloud)?;
    tokio::select! {
        () = either(&mut interrupt, &mut terminate) => {}
        () = end_of_stdin(), if end_with_stdin => {}
    }
    cloud.shutdown().await;
    Ok(())
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Reads on a thread of its own: tokio's standard input would keep the program from ending while nobody writes.
async fn end_of_stdin() {
    let (sender, ended) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        // What is written there means nothing, and an unreadable input has ended too.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        drop(sender);
    });
    let _ = ended.await;
}

#[expect(
    clippy::print_stdout,
    reason = "this line is what the program is started for"
)]
fn announce(cloud: &LocalCloud) -> Result<(), serde_json::Error> {
    let environment: serde_json::Map<_, _> = cloud
        .environment()
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    let line = serde_json::json!({
        "endpoints": serde_json::to_value(cloud.endpoints())?,
        "environment": environment,
        "virtual_cluster_id": cloud.virtual_cluster_id(),
    });
    println!("{line}");
    Ok(())
}

#[expect(clippy::print_stderr, reason = "the program failed and says why")]
fn report(error: &dyn std::error::Error) {
    eprintln!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("caused by: {cause}");
        source = cause.source();
    }
}
