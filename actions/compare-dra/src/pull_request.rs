//! The sticky comment on GitHub: found by marker and author, updated or else created.

use std::{collections::BTreeSet, time::Duration};

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
    /// Who told the number, in words.
    pub(crate) number_from: &'static str,
    /// Only comments of this account are ours.
    pub(crate) author: &'a str,
}

/// What comments with the marker there are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Ours, by its id.
    Ours(u64),
    /// None of ours; the authors of those with the same marker.
    Others(BTreeSet<String>),
}

/// A comment that was created or updated.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Posted {
    pub(crate) url: String,
    /// The login of the account that wrote it, if GitHub tells.
    pub(crate) author: Option<String>,
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
        matches!(self.status(), Some(401 | 403 | 404))
    }

    /// The HTTP status of a refusal.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Failed { .. } => None,
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self.status(), Some(404 | 410))
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
    /// A client for the calls below.
    pub(crate) fn client(&self) -> Result<Octocrab, PostError> {
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

    /// True when the account's login is the one whose comments are ours.
    pub(crate) fn is_author(&self, login: &str) -> bool {
        login.eq_ignore_ascii_case(self.author)
    }

    fn comments(&self) -> String {
        format!("/repos/{}/issues/{}/comments", self.repository, self.number)
    }

    /// Looks for comments with the marker.
    ///
    /// Pages are asked for by number: a `Link` header could lead the token to another host.
    pub(crate) async fn find(&self, github: &Octocrab, marker: &str) -> Result<Found, PostError> {
        let mut others = BTreeSet::new();
        for page in 1..=MOST_PAGES {
            let query = Page {
                per_page: PER_PAGE,
                page,
            };
            let listed: Result<Vec<Comment>, _> = github.get(self.comments(), Some(&query)).await;
            let listed = listed.map_err(failed("list the comments"))?;
            // GitHub hides some comments after it has counted them, so only an empty page is the last one.
            if listed.is_empty() {
                break;
            }
            let marked = |comment: &Comment| {
                comment
                    .body
                    .as_deref()
                    .is_some_and(|body| is_marked(body, marker))
            };
            for comment in listed.into_iter().filter(marked) {
                match comment.user {
                    Some(user) if self.is_author(&user.login) => {
                        return Ok(Found::Ours(comment.id));
                    }
                    user => others.extend(user.map(|user| user.login)),
                }
            }
        }
        Ok(Found::Others(others))
    }

    /// Creates a comment.
    pub(crate) async fn create(&self, github: &Octocrab, body: &str) -> Result<Posted, PostError> {
        let created: Result<Comment, _> = github.post(self.comments(), Some(&Body { body })).await;
        Ok(created.map_err(failed("create the comment"))?.into())
    }

    /// Updates a comment; `None` when it is gone. With PATCH by hand: octocrab's own `update_comment` sends POST.
    pub(crate) async fn update(
        &self,
        github: &Octocrab,
        id: u64,
        body: &str,
    ) -> Result<Option<Posted>, PostError> {
        let route = format!("/repos/{}/issues/comments/{id}", self.repository);
        let updated: Result<Comment, _> = github.patch(route, Some(&Body { body })).await;
        match updated.map_err(failed("update the comment")) {
            Ok(comment) => Ok(Some(comment.into())),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl From<Comment> for Posted {
    fn from(comment: Comment) -> Self {
        Self {
            url: comment.html_url,
            author: comment.user.map(|user| user.login),
        }
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
