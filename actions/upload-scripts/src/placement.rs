//! On which nodes the pods run, and by what labels they are found: the values of the pod templates. Pure.

use crate::names::NodePool;
use handlebars::{Handlebars, no_escape};
use serde::Serialize;
use std::str::FromStr;

/// A label of nodes or pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Label {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// Lets pods onto nodes with a taint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Toleration {
    pub(crate) key: String,
    /// None: any value.
    pub(crate) value: Option<String>,
    /// None: any effect.
    pub(crate) effect: Option<String>,
    /// `Exists` or `Equal`.
    pub(crate) operator: &'static str,
}

/// Where the pods of one role run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Placement {
    pub(crate) node_pool: String,
    pub(crate) node_labels: Vec<Label>,
    pub(crate) tolerations: Vec<Toleration>,
    pub(crate) pod_labels: Vec<Label>,
}

/// The lines of the inputs, in which `{{node_pool}}` stands for the name of the role's NodePool.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    pub(crate) node_labels: Vec<String>,
    pub(crate) tolerations: Vec<String>,
    pub(crate) pod_labels: Vec<String>,
}

/// What `node-labels` is when nothing is given: the labels of the NodePools that provision-infra makes.
const NODE_LABELS: [&str; 2] = ["type=karpenter", "provisioner={{node_pool}}"];

/// What `tolerations` is when nothing is given.
const TOLERATIONS: [&str; 1] = ["{{node_pool}}:NoSchedule"];

impl Placement {
    /// From the inputs; what is wrong with a line is said with the name of its input.
    pub(crate) fn new(pool: &NodePool, lines: &Lines) -> Result<Self, Vec<(&'static str, String)>> {
        let mut problems = Vec::new();
        let placement = Self {
            node_pool: pool.to_string(),
            node_labels: parsed(
                "node-labels",
                or_default(&lines.node_labels, &NODE_LABELS),
                pool,
                &mut problems,
            ),
            tolerations: parsed(
                "tolerations",
                or_default(&lines.tolerations, &TOLERATIONS),
                pool,
                &mut problems,
            ),
            pod_labels: parsed(
                "pod-labels",
                lines.pod_labels.iter().map(String::as_str).collect(),
                pool,
                &mut problems,
            ),
        };
        if problems.is_empty() {
            Ok(placement)
        } else {
            Err(problems)
        }
    }
}

fn or_default<'a>(given: &'a [String], default: &[&'a str]) -> Vec<&'a str> {
    if given.is_empty() {
        default.to_vec()
    } else {
        given.iter().map(String::as_str).collect()
    }
}

fn parsed<T: FromStr<Err = &'static str>>(
    input: &'static str,
    lines: Vec<&str>,
    pool: &NodePool,
    problems: &mut Vec<(&'static str, String)>,
) -> Vec<T> {
    let mut values = Vec::new();
    for line in lines {
        let parsed = with_pool(line, pool).and_then(|line| line.parse().map_err(str::to_owned));
        match parsed {
            Ok(value) => values.push(value),
            Err(why) => problems.push((input, format!("`{line}`: {why}"))),
        }
    }
    values
}

fn with_pool(line: &str, pool: &NodePool) -> Result<String, String> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.register_escape_fn(no_escape);
    let values = serde_json::json!({"node_pool": pool.to_string()});
    handlebars
        .render_template(line, &values)
        .map_err(|_| "the one thing that can stand in braces is `{{node_pool}}`".to_owned())
}

impl FromStr for Label {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((key, value)) if is_key(key.trim()) && is_value(value.trim()) => Ok(Self {
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
            }),
            _ => Err(
                "expected a line `key=value` of Kubernetes: at most 63 letters, digits, `-`, `_` and `.`, the key maybe with a domain and a slash before it",
            ),
        }
    }
}

impl FromStr for Toleration {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a taint as kubectl writes it, such as `spark=true:NoSchedule`, `spark:NoSchedule` or `spark`; the effects are NoSchedule, PreferNoSchedule and NoExecute";
        let (taint, effect) = match text.split_once(':') {
            Some((taint, effect)) => (taint.trim(), Some(effect.trim())),
            None => (text.trim(), None),
        };
        let (key, value) = match taint.split_once('=') {
            Some((key, value)) => (key.trim(), Some(value.trim())),
            None => (taint, None),
        };
        let known = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
        if !is_key(key)
            || effect.is_some_and(|effect| !known.contains(&effect))
            || value.is_some_and(|value| !is_value(value))
        {
            return Err(EXPECTED);
        }
        Ok(Self {
            key: key.to_owned(),
            value: value.map(str::to_owned),
            effect: effect.map(str::to_owned),
            operator: if value.is_some() { "Equal" } else { "Exists" },
        })
    }
}

/// A key of a label or taint: a name, maybe with the domain of its owner.
fn is_key(text: &str) -> bool {
    let (domain, name) = match text.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, text),
    };
    let label = |part: &str| {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty()
            && part.bytes().all(inner)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    !name.is_empty()
        && is_value(name)
        && domain.is_none_or(|domain| domain.len() <= 253 && domain.split('.').all(label))
}

fn is_value(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let ends = |text: &str| {
        text.bytes()
            .next()
            .is_none_or(|first| first.is_ascii_alphanumeric())
            && text
                .bytes()
                .last()
                .is_none_or(|last| last.is_ascii_alphanumeric())
    };
    text.len() <= 63 && text.bytes().all(inner) && ends(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn label(key: &str, value: &str) -> Label {
        Label {
            key: key.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn without_lines_the_pods_go_to_the_node_pools_of_provision_infra() {
        let placement = Placement::new(&"spot".parse().unwrap(), &Lines::default()).unwrap();
        assert_eq!(
            placement.node_labels,
            [label("type", "karpenter"), label("provisioner", "spot")]
        );
        assert_eq!(placement.tolerations, ["spot:NoSchedule".parse().unwrap()]);
        assert_eq!(placement.pod_labels, []);
    }

    #[test]
    fn lines_take_the_place_of_the_defaults() {
        let lines = Lines {
            node_labels: vec!["karpenter.sh/nodepool = {{node_pool}}".to_owned()],
            tolerations: vec!["spark=true:NoExecute".to_owned(), "any".to_owned()],
            pod_labels: vec!["team=data".to_owned()],
        };
        let placement = Placement::new(&"spot".parse().unwrap(), &lines).unwrap();
        assert_eq!(
            placement.node_labels,
            [label("karpenter.sh/nodepool", "spot")]
        );
        let (one, two) = (&placement.tolerations[0], &placement.tolerations[1]);
        assert_eq!(
            (one.operator, one.effect.as_deref()),
            ("Equal", Some("NoExecute"))
        );
        assert_eq!((two.operator, two.effect.as_deref()), ("Exists", None));
    }

    #[test]
    fn every_bad_line_is_named_with_its_input() {
        let lines = Lines {
            node_labels: vec!["no-value".to_owned(), "a={{pool}}".to_owned()],
            tolerations: vec!["a=b:Never".to_owned()],
            pod_labels: vec![
                "-a=b".to_owned(),
                "a=b c".to_owned(),
                "good.io/a=".to_owned(),
            ],
        };
        let problems = Placement::new(&"spot".parse().unwrap(), &lines).unwrap_err();
        let inputs: Vec<&str> = problems.iter().map(|(input, _)| *input).collect();
        assert_eq!(
            inputs,
            [
                "node-labels",
                "node-labels",
                "tolerations",
                "pod-labels",
                "pod-labels"
            ]
        );
        assert!(problems[1].1.contains("{{node_pool}}"), "{problems:?}");
    }
}
