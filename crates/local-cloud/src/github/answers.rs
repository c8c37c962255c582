//! The bodies GitHub answers with: every field its OpenAPI description requires, with plain values where nothing is known.

use super::hub::{COMMIT, Comment};
use super::issues::Issue;
use crate::config::PullRequestHead;
use serde_json::{Map, Value, json};

/// Fields of a repository that are links below its API address, with the path of each.
const REPOSITORY_LINKS: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    (
        "notifications_url",
        "/notifications{?since,all,participating}",
    ),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// Builds answers for one repository as seen from one caller.
pub(super) struct Links<'a> {
    base: &'a str,
    repository: &'a str,
}

impl<'a> Links<'a> {
    pub(super) fn new(base: &'a str, repository: &'a str) -> Self {
        Self { base, repository }
    }

    pub(super) fn api(&self, path: &str) -> String {
        format!("{}/repos/{}{path}", self.base, self.repository)
    }

    pub(super) fn page(&self, path: &str) -> String {
        format!("https://github.com/{}{path}", self.repository)
    }

    /// Where the comments of a pull request are listed.
    pub(super) fn comments_of(&self, number: u64) -> String {
        self.api(&format!("/issues/{number}/comments"))
    }

    pub(super) fn comment(&self, comment: &Comment) -> Value {
        let (id, number) = (comment.id, comment.on.number);
        let url = self.api(&format!("/issues/comments/{id}"));
        json!({
            "id": id,
            "node_id": format!("IC_{id}"),
            "url": url,
            "html_url": self.page(&format!("/pull/{number}#issuecomment-{id}")),
            "issue_url": self.api(&format!("/issues/{number}")),
            "user": self.user(&comment.login),
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
            "author_association": "NONE",
            "body": comment.body,
            "performed_via_github_app": null,
            "minimized": comment.hidden.then(|| json!({ "reason": "outdated" })),
            "reactions": {
                "url": format!("{url}/reactions"), "total_count": 0, "+1": 0, "-1": 0, "laugh": 0, "confused": 0,
                "heart": 0, "hooray": 0, "eyes": 0, "rocket": 0,
            },
        })
    }

    pub(super) fn issue(&self, number: u64, comments: usize, created_at: &str) -> Value {
        let url = self.api(&format!("/issues/{number}"));
        let pull = self.api(&format!("/pulls/{number}"));
        let page = self.page(&format!("/pull/{number}"));
        json!({
            "id": number,
            "node_id": format!("PR_{number}"),
            "url": url,
            "repository_url": self.api(""),
            "labels_url": format!("{url}/labels{{/name}}"),
            "comments_url": format!("{url}/comments"),
            "events_url": format!("{url}/events"),
            "html_url": page,
            "number": number,
            "title": format!("Pull request {number}"),
            "body": null,
            "user": self.owner(),
            "labels": [],
            "state": "open",
            "locked": false,
            "assignee": null,
            "assignees": [],
            "milestone": null,
            "comments": comments,
            "created_at": created_at,
            "updated_at": created_at,
            "closed_at": null,
            "author_association": "OWNER",
            "pull_request": {
                "url": pull, "html_url": page, "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
            },
        })
    }

    /// Where the issues of the repository are listed.
    pub(super) fn issues(&self) -> String {
        self.api("/issues")
    }

    /// An issue that is no pull request.
    pub(super) fn own_issue(&self, issue: &Issue) -> Value {
        let mut answer = self.issue(issue.number, 0, &issue.created_at);
        if let Some(fields) = answer.as_object_mut() {
            fields.remove("pull_request");
        }
        let closed_at = (!issue.open).then_some(&issue.updated_at);
        for (field, value) in [
            ("node_id", json!(format!("I_{}", issue.number))),
            (
                "html_url",
                json!(self.page(&format!("/issues/{}", issue.number))),
            ),
            ("title", json!(issue.title)),
            ("body", json!(issue.body)),
            ("user", self.user(&issue.login)),
            (
                "labels",
                issue
                    .labels
                    .iter()
                    .map(|name| json!({ "name": name }))
                    .collect(),
            ),
            ("state", json!(if issue.open { "open" } else { "closed" })),
            ("updated_at", json!(issue.updated_at)),
            ("closed_at", json!(closed_at)),
            ("author_association", json!("NONE")),
        ] {
            answer[field] = value;
        }
        answer
    }

