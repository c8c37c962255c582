//! Why AWS gave no prices, for the report and for the log.

use std::{error::Error, fmt};

use aws_setup::{ProblemKind, SdkProblem};

/// A question that was not answered.
#[derive(Debug, Clone)]
pub struct NotAnswered {
    /// The call, as its permission is called.
    pub call: &'static str,
    /// What AWS said.
    pub problem: SdkProblem,
}

impl NotAnswered {
    /// The question could not even be put.
    #[must_use]
    pub fn unsent(call: &'static str, error: &dyn Error) -> Self {
        Self::because(call, ProblemKind::Unsent, error.to_string())
    }

    /// A problem of a kind, in words.
    #[must_use]
    pub fn because(call: &'static str, kind: ProblemKind, message: String) -> Self {
        let problem = SdkProblem {
            kind,
            code: None,
            message: Some(message),
            request_id: None,
            status: None,
            bucket_region: None,
        };
        Self { call, problem }
    }

    /// Without what the service said in its own words: they name accounts and roles, and a report is public.
    #[must_use]
    pub fn in_short(&self) -> String {
        let problem = SdkProblem {
            message: None,
            request_id: None,
            ..self.problem.clone()
        };
        format!("{}: {problem}", self.call)
    }
}

/// With everything, for the log.
impl fmt::Display for NotAnswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call, self.problem)
    }
}
