//! NodePools and EC2NodeClasses through server-side apply: merging, checks against Karpenter's schemas, conditions.

use crate::kubernetes::{cluster, custom, status};
use kube::ResourceExt;
use kube::api::{DynamicObject, ListParams, Patch, PatchParams, PostParams, ValidationDirective};
use local_cloud::kubernetes;
use serde_json::{Value, json};

fn node_pool(limits: Value) -> Value {
    json!({
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": { "name": "spark-executor" },
        "spec": {
            "limits": limits,
            "disruption": { "consolidationPolicy": "WhenEmpty", "consolidateAfter": "30s" },
            "template": { "spec": {
                "nodeClassRef": { "group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "spark" },
                "requirements": [{ "key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"] }],
            } },
        },
    })
}

fn node_class() -> Value {
    json!({
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": { "name": "spark" },
        "spec": {
            "role": "node",
            "amiSelectorTerms": [{ "alias": "al2023@latest" }],
            "subnetSelectorTerms": [{ "tags": { "karpenter.sh/discovery": "c" } }],
            "securityGroupSelectorTerms": [{ "tags": { "karpenter.sh/discovery": "c" } }],
        },
    })
}

fn applied() -> PatchParams {
    PatchParams::apply("provision-infra").force()
}

fn condition(object: &DynamicObject, kind: &str) -> Option<String> {
    let conditions = object.data["status"]["conditions"].as_array()?;
    let condition = conditions.iter().find(|c| c["type"] == kind)?;
    condition["status"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn applying_twice_is_the_same_as_applying_once() {
    let (cloud, client) = cluster().await;
    let pools = custom(&client, &kubernetes::NODE_POOL);
    let classes = custom(&client, &kubernetes::EC2_NODE_CLASS);
    classes
        .patch("spark", &applied(), &Patch::Apply(node_class()))
        .await
        .unwrap();
    let pool = node_pool(json!({ "cpu": "1000", "memory": "1000Gi" }));
    let created = pools
        .patch("spark-executor", &applied(), &Patch::Apply(&pool))
        .await
        .unwrap();
    assert_eq!(created.metadata.generation, Some(1));
    let first = pools.get("spark-executor").await.unwrap();
    let version = cloud.kubernetes().version();
    pools
        .patch("spark-executor", &applied(), &Patch::Apply(&pool))
        .await
        .unwrap();
    let second = pools.get("spark-executor").await.unwrap();
    assert_eq!(first.resource_version(), second.resource_version());
    assert_eq!(cloud.kubernetes().version(), version);

    let owner = &second.metadata.managed_fields.as_ref().unwrap()[0];
    assert_eq!(owner.manager.as_deref(), Some("provision-infra"));
    assert_eq!(owner.operation.as_deref(), Some("Apply"));
    // Defaults of the schema are filled in, and Karpenter has accepted it.
    assert_eq!(
        second.data["spec"]["template"]["spec"]["expireAfter"],
        "720h"
    );
    assert_eq!(condition(&second, "Ready").as_deref(), Some("True"));
}

#[tokio::test]
async fn a_node_pool_is_not_ready_without_its_node_class() {
    let (_cloud, client) = cluster().await;
    let pools = custom(&client, &kubernetes::NODE_POOL);
    let pool = node_pool(json!({ "cpu": "1000" }));
    pools
        .patch("spark-executor", &applied(), &Patch::Apply(pool))
        .await
        .unwrap();
    assert_eq!(
        condition(&pools.get("spark-executor").await.unwrap(), "Ready").as_deref(),
        Some("False")
    );
    let classes = custom(&client, &kubernetes::EC2_NODE_CLASS);
    classes
        .patch("spark", &applied(), &Patch::Apply(node_class()))
        .await
        .unwrap();
    assert_eq!(
        condition(&pools.get("spark-executor").await.unwrap(), "Ready").as_deref(),
        Some("True")
    );
}

#[tokio::test]
async fn a_node_pool_of_the_old_shape_is_refused_with_its_field() {
    let (_cloud, client) = cluster().await;
    let pools = custom(&client, &kubernetes::NODE_POOL);
    let pool = node_pool(json!({ "resources": { "cpu": 1000 } }));
    let refused = status(
        pools
            .patch("spark-executor", &applied(), &Patch::Apply(pool))
            .await
            .unwrap_err(),
    );
    assert_eq!((refused.code, refused.reason.as_str()), (422, "Invalid"));
    assert!(refused.message.starts_with(
        "NodePool.karpenter.sh \"spark-executor\" is invalid: spec.limits.resources:"
    ));
    assert_eq!(
        refused.details.unwrap().causes[0].field,
        "spec.limits.resources"
    );
    assert!(
        pools
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test]
async fn unknown_fields_are_refused_or_dropped_as_asked() {
    let (_cloud, client) = cluster().await;
    let pools = custom(&client, &kubernetes::NODE_POOL);
    let mut pool = node_pool(json!({ "cpu": 1000 }));
    pool["spec"]["ttlSecondsAfterEmpty"] = 30.into();
    let refused = status(
        pools
            .patch("spark-executor", &applied(), &Patch::Apply(&pool))
            .await
            .unwrap_err(),
    );
    assert!(
        refused
            .message
            .ends_with(".spec.ttlSecondsAfterEmpty: field not declared in schema"),
        "{}",
        refused.message
    );

    let object: DynamicObject = serde_json::from_value(pool).unwrap();
    let created = pools.create(&PostParams::default(), &object).await.unwrap();
    assert!(created.data["spec"]["ttlSecondsAfterEmpty"].is_null());
    let strict = PatchParams {
        field_validation: Some(ValidationDirective::Strict),
        ..PatchParams::default()
    };
    let patch = Patch::Merge(json!({ "spec": { "provider": {} } }));
    let refused = status(
        pools
            .patch("spark-executor", &strict, &patch)
            .await
            .unwrap_err(),
    );
    assert_eq!(refused.code, 400);
    assert_eq!(
        refused.message,
        "strict decoding error: unknown field \"spec.provider\""
    );
}

#[tokio::test]
async fn applying_needs_a_manager_and_a_dry_run_writes_nothing() {
    let (_cloud, client) = cluster().await;
    let classes = custom(&client, &kubernetes::EC2_NODE_CLASS);
    let nobody = status(
        classes
            .patch(
                "spark",
                &PatchParams::default(),
                &Patch::Apply(node_class()),
            )
            .await
            .unwrap_err(),
    );
    assert_eq!(nobody.code, 422);
    assert!(
        nobody.message.contains("fieldManager: Required value"),
        "{}",
        nobody.message
    );
    let shown = classes
        .patch("spark", &applied().dry_run(), &Patch::Apply(node_class()))
        .await
        .unwrap();
    assert_eq!(shown.name_any(), "spark");
    assert!(classes.get_opt("spark").await.unwrap().is_none());
}

#[tokio::test]
async fn a_dry_run_refuses_what_the_rules_of_the_definition_refuse() {
    let (_cloud, client) = cluster().await;
    let strict = PatchParams {
        field_validation: Some(ValidationDirective::Strict),
        ..applied().dry_run()
    };
    let classes = custom(&client, &kubernetes::EC2_NODE_CLASS);
    let mut class = node_class();
    class["spec"]["instanceProfile"] = "profile".into();
    class["spec"]["tags"] = json!({ "karpenter.sh/nodepool": "x" });
    let refused = classes.patch("spark", &strict, &Patch::Apply(&class)).await;
    let refused = status(refused.unwrap_err());
    assert_eq!((refused.code, refused.reason.as_str()), (422, "Invalid"));
    let fields: Vec<_> = refused.details.unwrap().causes.into_iter().collect();
    let fields: Vec<_> = fields.iter().map(|cause| cause.field.as_str()).collect();
    assert_eq!(fields, ["spec", "spec.tags"]);

    // What is required comes first, and the server says that it has not come to the rules.
    class["spec"]
        .as_object_mut()
        .unwrap()
        .shift_remove("subnetSelectorTerms");
    let refused = classes.patch("spark", &strict, &Patch::Apply(&class)).await;
    let refused = status(refused.unwrap_err());
    assert!(
        refused
            .message
            .contains("spec.subnetSelectorTerms: Required value"),
        "{}",
        refused.message
    );
    assert!(
        refused
            .message
            .contains("some validation rules were not checked"),
        "{}",
        refused.message
    );
}

fn condition_text(object: &DynamicObject, kind: &str) -> Vec<String> {
    let conditions = object.data["status"]["conditions"].as_array().unwrap();
    let condition = conditions.iter().find(|c| c["type"] == kind).unwrap();
    let text = |field: &str| condition[field].as_str().unwrap().to_owned();
    vec![text("status"), text("reason"), text("message")]
}

#[tokio::test]
async fn a_class_that_finds_no_subnets_keeps_its_pools_from_being_ready() {
    let (cloud, client) = cluster().await;
    let unready = kubernetes::Unready {
        condition: "SubnetsReady".to_owned(),
        reason: "SubnetsNotFound".to_owned(),
        message: "SubnetSelector did not match any Subnets".to_owned(),
    };
    let store = cloud.kubernetes();
    store.keep_unready(&kubernetes::EC2_NODE_CLASS, "spark", unready);
    let classes = custom(&client, &kubernetes::EC2_NODE_CLASS);
    let applied_class = Patch::Apply(node_class());
    classes
        .patch("spark", &applied(), &applied_class)
        .await
        .unwrap();
    let pools = custom(&client, &kubernetes::NODE_POOL);
    let pool = Patch::Apply(node_pool(json!({ "cpu": "1000" })));
    pools
        .patch("spark-executor", &applied(), &pool)
        .await
        .unwrap();
    let class = classes.get("spark").await.unwrap();
    assert_eq!(
        condition_text(&class, "SubnetsReady"),
        [
            "False",
            "SubnetsNotFound",
            "SubnetSelector did not match any Subnets"
        ]
    );
    let blamed = ["False", "UnhealthyDependents", "SubnetsReady=False"];
    assert_eq!(condition_text(&class, "Ready"), blamed);
    let pool = pools.get("spark-executor").await.unwrap();
    assert_eq!(condition_text(&pool, "NodeClassReady"), blamed);
    assert_eq!(
        condition_text(&pool, "Ready"),
        ["False", "UnhealthyDependents", "NodeClassReady=False"]
    );

    store.let_ready(&kubernetes::EC2_NODE_CLASS, "spark");
    let pool = pools.get("spark-executor").await.unwrap();
    assert_eq!(condition(&pool, "Ready").as_deref(), Some("True"));
}

#[tokio::test]
async fn a_pool_alone_can_be_kept_from_being_ready() {
    let (cloud, client) = cluster().await;
    let unready = kubernetes::Unready {
        condition: "ValidationSucceeded".to_owned(),
        reason: "NodePoolValidationFailed".to_owned(),
        message: "invalid requirement".to_owned(),
    };
    let store = cloud.kubernetes();
    let classes = custom(&client, &kubernetes::EC2_NODE_CLASS);
    let class = Patch::Apply(node_class());
    classes.patch("spark", &applied(), &class).await.unwrap();
    let pools = custom(&client, &kubernetes::NODE_POOL);
    let pool = Patch::Apply(node_pool(json!({ "cpu": "1000" })));
    pools
        .patch("spark-executor", &applied(), &pool)
        .await
        .unwrap();
    store.keep_unready(&kubernetes::NODE_POOL, "spark-executor", unready);
    let pool = pools.get("spark-executor").await.unwrap();
    assert_eq!(
        condition_text(&pool, "Ready"),
        ["False", "UnhealthyDependents", "ValidationSucceeded=False"]
    );
    assert_eq!(condition(&pool, "NodeClassReady").as_deref(), Some("True"));
}

#[tokio::test]
async fn a_kind_whose_definition_is_missing_is_not_found_until_it_is_installed() {
    let (cloud, client) = cluster().await;
    let store = cloud.kubernetes();
    store.uninstall(&kubernetes::EC2_NODE_CLASS);
    let classes = custom(&client, &kubernetes::EC2_NODE_CLASS);
    let class = Patch::Apply(node_class());
    let missing = status(
        classes
            .patch("spark", &applied(), &class)
            .await
            .unwrap_err(),
    );
    assert_eq!((missing.code, missing.reason.as_str()), (404, "NotFound"));
    assert_eq!(
        missing.message,
        "the server could not find the requested resource"
    );
    let groups = async || {
        let groups = client.list_api_groups().await.unwrap().groups;
        let names = groups.into_iter().map(|group| group.name);
        names.collect::<Vec<_>>()
    };
    assert_eq!(groups().await, ["karpenter.sh"]);

    store.install(&kubernetes::EC2_NODE_CLASS);
    assert_eq!(groups().await, ["karpenter.k8s.aws", "karpenter.sh"]);
    classes.patch("spark", &applied(), &class).await.unwrap();
}
