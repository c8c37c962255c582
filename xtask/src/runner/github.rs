//! The `github` context of an emulated job: a pull request's, with its event file and `GITHUB_*` variables.

use indexmap::IndexMap;
use serde_json::json;

/// Where and why a job runs.
#[derive(Debug, Clone)]
pub(crate) struct GitHub {
    /// `owner/name`.
    pub(crate) repository: String,
    /// The pull request whose event started the job.
    pub(crate) pull_request: u64,
    pub(crate) token: String,
    pub(crate) api_url: String,
    pub(crate) server_url: String,
    pub(crate) run_id: u64,
    pub(crate) run_attempt: u32,
    /// The commit under test, 40 hex digits.
    pub(crate) sha: String,
}

impl GitHub {
    /// A value of the `github` context, for expressions and for `GITHUB_<NAME>`.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        if name == "token" {
            return Some(self.token.clone());
        }
        self.variables().shift_remove(name)
    }

    /// The part of the runner's allow-list that does not depend on the step, by context name.
    /// The token is not among them: the runner never sets `GITHUB_TOKEN`.
    pub(crate) fn variables(&self) -> IndexMap<&'static str, String> {
        let (owner, _) = self
            .repository
            .split_once('/')
            .unwrap_or((&self.repository, ""));
        let reference = format!("refs/pull/{}/merge", self.pull_request);
        IndexMap::from([
            ("actor", owner.to_owned()),
            ("actor_id", "1".into()),
            ("api_url", self.api_url.clone()),
            ("base_ref", "main".into()),
            ("event_name", "pull_request".into()),
            ("graphql_url", format!("{}/graphql", self.api_url)),
            ("head_ref", "change".into()),
            ("job", "benchmark".into()),
            ("ref", reference),
            ("ref_name", format!("{}/merge", self.pull_request)),
            ("ref_protected", "false".into()),
            ("ref_type", "branch".into()),
            ("repository", self.repository.clone()),
            ("repository_id", "1".into()),
            ("repository_owner", owner.to_owned()),
            ("repository_owner_id", "1".into()),
            ("retention_days", "90".into()),
            ("run_attempt", self.run_attempt.to_string()),
            ("run_id", self.run_id.to_string()),
            ("run_number", "1".into()),
            ("server_url", self.server_url.clone()),
            ("sha", self.sha.clone()),
            ("triggering_actor", owner.to_owned()),
            ("workflow", "benchmark".into()),
            (
                "workflow_ref",
                format!(
                    "{}/.github/workflows/benchmark.yml@refs/heads/main",
                    self.repository
                ),
            ),
            ("workflow_sha", self.sha.clone()),
        ])
    }

    /// The event file's content: what actions read of a `pull_request` event.
    pub(crate) fn event(&self) -> serde_json::Value {
        let (owner, name) = self
            .repository
            .split_once('/')
            .unwrap_or((&self.repository, ""));
        let number = self.pull_request;
        let repository = json!({
            "id": 1, "name": name, "full_name": self.repository, "private": false,
            "owner": {"login": owner, "id": 1, "type": "User"},
            "default_branch": "main",
            "html_url": format!("{}/{}", self.server_url, self.repository),
        });
        json!({
            "action": "synchronize",
            "number": number,
            "pull_request": {
                "id": 1, "number": number, "state": "open", "draft": false,
                "title": "Change the job",
                "html_url": format!("{}/{}/pull/{number}", self.server_url, self.repository),
                "user": {"login": owner, "id": 1, "type": "User"},
                "head": {"ref": "change", "sha": self.sha, "repo": repository},
                "base": {"ref": "main", "sha": self.sha, "repo": repository},
            },
            "repository": repository,
            "sender": {"login": owner, "id": 1, "type": "User"},
        })
    }
}
