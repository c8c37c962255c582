//! Destroy: in order, refusing what is somebody's work, and telling what is left.

use crate::harness::{Ended, Scene};
use aws_sdk_emrcontainers::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_emrcontainers::types::{JobDriver, SparkSubmitJobDriver};
use local_cloud::ec2::{Thing, ThingKind};
use local_cloud::kubernetes::{EC2_NODE_CLASS, NODE_POOL};
use local_cloud::{Config, JobScript, LocalCloud, Service, VirtualClusterSeed};
use std::time::Duration;

/// The tag of everything that belongs to the cluster of these scenes.
pub(crate) const OWNED: (&str, &str) = ("kubernetes.io/cluster/test", "owned");

pub(crate) async fn cloud_with(config: Config) -> LocalCloud {
    let config = Config {
        virtual_cluster: Some(VirtualClusterSeed {
            name: "test-analytics".to_owned(),
            namespace: "analytics".to_owned(),
        }),
        ..config
    };
    LocalCloud::start(config).await.unwrap()
}

async fn cloud() -> LocalCloud {
    cloud_with(Config::default()).await
}

pub(crate) fn virtual_cluster(cloud: &LocalCloud) -> String {
    format!("virtual_cluster_id={}", cloud.virtual_cluster_id().unwrap())
}

/// A scene in which everything was applied.
pub(crate) async fn applied(cloud: &LocalCloud) -> Scene {
    let scene = Scene::new("complete");
    let inputs = [("variables", virtual_cluster(cloud))];
    let inputs = inputs
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    scene.run(&inputs, &cloud.environment()).await.succeeded();
    scene
}

pub(crate) async fn destroy(scene: &Scene, cloud: &LocalCloud, inputs: &[(&str, &str)]) -> Ended {
    let variables = virtual_cluster(cloud);
    let destroy = [("command", "destroy"), ("variables", variables.as_str())];
    scene
        .run(&[&destroy, inputs].concat(), &cloud.environment())
        .await
}

/// Starts a job run that goes on until it is cancelled.
pub(crate) async fn start_job_run(cloud: &LocalCloud) -> String {
    let environment = cloud.environment();
    let variable = |name: &str| {
        environment
            .iter()
            .find(|(n, _)| n == name)
            .unwrap()
            .1
            .clone()
    };
    let script = cloud.objects().put("test-bench", "job.py", "pass".into());
    script.await.unwrap();
    let (id, secret) = (
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
    );
    let credentials = Credentials::new(id, secret, None, None, "test");
    let config = aws_sdk_emrcontainers::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(variable("AWS_ENDPOINT_URL_EMR_CONTAINERS"))
        .credentials_provider(credentials)
        .build();
    let driver = SparkSubmitJobDriver::builder()
        .entry_point("s3://test-bench/job.py")
        .build()
        .unwrap();
    let started = aws_sdk_emrcontainers::Client::from_conf(config)
        .start_job_run()
        .virtual_cluster_id(cloud.virtual_cluster_id().unwrap())
        .name("nightly")
        .execution_role_arn("arn:aws:iam::000000000000:role/job-execution")
        .release_label("emr-7.13.0-latest")
        .job_driver(JobDriver::builder().spark_submit_job_driver(driver).build())
        .send()
        .await
        .unwrap();
    started.id().unwrap().to_owned()
}

pub(crate) fn endless() -> Config {
    Config {
        buckets: vec!["test-bench".to_owned()],
        script: Some(JobScript {
            running: Duration::from_secs(3600),
            ..JobScript::default()
        }),
        ..Config::default()
    }
}

