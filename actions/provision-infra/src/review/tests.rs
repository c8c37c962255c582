//! Plans, their reviews, and what moves between two of them.

use super::*;
use crate::changes::Changes;
use serde_json::{Value, json};
use std::path::Path;

const CHANGES: Changes = Changes {
    add: 1,
    change: 1,
    destroy: 2,
    import: 0,
};

fn change(address: &str, actions: &[&str], before: Value, after: Value) -> Value {
    let kind = address.split('.').nth_back(1).unwrap();
    json!({"address": address, "type": kind, "change": {
        "actions": actions, "before": before, "after": after,
        "after_unknown": {}, "before_sensitive": false, "after_sensitive": false}})
}

fn plan(changes: &[Value]) -> Value {
    json!({"format_version": "1.2", "timestamp": "2026-01-01T00:00:00Z", "complete": true, "resource_changes": changes})
}

fn reviewed(plan: &Value) -> Reviewed {
    read(Goal::Configuration, &plan.to_string(), None).unwrap()
}

fn rendered(plan: &Value) -> String {
    page(Path::new("infra"), CHANGES, &reviewed(plan).review, &[])
}

fn some() -> Vec<Value> {
    let mut replaced = change(
        "aws_instance.x",
        &["delete", "create"],
        json!({"ami": "a", "size": 1}),
        json!({"ami": "b", "size": 1}),
    );
    replaced["change"]["replace_paths"] = json!([["ami"]]);
    replaced["action_reason"] = "replace_because_cannot_update".into();
    let mut gone = change(
        "aws_vpc.old",
        &["delete"],
        json!({"cidr": "10.0.0.0/16"}),
        Value::Null,
    );
    gone["action_reason"] = "delete_because_no_resource_config".into();
    vec![
        change("aws_subnet.a", &["no-op"], json!({"x": 1}), json!({"x": 1})),
        change("aws_subnet.new", &["create"], Value::Null, json!({"x": 1})),
        change(
            "aws_eks_node_group.g",
            &["update"],
            json!({"scaling": [{"max": 3, "min": 1}], "tags": {"a": "1"}}),
            json!({"scaling": [{"max": 5, "min": 1}]}),
        ),
        replaced,
        gone,
        change(
            "module.b[\"x|y\"].aws_s3_bucket.data",
            &["delete"],
            json!({}),
            Value::Null,
        ),
    ]
}

#[test]
fn the_page_shows_the_dangerous_first_and_folds_the_rest() {
    insta::assert_snapshot!(rendered(&plan(&some())));
}

#[test]
fn an_empty_plan_says_so_and_nothing_else_changes_that() {
    let review = reviewed(&plan(&some()[..1])).review;
    assert!(review.is_empty());
    let page = page(Path::new("infra"), Changes::default(), &review, &[]);
    assert!(
        page.starts_with("## Plan of `infra`: nothing to change\n"),
        "{page}"
    );
}

#[test]
fn the_hash_is_of_what_changes_and_of_nothing_else() {
    let first = reviewed(&plan(&some())).review.hash;
    let mut later = plan(&some());
    later["timestamp"] = "2026-02-02T00:00:00Z".into();
    later["prior_state"] = json!({"serial": 7});
    later["resource_changes"].as_array_mut().unwrap().reverse();
    // The marks of what is known are written in several forms.
    later["resource_changes"][1]["change"]["after_unknown"] = json!({"ami": false, "tags": {}});
    // A resource that stays as it is does not matter, whatever it is.
    later["resource_changes"][5]["change"]["before"] = json!({"x": 2});
    assert_eq!(reviewed(&later).review.hash, first);
    assert_ne!(
        read(Goal::Nothing, &plan(&some()).to_string(), None)
            .unwrap()
            .review
            .hash,
        first
    );
    let mut other = some();
    other[1]["change"]["after"]["x"] = 2.into();
    assert_ne!(reviewed(&plan(&other)).review.hash, first);
}

#[test]
fn what_has_moved_is_said_for_each_resource() {
    let reviewed_then = reviewed(&plan(&some())).review;
    let mut now = some();
    now[1] = change("aws_subnet.other", &["create"], Value::Null, json!({}));
    now[2]["change"]["before"]["scaling"][0]["max"] = 4.into();
    now[4]["change"]["actions"] = json!(["update"]);
    let now = reviewed(&plan(&now)).review;
    assert_eq!(
        moved(&reviewed_then, &now),
        [
            "aws_eks_node_group.g: still update, with another value of `scaling[0].max`",
            "aws_subnet.other: create now, and not in the reviewed plan",
            "aws_vpc.old: update now, and destroy in the reviewed plan",
            "aws_subnet.new: create in the reviewed plan, and nothing to do now",
        ]
    );
    assert_eq!(moved(&now, &now), Vec::<String>::new());
}

