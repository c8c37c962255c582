//! Nodes whoever made them, and image pulls.

use kube::runtime::watcher::Event;
use serde_json::{Value, json};

use super::{JOB, as_object, at, pod, watching};

fn node(name: &str, labels: Value, ready: Option<u32>) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": name, "creationTimestamp": at(3).to_string(), "labels": labels },
        "spec": { "providerID": format!("aws:///eu-west-1a/{name}") },
        "status": { "conditions": [
            { "type": "Ready", "status": if ready.is_some() { "True" } else { "False" }, "lastTransitionTime": ready.map(|second| at(second).to_string()) },
        ] },
    })
}

#[test]
fn nodes_that_host_the_jobs_pods_are_recorded_whoever_made_them() {
    let mut seen = watching(&[]);
    let managed = json!({
        "eks.amazonaws.com/nodegroup": "system", "eks.amazonaws.com/capacityType": "ON_DEMAND",
        "node.kubernetes.io/instance-type": "m5.xlarge", "topology.kubernetes.io/zone": "eu-west-1a",
    });
    seen.node(Event::Init, at(0));
    for name in ["warm", "idle"] {
        let warm = node(name, managed.clone(), Some(4));
        seen.node(Event::InitApply(as_object(warm)), at(0));
    }
    seen.node(Event::InitDone, at(0));
    let karpenters =
        json!({ "karpenter.sh/nodepool": "spark", "karpenter.sh/capacity-type": "spot" });
    for (ready, second) in [(None, 5), (Some(7), 7), (None, 9), (Some(11), 11)] {
        let new = node("new", karpenters.clone(), ready);
        seen.node(Event::Apply(as_object(new)), at(second));
    }
    for (pod_name, host) in [("d", "warm"), ("e1", "new")] {
        let pod = pod(pod_name, "executor", Some(host), json!({}));
        seen.pod(Event::Apply(as_object(pod)), at(8));
    }
    let new = node("new", karpenters, None);
    seen.node(Event::Delete(as_object(new)), at(20));

    let nodes = seen.observation(JOB, Some(at(0)), at(30)).nodes;
    let [new, warm] = nodes.as_slice() else {
        panic!("{nodes:?}")
    };
    assert_eq!((new.there_before, warm.there_before), (false, true));
    assert_eq!(
        [
            &new.pool,
            &new.capacity_type,
            &warm.pool,
            &warm.capacity_type
        ]
        .map(Option::as_deref),
        [
            Some("spark"),
            Some("spot"),
            Some("system"),
            Some("on-demand")
        ]
    );
    assert_eq!(
        [new.created, new.ready, new.deleted, warm.deleted],
        [Some(at(3)), Some(at(7)), Some(at(20)), None]
    );
    assert_eq!(new.provider_id.as_deref(), Some("aws:///eu-west-1a/new"));
}

#[test]
fn image_pulls_come_from_events_of_the_main_container() {
    let mut seen = watching(&[]);
    let pod = pod("e1", "executor", Some("n1"), json!({}));
    seen.pod(Event::Apply(as_object(pod)), at(1));
    let event = |reason: &str, container: &str, second: u32| {
        as_object(json!({
            "apiVersion": "v1", "kind": "Event", "metadata": { "name": format!("e1.{reason}{second}") },
            "involvedObject": { "kind": "Pod", "name": "e1", "fieldPath": format!("spec.containers{{{container}}}") },
            "reason": reason, "firstTimestamp": at(second).to_string(),
        }))
    };
    let main = "spark-kubernetes-executor";
    for (reason, container, second) in [
        ("Pulling", "sidecar", 2),
        ("Pulling", main, 4),
        ("Pulled", main, 30),
        ("Pulled", main, 40),
        ("Started", main, 41),
    ] {
        seen.event(Event::Apply(event(reason, container, second)), at(50));
    }
    let pods = seen.observation(JOB, Some(at(0)), at(59)).pods;
    assert_eq!(
        (pods[0].pulling, pods[0].pulled),
        (Some(at(4)), Some(at(30)))
    );
}
