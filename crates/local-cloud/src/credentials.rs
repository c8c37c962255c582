//! The access keys that AWS services accept here: the one that always counts, and those that were issued.
//!
//! Only S3 checks signatures. The other services look at the key and its session token.

use crate::config::{ACCESS_KEY_ID, ACCOUNT, SECRET_ACCESS_KEY};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Credentials that were issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: String,
}

impl Credentials {
    /// The environment variables that make clients use them.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        [
            ("AWS_ACCESS_KEY_ID", &self.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &self.secret_access_key),
            ("AWS_SESSION_TOKEN", &self.session_token),
        ]
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .to_vec()
    }
}

#[derive(Debug, Clone)]
struct Key {
    secret: String,
    session_token: Option<String>,
    expires: Option<Instant>,
    /// Who the caller is that has it.
    arn: String,
}

/// Whether a key counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Good,
    Expired,
    Unknown,
}

/// All keys. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    keys: Arc<Mutex<BTreeMap<String, Key>>>,
}

impl Keys {
    /// The one key that always counts.
    pub(crate) fn new() -> Self {
        let key = Key {
            secret: SECRET_ACCESS_KEY.to_owned(),
            session_token: None,
            expires: None,
            arn: format!("arn:aws:iam::{ACCOUNT}:user/local-cloud"),
        };
        let keys = BTreeMap::from([(ACCESS_KEY_ID.to_owned(), key)]);
        Self {
            keys: Arc::new(Mutex::new(keys)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Key>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Issues temporary credentials for the caller with this ARN.
    pub(crate) fn issue(&self, arn: &str, lifetime: Duration) -> Credentials {
        let random = uuid::Uuid::new_v4().simple().to_string();
        let issued = Credentials {
            access_key_id: format!("ASIA{}", random[..16].to_uppercase()),
            secret_access_key: format!("secret-{random}"),
            session_token: format!("session-{random}"),
        };
        let key = Key {
            secret: issued.secret_access_key.clone(),
            session_token: Some(issued.session_token.clone()),
            expires: Some(Instant::now() + lifetime),
            arn: arn.to_owned(),
        };
        self.lock().insert(issued.access_key_id.clone(), key);
        issued
    }

    /// From now on the key has expired.
    pub(crate) fn expire(&self, access_key: &str) {
        if let Some(key) = self.lock().get_mut(access_key) {
            key.expires = Some(Instant::now());
        }
    }

    /// Whether a call with this key and session token is let through.
    pub(crate) fn standing(&self, access_key: &str, session_token: Option<&str>) -> Standing {
        match self.lock().get(access_key) {
            Some(key) if key.session_token.as_deref() != session_token => Standing::Unknown,
            Some(key) if key.expires.is_some_and(|at| at <= Instant::now()) => Standing::Expired,
            Some(_) => Standing::Good,
            None => Standing::Unknown,
        }
    }

    pub(crate) fn secret(&self, access_key: &str) -> Option<String> {
        self.lock().get(access_key).map(|key| key.secret.clone())
    }

    /// The caller's ARN.
    pub(crate) fn arn(&self, access_key: &str) -> Option<String> {
        self.lock().get(access_key).map(|key| key.arn.clone())
    }
}

impl Keys {
    /// Whether a user or role with this ARN has a key: `…:role/name` has one when its session has.
    pub(crate) fn knows_principal(&self, arn: &str) -> bool {
        let role = arn.rsplit('/').next().unwrap_or_default();
        let session = format!(":assumed-role/{role}/");
        let is_role = arn.contains(":role/");
        let is_it = |key: &Key| key.arn == arn || (is_role && key.arn.contains(&session));
        self.lock().values().any(is_it)
    }
}

#[cfg(test)]
mod tests {
    use super::{ACCESS_KEY_ID, Duration, Keys, Standing};

    #[tokio::test(start_paused = true)]
    async fn issued_credentials_count_until_they_expire() {
        let keys = Keys::new();
        let issued = keys.issue("arn:aws:sts::1:assumed-role/r/s", Duration::from_secs(900));
        let token = Some(issued.session_token.as_str());
        let standing = |token| keys.standing(&issued.access_key_id, token);
        assert_eq!(standing(token), Standing::Good);
        assert_eq!(standing(None), Standing::Unknown);
        tokio::time::advance(Duration::from_secs(900)).await;
        assert_eq!(standing(token), Standing::Expired);
        assert_eq!(keys.standing(ACCESS_KEY_ID, None), Standing::Good);
        keys.expire(ACCESS_KEY_ID);
        assert_eq!(keys.standing(ACCESS_KEY_ID, None), Standing::Expired);
        assert_eq!(keys.standing("AKIAOTHER", None), Standing::Unknown);
    }
}
