//! GitHub's REST API for pull requests and the comments on them, with state.
//!
//! [`hub`] is the model, [`answers`] the bodies GitHub gives, [`http`] the routes over them.
//! There are no reviews, checks, labels, rate limits or GraphQL.

mod answers;
mod caller;
mod http;
mod hub;
mod pages;
mod search;

pub(crate) use http::routes;
pub(crate) use hub::Hub;
