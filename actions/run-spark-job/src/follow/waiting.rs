//! Waiting with a clock of its own: a real client whose answers come from a script, and time that passes at once.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_emrcontainers::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Follow, Why};
use crate::{asked::Asked, cluster::Observer, emr::Emr, job::Job};

/// What EMR answers so long after the submission: a status and a state.
type Script = fn(Duration) -> (u16, &'static str);

/// Answers every call as DescribeJobRun, and counts.
#[derive(Debug, Clone)]
struct Played {
    began: Instant,
    script: Script,
    calls: Arc<AtomicUsize>,
}

impl HttpConnector for Played {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let (status, state) = (self.script)(self.began.elapsed());
        let body = match status {
            200 => format!(r#"{{"jobRun":{{"id":"1","state":"{state}"}}}}"#),
            _ => format!(r#"{{"message":"played","__type":"{state}"}}"#),
        };
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

/// How waiting ended, how long it took and how many calls it cost.
struct Waited {
    why: Why,
    state: String,
    took: Duration,
    calls: usize,
}

async fn wait(script: Script, deadline: Duration, patience: Duration) -> Waited {
    let began = Instant::now();
    let played = Played {
        began,
        script,
        calls: Arc::default(),
    };
    let connector = SharedHttpConnector::new(played.clone());
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "id", "secret", None, None, "test",
        )))
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .sleep_impl(TokioSleep::new())
        .retry_config(RetryConfig::disabled())
        .build();
    let emr = Emr::new(&config, &"abc".parse().unwrap());
    let mut observer = Observer::start(Err("there is no cluster".into()), None).await;
    let mut job = Job::new("1".into());
    let follow = Follow {
        emr: &emr,
        observer: &mut observer,
        cancel: &CancellationToken::new(),
        log: &gha::Log::default(),
        poll_interval: Duration::from_secs(10),
        patience,
        deadline: began + deadline,
        attached: None,
        asked: Asked::default(),
        spark: None,
        changed: &|_, _| {},
    };
    let why = follow.until_end(&mut job).await;
    Waited {
        why,
        state: job.state().name().to_owned(),
        took: began.elapsed(),
        calls: played.calls.load(Ordering::Relaxed),
    }
}

const HOUR: Duration = Duration::from_hours(1);

fn ten_minutes(since: Duration) -> (u16, &'static str) {
    let state = match since.as_secs() {
        0..5 => "PENDING",
        5..60 => "SUBMITTED",
        60..600 => "RUNNING",
        _ => "COMPLETED",
    };
    (200, state)
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_of_waiting_cost_at_most_eighty_calls() {
    let waited = wait(ten_minutes, HOUR, HOUR).await;
    assert!(matches!(waited.why, Why::Ended), "{:?}", waited.why);
    assert_eq!(waited.state, "COMPLETED");
    assert!(waited.took < Duration::from_secs(613), "{:?}", waited.took);
    #[expect(clippy::print_stdout, reason = "the number is what the test is for")]
    {
        println!(
            "a job run of 10 minutes costs {} DescribeJobRun calls",
            waited.calls
        );
    }
    assert!(waited.calls <= 80, "{} calls", waited.calls);
    assert!(waited.calls >= 600 / 13, "{} calls", waited.calls);
}

#[tokio::test(start_paused = true)]
async fn throttling_and_failures_of_emr_are_waited_out() {
    fn troubled(since: Duration) -> (u16, &'static str) {
        match since.as_secs() {
            100..160 => (400, "ThrottlingException"),
            200..260 => (500, "InternalServerException"),
            _ => ten_minutes(since),
        }
    }
    let waited = wait(troubled, HOUR, Duration::from_mins(5)).await;
    assert!(matches!(waited.why, Why::Ended), "{:?}", waited.why);
    assert!(waited.calls <= 80, "{} calls", waited.calls);
}

#[tokio::test(start_paused = true)]
async fn patience_is_how_long_emr_may_fail_to_answer() {
    fn gone(since: Duration) -> (u16, &'static str) {
        match since.as_secs() {
            0..100 => (200, "RUNNING"),
            _ => (500, "InternalServerException"),
        }
    }
    for patience in [Duration::from_mins(1), Duration::from_mins(10)] {
        let waited = wait(gone, HOUR, patience).await;
        assert!(matches!(waited.why, Why::Lost(..)), "{:?}", waited.why);
        let about = waited.took.saturating_sub(Duration::from_secs(100));
        let late = Duration::from_secs(30);
        assert!(about >= patience && about < patience + late, "{about:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_the_job_run_is_asked_once_more() {
    fn just_ended(since: Duration) -> (u16, &'static str) {
        match since.as_millis() {
            0..119_900 => (200, "RUNNING"),
            _ => (200, "COMPLETED"),
        }
    }
    // The end comes between the last question of the rhythm and the deadline.
    let waited = wait(just_ended, Duration::from_secs(120), HOUR).await;
    assert!(matches!(waited.why, Why::Ended), "{:?}", waited.why);
    assert!(waited.took <= Duration::from_secs(121), "{:?}", waited.took);

    fn goes_on(_: Duration) -> (u16, &'static str) {
        (200, "RUNNING")
    }
    let waited = wait(goes_on, Duration::from_secs(120), HOUR).await;
    assert!(matches!(waited.why, Why::Timeout), "{:?}", waited.why);
    assert_eq!(waited.state, "RUNNING");
}
