//! What GitHub holds: pull requests, comments and issues, and who may do what. Knows nothing of HTTP.

use super::issues::{Change, Issue};
use super::runs::WorkflowRun;
use crate::config::{Config, PullRequestHead, Token};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most characters a comment may have.
pub(super) const LONGEST_BODY: usize = 65_536;

/// Ids start here, so that none looks like an index.
const FIRST_COMMENT: u64 = 1_000_001;

/// Issues have the numbers from here on, behind those of pull requests.
const FIRST_ISSUE: u64 = 1_001;

/// The commit of branches of which nothing else is known.
pub(super) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A pull request by its repository, as `owner/name`, and its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PullRequest {
    pub(super) repository: String,
    pub(super) number: u64,
}

/// A comment on a pull request.
#[derive(Debug, Clone)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) on: PullRequest,
    pub(super) login: String,
    pub(super) body: String,
    /// Somebody has hidden it, which GitHub's REST API shows and cannot change.
    pub(super) hidden: bool,
    pub(super) created_at: String,
    pub(super) updated_at: String,
}

#[derive(Debug, Default)]
struct Comments {
    by_id: BTreeMap<u64, Comment>,
    created: u64,
}

/// GitHub's state. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Hub {
    tokens: Arc<[Token]>,
    pull_requests: Arc<BTreeSet<PullRequest>>,
    heads: Arc<[PullRequestHead]>,
    pub(super) started_at: Arc<str>,
    comments: Arc<Mutex<Comments>>,
    runs: Arc<Mutex<BTreeMap<(String, u64), WorkflowRun>>>,
    issues: Arc<Mutex<Vec<Issue>>>,
}

impl Hub {
    /// What is known of a workflow run.
    pub(super) fn workflow_run(&self, repository: &str, id: u64) -> Option<WorkflowRun> {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.get(&(repository.to_owned(), id)).cloned()
    }

    /// Says what becomes of a workflow run.
    pub(crate) fn set_workflow_run(&self, run: WorkflowRun) {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.insert((run.repository.clone(), run.id), run);
    }

    pub(crate) fn new(config: &Config) -> Self {
        let pull_requests = config.pull_requests.iter().map(|seed| PullRequest {
            repository: seed.repository.clone(),
            number: seed.number,
        });
        Self {
            tokens: config.tokens.clone().into(),
            pull_requests: Arc::new(pull_requests.collect()),
            heads: config.pull_request_heads.clone().into(),
            started_at: now().into(),
            comments: Arc::default(),
            runs: Arc::default(),
            issues: Arc::default(),
        }
    }

    /// The issues of a repository, oldest first.
    pub(super) fn issues(&self, repository: &str) -> Vec<Issue> {
        let issues = self.all_issues();
        let of = issues.iter().filter(|issue| issue.repository == repository);
        of.cloned().collect()
    }

    pub(super) fn issue(&self, repository: &str, number: u64) -> Option<Issue> {
        let issues = self.issues(repository);
        issues.into_iter().find(|issue| issue.number == number)
    }

    pub(super) fn create_issue(&self, repository: &str, login: &str, change: Change) -> Issue {
        let mut issues = self.all_issues();
        let created_at = now();
        let issue = Issue {
            repository: repository.to_owned(),
            number: FIRST_ISSUE + issues.len() as u64,
            login: login.to_owned(),
            title: change.title.unwrap_or_default(),
            body: change.body.unwrap_or_default(),
            labels: change.labels.unwrap_or_default(),
            open: true,
            updated_at: created_at.clone(),
            created_at,
        };
        issues.push(issue.clone());
        issue
    }

    pub(super) fn update_issue(
        &self,
        repository: &str,
        number: u64,
        change: Change,
    ) -> Option<Issue> {
        let mut issues = self.all_issues();
        let is_it = |issue: &&mut Issue| issue.repository == repository && issue.number == number;
        let issue = issues.iter_mut().find(is_it)?;
        issue.title = change.title.unwrap_or(issue.title.clone());
        issue.body = change.body.unwrap_or(issue.body.clone());
        issue.labels = change.labels.unwrap_or(issue.labels.clone());
        issue.open = change.state.map_or(issue.open, |state| state == "open");
        issue.updated_at = now();
        Some(issue.clone())
    }

