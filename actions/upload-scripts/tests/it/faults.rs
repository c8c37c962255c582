//! Everything that can go wrong between us and S3, at every call of an upload.
//!
//! Afterwards the set is complete or not said to be, a second run completes it, and what had arrived is not sent again.

use crate::{
    bucket::{is_complete, is_complete_or_absent, object, since},
    step::{Step, cloud},
};
use futures::StreamExt;
use local_cloud::{At, Call, Fault, FaultKind, LocalCloud, Moment, Service};
use rustix::process::{Pid, Signal, kill_process};
use std::time::Duration;

/// A call by its operation, its subject, and its number among those like it.
type CallOf = (String, String, usize);

/// A named set that is complete, and a step that is to change two of its files and to add one.
async fn change(cloud: &LocalCloud) -> Step {
    let step = Step::new(cloud).set("INPUT_SET", "s");
    step.write("scripts/a.conf", "1");
    step.write("scripts/b.conf", "1");
    step.run().await.succeeded();
    step.write("scripts/a.conf", "2");
    step.write("scripts/b.conf", "2");
    step.write("scripts/c.conf", "2");
    step
}

/// The calls of an upload that nothing disturbs, from the first: each as (operation, subject, its number among these).
async fn calls() -> Vec<CallOf> {
    let cloud = cloud().await;
    let step = change(&cloud).await;
    let before = cloud.calls().len();
    step.run().await.succeeded();
    let mut calls: Vec<CallOf> = Vec::new();
    for call in &cloud.calls()[before..] {
        let same = |(operation, subject, _): &&CallOf| {
            (operation, subject) == (&call.operation, &call.subject)
        };
        let number = calls.iter().filter(same).count();
        calls.push((call.operation.clone(), call.subject.clone(), number));
    }
    calls
}

/// That call, counted from now on; or that one and every later one that is like it.
fn at(cloud: &LocalCloud, (operation, subject, number): &CallOf, and_later: bool) -> At {
    let begun = cloud.calls().len() as u64;
    let (operation, subject, wanted) = (operation.clone(), subject.clone(), *number);
    // Whether a call is meant is asked more than once.
    let seen = std::sync::Mutex::new(Vec::new());
    At::when(move |call: &Call| {
        let is_like = call.service == Service::S3
            && call.operation == operation
            && call.subject == subject
            && call.sequence > begun;
        if !is_like {
            return false;
        }
        let mut seen = seen.lock().unwrap();
        let number = seen.iter().position(|sequence| *sequence == call.sequence);
        let number = number.unwrap_or_else(|| {
            seen.push(call.sequence);
            seen.len() - 1
        });
        number == wanted || (and_later && number > wanted)
    })
}

/// What must be true after an upload that was disturbed.
async fn is_sound(cloud: &LocalCloud, step: &Step, what: &str) {
    assert!(is_complete_or_absent(cloud, "s").await, "{what}");
    let there = object(cloud, "scripts/s/a.conf").await;
    let was_complete = is_complete(cloud, "s").await;
    let before = cloud.calls().len();
    let again = step.run().await.succeeded();
    assert!(is_complete(cloud, "s").await, "{what}");
    for name in ["a", "b", "c"] {
        let text = object(cloud, &format!("scripts/s/{name}.conf")).await;
        assert_eq!(text.as_deref(), Some("2"), "{what}: {name}");
    }
    // At most the three files, and the manifest before and after them; nothing that was there.
    let put = since(cloud, before, "PutObject");
    let files: usize = again.output("uploaded").parse().unwrap();
    assert!(put <= files + 2, "{what}: {put} for {files} files");
    if there.as_deref() == Some("2") && was_complete {
        assert_eq!((put, files), (0, 0), "{what}");
    }
    let before = cloud.calls().len();
    step.run().await.succeeded();
    assert_eq!(since(cloud, before, "PutObject"), 0, "{what}");
}

/// What the last message says of the set is so.
async fn is_true(cloud: &LocalCloud, log: &str, what: &str) {
    let said = [
        ("set `s` is as it was before", Some(true)),
        ("set `s` is not complete", Some(false)),
        ("whether set `s` is complete is not known", None),
        // It has changed nothing yet.
        ("nothing was sent yet", Some(true)),
        ("cannot list", Some(true)),
        ("cannot read", Some(true)),
    ];
    let found = said.iter().find(|(text, _)| log.contains(text));
    let (text, complete) = found.unwrap_or_else(|| panic!("{what}: {log}"));
    if let Some(complete) = complete {
        assert_eq!(is_complete(cloud, "s").await, *complete, "{what}: {text}");
    }
}

