//! What the manifests say, and that no value can make them say more.

use super::*;
use crate::settings::{List, ZoneChoice};

fn hardware(families: &str, capacity: &str) -> Hardware {
    Hardware {
        families: families.parse().unwrap(),
        capacity: capacity.parse().unwrap(),
    }
}

pub(crate) fn settings() -> NodePoolSettings {
    NodePoolSettings {
        driver: hardware("m4,m5", "on-demand"),
        executor: hardware("m4,m5,r4,r5", "spot"),
        zones: ZoneChoice::default(),
        consolidate_after: "30s".parse().unwrap(),
        cpu_limit: "1000".parse().unwrap(),
        memory_limit: "1000Gi".parse().unwrap(),
    }
}

pub(super) fn rendered(cluster: &str, zones: Option<&str>) -> Vec<Manifest> {
    let facts = ClusterFacts {
        name: cluster,
        node_role: "karpenter-node",
    };
    let zones = zones.map(|zones| zones.parse::<List<_>>().unwrap());
    render(facts, &settings(), zones.as_ref()).unwrap()
}

#[test]
fn the_origins_executor_provisioner_in_todays_form() {
    let manifests = rendered("demo", Some("us-east-1a"));
    insta::assert_snapshot!(manifests[2].yaml);
}

#[test]
fn the_class_carries_role_discovery_tags_and_the_origins_disk() {
    let manifests = rendered("demo", None);
    insta::assert_snapshot!(manifests[0].yaml);
}

#[test]
fn the_class_comes_before_the_pools_that_name_it() {
    let order: Vec<_> = rendered("demo", None)
        .iter()
        .map(|m| (m.kind, m.name.clone()))
        .collect();
    assert_eq!(
        order,
        [
            (Kind::Ec2NodeClass, "spark".to_owned()),
            (Kind::NodePool, "spark-driver".to_owned()),
            (Kind::NodePool, "spark-executor".to_owned()),
        ]
    );
}

#[test]
fn without_zones_no_zone_is_required() {
    let pool = &rendered("demo", None)[1].object;
    let keys: Vec<_> = pool["spec"]["template"]["spec"]["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|requirement| requirement["key"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        keys,
        [
            "karpenter.k8s.aws/instance-family",
            "karpenter.sh/capacity-type"
        ]
    );
}

#[test]
fn nodes_select_like_the_origins_pod_templates_and_have_no_taints() {
    for manifest in &rendered("demo", None)[1..] {
        let template = &manifest.object["spec"]["template"];
        assert_eq!(template["metadata"]["labels"]["type"], "karpenter");
        assert_eq!(template["metadata"]["labels"]["provisioner"], manifest.name);
        assert!(template["spec"].get("taints").is_none());
    }
}

/// On a node this annotation blocks the removal of empty nodes too, so a driver's node would never go.
#[test]
fn no_node_is_kept_from_being_removed_when_empty() {
    for manifest in rendered("demo", None) {
        assert!(
            !manifest.yaml.contains("do-not-disrupt"),
            "{}",
            manifest.yaml
        );
    }
}

#[test]
fn a_quote_in_a_cluster_name_stays_inside_its_string() {
    let hostile = "x\"\n  role: \"admin";
    for manifest in rendered(hostile, None) {
        assert_eq!(
            manifest.object["metadata"]["annotations"][CLUSTER_ANNOTATION],
            hostile
        );
    }
    let class = &rendered(hostile, None)[0].object;
    assert_eq!(class["spec"]["role"], "karpenter-node");
    assert_eq!(
        class["spec"]["subnetSelectorTerms"][0]["tags"]["karpenter.sh/discovery"],
        hostile
    );
}
