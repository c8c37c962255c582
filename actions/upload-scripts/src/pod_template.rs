//! The two pod templates: rendered for a NodePool, or checked if the user brings their own. Pure.

use crate::names::NodePool;
use gha::Failure;
use handlebars::{Handlebars, no_escape};
use serde::{Deserialize, Serialize};

/// Which pods a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The driver.
    Driver,
    /// Every executor.
    Executor,
}

impl Role {
    /// The template's path under the prefix.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Driver => "config/driver-template.yaml",
            Self::Executor => "config/executor-template.yaml",
        }
    }

    /// The container that Spark on EMR on EKS looks for.
    const fn container(self) -> &'static str {
        match self {
            Self::Driver => "spark-kubernetes-driver",
            Self::Executor => "spark-kubernetes-executor",
        }
    }

    const fn template(self) -> &'static str {
        match self {
            Self::Driver => include_str!("../templates/driver.yaml.hbs"),
            Self::Executor => include_str!("../templates/executor.yaml.hbs"),
        }
    }
}

#[derive(Serialize)]
struct Values {
    node_pool: String,
}

/// The template for pods on a NodePool.
pub(crate) fn render(role: Role, pool: &NodePool) -> Result<String, Failure> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    // The only value is a NodePool's name, which has nothing to escape.
    handlebars.register_escape_fn(no_escape);
    handlebars
        .render_template(
            role.template(),
            &Values {
                node_pool: pool.to_string(),
            },
        )
        .map_err(|error| Failure::bug(format!("cannot render `{}`", role.path())).because(&error))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pod {
    api_version: String,
    kind: String,
    spec: Spec,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(default)]
    containers: Vec<Container>,
}

#[derive(Deserialize)]
struct Container {
    name: String,
}

/// Whether Spark can use a template that the user wrote; if not, why.
pub(crate) fn check(role: Role, text: &str) -> Result<(), String> {
    let pod: Pod = serde_saphyr::from_str(text).map_err(|error| yaml_fault::describe(&error))?;
    if (pod.api_version.as_str(), pod.kind.as_str()) != ("v1", "Pod") {
        return Err(format!(
            "expected `apiVersion: v1` and `kind: Pod`, found `{}` and `{}`",
            pod.api_version, pod.kind
        ));
    }
    if pod
        .spec
        .containers
        .iter()
        .any(|container| container.name == role.container())
    {
        Ok(())
    } else {
        Err(format!("it has no container `{}`", role.container()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const DRIVER: &str = "apiVersion: v1
kind: Pod
metadata:
  annotations:
    # The driver is the job: Karpenter must not move it to save a node.
    karpenter.sh/do-not-disrupt: 'true'
spec:
  nodeSelector:
    type: 'karpenter'
    provisioner: 'spark-driver'
  tolerations:
    - key: 'spark-driver'
      operator: 'Exists'
      effect: 'NoSchedule'
  containers:
    - name: spark-kubernetes-driver
";

    #[test]
    fn the_driver_goes_to_its_node_pool() {
        assert_eq!(
            render(Role::Driver, &"spark-driver".parse().unwrap()).unwrap(),
            DRIVER
        );
    }

    #[test]
    fn executors_differ_by_pool_and_container_and_may_be_moved() {
        let executor = render(Role::Executor, &"spot-pool".parse().unwrap()).unwrap();
        let (_, spec) = DRIVER.split_once("spec:").unwrap();
        let driver = format!("apiVersion: v1\nkind: Pod\nspec:{spec}");
        assert_eq!(
            executor,
            driver
                .replace("kubernetes-driver", "kubernetes-executor")
                .replace("spark-driver", "spot-pool")
        );
    }

    #[test]
    fn rendered_templates_pass_the_check_for_their_own_role_only() {
        for (role, other) in [
            (Role::Driver, Role::Executor),
            (Role::Executor, Role::Driver),
        ] {
            let text = render(role, &"pool".parse().unwrap()).unwrap();
            assert_eq!(check(role, &text), Ok(()));
            assert!(check(other, &text).is_err_and(|why| why.contains("has no container")));
        }
    }

    #[test]
    fn other_documents_are_refused() {
        let deployment = DRIVER.replace("kind: Pod", "kind: Deployment");
        assert!(check(Role::Driver, &deployment).is_err_and(|why| why.contains("Deployment")));
        assert!(check(Role::Driver, "just text").is_err());
        assert!(check(Role::Driver, "a: [").is_err());
    }

    #[test]
    fn broken_yaml_is_placed_without_its_text() {
        let why = check(
            Role::Driver,
            "apiVersion: v1\nspec:\n    a: hunter2\n   b: c\n",
        )
        .unwrap_err();
        assert!(why.starts_with("line 4, column "), "{why}");
        assert!(!why.contains('\n') && !why.contains("hunter2"), "{why}");
        for wrong in [
            "hunter2",
            "spec: hunter2",
            "apiVersion: v1\nkind: Pod\nspec: {containers: hunter2}",
            "hunter2: 1\nhunter2: 2",
            "apiVersion: *hunter2",
        ] {
            let why = check(Role::Driver, wrong).unwrap_err();
            assert!(!why.contains("hunter2"), "{why}");
        }
        let why = check(Role::Driver, "kind: Pod\n").unwrap_err();
        assert!(why.contains("the field `apiVersion` is missing"), "{why}");
    }
}
