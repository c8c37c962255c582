//! A token that is still valid, on every request.

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use futures::future::BoxFuture;
use http::{HeaderValue, Request, header::AUTHORIZATION};
use tokio::sync::Mutex;
use tower::{BoxError, filter::AsyncPredicate};

use crate::{
    AccessError,
    token::{VALID, token},
};

/// A token is renewed this long before EKS would refuse it.
const EARLY: Duration = Duration::from_mins(5);

/// Signs tokens when they are needed. Clones share the token.
#[derive(Clone)]
pub(crate) struct Bearer {
    credentials: SharedCredentialsProvider,
    region: String,
    cluster: String,
    known: Arc<Mutex<Option<(HeaderValue, Instant)>>>,
}

impl Bearer {
    pub(crate) fn new(config: &SdkConfig, cluster: &str) -> Result<Self, AccessError> {
        let region = config.region();
        let region = region.ok_or_else(|| AccessError::NoRegion(cluster.to_owned()))?;
        let credentials = config.credentials_provider();
        let credentials = credentials.ok_or_else(|| AccessError::NoCredentials {
            cluster: cluster.to_owned(),
            why: "none are configured".to_owned(),
        })?;
        Ok(Self {
            credentials,
            region: region.to_string(),
            cluster: cluster.to_owned(),
            known: Arc::default(),
        })
    }

    /// The value of the authorization header.
    pub(crate) async fn header(&self) -> Result<HeaderValue, AccessError> {
        let mut known = self.known.lock().await;
        if let Some((header, since)) = &*known
            && since.elapsed() + EARLY < VALID
        {
            return Ok(header.clone());
        }
        let credentials = self.credentials.provide_credentials().await;
        let credentials = credentials.map_err(|error| AccessError::NoCredentials {
            cluster: self.cluster.clone(),
            why: innermost(&error),
        })?;
        let not_signed = || AccessError::NotSigned(self.cluster.clone());
        let token = token(credentials, &self.region, &self.cluster, SystemTime::now());
        let bearer = format!("Bearer {}", token.ok_or_else(not_signed)?);
        let mut header = HeaderValue::from_str(&bearer).map_err(|_| not_signed())?;
        header.set_sensitive(true);
        *known = Some((header.clone(), Instant::now()));
        Ok(header)
    }
}

impl<B: Send + 'static> AsyncPredicate<Request<B>> for Bearer {
    type Future = BoxFuture<'static, Result<Request<B>, BoxError>>;
    type Request = Request<B>;

    fn check(&mut self, mut request: Request<B>) -> Self::Future {
        let bearer = self.clone();
        Box::pin(async move {
            let header = bearer.header().await?;
            request.headers_mut().insert(AUTHORIZATION, header);
            Ok(request)
        })
    }
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