fn place(cloud: &LocalCloud, service: Service, operation: &str) -> u64 {
    let calls = cloud.calls();
    let call = calls
        .iter()
        .find(|call| call.service == service && call.operation == operation);
    call.unwrap_or_else(|| panic!("no {operation} among {calls:?}"))
        .sequence
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_run_that_goes_on_is_named_and_nothing_is_removed() {
    let cloud = cloud_with(endless()).await;
    let scene = applied(&cloud).await;
    let id = start_job_run(&cloud).await;
    let ended = destroy(&scene, &cloud, &[]).await.ended_with(3);
    ended
        .says("1 job run has not ended")
        .says(&format!("job run {id} `nightly`"))
        .says("`force: true`");
    assert!(
        cloud
            .kubernetes()
            .get(&NODE_POOL, None, "spark-driver")
            .is_some()
    );
    assert!(scene.file("terraform.tfstate").exists());
    assert_eq!(
        cloud.state()["emr"]["virtual_clusters"][0]["state"],
        "RUNNING"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forced_it_cancels_job_runs_then_removes_nodes_then_the_virtual_cluster_then_the_rest() {
    let cloud = cloud_with(endless()).await;
    let scene = applied(&cloud).await;
    let id = start_job_run(&cloud).await;
    let ended = destroy(&scene, &cloud, &[("force", "true")])
        .await
        .succeeded();
    ended.says(&format!("cancelling job run {id}"));
    let order = [
        place(&cloud, Service::EmrContainers, "CancelJobRun"),
        place(&cloud, Service::Kubernetes, "delete nodepools"),
        place(&cloud, Service::Kubernetes, "delete ec2nodeclasses"),
        place(&cloud, Service::EmrContainers, "DeleteVirtualCluster"),
        place(&cloud, Service::Ec2, "DescribeVolumes"),
    ];
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(ended.output("left"), Some("0"));
    assert!(
        ended.summary.contains(
            "**Nothing**: no instance, volume, network interface or load balancer carries the tags of the cluster `test`"
        ),
        "{}",
        ended.summary
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_outlives_its_node_claim_is_waited_for() {
    let cloud = cloud().await;
    let scene = applied(&cloud).await;
    let tags = [OWNED, ("karpenter.sh/nodepool", "spark-executor")];
    let mut instance = Thing::new(ThingKind::Instance, "i-lingers", &tags);
    instance.state = "shutting-down".to_owned();
    cloud.estate().put(instance);
    let ended = destroy(&scene, &cloud, &[("remove-timeout", "1s")])
        .await
        .ended_with(3);
    ended
        .says("Instances not gone")
        .says("i-lingers: m5.large, shutting-down in us-east-1a since ")
        .says(", NodePool spark-executor")
        .says("Terraform was not started");
    assert_eq!(
        cloud.state()["emr"]["virtual_clusters"][0]["state"],
        "RUNNING"
    );
    cloud.estate().remove("i-lingers");
    destroy(&scene, &cloud, &[]).await.succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_listed_with_the_command_that_removes_it() {
    let cloud = cloud().await;
    let scene = applied(&cloud).await;
    let balancer = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/x/1";
    for thing in [
        Thing::new(ThingKind::Instance, "i-left", &[OWNED]),
        Thing::new(ThingKind::Volume, "vol-left", &[OWNED]),
        Thing::new(
            ThingKind::NetworkInterface,
            "eni-left",
            &[("cluster.k8s.amazonaws.com/name", "test")],
        ),
        Thing::new(
            ThingKind::LoadBalancer,
            balancer,
            &[("elbv2.k8s.aws/cluster", "test")],
        ),
        // Of another cluster, and shared by it.
        Thing::new(
            ThingKind::Volume,
            "vol-other",
            &[("kubernetes.io/cluster/other", "owned")],
        ),
    ] {
        cloud.estate().put(thing);
    }
    let ended = destroy(&scene, &cloud, &[("remove-timeout", "1s")])
        .await
        .ended_with(3);
    ended
        .says("::error title=Something is left::")
        .says("1 instance, 1 load balancer, 1 volume and 1 network interface of cluster `test` in us-east-1")
        .says("aws ec2 terminate-instances --region us-east-1 --instance-ids i-left")
        .never_says("vol-other");
    ended
        .says("instance i-left: m5.large, running in us-east-1a since ")
        .says("; per hour $0.");
    assert!(
        ended
            .summary
            .contains("| network interface | `eni-left` | nothing |")
            && ended.summary.contains("the rest is not known"),
        "{}",
        ended.summary
    );
    for id in ["i-left", "vol-left", "eni-left", balancer] {
        assert!(
            ended.summary.contains(&format!("`{id}`")),
            "{}",
            ended.summary
        );
    }
    assert_eq!(ended.output("left"), Some("4"));

    for id in ["i-left", "vol-left", "eni-left", balancer] {
        cloud.estate().remove(id);
    }
    // Terraform has forgotten the cluster by now, so it is named.
    let again = destroy(&scene, &cloud, &[("cluster-name", "test")])
        .await
        .succeeded();
    assert!(again.summary.contains("**Nothing**"), "{}", again.summary);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_looked_for_is_never_called_nothing() {
    let denied = vec![
        "ec2:DescribeVolumes".to_owned(),
        "tag:GetResources".to_owned(),
    ];
    let cloud = cloud_with(Config {
        denied_actions: denied,
        ..Config::default()
    })
    .await;
    let scene = applied(&cloud).await;
    let ended = destroy(&scene, &cloud, &[]).await.succeeded();
    ended
        .says("whether volumes are left is not known: ec2:DescribeVolumes: access denied")
        .says("whether load balancers are left is not known");
    assert!(!ended.summary.contains("**Nothing**"), "{}", ended.summary);
}

#[tokio::test(flavor = "multi_thread")]
async fn eks_is_asked_for_the_cluster_where_no_kubeconfig_is_named() {
    let cloud = cloud().await;
    let scene = Scene::new("complete");
    let mut environment = cloud.environment();
    environment.retain(|(name, _)| name != "KUBECONFIG");
    let variables = format!("{}\ncluster_name=local-cloud", virtual_cluster(&cloud));
    let variables = ("variables", variables.as_str());
    let ended = scene.run(&[variables], &environment).await.succeeded();
    ended
        .says("NodePool spark-executor: ready")
        .says("::group::Karpenter on https://");
    scene
        .run(&[variables, ("command", "destroy")], &environment)
        .await
        .succeeded();
    assert!(
        cloud
            .kubernetes()
            .get(&EC2_NODE_CLASS, None, "spark")
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_eks_no_longer_has_needs_no_nodes_removed() {
    let cloud = cloud().await;
    let scene = applied(&cloud).await;
    let mut environment = cloud.environment();
    environment.retain(|(name, _)| name != "KUBECONFIG");
    let ended = scene
        .run(&[("command", "destroy")], &environment)
        .await
        .succeeded();
    ended.says("EKS has no cluster `test` any more");
}

/// A root module that has only the virtual cluster is destroyed without its cluster.
#[tokio::test(flavor = "multi_thread")]
async fn the_nodes_of_a_cluster_that_stays_are_not_called_left() {
    let cloud = cloud().await;
    let scene = applied(&cloud).await;
    cloud.eks().rename("test");
    cloud
        .estate()
        .put(Thing::new(ThingKind::Instance, "i-of-others", &[OWNED]));
    let ended = destroy(&scene, &cloud, &[]).await.succeeded();
    ended
        .says("::notice title=The cluster stays::")
        .never_says("i-of-others");
    assert_eq!(ended.output("left"), None);
}

/// Most likely it is gone; but its nodes say that it is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_does_not_answer_while_its_nodes_run_is_not_destroyed() {
    let cloud = cloud().await;
    let scene = applied(&cloud).await;
    let kubeconfig = scene.file("kubeconfig");
    let text = "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
        clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\n\
        contexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]\n";
    std::fs::write(&kubeconfig, text).unwrap();
    let tags = [OWNED, ("karpenter.sh/nodepool", "spark-driver")];
    let instance = Thing::new(ThingKind::Instance, "i-runs", &tags);
    cloud.estate().put(instance);
    let path = kubeconfig.to_string_lossy().into_owned();
    let inputs = [("kubeconfig", path.as_str())];
    let ended = destroy(&scene, &cloud, &inputs).await.ended_with(3);
    ended
        .says("does not answer, and instances of Karpenter's nodes run")
        .says("i-runs: m5.large, running");
    assert!(scene.file("terraform.tfstate").exists());
}
