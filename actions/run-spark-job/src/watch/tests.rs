//! The fold of Kubernetes objects.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use jiff::Timestamp;
use kube::runtime::watcher::Event;
use run_record::PodRole;
use serde_json::{Value, json};

use super::{Phase, Seen, Waiting, Watched};

mod nodes;

const JOB: &str = "00000000001";

fn at(second: u32) -> Timestamp {
    format!("2026-11-22T15:00:{second:02}Z").parse().unwrap()
}

fn as_object<K: serde::de::DeserializeOwned>(value: Value) -> K {
    serde_json::from_value(value).unwrap()
}

fn pod(name: &str, role: &str, node: Option<&str>, container: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name, "creationTimestamp": at(1).to_string(),
            "labels": { "emr-containers.amazonaws.com/job.id": JOB, "spark-role": role, "spark-exec-id": "1" },
        },
        "spec": { "nodeName": node, "containers": [
            { "name": "spark-kubernetes-executor", "resources": { "requests": { "cpu": "1", "memory": "1408Mi" } } },
            { "name": "sidecar", "resources": { "requests": { "cpu": "500m" } } },
        ] },
        "status": {
            "conditions": node.map(|_| json!([{ "type": "PodScheduled", "status": "True", "lastTransitionTime": at(2).to_string() }])),
            "containerStatuses": [
                { "name": "sidecar", "image": "s", "imageID": "", "ready": true, "restartCount": 0, "state": { "running": { "startedAt": at(59).to_string() } } },
                { "name": "spark-kubernetes-executor", "image": "x", "imageID": "", "ready": true, "restartCount": 0, "state": container },
            ],
        },
    })
}

fn claim(name: &str, node: Option<&str>, conditions: &[(&str, u32)]) -> Value {
    let conditions: Vec<_> = conditions
        .iter()
        .map(|(kind, second)| json!({ "type": kind, "status": "True", "lastTransitionTime": at(*second).to_string() }))
        .collect();
    json!({
        "apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
        "metadata": {
            "name": name, "creationTimestamp": at(1).to_string(),
            "labels": { "karpenter.sh/nodepool": "spark-executor", "node.kubernetes.io/instance-type": "m5.large" },
            "annotations": {},
        },
        "status": { "nodeName": node, "conditions": conditions },
    })
}

/// A watch whose first lists held `claims` and no pods.
fn watching(claims: &[Value]) -> Seen {
    let mut seen = Seen::default();
    seen.pod(Event::Init, at(0));
    seen.pod(Event::InitDone, at(0));
    seen.claim(Event::Init, at(0));
    claims
        .iter()
        .for_each(|claim| seen.claim(Event::InitApply(as_object(claim.clone())), at(0)));
    seen.claim(Event::InitDone, at(0));
    seen
}

#[test]
fn a_pods_life_is_folded_from_all_its_versions() {
    let mut seen = watching(&[]);
    let running = json!({ "running": { "startedAt": at(4).to_string() } });
    let ended = json!({ "terminated": { "exitCode": 0, "startedAt": at(4).to_string(), "finishedAt": at(8).to_string() } });
    seen.pod(
        Event::Apply(as_object(pod(
            "e1",
            "executor",
            None,
            json!({ "waiting": {} }),
        ))),
        at(1),
    );
    assert_eq!((seen.view(JOB).pending, seen.view(JOB).running), (1, 0));
    seen.pod(
        Event::Apply(as_object(pod("e1", "executor", Some("n1"), running))),
        at(5),
    );
    assert_eq!((seen.view(JOB).pending, seen.view(JOB).running), (0, 1));
    seen.pod(
        Event::Apply(as_object(pod("e1", "executor", Some("n1"), ended))),
        at(9),
    );
    // A deleted pod's last version may have lost its status.
    let mut last = pod("e1", "executor", Some("n1"), json!({}));
    last["status"] = json!({});
    seen.pod(Event::Delete(as_object(last)), at(10));

    let observation = seen.observation(JOB, Some(at(0)), at(11));
    let [pod] = observation.pods.as_slice() else {
        panic!("{observation:?}")
    };
    assert_eq!(pod.role, PodRole::Executor);
    assert_eq!(
        (pod.executor_id.as_deref(), pod.node.as_deref()),
        (Some("1"), Some("n1"))
    );
    assert_eq!(
        [
            pod.created,
            pod.scheduled,
            pod.started,
            pod.finished,
            pod.deleted
        ],
        [
            Some(at(1)),
            Some(at(2)),
            Some(at(4)),
            Some(at(8)),
            Some(at(10))
        ]
    );
    assert_eq!(
        (
            pod.requests["cpu"].as_str(),
            pod.requests["memory"].as_str()
        ),
        ("1500m", "1408Mi")
    );
    assert_eq!(observation.gaps, [""; 0]);
}