/// Runs each row of the matrix, several at a time, as most of them wait.
async fn each<Row, Running>(rows: Vec<Row>, run: impl Fn(Row) -> Running)
where
    Running: Future<Output = ()>,
{
    assert!(rows.len() > 10, "there is hardly anything to try");
    futures::stream::iter(rows)
        .for_each_concurrent(6, run)
        .await;
}

/// Every call with every one of these.
fn rows<T: Clone>(calls: &[CallOf], with: &[T]) -> Vec<(CallOf, T)> {
    let of = |call: &CallOf| {
        let call = call.clone();
        with.iter().map(move |with| (call.clone(), with.clone()))
    };
    calls.iter().flat_map(of).collect()
}

/// Faults that pass: the step itself succeeds, as S3 is asked again.
#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_tried_again_at_every_call() {
    let kinds = [
        FaultKind::Throttled,
        FaultKind::ServerError,
        FaultKind::Unavailable,
        FaultKind::Reset(Moment::Before),
        FaultKind::ResetMidway,
        FaultKind::Truncated,
        FaultKind::Reset(Moment::After),
        FaultKind::Corrupted,
    ];
    each(rows(&calls().await, &kinds), async |(call, kind)| {
        if kind == FaultKind::Corrupted && call.0 != "PutObject" {
            return;
        }
        let what = format!("{call:?} {kind:?}");
        let cloud = cloud().await;
        let step = change(&cloud).await;
        let fault = cloud.fault(Fault::once(at(&cloud, &call, false), kind));
        let outcome = step.run().await;
        assert_eq!(fault.hits(), 1, "{what}");
        assert_eq!(outcome.code, Some(0), "{what}: {}", outcome.log);
        assert!(is_complete(&cloud, "s").await, "{what}");
        is_sound(&cloud, &step, &what).await;
    })
    .await;
}

/// Faults that stay: the step fails, and says that the set is not complete.
#[tokio::test(flavor = "multi_thread")]
async fn what_stays_leaves_a_set_that_is_complete_or_not_said_to_be() {
    let kinds = [
        FaultKind::ServerError,
        FaultKind::Reset(Moment::After),
        FaultKind::Expired,
        FaultKind::Denied,
    ];
    each(rows(&calls().await, &kinds), async |(call, kind)| {
        let what = format!("{call:?} {kind:?}");
        let cloud = cloud().await;
        let mut step = change(&cloud).await;
        let fault = cloud.fault(Fault::always(at(&cloud, &call, true), kind));
        let outcome = step.run().await;
        assert_eq!(outcome.code, Some(3), "{what}: {}", outcome.log);
        assert_eq!(outcome.outputs, [], "{what}");
        is_true(&cloud, &outcome.log, &what).await;
        fault.remove();
        if kind == FaultKind::Expired {
            // Whoever runs it again has new ones.
            let keys = cloud.issue_credentials(Duration::from_secs(3600));
            for (name, value) in keys.environment() {
                step = step.set(&name, &value);
            }
        }
        is_sound(&cloud, &step, &what).await;
    })
    .await;
}

/// A signal at any call: what is there stays, the set is complete or not said to be, a second run completes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_at_any_call_leaves_a_set_that_a_second_run_completes() {
    let signals = [
        (Moment::Before, Signal::INT),
        (Moment::After, Signal::TERM),
        (Moment::After, Signal::KILL),
    ];
    each(
        rows(&calls().await, &signals),
        async |(call, (moment, signal))| {
            let what = format!("{call:?} {moment:?} {signal:?}");
            let cloud = cloud().await;
            let step = change(&cloud).await;
            let hold = cloud.hold(at(&cloud, &call, false), moment);
            let child = step.start();
            hold.arrived().await;
            kill_process(Pid::from_child(&child), signal).unwrap();
            let outcome = step.end(child).await;
            hold.settle().await;
            if signal == Signal::KILL {
                assert_eq!(outcome.code, None, "{what}");
            } else {
                assert_eq!(outcome.code, Some(130), "{what}: {}", outcome.log);
            }
            assert_eq!(outcome.outputs, [], "{what}");
            is_sound(&cloud, &step, &what).await;
        },
    )
    .await;
}
