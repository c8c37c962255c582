//! Files of users, good and bad, and the origin's of 2022.

use super::*;
use crate::manifest::source::Facts;
use crate::manifest::tests::rendered;
use crate::settings::List;

fn facts(zones: Option<&str>) -> Facts {
    let zones = zones.map(|zones| zones.parse::<List<_>>().unwrap());
    Facts::new(
        "demo",
        "karpenter-node",
        "analytics",
        "us-east-1",
        zones.as_ref(),
    )
}

fn file(text: &str) -> SourceFile {
    SourceFile {
        name: "pools.yaml".to_owned(),
        text: text.to_owned(),
    }
}

fn problems(text: &str) -> Vec<String> {
    let problems = load(&[file(text)], &facts(Some("us-east-1a"))).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

const CLASS: &str = "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: big}\nspec:\n  \
    role: '{{node_role_name}}'\n  amiSelectorTerms: [{alias: al2023@latest}]\n  \
    subnetSelectorTerms: [{tags: {karpenter.sh/discovery: '{{cluster_name}}'}}]\n  \
    securityGroupSelectorTerms: [{id: sg-1}]\n";

fn pool(more: &str) -> String {
    format!(
        "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {{name: big}}\nspec:\n  template:\n    metadata:\n      \
         labels: {{type: karpenter, provisioner: big}}\n    spec:\n      \
         nodeClassRef: {{group: karpenter.k8s.aws, kind: EC2NodeClass, name: big}}\n      \
         requirements:\n      - {{key: topology.kubernetes.io/zone, operator: In, values: {{{{zones}}}}}}\n{more}"
    )
}

const CALM: &str = "  limits: {cpu: 100}\n  disruption: {consolidationPolicy: WhenEmpty, consolidateAfter: 30s, budgets: [{nodes: '100%'}]}\n";

#[test]
fn placeholders_are_filled_and_objects_carry_our_marks() {
    // The pool stands first and is applied last.
    let text = format!("{}---\n{CLASS}", pool(CALM));
    let loaded = load(&[file(&text)], &facts(Some("us-east-1a,us-east-1b"))).unwrap();
    let [class, pool] = loaded.manifests.as_slice() else {
        panic!("{loaded:?}");
    };
    assert_eq!(
        (class.kind, pool.kind),
        (Kind::Ec2NodeClass, Kind::NodePool)
    );
    assert_eq!(class.object["spec"]["role"], "karpenter-node");
    let zones = &pool.object["spec"]["template"]["spec"]["requirements"][0]["values"];
    assert_eq!(*zones, json!(["us-east-1a", "us-east-1b"]));
    for manifest in [class, pool] {
        let metadata = &manifest.object["metadata"];
        assert_eq!(
            metadata["labels"]["app.kubernetes.io/managed-by"],
            MANAGED_BY
        );
        assert_eq!(metadata["annotations"][CLUSTER_ANNOTATION], "demo");
    }
    assert!(loaded.notes.is_empty(), "{:?}", loaded.notes);
    assert!(!loaded.needs_our_class);
}

#[test]
fn every_problem_of_every_document_is_told_at_once_with_the_nearest_known_field() {
    let text = format!(
        "{}---\n{}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\n",
        pool(
            "  limits: {resources: {cpu: 100}}\n  disruption: {consolidatonPolicy: WhenEmpty}\n  weight: 101\n"
        ),
        CLASS.replace("role:", "rol:")
    );
    insta::assert_snapshot!(problems(&text).join("\n"));
}

#[test]
fn rules_of_karpenter_are_told_in_words() {
    let text = format!(
        "{}---\n{}",
        pool(CALM)
            .replace("group: karpenter.k8s.aws", "group: karpenter.sh")
            .replace(
                "labels: {type: karpenter,",
                "labels: {karpenter.sh/nodepool: x,"
            )
            .replace(
                "budgets: [{nodes: '100%'}]",
                "budgets: [{nodes: '101%', schedule: '@daily'}]"
            )
            .replace(
                "operator: In, values: {{zones}}",
                "operator: Gt, values: ['x']"
            ),
        CLASS
            .replace("al2023@latest", "al2024")
            .replace("[{id: sg-1}]", "[{id: sg-1, name: x}]")
            + "  instanceProfile: x\n  tags: {karpenter.sh/nodepool: x}\n  blockDeviceMappings: [{ebs: {volumeType: gp9}}]\n"
    );
    insta::assert_snapshot!(problems(&text).join("\n"));
}

#[test]
fn a_broken_file_is_placed_by_its_own_lines() {
    let text = format!("{CLASS}---\na: b\n c: d\n");
    let said = problems(&text).join("\n");
    let line = CLASS.lines().count() + 1;
    assert!(
        said.starts_with(&format!("pools.yaml:{line}: line {}", line + 2)),
        "{said}"
    );
}

#[test]
fn a_placeholder_that_is_not_known_names_those_that_are() {
    let said = problems(&CLASS.replace("node_role_name", "node_role")).join("\n");
    assert!(
        said.contains("pools.yaml:5: a placeholder cannot be filled; known are cluster_name"),
        "{said}"
    );
    let said = problems(&origin("spark-driver").text.replace("${az}", "${nope}")).join("\n");
    assert!(
        said.contains("pools.yaml:14: `${nope}` cannot be filled"),
        "{said}"
    );
    let without_zones = load(&[file(&pool(CALM))], &facts(None)).unwrap_err();
    assert!(
        without_zones[0]
            .to_string()
            .contains("with the input `zones` also zones and az")
    );
}

#[test]
fn two_of_one_name_are_refused() {
    let said = problems(&format!("{CLASS}---\n{CLASS}")).join("\n");
    assert!(
        said.contains("metadata.name: is there twice: also at pools.yaml:1"),
        "{said}"
    );
}

fn origin(name: &str) -> SourceFile {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let path = format!("{folder}/tests/manifests/provisioners/{name}.yaml");
    SourceFile {
        name: format!("{name}.yaml"),
        text: std::fs::read_to_string(path).unwrap(),
    }
}

#[test]
fn the_origins_provisioners_become_what_our_own_templates_say() {
    let files = [origin("spark-driver"), origin("spark-executor")];
    let loaded = load(&files, &facts(Some("us-east-1a"))).unwrap();
    assert!(loaded.needs_our_class);
    let ours = rendered("demo", Some("us-east-1a"));
    for (manifest, own) in loaded.manifests.iter().zip(&ours[1..]) {
        let mut object = manifest.object.clone();
        // The one thing that v1 does by itself and v1alpha5 did not.
        let expire = object["spec"]["template"]["spec"]
            .as_object_mut()
            .unwrap()
            .remove("expireAfter");
        assert_eq!(expire, Some(json!("Never")));
        assert_eq!(object, own.object);
    }
    let notes: Vec<String> = loaded.translated.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(notes[..notes.len() / 2].join("\n"));
    assert!(loaded.notes.is_empty(), "{:?}", loaded.notes);
}

#[test]
fn a_field_that_cannot_be_translated_is_a_problem_and_not_lost() {
    let file = origin("spark-driver");
    let text = file
        .text
        .replace("ttlSecondsAfterEmpty", "ttlSecondsAfterEmtpy");
    let said = problems(&text).join("\n");
    assert!(
        said.contains("spec.ttlSecondsAfterEmtpy: cannot be translated"),
        "{said}"
    );
}

#[test]
fn what_the_user_may_not_have_meant_is_a_note() {
    let text = pool(
        "      - {key: karpenter.k8s.aws/instance-family, operator: In, values: [m4, m5]}\n      \
         - {key: karpenter.k8s.aws/instance-hypervisor, operator: In, values: [nitro]}\n      \
         - {key: karpenter.k8s.aws/instance-family, operator: In, values: [c7g]}\n",
    )
    .replace("provisioner: big", "other: big");
    let loaded = load(&[file(&text)], &facts(Some("us-east-1a"))).unwrap();
    let notes: Vec<String> = loaded.notes.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(notes.join("\n"));
}

/// User data is a shell's, which has placeholders of its own.
#[test]
fn dollars_in_todays_objects_are_left_alone() {
    let text = format!("{CLASS}  userData: 'echo ${{HOME}} ${{cluster_name}}'\n");
    let loaded = load(&[file(&text)], &facts(None)).unwrap();
    let data = &loaded.manifests[0].object["spec"]["userData"];
    assert_eq!(*data, "echo ${HOME} ${cluster_name}");
}

#[test]
fn nothing_that_a_provisioner_says_is_lost_without_a_word() {
    let text = origin("spark-driver").text;
    for (from, to, path) in [
        ("    resources:", "    resource:", "spec.limits.resource"),
        ("Empty: 30", "Empty: soon", "spec.ttlSecondsAfterEmpty"),
        (
            "    launchTemplate:",
            "    instanceProfile:",
            "spec.provider.instanceProfile",
        ),
        (
            "      karpenter.sh/discovery:",
            "      aws-ids:",
            "spec.provider.subnetSelector",
        ),
    ] {
        let said = problems(&text.replace(from, to)).join("\n");
        assert!(
            said.contains(&format!("{path}: cannot be translated")),
            "{from}: {said}"
        );
    }
    let quoted = load(
        &[file(&text.replace("Empty: 30", "Empty: \"30\""))],
        &facts(Some("a-b-1a")),
    )
    .unwrap();
    let disruption = &quoted.manifests[0].object["spec"]["disruption"];
    assert_eq!(disruption["consolidateAfter"], "30s");
}
