//! The Kubernetes API as the kube client uses it: objects, patches, checks and deletion.

use crate::start;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Node, Pod};
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, ListParams, LogParams, Patch, PatchParams,
    PostParams,
};
use kube::core::Status;
use kube::{Client, ResourceExt};
use local_cloud::kubernetes::{self, NAMESPACE, NODE, NODE_CLAIM, POD};
use local_cloud::{Config, LocalCloud};
use serde_json::{Value, json};

pub(crate) async fn cluster() -> (LocalCloud, Client) {
    let cloud = start(Config::default()).await;
    cloud
        .kubernetes()
        .put(&NAMESPACE, json!({ "metadata": { "name": "analytics" } }));
    // Read back from the file it wrote, as every client does.
    let path = cloud
        .environment()
        .into_iter()
        .find(|(name, _)| name == "KUBECONFIG")
        .unwrap()
        .1;
    let kubeconfig = kube::config::Kubeconfig::read_from(path).unwrap();
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &Default::default())
        .await
        .unwrap();
    (cloud, Client::try_from(config).unwrap())
}

pub(crate) fn pod(name: &str, role: &str) -> Value {
    json!({
        "metadata": { "name": name, "namespace": "analytics", "labels": { "spark-role": role } },
        "spec": { "containers": [{ "name": "main" }] },
    })
}

fn resource(kind: &kubernetes::Kind) -> ApiResource {
    ApiResource {
        group: kind.group.to_owned(),
        version: kind.version.to_owned(),
        api_version: kind.api_version(),
        kind: kind.kind.to_owned(),
        plural: kind.plural.to_owned(),
    }
}

pub(crate) fn custom(client: &Client, kind: &kubernetes::Kind) -> Api<DynamicObject> {
    Api::all_with(client.clone(), &resource(kind))
}

pub(crate) fn status(error: kube::Error) -> Status {
    match error {
        kube::Error::Api(status) => *status,
        other => panic!("not refused by the server: {other}"),
    }
}

#[tokio::test]
async fn objects_are_created_read_replaced_and_deleted() {
    let (_cloud, client) = cluster().await;
    let maps: Api<ConfigMap> = Api::namespaced(client, "analytics");
    let map: ConfigMap =
        serde_json::from_value(json!({ "metadata": { "name": "m" }, "data": { "a": "1" } }))
            .unwrap();
    let created = maps.create(&PostParams::default(), &map).await.unwrap();
    assert!(created.uid().is_some() && created.creation_timestamp().is_some());
    let again = status(maps.create(&PostParams::default(), &map).await.unwrap_err());
    assert_eq!((again.code, again.reason.as_str()), (409, "AlreadyExists"));

    let mut changed = maps.get("m").await.unwrap();
    changed
        .data
        .as_mut()
        .unwrap()
        .insert("b".to_owned(), "2".to_owned());
    let replaced = maps
        .replace("m", &PostParams::default(), &changed)
        .await
        .unwrap();
    assert_eq!(replaced.uid(), created.uid());
    // The version that was read is not the current one any more.
    let conflict = status(
        maps.replace("m", &PostParams::default(), &changed)
            .await
            .unwrap_err(),
    );
    assert_eq!((conflict.code, conflict.reason.as_str()), (409, "Conflict"));

    let patch = Patch::Merge(json!({ "data": { "a": null } }));
    let patched = maps
        .patch("m", &PatchParams::default(), &patch)
        .await
        .unwrap();
    assert_eq!(patched.data.unwrap().into_keys().collect::<Vec<_>>(), ["b"]);

    maps.delete("m", &DeleteParams::default()).await.unwrap();
    let gone = status(maps.get("m").await.unwrap_err());
    assert_eq!((gone.code, gone.reason.as_str()), (404, "NotFound"));
    assert_eq!(gone.message, "configmaps \"m\" not found");
}

