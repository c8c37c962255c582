//! The one open issue of a workload: opened when it drifts, kept up to date until a person closes it.
//!
//! Only open issues are looked at: closing one says that its drift was seen, and a later drift opens another.

use gha::{Failure, Runner};
use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::{
    inputs::Inputs,
    page::sentence,
    series::{State, Trend},
};
use sticky_comment::{
    Call, Calls, CommentMode, PostError,
    comment::{Key, MOST_CHARACTERS, body, is_marked, is_same},
};

const PERMISSION: &str = "give the job `permissions: issues: write`, or set `issue: never`";
/// GitHub's status for an issue in a repository without issues.
const ISSUES_ARE_OFF: u16 = 410;
const PER_PAGE: usize = 100;
/// 2,000 open issues and pull requests, the newest first.
const MOST_PAGES: usize = 20;
const LONGEST_TITLE: usize = 200;

#[derive(Deserialize)]
struct Issue {
    number: u64,
    html_url: String,
    #[serde(default)]
    body: Option<String>,
    user: Option<User>,
    /// There when it is a pull request.
    #[serde(default)]
    pull_request: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Serialize)]
struct Content<'a> {
    title: &'a str,
    body: &'a str,
}

/// The hidden first line by which the issue is found again.
fn marker(workload: &Key) -> String {
    format!("<!-- emr-eks-actions:compare-dra-trend:v1:{workload} -->")
}

/// Opens or updates the issue as far as it is wished and possible; gives its address.
pub(super) async fn report(
    runner: &Runner,
    inputs: &Inputs,
    trend: &Trend,
    markdown: &str,
) -> Result<Option<String>, Failure> {
    let repository = match (&inputs.issue, &runner.context.repository) {
        (CommentMode::Never, _) => return Ok(None),
        (_, Some(repository)) => repository,
        (CommentMode::Always, None) => {
            return Err(Failure::bad_input(
                "issue",
                "`GITHUB_REPOSITORY` is not set",
            ));
        }
        // At a desk nobody waits for an issue.
        (CommentMode::Auto, None) => return Ok(None),
    };
    let Some(token) = &inputs.token else {
        if inputs.issue == CommentMode::Always {
            return Err(Failure::bad_input(
                "token",
                "is not set, and `issue` is `always`",
            ));
        }
        runner.log.notice(
            "No issue",
            "No issue was opened or updated: `token` is not set.",
        );
        return Ok(None);
    };
    let calls = Calls {
        api_url: &runner.context.api_url,
        token,
        log: &runner.log,
    };
    let tracker = Tracker {
        calls,
        repository,
        inputs,
    };
    match tracker.keep(trend, markdown).await {
        Ok(url) => Ok(url),
        // Those of a fork are off unless somebody turns them on.
        Err(error)
            if inputs.issue == CommentMode::Auto
                && (error.is_permission() || error.status() == Some(ISSUES_ARE_OFF)) =>
        {
            let said = format!(
                "No issue was opened or updated in {repository}: {error}. To have one, {}.",
                help(&error)
            );
            runner.log.notice("No issue", &said);
            Ok(None)
        }
        Err(error) => Err(failure(repository, &error)),
    }
}

fn help(error: &PostError) -> &'static str {
    match error.status() {
        Some(401) => "check the input `token`: the token is wrong or no longer valid",
        Some(403 | 404) => PERMISSION,
        Some(ISSUES_ARE_OFF) => {
            "turn on issues in the settings of the repository, or set `issue: never`"
        }
        _ => "run again later, or set `issue: never`; the run was kept before",
    }
}

fn failure(repository: &str, error: &PostError) -> Failure {
    Failure::outside(
        "Cannot report drift",
        format!("cannot open or update the issue in {repository}"),
    )
    .because(error)
    .help(help(error))
}

struct Tracker<'a> {
    calls: Calls<'a>,
    repository: &'a str,
    inputs: &'a Inputs,
}

impl Tracker<'_> {
    async fn keep(&self, trend: &Trend, markdown: &str) -> Result<Option<String>, PostError> {
        let github = self.calls.client()?;
        let marker = marker(&self.inputs.workload);
        let text: String = markdown.chars().take(MOST_CHARACTERS - 512).collect();
        let back = match trend.state {
            State::None => "**Back to normal.** Close this issue when nothing is left to do.\n\n",
            _ => "",
        };
        let body = body(&marker, &format!("{back}{text}"));
        let title = format!(
            "DRA benchmark `{}`: {}",
            self.inputs.workload,
            sentence(trend)
        );
        let title: String = title.chars().take(LONGEST_TITLE).collect();
        let content = Content {
            title: &title,
            body: &body,
        };
        let base = format!("/repos/{}/issues", self.repository);
        if let Some(ours) = self.find(&github, &base, &marker).await? {
            if ours.body.is_some_and(|there| is_same(&there, &body)) {
                return Ok(Some(ours.html_url));
            }
            let call = Call::patch(format!("{base}/{}", ours.number), content);
            let updated: Issue = self.calls.send(&github, "update the issue", &call).await?;
            self.calls
                .log
                .info(&format!("Issue updated: {}", updated.html_url));
            return Ok(Some(updated.html_url));
        }
        if trend.state != State::Drifted {
            return Ok(None);
        }
        let call = Call::post(base, content);
        let created: Issue = self.calls.send(&github, "open the issue", &call).await?;
        self.calls
            .log
            .info(&format!("Issue opened: {}", created.html_url));
        let author = created.user.map(|user| user.login);
        if let Some(author) = author.filter(|login| !self.is_ours(login)) {
            let said = format!(
                "The token belongs to `{author}`, but `issue-author` is `{}`: the next run does not find this issue and opens another. Set `issue-author: {author}`.",
                self.inputs.issue_author
            );
            self.calls.log.warning("Wrong issue-author", &said);
        }
        Ok(Some(created.html_url))
    }

    fn is_ours(&self, login: &str) -> bool {
        login.eq_ignore_ascii_case(&self.inputs.issue_author)
    }

    /// The oldest of our open issues with the marker. Pages are asked for by number: a `Link` header could lead the
    /// token to another host.
    async fn find(
        &self,
        github: &octocrab::Octocrab,
        base: &str,
        marker: &str,
    ) -> Result<Option<Issue>, PostError> {
        let mut found = None;
        for page in 1..=MOST_PAGES {
            let route = format!("{base}?state=open&per_page={PER_PAGE}&page={page}");
            let listed: Vec<Issue> = self
                .calls
                .send(github, "list the issues", &Call::<()>::get(route))
                .await?;
            if listed.is_empty() {
                break;
            }
            let ours = |issue: &Issue| {
                let marked = issue
                    .body
                    .as_deref()
                    .is_some_and(|body| is_marked(body, marker));
                let author = issue
                    .user
                    .as_ref()
                    .is_some_and(|user| self.is_ours(&user.login));
                marked && author && issue.pull_request.is_none()
            };
            found = listed.into_iter().rfind(ours).or(found);
        }
        Ok(found)
    }
}
