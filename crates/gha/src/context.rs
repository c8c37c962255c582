//! Where a step runs: repository, run, event.
//!
//! Read from the environment snapshot and the event file; asks no API.

use crate::environment::Environment;
use std::{fmt, path::PathBuf, str::FromStr};

/// The workflow run this step belongs to. Outside Actions most of it is absent.
#[derive(Clone)]
#[non_exhaustive]
pub struct Context {
    /// `owner/name`.
    pub repository: Option<String>,
    /// Identifies the workflow run; the same for every attempt.
    pub run_id: Option<u64>,
    /// 1 for the first attempt of a run.
    pub run_attempt: Option<u32>,
    /// `pull_request`, `schedule`, …
    pub event_name: Option<String>,
    /// The event's payload.
    pub event: Option<serde_json::Value>,
    /// Who started the run.
    pub actor: Option<String>,
    /// Name of the workflow.
    pub workflow: Option<String>,
    /// Id of the job in the workflow.
    pub job: Option<String>,
    /// The commit that started the run. For a pull request it is the merge commit.
    pub sha: Option<String>,
    /// Base of web links, without a final slash.
    pub server_url: String,
    /// Base of the REST API, without a final slash.
    pub api_url: String,
    /// The checked-out repository; outside Actions the current directory.
    pub workspace: PathBuf,
    /// Whether the GitHub Actions runner started this process.
    pub actions: bool,
    environment: Environment,
}

impl Context {
    /// Reads the context, and lists in words what could not be read.
    pub(crate) fn read(environment: &Environment) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let text = |name: &str| environment.get(name).map(str::to_owned);
        let url = |name: &str, default: &str| {
            environment
                .get(name)
                .unwrap_or(default)
                .trim_end_matches('/')
                .to_owned()
        };
        let context = Self {
            repository: text("GITHUB_REPOSITORY"),
            run_id: number(environment, "GITHUB_RUN_ID", &mut problems),
            run_attempt: number(environment, "GITHUB_RUN_ATTEMPT", &mut problems),
            event_name: text("GITHUB_EVENT_NAME"),
            event: event(environment, &mut problems),
            actor: text("GITHUB_ACTOR"),
            workflow: text("GITHUB_WORKFLOW"),
            job: text("GITHUB_JOB"),
            sha: text("GITHUB_SHA"),
            server_url: url("GITHUB_SERVER_URL", "https://github.com"),
            api_url: url("GITHUB_API_URL", "https://api.github.com"),
            workspace: environment
                .get("GITHUB_WORKSPACE")
                .map_or_else(|| PathBuf::from("."), PathBuf::from),
            actions: environment.in_actions(),
            environment: environment.clone(),
        };
        (context, problems)
    }

    /// Where the job asks for its OIDC token, and with what bearer. Only a job with `id-token: write` has it.
    #[must_use]
    pub fn id_token_request(&self) -> Option<(&str, &str)> {
        let url = self.environment.get("ACTIONS_ID_TOKEN_REQUEST_URL")?;
        Some((url, self.environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?))
    }

    /// An environment variable such as `KUBECONFIG`; an empty one counts as unset.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name)
    }
}

/// Leaves out the event and the environment: both are long, and the latter holds secrets.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("repository", &self.repository)
            .field("run_id", &self.run_id)
            .field("run_attempt", &self.run_attempt)
            .field("event_name", &self.event_name)
            .finish_non_exhaustive()
    }
}

fn number<T: FromStr>(
    environment: &Environment,
    name: &str,
    problems: &mut Vec<String>,
) -> Option<T> {
    let text = environment.get(name)?;
    let parsed = text.parse().ok();
    if parsed.is_none() {
        problems.push(format!("`{name}` is `{text}`, not a number; it is ignored"));
    }
    parsed
}

fn event(environment: &Environment, problems: &mut Vec<String>) -> Option<serde_json::Value> {
    let path = environment.get("GITHUB_EVENT_PATH")?;
    let read = std::fs::read(path).map_err(|error| error.to_string());
    match read.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string())) {
        Ok(event) => Some(event),
        Err(error) => {
            problems.push(format!(
                "the event file `{path}` cannot be read ({error}); the event is unknown"
            ));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_actions_the_public_github_is_assumed() {
        let (context, problems) = Context::read(&Environment::default());
        assert_eq!(context.api_url, "https://api.github.com");
        assert!(!context.actions && context.event.is_none() && problems.is_empty());
    }

    #[test]
    fn unreadable_values_are_said_in_words() {
        let environment = Environment::from([
            ("GITHUB_RUN_ID", "x"),
            ("GITHUB_EVENT_PATH", "/does/not/exist"),
        ]);
        let (context, problems) = Context::read(&environment);
        assert!(context.run_id.is_none() && context.event.is_none());
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}
