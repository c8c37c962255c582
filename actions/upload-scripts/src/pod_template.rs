//! The two pod templates: rendered from handlebars, or checked if the user brings their own. Pure.

use crate::placement::Placement;
use ::pod_template::Role;
use gha::Failure;
use handlebars::Handlebars;
use serde::Serialize;

/// The roles, in the order in which they are named everywhere.
pub(crate) const ROLES: [Role; 2] = [Role::Driver, Role::Executor];

/// The template's path inside the set.
pub(crate) const fn path(role: Role) -> &'static str {
    match role {
        Role::Driver => "config/driver-template.yaml",
        Role::Executor => "config/executor-template.yaml",
    }
}

/// The input by which the user brings their own.
pub(crate) const fn input(role: Role) -> &'static str {
    match role {
        Role::Driver => "driver-template",
        Role::Executor => "executor-template",
    }
}

#[derive(Serialize)]
struct Values<'a> {
    role: &'static str,
    is_driver: bool,
    annotated: bool,
    container: &'static str,
    #[serde(flatten)]
    placement: &'a Placement,
}

/// Our own template, with its values.
pub(crate) fn render(role: Role, placement: &Placement) -> Result<String, Failure> {
    rendered(role, include_str!("../templates/pod.yaml.hbs"), placement)
        .map_err(|why| Failure::bug(format!("cannot render `{}`: {why}", path(role))))
}

/// A handlebars template of the user's, with the same values.
pub(crate) fn rendered(
    role: Role,
    template: &str,
    placement: &Placement,
) -> Result<String, String> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    // For a YAML scalar in single quotes.
    handlebars.register_escape_fn(|text| text.replace('\'', "''"));
    let is_driver = role == Role::Driver;
    let values = Values {
        role: if is_driver { "driver" } else { "executor" },
        is_driver,
        annotated: is_driver || !placement.pod_labels.is_empty(),
        container: role.main_container(),
        placement,
    };
    handlebars.render_template(template, &values).map_err(|error| {
        let place = error.line_no.map_or_else(String::new, |line| format!("line {line}: "));
        format!(
            "{place}{}; its values are `node_pool`, `node_labels`, `tolerations`, `pod_labels`, `container` and `role`",
            error.reason()
        )
    })
}

/// What EMR on EKS would refuse in a template, one line each.
pub(crate) fn problems(role: Role, text: &str) -> Vec<String> {
    ::pod_template::problems(role, text)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::placement::Lines;

    fn placement(lines: &Lines) -> Placement {
        Placement::new(&"spark-driver".parse().unwrap(), lines).unwrap()
    }

    #[test]
    fn the_driver_goes_to_its_node_pool_and_is_not_moved() {
        let text = render(Role::Driver, &placement(&Lines::default())).unwrap();
        assert_eq!(
            text,
            "apiVersion: v1
kind: Pod
metadata:
  annotations:
    # The driver is the job: Karpenter must not move it to save a node.
    karpenter.sh/do-not-disrupt: 'true'
spec:
  nodeSelector:
    'type': 'karpenter'
    'provisioner': 'spark-driver'
  tolerations:
    - key: 'spark-driver'
      operator: 'Exists'
      effect: 'NoSchedule'
  containers:
    - name: spark-kubernetes-driver
"
        );
    }

    #[test]
    fn executors_may_be_moved_and_have_the_labels_that_were_asked_for() {
        let lines = Lines {
            node_labels: vec!["karpenter.sh/nodepool={{node_pool}}".to_owned()],
            tolerations: vec!["spark=true".to_owned()],
            pod_labels: vec!["team=data".to_owned()],
        };
        let text = render(Role::Executor, &placement(&lines)).unwrap();
        assert_eq!(
            text,
            "apiVersion: v1
kind: Pod
metadata:
  labels:
    'team': 'data'
spec:
  nodeSelector:
    'karpenter.sh/nodepool': 'spark-driver'
  tolerations:
    - key: 'spark'
      operator: 'Equal'
      value: 'true'
  containers:
    - name: spark-kubernetes-executor
"
        );
    }

    #[test]
    fn rendered_templates_are_taken_by_emr_for_their_own_role_only() {
        for (role, other) in [(ROLES[0], ROLES[1]), (ROLES[1], ROLES[0])] {
            let text = render(role, &placement(&Lines::default())).unwrap();
            assert_eq!(problems(role, &text), [""; 0]);
            assert_ne!(problems(other, &text), [""; 0]);
        }
    }

    #[test]
    fn a_template_of_the_users_is_told_which_values_there_are() {
        let placement = placement(&Lines::default());
        let text = rendered(Role::Driver, "a: '{{node_pool}}' {{role}}", &placement).unwrap();
        assert_eq!(text, "a: 'spark-driver' driver");
        let why = rendered(Role::Driver, "a: 1\nb: {{nodepool}}", &placement).unwrap_err();
        assert!(
            why.contains("line 2") && why.contains("`node_pool`"),
            "{why}"
        );
    }
}
