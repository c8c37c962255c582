//! The sticky comment on GitHub: found by marker and author, updated or else created.

use std::time::Duration;

use octocrab::Octocrab;
use serde::{Deserialize, Serialize};

use crate::{comment::is_marked, inputs::Token};

const PER_PAGE: usize = 100;
/// 100,000 comments; GitHub allows 2,500 on a pull request.
const MOST_PAGES: usize = 1000;

/// Where the comment goes.
#[derive(Debug)]
pub(crate) struct PullRequest<'a> {
    /// `https://api.github.com`, or an Enterprise Server's, or a local one's.
    pub(crate) api_url: &'a str,
    pub(crate) token: &'a Token,
    /// `owner/name`.
    pub(crate) repository: &'a str,
    pub(crate) number: u64,
    /// Only comments of this account are ours.
    pub(crate) author: &'a str,
}

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Posted {
    Created(String),
    Updated(String),
}

/// Why the comment could not be posted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    /// GitHub answered with an error.
    #[error("GitHub refused to {doing}: {message} (HTTP {status})")]
    Refused {
        doing: &'static str,
        status: u16,
        message: String,
    },
    /// No answer, or not an understandable one.
    #[error("could not {doing}")]
    Failed {
        doing: &'static str,
        source: Box<octocrab::Error>,
    },
}

impl PostError {
    /// True when the token may not do it, or may not even see that it exists.
    pub(crate) fn is_permission(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 401 | 403 | 404,
                ..
            }
        )
    }

    fn is_gone(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 404 | 410,
                ..
            }
        )
    }
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    #[serde(default)]
    body: Option<String>,
    html_url: String,
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Serialize)]
struct Body<'a> {
    body: &'a str,
}

#[derive(Serialize)]
struct Page {
    per_page: usize,
    page: usize,
}

impl PullRequest<'_> {
    /// Updates the comment with the marker, or creates it.
    pub(crate) async fn post(&self, marker: &str, body: &str) -> Result<Posted, PostError> {
        let github = self.client()?;
        if let Some(id) = self.find(&github, marker).await? {
            match self.update(&github, id, body).await {
                Ok(comment) => return Ok(Posted::Updated(comment.html_url)),
                // Deleted between finding and updating.
                Err(error) if error.is_gone() => {}
                Err(error) => return Err(error),
            }
        }
        let created: Result<Comment, _> = github.post(self.comments(), Some(&Body { body })).await;
        Ok(Posted::Created(
            created.map_err(failed("create the comment"))?.html_url,
        ))
    }

    fn client(&self) -> Result<Octocrab, PostError> {
        let build = || {
            Octocrab::builder()
                .base_uri(self.api_url)?
                .personal_token(self.token.0.clone())
                .set_connect_timeout(Some(Duration::from_secs(10)))
                .set_read_timeout(Some(Duration::from_secs(60)))
                .build()
        };
        build().map_err(failed("use the address of GitHub's API"))
    }

    fn comments(&self) -> String {
        format!("/repos/{}/issues/{}/comments", self.repository, self.number)
    }

    /// Pages are asked for by number: a `Link` header could lead the token to another host.
    async fn find(&self, github: &Octocrab, marker: &str) -> Result<Option<u64>, PostError> {
        for page in 1..=MOST_PAGES {
            let query = Page {
                per_page: PER_PAGE,
                page,
            };
            let listed: Result<Vec<Comment>, _> = github.get(self.comments(), Some(&query)).await;
            let listed = listed.map_err(failed("list the comments"))?;
            let ours = |comment: &&Comment| {
                let by_author = comment
                    .user
                    .as_ref()
                    .is_some_and(|user| user.login.eq_ignore_ascii_case(self.author));
                by_author
                    && comment
                        .body
                        .as_deref()
                        .is_some_and(|body| is_marked(body, marker))
            };
            if let Some(comment) = listed.iter().find(ours) {
                return Ok(Some(comment.id));
            }
            // GitHub hides some comments after it has counted them, so only an empty page is the last one.
            if listed.is_empty() {
                break;
            }
        }
        Ok(None)
    }

    /// With PATCH by hand: octocrab's own `update_comment` sends POST.
    async fn update(&self, github: &Octocrab, id: u64, body: &str) -> Result<Comment, PostError> {
        let route = format!("/repos/{}/issues/comments/{id}", self.repository);
        github
            .patch(route, Some(&Body { body }))
            .await
            .map_err(failed("update the comment"))
    }
}

fn failed(doing: &'static str) -> impl FnOnce(octocrab::Error) -> PostError {
    move |error| match error {
        octocrab::Error::GitHub { source, .. } => PostError::Refused {
            doing,
            status: source.status_code.as_u16(),
            message: source.message,
        },
        other => PostError::Failed {
            doing,
            source: Box::new(other),
        },
    }
}
