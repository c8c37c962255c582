//! Every call of the step made to fail in every way, and the step ended by every signal while the call is under way.
//!
//! The calls are learned from a clean run. A row of the matrix is one call and one disturbance, on a cloud of its
//! own: the main part, then the post part, then the step again. After every row each token has one job run at most,
//! none is left running, and the record is valid.

mod aftermath;

use std::{
    collections::BTreeSet,
    fmt,
    time::{Duration, Instant},
};

use aftermath::{left_behind, nothing_runs, one_for_each_token, states};
use futures::{StreamExt, stream};
use local_cloud::{At, Call, Config, Fault, FaultKind, JobScript, LocalCloud, Moment, Service};
use rustix::process::Signal;

use crate::{
    signals::signal,
    step::{Ended, Step, cloud_with},
};

/// Rows that run at once: they wait far more than they compute.
const AT_ONCE: usize = 32;
/// The runner kills a step this long after its first signal.
const GRACE: Duration = Duration::from_millis(7500);
/// How long a call stays under way after a signal, where it is answered at last.
const UNDER_WAY: Duration = Duration::from_millis(200);

/// One call of the step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    service: Service,
    operation: String,
    nth: u64,
}

impl Place {
    fn at(&self) -> At {
        let place = self.clone();
        At::when(move |call| Self::of(call) == place)
    }

    fn of(call: &Call) -> Self {
        Self {
            service: call.service,
            operation: call.operation.clone(),
            nth: call.nth,
        }
    }
}

/// What happens to the call, or to the step while the call is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disturbance {
    Fault(FaultKind),
    /// SIGINT, and the call is not answered as long as the step is there.
    Interrupt,
    /// SIGTERM, and the call is answered after a while.
    Terminate,
    /// SIGKILL, and what was asked for takes effect.
    Kill,
    /// The same with the whole runner: there is no post part.
    KillRunner,
}

use Disturbance::{Interrupt, Kill, KillRunner, Terminate};

const DISTURBANCES: [Disturbance; 11] = [
    Disturbance::Fault(FaultKind::Throttled),
    Disturbance::Fault(FaultKind::ServerError),
    Disturbance::Fault(FaultKind::Unavailable),
    Disturbance::Fault(FaultKind::Reset(Moment::Before)),
    Disturbance::Fault(FaultKind::Reset(Moment::After)),
    Disturbance::Fault(FaultKind::Slow(Duration::from_secs(2))),
    Disturbance::Fault(FaultKind::Expired),
    Interrupt,
    Terminate,
    Kill,
    KillRunner,
];

/// A row of the matrix.
#[derive(Debug, Clone)]
struct Row {
    place: Place,
    disturbance: Disturbance,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            service,
            operation,
            nth,
        } = &self.place;
        write!(f, "{service:?} {operation} #{nth} × {:?}", self.disturbance)
    }
}

/// What came of a row: whether its call was reached, and what was wrong.
#[derive(Debug, Default)]
struct Outcome {
    reached: bool,
    wrong: Vec<String>,
}

impl Outcome {
    fn expect(&mut self, good: bool, what: impl FnOnce() -> String) {
        if !good {
            self.wrong.push(what());
        }
    }
}

async fn cloud() -> LocalCloud {
    cloud_with(Config {
        node_startup: Duration::from_millis(50),
        script: Some(JobScript {
            running: Duration::from_millis(1500),
            pods: true,
            event_log: Some("{}\n".into()),
            ..JobScript::default()
        }),
        ..Config::default()
    })
    .await
}

fn step(cloud: &LocalCloud, attempt: &str) -> Step {
    Step::new(cloud, "static")
        .input("record-uri", "s3://bench/records/")
        .input("observe-nodes-for", "1s")
        .input("patience", "4s")
        .set("GITHUB_RUN_ATTEMPT", attempt)
}

/// With credentials that count, whatever has become of the others.
fn with_fresh_credentials(step: Step, cloud: &LocalCloud) -> Step {
    let issued = cloud.issue_credentials(Duration::from_secs(3600));
    let variables = issued.environment();
    variables
        .iter()
        .fold(step, |step, (name, value)| step.set(name, value))
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stderr, reason = "the size of the matrix is to be seen")]
async fn whatever_fails_there_is_one_job_run_none_is_left_and_the_record_is_valid() {
    let began = Instant::now();
    let places = places().await;
    let rows: Vec<Row> = places
        .iter()
        .flat_map(|place| {
            DISTURBANCES.map(|disturbance| Row {
                place: place.clone(),
                disturbance,
            })
        })
        .collect();
    let outcomes = stream::iter(rows.clone()).map(|row| async move {
        let outcome = tokio::spawn(play(row.clone())).await;
        let outcome = outcome.unwrap_or_else(|panic| Outcome {
            reached: true,
            wrong: vec![panic.to_string()],
        });
        (row, outcome)
    });
    let outcomes: Vec<(Row, Outcome)> = outcomes.buffer_unordered(AT_ONCE).collect().await;

    let missed = outcomes.iter().filter(|(_, outcome)| !outcome.reached);
    let missed: Vec<String> = missed.map(|(row, _)| row.to_string()).collect();
    eprintln!(
        "matrix: {} calls × {} disturbances = {} rows in {} s; {} did not reach their call {missed:?}",
        places.len(),
        DISTURBANCES.len(),
        rows.len(),
        began.elapsed().as_secs(),
        missed.len(),
    );
    let wrong: Vec<String> = outcomes
        .iter()
        .filter(|(_, outcome)| !outcome.wrong.is_empty())
        .map(|(row, outcome)| format!("{row}:\n  {}", outcome.wrong.join("\n  ")))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} rows went wrong:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
    assert!(
        missed.len() * 10 < rows.len(),
        "the calls are not those of the clean run any more"
    );
}

