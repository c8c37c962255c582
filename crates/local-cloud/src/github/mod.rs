//! GitHub's REST API for pull requests and the comments on them, for issues, and for whether workflow runs are over, with state.
//!
//! [`hub`] is the model, [`answers`] the bodies GitHub gives, [`http`] the routes over them.
//! There are no reviews, checks, rate limits or GraphQL.

mod answers;
mod caller;
mod http;
mod hub;
mod issues;
mod pages;
mod runs;
mod search;

pub(crate) use http::routes;
pub(crate) use hub::Hub;
pub use runs::WorkflowRun;
