//! Templates as people write them.

use crate::{Problem, Role, problems};

const GOOD: &str = "apiVersion: v1
kind: Pod
metadata:
  annotations: {karpenter.sh/do-not-disrupt: 'true'}
spec:
  volumes: [{name: data, emptyDir: {}}]
  nodeSelector: {provisioner: spark-driver}
  tolerations: [{key: spark-driver, operator: Exists, effect: NoSchedule}]
  containers:
    - name: spark-kubernetes-driver
      env: [{name: TOKEN, value: hunter2}]
      volumeMounts: [{name: data, mountPath: /data}]
    - name: metrics
      image: example.com/metrics:1
      command: [sh]
  initContainers:
    - name: prepare
      image: example.com/prepare:1
";

fn said(role: Role, text: &str) -> Vec<String> {
    problems(role, text)
        .iter()
        .map(Problem::to_string)
        .collect()
}

#[track_caller]
fn one(role: Role, text: &str) -> String {
    let said = said(role, text);
    let [one] = said.as_slice() else {
        panic!("{said:#?}")
    };
    one.clone()
}

/// The good template with a change.
#[track_caller]
fn changed(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replace(from, to)
}

#[test]
fn a_template_with_sidecars_is_taken() {
    assert_eq!(said(Role::Driver, GOOD), [""; 0]);
}

#[test]
fn a_template_without_containers_is_taken_for_both_roles() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  nodeSelector: {provisioner: x}\n";
    for role in [Role::Driver, Role::Executor] {
        assert_eq!(said(role, text), [""; 0]);
    }
}

#[test]
fn what_emr_refuses_is_named_with_its_path_and_what_to_do() {
    let main = "name: spark-kubernetes-driver";
    let rows = [
        (
            changed(main, &format!("{main}\n      image: hunter2")),
            "`spec.containers[0].image`: EMR on EKS does not take it from a pod template; remove it: a custom image is set with `spark.kubernetes.container.image`",
        ),
        (
            changed(main, &format!("{main}\n      securityContext: {{}}")),
            "`spec.containers[0].securityContext`: EMR on EKS does not take it from a pod template; remove it: EMR sets its own",
        ),
        (
            changed("spec:", "spec:\n  serviceAccountName: spark"),
            "`spec.serviceAccountName`: EMR on EKS does not take it from a pod template; remove it: EMR makes the service accounts from the execution role",
        ),
        (
            changed("spec:", "spec:\n  hostNetwork: true"),
            "`spec.hostNetwork`: EMR on EKS does not take it from a pod template; remove it",
        ),
        (
            changed("spec:", "status: {}\nspec:"),
            "`status`: EMR on EKS does not take it from a pod template; remove it",
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(one(Role::Driver, &text), expected);
    }
}

#[test]
fn an_unknown_member_is_told_the_nearest_known_one() {
    let rows = [
        (
            "tolerations:",
            "toleration:",
            "`spec.toleration`",
            "`tolerations`",
        ),
        (
            "nodeSelector:",
            "NodeSelector:",
            "`spec.NodeSelector`",
            "`nodeSelector`",
        ),
        (
            "operator:",
            "opertor:",
            "`spec.tolerations[0].opertor`",
            "`operator`",
        ),
        (
            "volumeMounts:",
            "volumeMount:",
            "`spec.containers[0].volumeMount`",
            "`volumeMounts`",
        ),
        (
            "annotations:",
            "anotations:",
            "`metadata.anotations`",
            "`annotations`",
        ),
        (
            "command:",
            "comand:",
            "`spec.containers[1].comand`",
            "`command`",
        ),
        ("metadata:", "metdata:", "`metdata`", "`metadata`"),
    ];
    for (from, to, path, near) in rows {
        let said = one(Role::Driver, &changed(from, to));
        assert_eq!(
            said,
            format!("{path}: Kubernetes knows no such member here; did you mean {near}?")
        );
    }
    let said = one(
        Role::Driver,
        &changed("spec:", "spec:\n  resourceLimits: {}"),
    );
    assert!(said.ends_with("move it to where it belongs"), "{said}");
}

#[test]
fn the_container_of_spark_has_one_name_per_role() {
    let said = one(Role::Executor, GOOD);
    assert_eq!(
        said,
        "`spec.containers[0].name`: `spark-kubernetes-driver` is the container of the other pods' template; name the container Spark runs in `spark-kubernetes-executor`, or leave `containers` out"
    );
    let said = one(Role::Driver, &changed("spark-kubernetes-driver", "spark"));
    assert!(
        said.starts_with("`spec.containers`: no container is named `spark-kubernetes-driver`"),
        "{said}"
    );
}

#[test]
fn names_of_containers_are_there_free_and_unique() {
    let rows = [
        (
            "name: metrics",
            "name: emr-container-fluentd",
            "`spec.containers[1].name`: EMR on EKS adds a sidecar named `emr-container-fluentd` itself; give the container another name",
        ),
        (
            "name: prepare",
            "name: metrics",
            "`spec.initContainers[0].name`: another container of the pod has the same name; give each a name of its own",
        ),
        (
            "name: prepare",
            "tty: true",
            "`spec.initContainers[0].name`: every container has a name; add one",
        ),
    ];
    for (from, to, expected) in rows {
        assert_eq!(one(Role::Driver, &changed(from, to)), expected);
    }
}

#[test]
fn all_problems_come_at_once_in_the_documents_order() {
    let text = "apiVersion: v2\nkind: Deployment\nspec:\n  hostPID: true\n  tolerations: {}\n  containers: [text, {name: a, tyt: true}]\n";
    let said = said(Role::Driver, text);
    let paths: Vec<_> = said
        .iter()
        .filter_map(|text| text.split('`').nth(1))
        .collect();
    assert_eq!(
        paths,
        [
            "apiVersion",
            "kind",
            "spec.hostPID",
            "spec.tolerations",
            "spec.containers[0]",
            "spec.containers[1].tyt",
            "spec.containers",
        ]
    );
}

#[test]
fn what_is_no_pod_and_no_yaml_is_one_problem() {
    assert!(one(Role::Driver, "just text").contains("no mapping"));
    assert!(one(Role::Driver, "- a").contains("no mapping"));
    let broken = one(
        Role::Driver,
        "apiVersion: v1\nspec:\n    a: hunter2\n   b: c\n",
    );
    assert!(broken.starts_with("line 4, column "), "{broken}");
    let two = one(Role::Driver, &format!("{GOOD}---\n{GOOD}"));
    assert!(two.contains("one document"), "{two}");
}

#[test]
fn no_problem_repeats_a_value() {
    let texts = [
        GOOD.replace("v1", "hunter2")
            .replace("kind: Pod", "kind: hunter2"),
        GOOD.replace("name: metrics", "name: hunter2\n      nme: hunter2"),
        changed(
            "spec:",
            &format!("spec:\n  {}: 1", "long-".repeat(20) + "hunter2"),
        ),
        changed("metadata:", "status: hunter2\nmetadata:"),
        "hunter2".to_owned(),
        format!("{GOOD}\n hunter2"),
    ];
    for text in texts {
        let said = said(Role::Driver, &text).join("\n");
        assert!(!said.is_empty() && !said.contains("hunter2"), "{said}");
    }
}
