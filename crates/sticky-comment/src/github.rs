//! Calls to GitHub: a client, one patient repetition when GitHub asks for it, refusals in words.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gha::Log;
use http::{HeaderMap, Method, StatusCode};
use octocrab::{FromResponse, Octocrab};
use serde::Serialize;

use crate::settings::Token;

/// No longer than this is waited for GitHub, in seconds; it asks for a minute when a limit of writing is reached.
const MOST_PATIENCE: u64 = 90;

/// How GitHub is called.
#[derive(Clone, Copy)]
pub struct Calls<'a> {
    /// `https://api.github.com`, or an Enterprise Server's, or a local one's.
    pub api_url: &'a str,
    /// Whose rights count.
    pub token: &'a Token,
    /// Told when GitHub asks to wait.
    pub log: &'a Log,
}

/// One request.
pub struct Call<B> {
    method: Method,
    route: String,
    body: Option<B>,
}

impl<B> Call<B> {
    /// Reads.
    pub fn get(route: String) -> Self {
        Self {
            method: Method::GET,
            route,
            body: None,
        }
    }

    /// Creates.
    pub fn post(route: String, body: B) -> Self {
        Self {
            method: Method::POST,
            route,
            body: Some(body),
        }
    }

    /// Changes.
    pub fn patch(route: String, body: B) -> Self {
        Self {
            method: Method::PATCH,
            route,
            body: Some(body),
        }
    }
}

/// Why the comment could not be posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// GitHub answered with an error.
    #[error("GitHub refused to {doing}: {message} (HTTP {status})")]
    Refused {
        /// What the call was for.
        doing: &'static str,
        /// The HTTP status.
        status: u16,
        /// GitHub's own words.
        message: String,
    },
    /// No answer, or not an understandable one.
    #[error("could not {doing}")]
    Failed {
        /// What the call was for.
        doing: &'static str,
        /// Why.
        source: Box<octocrab::Error>,
    },
}

impl PostError {
    /// True when the token may not do it, or may not even see that it exists.
    pub fn is_permission(&self) -> bool {
        matches!(self.status(), Some(401 | 403 | 404))
    }

    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Failed { .. } => None,
        }
    }

    /// True when there is no such thing any more.
    pub fn is_gone(&self) -> bool {
        matches!(self.status(), Some(404 | 410))
    }
}

impl Calls<'_> {
    /// A client for the calls.
    pub fn client(&self) -> Result<Octocrab, PostError> {
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

    /// Sends a request, and once more when GitHub says after how long. `doing` is what it is for: "create the comment".
    ///
    /// A request that GitHub has refused for a limit has not taken effect, so sending it again creates nothing twice.
    pub async fn send<T: FromResponse, B: Serialize>(
        &self,
        github: &Octocrab,
        doing: &'static str,
        call: &Call<B>,
    ) -> Result<T, PostError> {
        let mut patient = true;
        loop {
            let body = call.body.as_ref();
            let answer = match call.method {
                Method::POST => github._post(&*call.route, body).await,
                Method::PATCH => github._patch(&*call.route, body).await,
                _ => github._get(&*call.route).await,
            };
            let answer = answer.map_err(failed(doing))?;
            let asked = patience(answer.status(), answer.headers()).filter(|_| patient);
            let Some(seconds) = asked else {
                let answer = octocrab::map_github_error(answer).await;
                let answer = T::from_response(answer.map_err(failed(doing))?).await;
                return answer.map_err(failed(doing));
            };
            patient = false;
            self.log.info(&format!(
                "GitHub limits how often it may be called (HTTP {}) and asks to wait {seconds} s. After that, once more: {doing}.",
                answer.status().as_u16()
            ));
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
    }
}

/// How long GitHub asks to wait, in seconds, if that is bearable.
///
/// By header and status alone: a 403 without these headers is a missing permission.
fn patience(status: StatusCode, headers: &HeaderMap) -> Option<u64> {
    if !matches!(
        status,
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
    ) {
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let until_reset = || {
        let exhausted = number("x-ratelimit-remaining")? == 0;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        let left = number("x-ratelimit-reset")?.saturating_sub(now);
        exhausted.then_some(left + 1)
    };
    number("retry-after")
        .or_else(until_reset)
        .filter(|seconds| *seconds <= MOST_PATIENCE)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn asked(status: StatusCode, headers: &[(&'static str, &str)]) -> Option<u64> {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.insert(*name, value.parse().unwrap());
        }
        patience(status, &all)
    }

    #[test]
    fn only_a_limit_with_a_bearable_time_is_waited_for() {
        let forbidden = StatusCode::FORBIDDEN;
        assert_eq!(asked(forbidden, &[("retry-after", "60")]), Some(60));
        assert_eq!(
            asked(StatusCode::TOO_MANY_REQUESTS, &[("retry-after", "1")]),
            Some(1)
        );
        assert_eq!(asked(forbidden, &[("retry-after", "3600")]), None);
        assert_eq!(asked(forbidden, &[("x-ratelimit-remaining", "12")]), None);
        let over = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1000"),
        ];
        assert_eq!(
            asked(forbidden, &over),
            Some(1),
            "the limit has just been lifted"
        );
        assert_eq!(asked(forbidden, &[]), None, "a missing permission");
        assert_eq!(asked(StatusCode::OK, &[("retry-after", "1")]), None);
    }
}
