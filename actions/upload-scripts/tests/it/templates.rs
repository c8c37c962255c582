//! Pod templates: made for the NodePools, or the user's own.

use crate::{
    bucket::object,
    step::{Step, cloud},
};

const OWN: &str =
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: spark-kubernetes-driver\n";

#[tokio::test]
async fn node_pools_labels_and_tolerations_can_be_chosen() {
    let cloud = cloud().await;
    let step = Step::new(&cloud)
        .set("INPUT_SET", "s")
        .set("INPUT_DRIVER-NODE-POOL", "on-demand")
        .set("INPUT_EXECUTOR-NODE-POOL", "spot")
        .set(
            "INPUT_NODE-LABELS",
            "karpenter.sh/nodepool={{node_pool}}\nkubernetes.io/arch=arm64",
        )
        .set("INPUT_TOLERATIONS", "spark=true:NoSchedule\n{{node_pool}}")
        .set("INPUT_POD-LABELS", "team=data");
    step.run().await.succeeded();
    let executor = object(&cloud, "scripts/s/config/executor-template.yaml")
        .await
        .unwrap();
    for line in [
        "    'team': 'data'",
        "    'karpenter.sh/nodepool': 'spot'",
        "    'kubernetes.io/arch': 'arm64'",
        "    - key: 'spark'\n      operator: 'Equal'\n      value: 'true'\n      effect: 'NoSchedule'",
        "    - key: 'spot'\n      operator: 'Exists'\n  containers:",
    ] {
        assert!(executor.contains(line), "{line}: {executor}");
    }
    assert!(!executor.contains("provisioner"), "{executor}");
    let driver = object(&cloud, "scripts/s/config/driver-template.yaml")
        .await
        .unwrap();
    assert!(
        driver.contains("'karpenter.sh/nodepool': 'on-demand'"),
        "{driver}"
    );
}

#[tokio::test]
async fn a_template_in_the_source_is_used_as_it_is() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "s");
    step.write("scripts/config/driver-template.yaml", OWN);
    let outcome = step.run().await.succeeded();
    assert_eq!(outcome.output("uploaded"), "3");
    let there = object(&cloud, "scripts/s/config/driver-template.yaml").await;
    assert_eq!(there.as_deref(), Some(OWN));
    assert!(
        outcome.summary.contains("as your template says"),
        "{}",
        outcome.summary
    );
}

#[tokio::test]
async fn a_template_by_input_may_be_handlebars_and_beats_the_one_in_the_source() {
    let cloud = cloud().await;
    let step = Step::new(&cloud).set("INPUT_SET", "s");
    step.write("scripts/config/driver-template.yaml", OWN);
    step.write(
        "pods/driver.yaml.hbs",
        "apiVersion: v1\nkind: Pod\nspec:\n  nodeSelector: {pool: '{{node_pool}}'}\n  containers:\n  - name: {{container}}\n",
    );
    let step = step
        .set("INPUT_DRIVER-TEMPLATE", "pods/driver.yaml.hbs")
        .set("INPUT_DRIVER-NODE-POOL", "big");
    let outcome = step.run().await.succeeded();
    outcome.says(&["`pods/driver.yaml.hbs` takes the place of the source's"]);
    let there = object(&cloud, "scripts/s/config/driver-template.yaml")
        .await
        .unwrap();
    assert!(there.contains("{pool: 'big'}") && there.contains("- name: spark-kubernetes-driver"));
}

#[tokio::test]
async fn what_emr_would_refuse_is_refused_with_all_its_faults() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write(
        "scripts/config/executor-template.yaml",
        "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n  containers:\n  - name: spark\n    image: x\n",
    );
    step.write("bad.yaml.hbs", "a: {{nodepool}}");
    let step = step.set("INPUT_DRIVER-TEMPLATE", "bad.yaml.hbs");
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    outcome.says(&[
        "`driver-template`: `bad.yaml.hbs`: line 1: ",
        "its values are `node_pool`",
        "`source`: `config/executor-template.yaml`: `spec.hostNetwork`: EMR on EKS does not take it",
        "no container is named `spark-kubernetes-executor`",
    ]);
    assert!(cloud.calls().is_empty());
}

#[tokio::test]
async fn a_template_that_is_no_yaml_is_placed_and_not_shown() {
    let cloud = cloud().await;
    let step = Step::new(&cloud);
    step.write(
        "scripts/config/driver-template.yaml",
        "apiVersion: v1\nkind: Pod\nspec:\n    password: hunter2\n   containers: []\n",
    );
    let outcome = step.run().await;
    assert_eq!(outcome.code, Some(2), "{}", outcome.log);
    outcome.says(&["`source`: `config/driver-template.yaml`: line 5, column "]);
    assert!(!outcome.log.contains("hunter2"), "{}", outcome.log);
}
