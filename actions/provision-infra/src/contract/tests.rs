//! Root modules that fulfil the contract, and those that do not.

use super::*;

const ROLE: &str = "arn:aws:iam::000000000000:role/job";

fn outputs(json: &serde_json::Value) -> TerraformOutputs {
    TerraformOutputs::parse(&json.to_string()).unwrap()
}

fn complete() -> serde_json::Value {
    serde_json::json!({
        "cluster_name": {"sensitive": false, "type": "string", "value": "demo"},
        "virtual_cluster_id": {"sensitive": false, "type": "string", "value": "abc123"},
        "job_execution_role_arn": {"sensitive": false, "type": "string", "value": ROLE},
        "bucket": {"sensitive": false, "type": "string", "value": "demo-bench"},
        "region": {"sensitive": false, "type": "string", "value": "us-east-1"},
        "namespace": {"sensitive": false, "type": "string", "value": "analytics"},
        "node_role_name": {"sensitive": false, "type": "string", "value": "karpenter-node"}
    })
}

#[test]
fn a_complete_root_module_gives_all_seven() {
    let provisioned = Provisioned::read(&outputs(&complete())).unwrap();
    let pairs = provisioned.pairs();
    assert_eq!(pairs[0], ("cluster-name", "demo".to_owned()));
    assert_eq!(pairs[2], ("job-execution-role-arn", ROLE.to_owned()));
    assert_eq!(pairs.len(), 7);
}

#[test]
fn the_origins_names_are_accepted_and_of_its_role_list_the_first() {
    let mut json = complete();
    let fields = json.as_object_mut().unwrap();
    for name in ["virtual_cluster_id", "job_execution_role_arn", "bucket"] {
        fields.remove(name);
    }
    fields.insert(
        "emrcontainers_virtual_cluster_id".into(),
        serde_json::json!({"value": "abc123"}),
    );
    fields.insert(
        "emr_on_eks_role_arn".into(),
        serde_json::json!({"value": [ROLE, "other"]}),
    );
    fields.insert(
        "default_bucket_name".into(),
        serde_json::json!({"value": "demo-bench"}),
    );
    let expected = Provisioned::read(&outputs(&complete())).unwrap();
    assert_eq!(Provisioned::read(&outputs(&json)).unwrap(), expected);
}

#[test]
fn missing_and_wrong_outputs_are_all_named_with_what_was_found() {
    let mut json = complete();
    let fields = json.as_object_mut().unwrap();
    fields.remove("bucket");
    fields.remove("namespace");
    fields["region"]["value"] = serde_json::Value::Null;
    fields["node_role_name"]["value"] = ROLE.into();
    fields["cluster_name"]["value"] = serde_json::json!({"a": 1});
    let error = Provisioned::read(&outputs(&json)).unwrap_err();
    let texts: Vec<_> = error
        .problems
        .iter()
        .map(|problem| problem.text.clone())
        .collect();
    assert_eq!(
        texts,
        [
            "output `cluster_name`: expected a string, found an object".to_owned(),
            "output `bucket` (or `default_bucket_name`) is missing".to_owned(),
            "output `region` is missing".to_owned(),
            "output `namespace` is missing".to_owned(),
            format!(
                "output `node_role_name` = `{ROLE}`: expected the name of the role, not its ARN: use `aws_iam_role.<name>.name`"
            ),
        ]
    );
    assert!(error.found.contains(&"virtual_cluster_id".to_owned()));
}

#[test]
fn a_sensitive_output_is_refused_without_showing_it() {
    let mut json = complete();
    json["bucket"]["sensitive"] = true.into();
    let error = Provisioned::read(&outputs(&json)).unwrap_err();
    assert_eq!(error.problems.len(), 1);
    assert!(
        error.problems[0]
            .text
            .contains("`bucket` is marked sensitive"),
        "{:?}",
        error.problems
    );
    assert!(!error.problems[0].text.contains("demo-bench"));
    let hint = Failure::from(error).help.unwrap();
    assert!(hint.contains("remove `sensitive = true`"), "{hint}");
    assert!(!hint.contains("add the missing"), "{hint}");
}

#[test]
fn the_hint_has_a_remedy_for_each_kind_of_problem() {
    let mut json = complete();
    json["bucket"]["sensitive"] = true.into();
    json.as_object_mut().unwrap().remove("region");
    let error = Provisioned::read(&outputs(&json)).unwrap_err();
    let hint = Failure::from(error).help.unwrap();
    assert!(
        hint.starts_with("add the missing `output` blocks"),
        "{hint}"
    );
    assert!(hint.contains("; remove `sensitive = true`"), "{hint}");
    assert!(!hint.contains("correct the `value`"), "{hint}");
}

#[test]
fn no_output_but_the_origins_role_may_be_a_list() {
    for name in CONTRACT.map(|wanted| wanted.name) {
        let mut json = complete();
        let value = json[name]["value"].clone();
        json[name]["value"] = serde_json::json!([value, "other"]);
        let failure = Failure::from(Provisioned::read(&outputs(&json)).unwrap_err());
        assert_eq!(
            failure.causes,
            [format!("output `{name}`: expected a string, found a list")]
        );
        assert!(failure.help.unwrap().starts_with("correct the `value`"));
    }
    for alias in ["emrcontainers_virtual_cluster_id", "default_bucket_name"] {
        let mut json = complete();
        json.as_object_mut().unwrap().retain(|name, _| {
            CONTRACT
                .iter()
                .all(|wanted| wanted.name != name || !wanted.aliases.contains(&alias))
        });
        json[alias] = serde_json::json!({"value": ["abc123"]});
        let error = Provisioned::read(&outputs(&json)).unwrap_err();
        assert_eq!(
            error.problems[0].text,
            format!("output `{alias}`: expected a string, found a list")
        );
    }
}

#[test]
fn a_list_of_roles_must_begin_with_one() {
    for (value, shape) in [
        (serde_json::json!([]), "an empty list"),
        (
            serde_json::json!([1]),
            "a list that begins with something else",
        ),
    ] {
        let mut json = complete();
        json.as_object_mut()
            .unwrap()
            .remove("job_execution_role_arn");
        json[LISTED] = serde_json::json!({ "value": value });
        let error = Provisioned::read(&outputs(&json)).unwrap_err();
        assert_eq!(
            error.problems[0].text,
            format!("output `{LISTED}`: expected a string, found {shape}")
        );
    }
}

#[test]
fn every_text_inside_a_sensitive_output_is_a_secret() {
    let outputs = outputs(&serde_json::json!({
        "password": {"sensitive": true, "value": {"user": "someone", "keys": ["abcdefgh", 7, "abc"]}},
        "open": {"sensitive": false, "value": "visible"}
    }));
    assert_eq!(outputs.secrets(), ["someone", "abcdefgh"]);
    assert!(!format!("{outputs:?}").contains("someone"));
}
