//! Names that AWS and Kubernetes give rules for and that only this action reads.

use std::fmt;
use std::str::FromStr;

/// Name of an EKS cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClusterName(String);

/// Name of a Kubernetes namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Namespace(String);

/// Name of an IAM role: not its ARN, and without its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleName(String);

/// Why a name is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameError {
    #[error(
        "expected an EKS cluster name: 1 to 100 letters, digits, `-` or `_`, starting with a letter or digit"
    )]
    Cluster,
    #[error(
        "expected a namespace: 1 to 63 lower-case letters, digits or `-`, starting and ending with a letter or digit"
    )]
    Namespace,
    #[error("expected an IAM role name: 1 to 64 letters, digits or `+=,.@_-`")]
    Role,
    #[error("expected the name of the role, not its ARN: use `aws_iam_role.<name>.name`")]
    RoleArn,
}

impl FromStr for ClusterName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let first = text
            .chars()
            .next()
            .is_some_and(|c| c.is_ascii_alphanumeric());
        if first && text.len() <= 100 && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Cluster)
        }
    }
}

impl FromStr for Namespace {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let edges = !text.starts_with('-') && !text.ends_with('-');
        if edges && (1..=63).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Namespace)
        }
    }
}

impl FromStr for RoleName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.starts_with("arn:") {
            return Err(NameError::RoleArn);
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
        if (1..=64).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Role)
        }
    }
}

macro_rules! shown_as_given {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
shown_as_given!(ClusterName, Namespace, RoleName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_name_cannot_carry_a_quote() {
        assert!("emr-on_eks2".parse::<ClusterName>().is_ok());
        for bad in ["", "-a", "a\"b", "a b", "a.b"] {
            assert_eq!(bad.parse::<ClusterName>(), Err(NameError::Cluster), "{bad}");
        }
    }

    #[test]
    fn a_role_arn_is_told_apart_from_a_bad_name() {
        assert!("Karpenter-node.1".parse::<RoleName>().is_ok());
        assert_eq!(
            "arn:aws:iam::000000000000:role/x".parse::<RoleName>(),
            Err(NameError::RoleArn)
        );
        assert_eq!("a/b".parse::<RoleName>(), Err(NameError::Role));
    }

    #[test]
    fn namespaces_are_dns_labels() {
        assert!("analytics".parse::<Namespace>().is_ok());
        for bad in ["", "Analytics", "a_b", "-a", "a-"] {
            assert_eq!(bad.parse::<Namespace>(), Err(NameError::Namespace), "{bad}");
        }
    }
}