    pub(super) fn pull_request(
        &self,
        head: &PullRequestHead,
        comments: usize,
        created_at: &str,
    ) -> Value {
        let number = head.number;
        let url = self.api(&format!("/pulls/{number}"));
        let issue = self.api(&format!("/issues/{number}"));
        let page = self.page(&format!("/pull/{number}"));
        let links = [
            ("self", url.clone()),
            ("html", page.clone()),
            ("issue", issue.clone()),
            ("comments", format!("{issue}/comments")),
            ("review_comments", format!("{url}/comments")),
            ("review_comment", self.api("/pulls/comments{/number}")),
            ("commits", format!("{url}/commits")),
            ("statuses", self.api(&format!("/statuses/{}", head.sha))),
        ];
        let mut answer = json!({
            "id": number,
            "node_id": format!("PR_{number}"),
            "number": number,
            "state": if head.open { "open" } else { "closed" },
            "locked": false,
            "title": format!("Pull request {number}"),
            "body": null,
            "user": self.owner(),
            "diff_url": format!("{page}.diff"),
            "patch_url": format!("{page}.patch"),
            "head": Links::new(self.base, &head.repository).branch(&head.branch, &head.sha, created_at),
            "base": self.branch("main", COMMIT, created_at),
            "_links": links.clone().map(|(name, href)| (name.to_owned(), json!({ "href": href }))).into_iter().collect::<Map<_, _>>(),
            "created_at": created_at,
            "updated_at": created_at,
            "author_association": "OWNER",
            "labels": [], "assignees": [], "requested_reviewers": [], "requested_teams": [],
            "assignee": null, "auto_merge": null, "closed_at": null, "merge_commit_sha": null, "merged_at": null,
            "merged_by": null, "milestone": null, "mergeable": true, "mergeable_state": "clean", "merged": false,
            "draft": false, "rebaseable": true, "maintainer_can_modify": false,
            "additions": 1, "deletions": 1, "changed_files": 1, "commits": 1, "review_comments": 0,
            "comments": comments,
        });
        for (name, href) in links {
            let field = if name == "self" {
                "url".to_owned()
            } else {
                format!("{name}_url")
            };
            answer[field] = href.into();
        }
        answer
    }

    fn branch(&self, name: &str, sha: &str, created_at: &str) -> Value {
        let (owner, _) = self.names();
        json!({
            "label": format!("{owner}:{name}"),
            "ref": name,
            "sha": sha,
            "user": self.owner(),
            "repo": self.repository(created_at),
        })
    }

    pub(super) fn repository(&self, created_at: &str) -> Value {
        let (_, name) = self.names();
        let mut answer = json!({
            "id": 1, "node_id": "R_1", "name": name, "full_name": self.repository,
            "owner": self.owner(),
            "private": false, "fork": false, "archived": false, "disabled": false,
            "description": null, "homepage": null, "language": null, "mirror_url": null, "license": null,
            "default_branch": "main", "visibility": "public",
            "has_downloads": true, "has_issues": true, "has_projects": true, "has_wiki": true, "has_pages": false,
            "forks": 0, "forks_count": 0, "open_issues": 1, "open_issues_count": 1, "size": 1,
            "stargazers_count": 0, "watchers": 0, "watchers_count": 0,
            "created_at": created_at, "updated_at": created_at, "pushed_at": created_at,
            "html_url": self.page(""), "clone_url": self.page(".git"), "svn_url": self.page(""),
            "git_url": format!("git://github.com/{}.git", self.repository),
            "ssh_url": format!("git@github.com:{}.git", self.repository),
        });
        for (field, path) in REPOSITORY_LINKS {
            answer[field] = self.api(path).into();
        }
        answer
    }

    fn names(&self) -> (&str, &str) {
        self.repository
            .split_once('/')
            .unwrap_or((self.repository, ""))
    }

    fn owner(&self) -> Value {
        self.user(self.names().0)
    }

    fn user(&self, login: &str) -> Value {
        let bot = login.ends_with("[bot]");
        let page = match login.strip_suffix("[bot]") {
            Some(app) => format!("https://github.com/apps/{app}"),
            None => format!("https://github.com/{login}"),
        };
        let url = format!(
            "{}/users/{}",
            self.base,
            login.replace('[', "%5B").replace(']', "%5D")
        );
        json!({
            "login": login,
            "id": user_id(login),
            "node_id": format!("U_{}", user_id(login)),
            "avatar_url": "https://avatars.githubusercontent.com/in/15368?v=4",
            "gravatar_id": "",
            "url": url,
            "html_url": page,
            "followers_url": format!("{url}/followers"),
            "following_url": format!("{url}/following{{/other_user}}"),
            "gists_url": format!("{url}/gists{{/gist_id}}"),
            "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{url}/subscriptions"),
            "organizations_url": format!("{url}/orgs"),
            "repos_url": format!("{url}/repos"),
            "events_url": format!("{url}/events{{/privacy}}"),
            "received_events_url": format!("{url}/received_events"),
            "type": if bot { "Bot" } else { "User" },
            "site_admin": false,
        })
    }
}

/// The id of `github-actions[bot]` is the real one; for others any stable number will do.
fn user_id(login: &str) -> u64 {
    if login == "github-actions[bot]" {
        return 41_898_282;
    }
    login
        .bytes()
        .fold(1_000, |id, byte| (id * 31 + u64::from(byte)) % 100_000_000)
}
