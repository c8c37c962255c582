//! What the inputs of an action say about its comment: `comment`, `token`, `pull-request`, `key`, `comment-author`.

use crate::comment::Key;
use gha::Fields;
use std::str::FromStr;

/// Whether to comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentMode {
    /// When it is possible.
    Auto,
    /// It is an error when it is not possible.
    Always,
    /// Not at all.
    Never,
}

impl FromStr for CommentMode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err("expected `auto`, `always` or `never`"),
        }
    }
}

/// The number of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullNumber(
    /// The number.
    pub u64,
);

impl FromStr for PullNumber {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(number) if number > 0 => Ok(Self(number)),
            _ => Err("expected the number of a pull request, such as `12`"),
        }
    }
}

/// A GitHub token. Never shown.
#[derive(Clone)]
pub struct Token(
    /// As it was given.
    pub String,
);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Whether, where and as whom to comment.
#[derive(Debug)]
pub struct Settings {
    /// Whether.
    pub mode: CommentMode,
    /// Absent when none was given.
    pub token: Option<Token>,
    /// Absent for the pull request of the event.
    pub pull_request: Option<PullNumber>,
    /// Tells several comments of one action on one pull request apart.
    pub key: Key,
    /// Login of the account whose comments are ours.
    pub author: String,
}

impl Settings {
    /// Takes the five inputs; none when one of them cannot be used, which the fields then know.
    pub fn parse(fields: &mut Fields) -> Option<Self> {
        let mode = fields.required("comment");
        let token = fields.text("token").map(Token);
        let pull_request = fields.optional("pull-request");
        let key = fields.required("key");
        let author = fields.required("comment-author");
        Some(Self {
            mode: mode?,
            token,
            pull_request,
            key: key?,
            author: author?,
        })
    }
}
