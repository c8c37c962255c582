//! One comment on a pull request, found again by its marker and kept up to date.
//!
//! | module         | idea                                                              |
//! |----------------|-------------------------------------------------------------------|
//! | `settings`     | what the inputs of an action say about its comment                |
//! | `comment`      | the marker and the body. Pure                                     |
//! | `pull_request` | finding, creating and updating it on GitHub                       |
//! | `commenting`   | as far as it is wished and possible, and why when it is not       |
//! | `github`       | calls to GitHub, patient and with refusals in words               |
//!
//! Knows nothing of what the comment says.

pub mod comment;
mod commenting;
mod github;
mod pull_request;
mod settings;

pub use commenting::{comment_on, failure, post};
pub use github::{Call, Calls, PostError};
pub use pull_request::{Existing, Found, Posted, PullRequest};
pub use settings::{CommentMode, PullNumber, Settings, Token};