#[tokio::test]
async fn an_object_needs_its_namespace() {
    let (_cloud, client) = cluster().await;
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), "elsewhere");
    let map: ConfigMap = serde_json::from_value(json!({ "metadata": { "name": "m" } })).unwrap();
    let refused = status(maps.create(&PostParams::default(), &map).await.unwrap_err());
    assert_eq!(refused.message, "namespaces \"elsewhere\" not found");
    let namespaces: Api<Namespace> = Api::all(client);
    assert_eq!(
        namespaces
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

#[tokio::test]
async fn lists_are_selected_by_labels_and_fields() {
    let (cloud, client) = cluster().await;
    for (name, role, node) in [
        ("d", "driver", "n1"),
        ("e1", "executor", "n1"),
        ("e2", "executor", "n2"),
    ] {
        let mut pod = pod(name, role);
        pod["spec"]["nodeName"] = node.into();
        cloud.kubernetes().put(&POD, pod);
    }
    cloud
        .kubernetes()
        .put(&NODE, json!({ "metadata": { "name": "n1" } }));
    let pods: Api<Pod> = Api::namespaced(client.clone(), "analytics");
    let names = async |wanted: ListParams| {
        let list = pods.list(&wanted).await.unwrap();
        list.items
            .iter()
            .map(ResourceExt::name_any)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(ListParams::default().labels("spark-role=executor")).await,
        ["e1", "e2"]
    );
    assert_eq!(
        names(ListParams::default().fields("spec.nodeName=n1")).await,
        ["d", "e1"]
    );
    assert_eq!(
        names(ListParams::default().labels("spark-role in (driver)")).await,
        ["d"]
    );
    let nodes: Api<Node> = Api::all(client);
    let refused = status(
        nodes
            .list(&ListParams::default().fields("spec.x=1"))
            .await
            .unwrap_err(),
    );
    assert_eq!(refused.code, 400);
}

#[tokio::test]
async fn finalizers_hold_an_object_until_they_are_gone() {
    let (cloud, client) = cluster().await;
    let claim = json!({ "metadata": { "name": "c", "finalizers": ["karpenter.sh/termination"] } });
    cloud.kubernetes().put(&NODE_CLAIM, claim);
    let claims = custom(&client, &NODE_CLAIM);
    claims.delete("c", &DeleteParams::default()).await.unwrap();
    assert!(
        claims
            .get("c")
            .await
            .unwrap()
            .metadata
            .deletion_timestamp
            .is_some()
    );
    cloud.kubernetes().edit(&NODE_CLAIM, None, "c", |claim| {
        claim["metadata"]["finalizers"] = json!([])
    });
    assert!(claims.get_opt("c").await.unwrap().is_none());
    assert!(cloud.kubernetes().get(&NODE_CLAIM, None, "c").is_none());
}

#[tokio::test]
async fn logs_are_those_of_the_container() {
    let (cloud, client) = cluster().await;
    let mut driver = pod("d", "driver");
    driver["spec"]["containers"] = json!([{ "name": "main" }, { "name": "fluentd" }]);
    cloud.kubernetes().put(&POD, driver);
    cloud
        .kubernetes()
        .set_log("analytics", "d", "main", "one\ntwo\n");
    let pods: Api<Pod> = Api::namespaced(client, "analytics");
    let main = LogParams {
        container: Some("main".to_owned()),
        ..LogParams::default()
    };
    assert_eq!(pods.logs("d", &main).await.unwrap(), "one\ntwo\n");
    let tail = LogParams {
        tail_lines: Some(1),
        ..main
    };
    assert_eq!(pods.logs("d", &tail).await.unwrap(), "two\n");
    assert_eq!(
        status(pods.logs("d", &LogParams::default()).await.unwrap_err()).code,
        400
    );
    assert_eq!(
        status(pods.logs("none", &LogParams::default()).await.unwrap_err()).code,
        404
    );
}

#[tokio::test]
async fn discovery_finds_every_kind() {
    let (_cloud, client) = cluster().await;
    let discovery = kube::Discovery::new(client).run().await.unwrap();
    let mut kinds: Vec<String> = discovery
        .groups()
        .flat_map(|g| g.recommended_resources())
        .map(|(r, _)| r.kind)
        .collect();
    kinds.sort();
    assert_eq!(
        kinds,
        [
            "ConfigMap",
            "EC2NodeClass",
            "Event",
            "Namespace",
            "Node",
            "NodeClaim",
            "NodePool",
            "Pod"
        ]
    );
}