fn with_secret(secret: &str) -> Value {
    let mut change = change(
        "aws_db_instance.x",
        &["update"],
        json!({"password": "before-that", "endpoint": "x", "pin": 1}),
        json!({"password": secret, "endpoint": format!("user:{secret}@host"), "pin": 2}),
    );
    change["change"]["before_sensitive"] = json!({"password": true, "pin": true});
    change["change"]["after_sensitive"] = json!({"password": true, "pin": true});
    let mut plan = plan(&[change]);
    plan["variables"] = json!({"token": {"value": "tok-of-variable"}});
    plan["configuration"] = json!({"root_module": {"variables": {"token": {"sensitive": true}}}});
    plan["output_changes"] = json!({"o": {"actions": ["update"], "before": 1, "after": "tok-of-variable",
        "after_unknown": false, "before_sensitive": false, "after_sensitive": false}});
    plan
}

#[test]
fn no_sensitive_value_is_shown_wherever_it_stands() {
    let plan = with_secret("correct-horse");
    let reviewed = reviewed(&plan);
    let everything = rendered(&plan) + &reviewed.review.document().unwrap();
    for secret in ["correct-horse", "before-that", "tok-of-variable"] {
        assert!(!everything.contains(secret), "{everything}");
    }
    assert!(everything.contains("user:(sensitive)@host"), "{everything}");
}

/// A hash that is shown must not let anybody guess a short secret; the one that is not shown sees it change.
#[test]
fn only_the_hash_that_is_not_shown_knows_sensitive_values() {
    let (one, other) = (
        reviewed(&with_secret("correct-horse")),
        reviewed(&with_secret("battery-staple")),
    );
    assert_eq!(one.review.hash, other.review.hash);
    assert_ne!(one.exact, other.exact);
}

#[test]
fn a_review_is_read_back_unless_somebody_has_changed_it() {
    let review = reviewed(&plan(&some())).review;
    let document = review.document().unwrap();
    assert_eq!(Review::parse(&document).unwrap(), review);
    let changed = document.replace("aws_vpc.old", "aws_vpc.older");
    assert!(matches!(Review::parse(&changed), Err(Unreadable::Changed)));
    assert!(matches!(
        Review::parse("{\"schema\": 2}"),
        Err(Unreadable::OtherSchema(2))
    ));
    assert!(matches!(
        Review::parse("[]"),
        Err(Unreadable::NotAReview(_))
    ));
}

#[test]
fn the_clusters_that_go_are_named() {
    let gone = change(
        "module.eks.aws_eks_cluster.this",
        &["delete"],
        json!({"name": "spark"}),
        Value::Null,
    );
    assert_eq!(
        reviewed(&plan(&[gone])).clusters_destroyed,
        [Some("spark".to_owned())]
    );
}

/// The size of a group that autoscaling has changed says nothing about whether to destroy it.
#[test]
fn a_destroy_is_the_same_until_another_thing_would_be_destroyed() {
    let destroy = |before: Value| {
        let gone = change("aws_eks_node_group.g", &["delete"], before, Value::Null);
        read(Goal::Nothing, &plan(&[gone]).to_string(), None)
            .unwrap()
            .review
            .hash
    };
    let one = destroy(json!({"id": "a", "desired": 1}));
    assert_eq!(one, destroy(json!({"id": "a", "desired": 2})));
    assert_ne!(one, destroy(json!({"id": "b", "desired": 1})));
}

#[test]
fn what_is_carried_out_beside_the_changes_is_in_the_hash() {
    let hash = |provisioner: &str, node_pools: &str| {
        let mut plan = plan(&some());
        plan["configuration"] = json!({"root_module": {"resources": [
            {"address": "a.b", "provisioners": [{"type": "local-exec", "expressions": {"command": {"constant_value": provisioner}}}]}]}});
        read(Goal::Configuration, &plan.to_string(), Some(node_pools))
            .unwrap()
            .review
            .hash
    };
    assert_eq!(hash("true", "x"), hash("true", "x"));
    assert_ne!(hash("true", "x"), hash("rm -rf /", "x"));
    assert_ne!(hash("true", "x"), hash("true", "y"));
}

#[test]
fn a_destroy_that_was_cut_off_is_still_the_reviewed_one() {
    let gone = |name: &str| change(name, &["delete"], json!({"id": name}), Value::Null);
    let review = |changes: &[Value]| {
        read(Goal::Nothing, &plan(changes).to_string(), None)
            .unwrap()
            .review
    };
    let whole = review(&[gone("aws_vpc.a"), gone("aws_vpc.b")]);
    assert_eq!(
        moved(&whole, &review(&[gone("aws_vpc.b")])),
        Vec::<String>::new()
    );
    assert_eq!(
        moved(&whole, &review(&[gone("aws_vpc.c")])),
        ["aws_vpc.c: destroy now, and not in the reviewed plan"]
    );
}

#[test]
fn short_and_numeric_secrets_are_hidden_where_they_are_handed_on() {
    let mut updated = change(
        "terraform_data.a",
        &["update"],
        json!({"pin": 1, "short": "x"}),
        json!({"pin": 987654, "short": "abc", "output": {"pin": 987654, "short": "abc"}}),
    );
    updated["change"]["after_sensitive"] = json!({"pin": true, "short": true});
    let plan = plan(&[updated]);
    let everything = rendered(&plan) + &reviewed(&plan).review.document().unwrap();
    assert!(!everything.contains("987654"), "{everything}");
    assert!(!everything.contains("abc\\\""), "{everything}");
}
