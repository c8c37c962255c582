//! The Kubernetes objects this action owns: rendered from the templates in `manifests/`, or read from the user's files.
//! Pure: no cluster is asked, and nothing is applied.
//!
//! | module      | idea                                                          |
//! |-------------|---------------------------------------------------------------|
//! | `source`    | files, their placeholders and documents                       |
//! | `translate` | Karpenter's v1alpha5 in today's form                          |
//! | `outline`   | names and types of Karpenter's fields                         |
//! | `rules`, `labels` | Karpenter's rules beyond these                          |
//! | `advice`    | what Karpenter takes and the user may not have meant          |
//! | `load`      | all of it together                                            |
//! | `problem`   | how it is told                                                |
//! | `yaml`      | outside text inside of the templates                          |

mod advice;
mod labels;
mod load;
mod outline;
mod problem;
mod rules;
mod source;
mod translate;
mod yaml;

pub(crate) use load::load;
pub(crate) use problem::Problem;
pub(crate) use source::{Facts, SourceFile};

use crate::inputs::{Hardware, NodePoolSettings};
use crate::settings::{List, Zone};
use handlebars::Handlebars;
use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// Name of the EC2NodeClass of both NodePools.
pub(crate) const NODE_CLASS: &str = "spark";
/// Names of the NodePools; the pod templates select nodes by them.
pub(crate) const NODE_POOLS: [&str; 2] = ["spark-driver", "spark-executor"];
/// Value of the label `app.kubernetes.io/managed-by` on everything made here.
pub(crate) const MANAGED_BY: &str = "emr-eks-actions";
/// Annotation that names the cluster an object was made for.
pub(crate) const CLUSTER_ANNOTATION: &str = "emr-eks-actions/cluster";

const NODE_POOL_TEMPLATE: &str = include_str!("../manifests/node-pool.yaml.hbs");
const NODE_CLASS_TEMPLATE: &str = include_str!("../manifests/ec2-node-class.yaml.hbs");

/// The kinds of objects made here.
/// The order is that in which they must be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Ec2NodeClass,
    NodePool,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ec2NodeClass => "EC2NodeClass",
            Self::NodePool => "NodePool",
        })
    }
}

/// One object, ready to be applied.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// As rendered, for people.
    pub(crate) yaml: String,
    /// The same, for the cluster.
    pub(crate) object: Value,
}

impl Manifest {
    /// An object and its YAML.
    fn of(kind: Kind, name: String, object: Value) -> Self {
        Self {
            kind,
            name,
            yaml: serde_saphyr::to_string(&object).unwrap_or_else(|_| object.to_string()),
            object,
        }
    }
}

/// What the objects say about the cluster they are for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClusterFacts<'a> {
    /// Name of the EKS cluster, which is also the value of its discovery tags.
    pub(crate) name: &'a str,
    /// Name of the IAM role of the nodes.
    pub(crate) node_role: &'a str,
}

/// The templates shipped with this program do not render: always a mistake in it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    #[error("the template of {kind} `{name}` does not render")]
    Template {
        kind: Kind,
        name: &'static str,
        source: Box<handlebars::RenderError>,
    },
    #[error("the template of {kind} `{name}` does not render to YAML")]
    Yaml {
        kind: Kind,
        name: &'static str,
        source: Box<serde_saphyr::Error>,
    },
}

#[derive(Serialize)]
struct NodeClassValues<'a> {
    name: &'static str,
    managed_by: &'static str,
    cluster_annotation: &'static str,
    cluster: &'a str,
    node_role: &'a str,
}

#[derive(Serialize)]
struct NodePoolValues<'a> {
    name: &'static str,
    managed_by: &'static str,
    cluster_annotation: &'static str,
    cluster: &'a str,
    node_class: &'static str,
    zones: Vec<String>,
    instance_families: Vec<String>,
    capacity_types: Vec<String>,
    cpu_limit: String,
    memory_limit: String,
    consolidate_after: String,
}

/// Renders every object in the order in which it must be applied: first the class, then the pools that name it.
///
/// # Errors
/// Only if a template of this program is wrong.
pub(crate) fn render(
    cluster: ClusterFacts<'_>,
    settings: &NodePoolSettings,
    zones: Option<&List<Zone>>,
) -> Result<Vec<Manifest>, RenderError> {
    let [driver, executor] = NODE_POOLS;
    Ok(vec![
        our_class(cluster)?,
        node_pool(driver, cluster.name, &settings.driver, settings, zones)?,
        node_pool(executor, cluster.name, &settings.executor, settings, zones)?,
    ])
}

fn node_pool(
    name: &'static str,
    cluster: &str,
    hardware: &Hardware,
    settings: &NodePoolSettings,
    zones: Option<&List<Zone>>,
) -> Result<Manifest, RenderError> {
    let values = NodePoolValues {
        name,
        managed_by: MANAGED_BY,
        cluster_annotation: CLUSTER_ANNOTATION,
        cluster,
        node_class: NODE_CLASS,
        zones: zones.map(|zones| texts(zones.items())).unwrap_or_default(),
        instance_families: texts(hardware.families.items()),
        capacity_types: texts(hardware.capacity.items()),
        cpu_limit: settings.cpu_limit.to_string(),
        memory_limit: settings.memory_limit.to_string(),
        consolidate_after: settings.consolidate_after.to_string(),
    };
    manifest(Kind::NodePool, name, NODE_POOL_TEMPLATE, &values)
}

fn texts<T: fmt::Display>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn manifest(
    kind: Kind,
    name: &'static str,
    template: &str,
    values: &impl Serialize,
) -> Result<Manifest, RenderError> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(yaml::quoted);
    let yaml = handlebars
        .render_template(template, values)
        .map_err(|source| RenderError::Template {
            kind,
            name,
            source: Box::new(source),
        })?;
    let object = serde_saphyr::from_str(&yaml).map_err(|source| RenderError::Yaml {
        kind,
        name,
        source: Box::new(source),
    })?;
    Ok(Manifest {
        kind,
        name: name.to_owned(),
        yaml,
        object,
    })
}

/// Our EC2NodeClass alone, for NodePools of the user's that name it.
///
/// # Errors
/// Only if the template of this program is wrong.
pub(crate) fn our_class(cluster: ClusterFacts<'_>) -> Result<Manifest, RenderError> {
    let class = NodeClassValues {
        name: NODE_CLASS,
        managed_by: MANAGED_BY,
        cluster_annotation: CLUSTER_ANNOTATION,
        cluster: cluster.name,
        node_role: cluster.node_role,
    };
    manifest(Kind::Ec2NodeClass, NODE_CLASS, NODE_CLASS_TEMPLATE, &class)
}

#[cfg(test)]
pub(crate) mod tests;
