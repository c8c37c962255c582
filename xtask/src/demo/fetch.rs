//! Reading JSON from a service of the local cloud. Loopback HTTP only.

use std::time::Duration;

use serde_json::Value;

use super::cloud::TOKEN;
use crate::problem::{Problem, Result, WhileDoing as _};

/// The JSON behind `url`; GitHub's services get the workflow token.
pub(crate) async fn json(url: String) -> Result<Value> {
    let fetched = tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(10)))
            .build()
            .into();
        let mut answer = agent
            .get(&url)
            .header("Authorization", &format!("Bearer {TOKEN}"))
            .header("Accept", "application/json")
            .call()
            .while_doing(|| format!("read {url}"))?;
        answer
            .body_mut()
            .read_json()
            .while_doing(|| format!("understand the answer of {url}"))
    });
    fetched
        .await
        .unwrap_or_else(|_| Err(Problem::new("reading from the local cloud was stopped")))
}