#[test]
fn a_pending_driver_says_what_it_waits_for() {
    let mut seen = watching(&[]);
    let mut waits = |conditions: Value| {
        let mut driver = pod("d", "driver", None, json!({ "waiting": {} }));
        driver["status"] = json!({ "conditions": conditions });
        seen.pod(Event::Apply(as_object(driver)), at(1));
        let view = seen.view(JOB);
        assert_eq!(view.driver, Phase::Pending);
        view.waiting
    };
    assert_eq!(waits(Value::Null), Waiting::Unknown);
    let refused = json!([{ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available" }]);
    assert_eq!(
        waits(refused),
        Waiting::Refused("0/3 nodes are available".into())
    );
    let placed = json!([{ "type": "PodScheduled", "status": "True" }]);
    assert_eq!(waits(placed), Waiting::Placed);
}

#[test]
fn pods_of_other_jobs_and_the_job_runner_are_left_out() {
    let mut seen = watching(&[]);
    let mut other = pod("other", "executor", None, json!({}));
    other["metadata"]["labels"]["emr-containers.amazonaws.com/job.id"] = json!("00000000002");
    let mut runner = pod("runner", "x", None, json!({}));
    runner["metadata"]["labels"] = json!({ "emr-containers.amazonaws.com/job.id": JOB });
    seen.pod(Event::Apply(as_object(other)), at(1));
    seen.pod(Event::Apply(as_object(runner)), at(1));
    assert!(seen.observation(JOB, Some(at(0)), at(9)).pods.is_empty());
}

#[test]
fn a_node_claims_life_is_folded_from_all_its_versions() {
    let mut seen = watching(&[]);
    seen.pod(
        Event::Apply(as_object(pod("e1", "executor", Some("n1"), json!({})))),
        at(1),
    );
    seen.claim(
        Event::Apply(as_object(claim("c1", None, &[("Launched", 2)]))),
        at(2),
    );
    assert_eq!(seen.view(JOB).nodes, [("m5.large".to_owned(), 1)].into());
    seen.claim(
        Event::Apply(as_object(claim(
            "c1",
            Some("n1"),
            &[("Launched", 2), ("Registered", 5), ("Initialized", 6)],
        ))),
        at(6),
    );
    let mut deleting = claim("c1", Some("n1"), &[("Launched", 9)]);
    deleting["metadata"]["deletionTimestamp"] = json!(at(20).to_string());
    seen.claim(Event::Apply(as_object(deleting.clone())), at(20));
    seen.claim(Event::Delete(as_object(deleting)), at(25));
    assert!(seen.view(JOB).nodes.is_empty());

    let observation = seen.observation(JOB, Some(at(0)), at(30));
    let [claim] = observation.node_claims.as_slice() else {
        panic!("{observation:?}")
    };
    assert_eq!(
        [
            claim.created,
            claim.launched,
            claim.registered,
            claim.initialized,
            claim.deleting,
            claim.terminated
        ],
        [
            Some(at(1)),
            Some(at(2)),
            Some(at(5)),
            Some(at(6)),
            Some(at(20)),
            Some(at(25))
        ]
    );
    assert_eq!(claim.node_pool.as_deref(), Some("spark-executor"));
    assert_eq!(observation.gaps, [""; 0]);
}

#[test]
fn older_nodes_count_only_when_they_host_our_pods() {
    let mut seen = watching(&[
        claim("old-used", Some("n1"), &[]),
        claim("old-idle", Some("n2"), &[]),
    ]);
    seen.pod(
        Event::Apply(as_object(pod("e1", "executor", Some("n1"), json!({})))),
        at(1),
    );
    seen.claim(Event::Apply(as_object(claim("new-idle", None, &[]))), at(2));
    let observation = seen.observation(JOB, Some(at(0)), at(30));
    let names: Vec<_> = observation
        .node_claims
        .iter()
        .map(|claim| claim.name.as_str())
        .collect();
    assert_eq!(names, ["new-idle", "old-used"]);
    let gaps = observation.gaps.join("\n");
    assert!(
        gaps.contains("ends are unknown: new-idle, old-used"),
        "{gaps}"
    );
    assert!(
        gaps.contains("hosted no pod of this job, and may belong to other work: new-idle."),
        "{gaps}"
    );
}

#[test]
fn new_nodes_of_other_node_pools_are_only_counted() {
    let mut seen = watching(&[]);
    seen.pod(
        Event::Apply(as_object(pod("e1", "executor", Some("n1"), json!({})))),
        at(1),
    );
    let mut other = claim("other", Some("n2"), &[]);
    other["metadata"]["labels"]["karpenter.sh/nodepool"] = json!("web");
    seen.claim(Event::Apply(as_object(other)), at(2));
    seen.claim(
        Event::Apply(as_object(claim("ours", Some("n1"), &[]))),
        at(2),
    );
    let observation = seen.observation(JOB, Some(at(0)), at(30));
    let [claim] = observation.node_claims.as_slice() else {
        panic!("{observation:?}")
    };
    assert_eq!(claim.name, "ours");
    let gaps = observation.gaps.join("\n");
    assert!(gaps.contains("not recorded: 1."), "{gaps}");
    assert!(!gaps.contains("other,"), "{gaps}");
    assert_eq!(seen.nodes(JOB), [("m5.large".to_owned(), 1)].into());
}

#[test]
fn what_vanished_while_the_watch_was_interrupted_is_noticed() {
    let mut seen = watching(&[]);
    seen.pod(
        Event::Apply(as_object(pod("e1", "executor", None, json!({})))),
        at(1),
    );
    seen.trouble(Watched::Pods, "the connection broke".to_owned(), at(2));
    seen.trouble(Watched::Pods, "and again".to_owned(), at(3));
    seen.pod(Event::Init, at(7));
    seen.pod(Event::InitDone, at(7));
    let observation = seen.observation(JOB, Some(at(0)), at(9));
    assert_eq!(observation.pods[0].deleted, Some(at(7)));
    assert_eq!(
        observation.gaps,
        [
            "Pods could not be watched from 2026-11-22T15:00:02Z to 2026-11-22T15:00:07Z: and again.",
            "Some objects went away while the watch was interrupted: their ends are the times this was noticed.",
        ]
    );
}

#[test]
fn a_watch_that_stopped_failing_long_ago_works() {
    let mut seen = watching(&[]);
    seen.trouble(
        Watched::NodeClaims,
        "the connection broke".to_owned(),
        at(2),
    );
    let said = |ended: &str| {
        let ended = ended.parse().unwrap();
        seen.observation(JOB, Some(at(0)), ended).gaps.join(" ")
    };
    assert!(
        said("2026-11-22T15:00:30Z")
            .contains("from 2026-11-22T15:00:02Z on: the connection broke.")
    );
    assert!(
        said("2026-11-22T15:30:00Z").contains("from 2026-11-22T15:00:02Z to 2026-11-22T15:00:02Z:")
    );
}

#[test]
fn a_watch_that_never_worked_is_ready_and_blind() {
    let mut seen = Seen::default();
    assert!(!seen.is_ready());
    seen.trouble(Watched::Pods, "not allowed".to_owned(), at(1));
    seen.trouble(Watched::NodeClaims, "not allowed".to_owned(), at(1));
    assert!(seen.is_ready());
    assert_eq!(seen.blind().as_deref(), Some("not allowed"));
    let gaps = seen.observation(JOB, Some(at(0)), at(9)).gaps;
    assert_eq!(gaps.len(), 2, "{gaps:?}");
}

#[test]
fn an_emulated_cluster_says_so() {
    let mut emulated = claim("c1", Some("n1"), &[]);
    emulated["metadata"]["annotations"]["local-cloud/emulated"] = json!("true");
    let mut seen = watching(&[]);
    seen.claim(Event::Apply(as_object(emulated)), at(1));
    seen.pod(
        Event::Apply(as_object(pod("e1", "executor", Some("n1"), json!({})))),
        at(1),
    );
    let gaps = seen.observation(JOB, Some(at(0)), at(9)).gaps;
    assert!(
        gaps.iter()
            .any(|gap| gap.starts_with("The cluster was emulated on one machine")),
        "{gaps:?}"
    );
}
