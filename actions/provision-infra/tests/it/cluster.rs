//! The NodePools on the local cloud's Kubernetes.

use crate::harness::{Scene, cloud};
use local_cloud::kubernetes::{EC2_NODE_CLASS, NODE_CLAIM, NODE_POOL};
use local_cloud::{Answer, At, Fault, FaultKind, Moment, Service};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn apply_makes_the_class_and_both_pools() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    let inputs = [
        ("zones", "us-east-1a"),
        ("executor-capacity-type", "spot,on-demand"),
    ];
    let ended = scene.run(&inputs, &cloud.environment()).await.succeeded();

    let class = cloud
        .kubernetes()
        .get(&EC2_NODE_CLASS, None, "spark")
        .unwrap();
    assert_eq!(class["spec"]["role"], "karpenter-node");
    let driver = cloud
        .kubernetes()
        .get(&NODE_POOL, None, "spark-driver")
        .unwrap();
    assert_eq!(
        driver["spec"]["limits"],
        json!({"cpu": "1000", "memory": "1000Gi"})
    );
    let executor = cloud
        .kubernetes()
        .get(&NODE_POOL, None, "spark-executor")
        .unwrap();
    let requirements = &executor["spec"]["template"]["spec"]["requirements"];
    assert_eq!(requirements[0]["values"], json!(["us-east-1a"]));
    assert_eq!(requirements[2]["values"], json!(["spot", "on-demand"]));
    assert!(
        ended
            .summary
            .contains("| NodePool `spark-executor` | created, ready |"),
        "{}",
        ended.summary
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_apply_leaves_the_pools_unchanged_and_a_new_setting_changes_them() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    scene.run(&[], &cloud.environment()).await.succeeded();
    let again = scene.run(&[], &cloud.environment()).await.succeeded();
    for object in [
        "EC2NodeClass spark",
        "NodePool spark-driver",
        "NodePool spark-executor",
    ] {
        again.says(&format!("{object}: unchanged"));
    }
    let other = scene
        .run(&[("cpu-limit", "64")], &cloud.environment())
        .await
        .succeeded();
    other
        .says("EC2NodeClass spark: unchanged")
        .says("NodePool spark-driver: changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_changed_is_set_right_again() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    scene.run(&[], &cloud.environment()).await.succeeded();
    cloud
        .kubernetes()
        .edit(&NODE_POOL, None, "spark-executor", |pool| {
            pool["spec"]["disruption"]["consolidationPolicy"] = "WhenEmptyOrUnderutilized".into();
        });
    let ended = scene.run(&[], &cloud.environment()).await.succeeded();
    ended.says("NodePool spark-executor: changed");
    let pool = cloud
        .kubernetes()
        .get(&NODE_POOL, None, "spark-executor")
        .unwrap();
    assert_eq!(
        pool["spec"]["disruption"]["consolidationPolicy"],
        "WhenEmpty"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn destroy_removes_the_pools_after_their_nodes_and_before_terraform() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    scene.run(&[], &cloud.environment()).await.succeeded();
    let store = cloud.kubernetes().clone();
    store.put(
        &NODE_CLAIM,
        json!({"apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
               "metadata": {"name": "spark-driver-x1", "labels": {"karpenter.sh/nodepool": "spark-driver"}}}),
    );
    let child = scene
        .step(&[("command", "destroy")], &cloud.environment())
        .spawn()
        .unwrap();
    let mut changed = store.changed();
    while store.get(&NODE_POOL, None, "spark-driver").is_some() {
        tokio::time::timeout(Duration::from_secs(60), changed.changed())
            .await
            .unwrap()
            .unwrap();
    }
    assert!(scene.file("terraform.tfstate").exists());
    assert!(
        store.get(&EC2_NODE_CLASS, None, "spark").is_some(),
        "the class goes last"
    );
    // The node has drained.
    store.remove(&NODE_CLAIM, None, "spark-driver-x1");

    let ended = scene.end(child).await.succeeded();
    assert!(store.get(&EC2_NODE_CLASS, None, "spark").is_none());
    assert_eq!(
        ended.output("changes"),
        Some("0 to add, 0 to change, 1 to destroy")
    );
    assert!(
        ended
            .summary
            .contains("Removed, with their nodes: NodePool `spark-driver`"),
        "{}",
        ended.summary
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn destroy_leaves_pools_alone_that_others_made() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    scene.run_terraform_only(&[]).await.succeeded();
    cloud.kubernetes().put(
        &NODE_POOL,
        json!({"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "spark-driver"}, "spec": {}}),
    );
    let ended = scene
        .run(&[("command", "destroy")], &cloud.environment())
        .await
        .succeeded();
    assert!(ended.summary.contains("Left alone"), "{}", ended.summary);
    assert!(
        cloud
            .kubernetes()
            .get(&NODE_POOL, None, "spark-driver")
            .is_some()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn destroy_refuses_a_kubeconfig_of_another_cluster() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    scene
        .run(&[("variables", "cluster_name=one")], &cloud.environment())
        .await
        .succeeded();
    scene
        .run_terraform_only(&[("variables", "cluster_name=two")])
        .await
        .succeeded();
    let ended = scene
        .run(&[("command", "destroy")], &cloud.environment())
        .await
        .ended_with(3);
    ended.says("was made for cluster `one`, and `two` is to be destroyed");
    assert!(
        cloud
            .kubernetes()
            .get(&NODE_POOL, None, "spark-driver")
            .is_some()
    );
    assert!(scene.file("terraform.tfstate").exists());
}

fn unreachable_cluster(scene: &Scene) -> Vec<(String, String)> {
    // Port 1 of loopback: nothing listens there.
    let kubeconfig = "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
        clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\n\
        contexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]\n";
    let path = scene.file("kubeconfig");
    std::fs::write(&path, kubeconfig).unwrap();
    vec![("KUBECONFIG".to_owned(), path.to_string_lossy().into_owned())]
}

#[tokio::test]
async fn an_unreachable_cluster_is_named_with_its_address() {
    let scene = Scene::new("complete");
    let ended = scene
        .run(&[("ready-timeout", "0s")], &unreachable_cluster(&scene))
        .await
        .ended_with(3);
    ended
        .says("http://127.0.0.1:1")
        .says("cannot be reached")
        .says("node-pools: false");
    assert_eq!(ended.output("cluster-name"), Some("test"));
}

#[tokio::test]
async fn without_any_cluster_configuration_the_input_to_set_is_named() {
    let scene = Scene::new("complete");
    let ended = scene.run(&[], &[]).await.ended_with(3);
    ended
        .says("eks:DescribeCluster for cluster `test`: no usable AWS credentials")
        .says("name a `kubeconfig`");
}

const SECRET: &str = "eyJTOPSECRETTOKEN123";

/// Once named by the input, once found the usual way.
#[tokio::test]
async fn a_kubeconfig_with_a_bad_indent_is_placed_and_not_shown() {
    let scene = Scene::new("complete");
    let path = scene.file("kubeconfig").to_string_lossy().into_owned();
    let text = format!(
        "apiVersion: v1\nkind: Config\nusers:\n- name: u\n  user:\n    token: {SECRET}\n   client-key-data: {SECRET}\n"
    );
    std::fs::write(&path, text).unwrap();
    let usual = [("KUBECONFIG".to_owned(), path.clone())];
    for (inputs, environment) in [
        (&[("kubeconfig", path.as_str())][..], &[][..]),
        (&[], &usual),
    ] {
        let ended = scene.run(inputs, environment).await.ended_with(3);
        ended
            .says(&format!("kubeconfig `{path}`, line 7, column "))
            .says("its text is not shown here")
            .never_says(SECRET)
            .never_says("client-key-data");
    }
}

#[tokio::test]
async fn what_a_token_program_prints_is_not_shown() {
    let scene = Scene::new("complete");
    let path = scene.file("kubeconfig");
    let kubeconfig = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
         clusters: [{{name: c, cluster: {{server: 'http://127.0.0.1:1'}}}}]\n\
         contexts: [{{name: c, context: {{cluster: c, user: u}}}}]\nusers:\n- name: u\n  user:\n    exec:\n\
         \x20     apiVersion: client.authentication.k8s.io/v1\n      interactiveMode: Never\n\
         \x20     command: echo\n      args: ['{{\"token\": \"{SECRET}\", ]']\n"
    );
    std::fs::write(&path, kubeconfig).unwrap();
    let ended = scene
        .run(&[("kubeconfig", &path.to_string_lossy())], &[])
        .await
        .ended_with(3);
    ended
        .says("token program printed, line 1, column ")
        .never_says(SECRET);
}

#[tokio::test(flavor = "multi_thread")]
async fn destroy_goes_on_when_the_cluster_is_out_of_reach_and_says_what_may_be_left() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    scene.run_terraform_only(&[]).await.succeeded();
    let environment = [cloud.environment(), unreachable_cluster(&scene)].concat();
    let ended = scene
        .run(&[("command", "destroy")], &environment)
        .await
        .succeeded();
    ended.says("may outlive it").says("http://127.0.0.1:1");
    assert_eq!(
        ended.output("changes"),
        Some("0 to add, 0 to change, 1 to destroy")
    );
}

/// Nobody would end the instances that Karpenter started.
#[tokio::test(flavor = "multi_thread")]
async fn destroy_does_not_start_when_nobody_can_say_what_runs() {
    let scene = Scene::new("complete");
    scene.run_terraform_only(&[]).await.succeeded();
    let ended = scene
        .run(&[("command", "destroy")], &[])
        .await
        .ended_with(3);
    ended
        .says("emr-containers:DescribeVirtualCluster")
        .says("no usable AWS credentials");
    assert!(scene.file("terraform.tfstate").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_only_the_cluster_refuses_is_named_before_any_is_applied() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    let fault = cloud.fault(Fault::always(
        At::when(|call| call.operation == "patch nodepools" && call.subject == "spark-executor"),
        FaultKind::Denied,
    ));
    let ended = scene
        .run(&[("ready-timeout", "1s")], &cloud.environment())
        .await
        .ended_with(3);
    ended
        .says("Cluster refused the credentials")
        .says("waiting for the cluster");
    drop(fault);
    assert!(cloud.kubernetes().list(&EC2_NODE_CLASS, None).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_not_there_yet_is_waited_for() {
    for fault in [
        FaultKind::Reset(Moment::Before),
        FaultKind::Unavailable,
        FaultKind::Denied,
    ] {
        let (scene, cloud) = (Scene::new("complete"), cloud().await);
        let _fault = cloud.fault(Fault {
            at: At::Service(Service::Kubernetes),
            kind: fault,
            times: Some(2),
        });
        let ended = scene.run(&[], &cloud.environment()).await.succeeded();
        if fault != FaultKind::Unavailable {
            // That one the client repeats by itself.
            ended.says("waiting for the cluster: ");
        }
        ended.says("NodePool spark-executor: ready");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finalizer_that_holds_is_named_with_what_karpenter_says() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    scene.run(&[], &cloud.environment()).await.succeeded();
    cloud.kubernetes().put(
        &NODE_CLAIM,
        json!({"apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
               "metadata": {"name": "x1", "labels": {"karpenter.sh/nodepool": "spark-driver"}, "finalizers": ["karpenter.sh/termination"]},
               "status": {"nodeName": "ip-10-0-1-2", "conditions": [
                   {"type": "Drained", "status": "False", "reason": "Draining", "message": "pod analytics/x is protected"}]}}),
    );
    let inputs = [("command", "destroy"), ("remove-timeout", "1s")];
    let ended = scene.run(&inputs, &cloud.environment()).await.ended_with(3);
    ended.says("NodeClaim `x1` of spark-driver on node ip-10-0-1-2 (Drained not yet: pod analytics/x is protected)");
    assert!(scene.file("terraform.tfstate").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn karpenter_that_is_still_being_installed_is_waited_for() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    cloud.kubernetes().uninstall(&NODE_POOL);
    let child = scene.step(&[], &cloud.environment()).spawn().unwrap();
    let refused = Answer::Status(404);
    cloud
        .call(|call| call.operation == "patch nodepools" && call.answer == refused)
        .await;
    cloud.kubernetes().install(&NODE_POOL);
    let ended = scene.end(child).await.succeeded();
    ended
        .says("it does not know this kind of object")
        .says("NodePool spark-executor: ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_karpenter_the_message_says_to_install_it() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    cloud.kubernetes().uninstall(&NODE_POOL);
    let inputs = [("ready-timeout", "1s")];
    let ended = scene.run(&inputs, &cloud.environment()).await.ended_with(3);
    ended.says("::error title=Karpenter not installed::");
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_are_in_the_first_zone_of_the_root_module_unless_others_are_chosen() {
    let (scene, cloud) = (Scene::new("complete"), cloud().await);
    let azs = ("variables", r#"azs=["us-east-1b","us-east-1c"]"#);
    let zones = || {
        let pool = cloud
            .kubernetes()
            .get(&NODE_POOL, None, "spark-driver")
            .unwrap();
        let requirements = pool["spec"]["template"]["spec"]["requirements"].clone();
        let requirements = requirements.as_array().unwrap().clone();
        let zone = requirements
            .iter()
            .find(|r| r["key"] == "topology.kubernetes.io/zone");
        zone.map(|zone| zone["values"].clone())
    };
    scene.run(&[azs], &cloud.environment()).await.succeeded();
    assert_eq!(zones(), Some(json!(["us-east-1b"])));
    let all = ("zones", "all");
    scene
        .run(&[azs, all], &cloud.environment())
        .await
        .succeeded();
    assert_eq!(zones(), None);
}