/// The calls of a clean run.
async fn places() -> Vec<Place> {
    let cloud = cloud().await;
    let ended = step(&cloud, "1").run().await.with(0);
    assert_eq!(ended.output("state"), Some("COMPLETED"));
    let places: BTreeSet<Place> = cloud.calls().iter().map(Place::of).collect();
    cloud.shutdown().await;
    places.into_iter().collect()
}

/// Plays one row.
async fn play(row: Row) -> Outcome {
    let cloud = cloud().await;
    let mut outcome = Outcome::default();
    let first = step(&cloud, "1");
    let first = match row.disturbance {
        Disturbance::Fault(kind) => {
            let fault = cloud.fault(Fault::once(row.place.at(), kind));
            let ended = first.run().await;
            outcome.reached = fault.hits() > 0;
            failed(&row, kind, &ended, &mut outcome);
            with_fresh_credentials(first, &cloud)
        }
        _ => {
            signalled(&row, &cloud, &first, &mut outcome).await;
            first
        }
    };
    if row.disturbance == KillRunner {
        // The next attempt takes over what the first has left.
        completes(&cloud, "2", &mut outcome).await;
    } else {
        let post = first.post().await;
        let code = post.code;
        outcome.expect(code == Some(0), || {
            format!("post part: {code:?}\n{}", post.log)
        });
        nothing_runs("after the post part", &cloud, &mut outcome);
        left_behind(&cloud, &first, &mut outcome).await;
        again(&cloud, &mut outcome).await;
        if row.disturbance == Kill {
            completes(&cloud, "2", &mut outcome).await;
        }
    }
    nothing_runs("at the end", &cloud, &mut outcome);
    one_for_each_token(&cloud, &mut outcome);
    cloud.shutdown().await;
    outcome
}

/// A call that failed: what passes is not noticed, and what does not is said.
fn failed(row: &Row, kind: FaultKind, ended: &Ended, outcome: &mut Outcome) {
    let aws = row.place.service.is_aws();
    let expected = match kind {
        FaultKind::Expired if aws && outcome.reached => 3,
        _ => 0,
    };
    let code = ended.code;
    outcome.expect(code == Some(expected), || {
        format!("main part: {code:?}, not {expected}\n{}", ended.log)
    });
    if expected == 3 {
        outcome.expect(ended.log.contains("expired"), || {
            format!("it is not said what has expired\n{}", ended.log)
        });
    }
}

/// Ends the main part by a signal while the call is under way.
async fn signalled(row: &Row, cloud: &LocalCloud, step: &Step, outcome: &mut Outcome) {
    // An object that the step gave up to write would overwrite, a moment later, what it has written instead.
    let written = row.place.service == Service::S3 && row.disturbance == Terminate;
    let moment = if written {
        Moment::After
    } else {
        Moment::Before
    };
    let hold = cloud.hold(row.place.at(), moment);
    let mut child = step.start();
    outcome.reached = tokio::select! {
        () = hold.arrived() => true,
        _ = child.wait() => false,
    };
    if !outcome.reached {
        step.end(child).await;
        return;
    }
    let with = match row.disturbance {
        Interrupt => Signal::INT,
        Terminate => Signal::TERM,
        _ => Signal::KILL,
    };
    signal(&child, with);
    let signalled = Instant::now();
    let ended = if row.disturbance == Terminate {
        let (ended, ()) = tokio::join!(step.end(child), async {
            tokio::time::sleep(UNDER_WAY).await;
            hold.release();
        });
        ended
    } else {
        let ended = step.end(child).await;
        match (row.disturbance, row.place.service) {
            // The same after seconds.
            (Interrupt, Service::S3) => hold.discard(),
            // What was asked for was on its way: it takes effect.
            _ => hold.settle().await,
        }
        ended
    };
    let took = signalled.elapsed();
    let expected = (with != Signal::KILL).then_some(130);
    // A signal takes nothing from a job run that is complete.
    let completed = ended.output("state") == Some("COMPLETED") && expected.is_some();
    let code = ended.code;
    outcome.expect(code == expected || (completed && code == Some(0)), || {
        format!("main part: {code:?}, not {expected:?}\n{}", ended.log)
    });
    outcome.expect(took < GRACE, || {
        format!("it took {took:?} from the signal to the end\n{}", ended.log)
    });
}

/// The same attempt once more: it goes by the job run that is there.
async fn again(cloud: &LocalCloud, outcome: &mut Outcome) {
    let before = states(cloud);
    let ended = with_fresh_credentials(step(cloud, "1"), cloud).run().await;
    let expected = match before.values().next().map(String::as_str) {
        None | Some("COMPLETED") => 0,
        Some(_) => 4,
    };
    let code = ended.code;
    outcome.expect(code == Some(expected), || {
        format!("again: {code:?}, not {expected}\n{}", ended.log)
    });
    let after = states(cloud);
    outcome.expect(after.len() == 1, || {
        format!("again: {} job runs\n{}", after.len(), ended.log)
    });
}

/// An attempt that nothing disturbs.
async fn completes(cloud: &LocalCloud, attempt: &str, outcome: &mut Outcome) {
    let ended = step(cloud, attempt).run().await;
    let code = ended.code;
    outcome.expect(code == Some(0), || {
        format!("attempt {attempt}: {code:?}\n{}", ended.log)
    });
    let state = ended.output("state");
    outcome.expect(state == Some("COMPLETED"), || {
        format!("attempt {attempt}: {state:?}\n{}", ended.log)
    });
}
