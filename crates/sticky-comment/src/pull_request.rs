//! The sticky comment on GitHub: found by marker and author, updated or else created.

use std::collections::BTreeSet;

use octocrab::Octocrab;
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    comment::is_marked,
    github::{Call, Calls, PostError},
};

const PER_PAGE: usize = 100;
/// 100,000 comments; GitHub allows 2,500 on a pull request.
const MOST_PAGES: usize = 1000;

/// Where the comment goes.
pub struct PullRequest<'a> {
    /// How GitHub is called.
    pub calls: Calls<'a>,
    /// `owner/name`.
    pub repository: &'a str,
    /// The pull request's.
    pub number: u64,
    /// Who told the number, in words.
    pub number_from: &'static str,
    /// Only comments of this account are ours.
    pub author: &'a str,
}

/// The comments with the marker.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Ours, the oldest first. More than one when two jobs have created one at the same time.
    pub ours: Vec<Existing>,
    /// The authors of the others.
    pub others: BTreeSet<String>,
}

/// A comment that is there.
#[derive(Debug, PartialEq, Eq)]
pub struct Existing {
    /// GitHub's number of it.
    pub id: u64,
    /// Its address.
    pub url: String,
    /// What it says.
    pub body: String,
    /// Somebody has hidden it; writing it anew does not show it again.
    pub hidden: bool,
}

/// A comment that was created or updated.
#[derive(Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its address.
    pub url: String,
    /// The login of the account that wrote it, if GitHub tells.
    pub author: Option<String>,
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    #[serde(default)]
    body: Option<String>,
    html_url: String,
    user: Option<User>,
    /// There when somebody has hidden it.
    #[serde(default)]
    minimized: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Serialize)]
struct Body<'a> {
    body: &'a str,
}

impl PullRequest<'_> {
    /// True when the account's login is the one whose comments are ours.
    pub fn is_author(&self, login: &str) -> bool {
        login.eq_ignore_ascii_case(self.author)
    }

    fn comments(&self) -> String {
        format!("/repos/{}/issues/{}/comments", self.repository, self.number)
    }

    /// Looks for comments with the marker.
    ///
    /// Pages are asked for by number: a `Link` header could lead the token to another host.
    pub async fn find(&self, github: &Octocrab, marker: &str) -> Result<Found, PostError> {
        let mut found = Found::default();
        for page in 1..=MOST_PAGES {
            let route = format!("{}?per_page={PER_PAGE}&page={page}", self.comments());
            let call = Call::<()>::get(route);
            let listed: Vec<Comment> = self.calls.send(github, "list the comments", &call).await?;
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
                    Some(user) if self.is_author(&user.login) => found.ours.push(Existing {
                        id: comment.id,
                        url: comment.html_url,
                        body: comment.body.unwrap_or_default(),
                        hidden: comment.minimized.is_some(),
                    }),
                    user => found.others.extend(user.map(|user| user.login)),
                }
            }
        }
        found.ours.sort_by_key(|comment| comment.id);
        Ok(found)
    }

    /// Creates a comment.
    pub async fn create(&self, github: &Octocrab, body: &str) -> Result<Posted, PostError> {
        let call = Call::post(self.comments(), Body { body });
        let created: Comment = self.calls.send(github, "create the comment", &call).await?;
        Ok(created.into())
    }

    /// Updates a comment; `None` when it is gone. With PATCH by hand: octocrab's own `update_comment` sends POST.
    pub async fn update(
        &self,
        github: &Octocrab,
        id: u64,
        body: &str,
    ) -> Result<Option<Posted>, PostError> {
        let route = format!("/repos/{}/issues/comments/{id}", self.repository);
        let call = Call::patch(route, Body { body });
        match self
            .calls
            .send::<Comment, _>(github, "update the comment", &call)
            .await
        {
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