    fn all_issues(&self) -> MutexGuard<'_, Vec<Issue>> {
        self.issues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the token allows; none for an unknown one.
    pub(super) fn token(&self, token: &str) -> Option<&Token> {
        self.tokens.iter().find(|known| known.token == token)
    }

    pub(super) fn pull_request(&self, repository: &str, number: u64) -> Option<&PullRequest> {
        self.pull_requests.get(&PullRequest {
            repository: repository.to_owned(),
            number,
        })
    }

    /// The pull requests of a repository with their heads.
    pub(super) fn pull_requests(&self, repository: &str) -> Vec<(PullRequest, PullRequestHead)> {
        let of = self.pull_requests.iter();
        of.filter(|pull| pull.repository == repository)
            .map(|pull| (pull.clone(), self.head(pull)))
            .collect()
    }

    /// What a pull request would merge.
    pub(super) fn head(&self, of: &PullRequest) -> PullRequestHead {
        let known = self.heads.iter().find(|head| head.number == of.number);
        known.cloned().unwrap_or_else(|| PullRequestHead {
            number: of.number,
            repository: of.repository.clone(),
            branch: "change".to_owned(),
            sha: COMMIT.to_owned(),
            open: true,
        })
    }

    /// The comments on a pull request, oldest first.
    pub(super) fn comments(&self, on: &PullRequest) -> Vec<Comment> {
        let comments = self.lock();
        comments
            .by_id
            .values()
            .filter(|c| c.on == *on)
            .cloned()
            .collect()
    }

    pub(super) fn comment(&self, repository: &str, id: u64) -> Option<Comment> {
        let comments = self.lock();
        comments
            .by_id
            .get(&id)
            .filter(|c| c.on.repository == repository)
            .cloned()
    }

    pub(super) fn create(&self, on: &PullRequest, login: &str, body: String) -> Comment {
        let mut comments = self.lock();
        let id = FIRST_COMMENT + comments.created;
        comments.created += 1;
        let created_at = now();
        let comment = Comment {
            id,
            on: on.clone(),
            login: login.to_owned(),
            body,
            hidden: false,
            updated_at: created_at.clone(),
            created_at,
        };
        comments.by_id.insert(id, comment.clone());
        comment
    }

    pub(super) fn update(&self, repository: &str, id: u64, body: String) -> Option<Comment> {
        let mut comments = self.lock();
        let comment = comments
            .by_id
            .get_mut(&id)
            .filter(|c| c.on.repository == repository)?;
        comment.body = body;
        comment.updated_at = now();
        Some(comment.clone())
    }

    /// Hides a comment, as a person does on the page.
    pub(crate) fn hide(&self, id: u64) {
        if let Some(comment) = self.lock().by_id.get_mut(&id) {
            comment.hidden = true;
        }
    }

    pub(super) fn delete(&self, repository: &str, id: u64) -> Option<()> {
        let mut comments = self.lock();
        comments
            .by_id
            .get(&id)
            .filter(|c| c.on.repository == repository)?;
        comments.by_id.remove(&id).map(drop)
    }

    /// Pull requests and comments for the inspector.
    pub(crate) fn state(&self) -> Value {
        let issues: Vec<Value> = self.all_issues().iter().map(Issue::state).collect();
        let pull_requests = self
            .pull_requests
            .iter()
            .map(|p| format!("{}#{}", p.repository, p.number));
        let comments = self.lock();
        let comments = comments.by_id.values().map(|comment| {
            json!({
                "id": comment.id,
                "repository": comment.on.repository,
                "number": comment.on.number,
                "author": comment.login,
                "created_at": comment.created_at,
                "updated_at": comment.updated_at,
                "body": comment.body,
            })
        });
        json!({ "pull_requests": Value::from_iter(pull_requests), "comments": Value::from_iter(comments), "issues": issues })
    }

    fn lock(&self) -> MutexGuard<'_, Comments> {
        self.comments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}
