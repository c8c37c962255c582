//! Whether EMR on EKS takes a pod template, and what to change if not.
//!
//! A template that EMR refuses fails the job only after its submitter has had a node, so the same rules are applied
//! here before anything is submitted. All problems are given at once, each with its path, and none repeats a value:
//! templates hold environments, and environments hold secrets.
//!
//! | module   | idea                                                        |
//! |----------|-------------------------------------------------------------|
//! | `fields` | what EMR allows, and what Kubernetes knows besides           |
//! | `check`  | goes through the document and collects the problems          |
//!
//! Pure: reads no file, and does not compare the template with a cluster.

mod check;
mod fields;

use std::fmt;

/// Which pods a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The driver.
    Driver,
    /// Every executor.
    Executor,
}

impl Role {
    /// The name that EMR on EKS gives to the container Spark runs in; any other container is a sidecar.
    #[must_use]
    pub const fn main_container(self) -> &'static str {
        match self {
            Self::Driver => "spark-kubernetes-driver",
            Self::Executor => "spark-kubernetes-executor",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Driver => Self::Executor,
            Self::Executor => Self::Driver,
        }
    }
}

/// One thing in a template that EMR or Kubernetes would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, such as `spec.containers[0].image`; `None` for the document as a whole.
    pub path: Option<String>,
    /// What is wrong.
    pub what: String,
    /// How to fix it.
    pub fix: String,
}

/// For example `` `spec.hostNetwork`: EMR on EKS does not take it from a pod template; remove it ``.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "`{path}`: ")?;
        }
        write!(f, "{}; {}", self.what, self.fix)
    }
}

/// Everything that is wrong with a template for pods of the role, in the order of the document. YAML that cannot be
/// read is one problem.
#[must_use]
pub fn problems(role: Role, text: &str) -> Vec<Problem> {
    match serde_saphyr::from_str(text) {
        Ok(document) => check::document(role, &document),
        Err(error) => vec![Problem {
            path: None,
            what: yaml_fault::describe(&error),
            fix: "write the template as one YAML document".to_owned(),
        }],
    }
}

#[cfg(test)]
mod tests;
