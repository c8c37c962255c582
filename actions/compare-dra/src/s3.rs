//! Reading runs from S3.

use aws_sdk_s3::Client;
use aws_setup::{ProblemKind, Region, S3Uri, SdkProblem, failure_parts, s3_client, sdk_config};
use gha::Context;
use tokio::sync::OnceCell;

use crate::{place::RECORD, unread::Unread};

mod append;
mod object;

pub(crate) use append::{Below, Put};
pub(crate) use object::Object;

/// Why something could not be read.
#[derive(Debug)]
pub(crate) struct S3Error {
    /// The call, such as `s3:GetObject`.
    pub(crate) call: &'static str,
    pub(crate) problem: SdkProblem,
    /// Where the call went when it got no answer, if a variable says so.
    pub(crate) endpoint: Option<String>,
}

impl S3Error {
    /// True when the object does not exist, and not its whole bucket.
    pub(crate) fn is_missing_object(&self) -> bool {
        let bucket = self.problem.code.as_deref() == Some("NoSuchBucket");
        self.problem.kind == ProblemKind::NotFound && !bucket
    }
}

/// A bucket that does not exist is outside of this action; an object that does not is a wrong input.
impl From<S3Error> for Unread {
    fn from(error: S3Error) -> Self {
        const GENERAL: &str = "check the location, the region, and that the role allows `s3:GetObject` and `s3:ListBucket` on the bucket";
        let outside = !error.is_missing_object();
        let mut what = format!("{}: {}", error.call, error.problem);
        if let Some(endpoint) = &error.endpoint {
            what = format!("{what}; the endpoint is {endpoint}");
        }
        Self {
            outside,
            ..Self::bad(what, error.problem.help().unwrap_or(GENERAL))
        }
    }
}

/// A client that is made when it is first needed: local runs need no AWS.
#[derive(Debug)]
pub(crate) struct S3 {
    region: Option<Region>,
    client: OnceCell<Client>,
    endpoint: Option<String>,
}

impl S3 {
    pub(crate) fn new(region: Option<Region>, context: &Context) -> Self {
        Self {
            region,
            client: OnceCell::new(),
            endpoint: endpoint(|name| context.variable(name)),
        }
    }

    /// One that is never asked.
    #[cfg(test)]
    pub(crate) fn nowhere() -> Self {
        Self {
            region: None,
            client: OnceCell::new(),
            endpoint: None,
        }
    }

    fn failed(&self, call: &'static str, problem: SdkProblem) -> S3Error {
        let unanswered = matches!(
            problem.kind,
            ProblemKind::Unreachable | ProblemKind::Timeout
        );
        let endpoint = self.endpoint.clone().filter(|_| unanswered);
        S3Error {
            call,
            problem,
            endpoint,
        }
    }

    async fn client(&self) -> &Client {
        self.client
            .get_or_init(|| async { s3_client(&sdk_config(self.region.as_ref()).await) })
            .await
    }

    /// What is at a location and below it.
    pub(crate) async fn list(&self, uri: &S3Uri) -> Result<Listing, S3Error> {
        let mut pages = self
            .client()
            .await
            .list_objects_v2()
            .bucket(uri.bucket.as_str())
            .prefix(&uri.key)
            .into_paginator()
            .send();
        let mut listing = Listing::default();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed("s3:ListBucket", failure_parts(&error)))?;
            for key in page.contents().iter().filter_map(|object| object.key()) {
                listing.take(uri, key);
            }
        }
        listing.records.sort();
        Ok(listing)
    }

    /// Reads a whole object. For records, which are small.
    pub(crate) async fn read(&self, uri: &S3Uri) -> Result<Vec<u8>, S3Error> {
        let body = self.open(uri).await?;
        let bytes = body.collect().await;
        Ok(bytes
            .map_err(|error| self.broken_off(error.to_string()))?
            .to_vec())
    }

    async fn open(&self, uri: &S3Uri) -> Result<aws_sdk_s3::primitives::ByteStream, S3Error> {
        let got = self
            .client()
            .await
            .get_object()
            .bucket(uri.bucket.as_str())
            .key(&uri.key)
            .send()
            .await;
        let got = got.map_err(|error| self.failed("s3:GetObject", failure_parts(&error)))?;
        Ok(got.body)
    }

    /// The connection ended before the object did.
    fn broken_off(&self, why: String) -> S3Error {
        let problem = SdkProblem {
            kind: ProblemKind::Unreachable,
            code: None,
            message: Some(why),
            request_id: None,
            status: None,
            bucket_region: None,
        };
        self.failed("s3:GetObject", problem)
    }
}

/// What a listing found that can be read.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// There is an object with exactly this key.
    pub(crate) itself: bool,
    /// The run records below, sorted.
    pub(crate) records: Vec<S3Uri>,
    /// What else is directly below, or in a folder directly below: relative to the location.
    pub(crate) names: Vec<String>,
}

impl Listing {
    fn take(&mut self, uri: &S3Uri, key: &str) {
        self.itself |= !uri.is_prefix() && key == uri.key;
        let Some(name) = key.strip_prefix(&uri.as_prefix().key) else {
            return;
        };
        if name == RECORD || name.ends_with(&format!("/{RECORD}")) {
            self.records.push(S3Uri {
                bucket: uri.bucket.clone(),
                key: key.to_owned(),
            });
        } else if name.matches('/').count() <= 1 {
            self.names.push(name.to_owned());
        }
    }
}

/// The endpoint that the environment sets, in words. A user name and a password in it are left out.
fn endpoint<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let named = |name| Some((name, variable(name)?));
    let (name, url) = named("AWS_ENDPOINT_URL_S3").or_else(|| named("AWS_ENDPOINT_URL"))?;
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = host.rsplit('@').next().unwrap_or(host);
    let separator = if scheme.is_empty() { "" } else { "://" };
    Some(format!("`{scheme}{separator}{host}`, from `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn endpoint_of_s3_comes_first_and_shows_no_password() {
        let both = |name: &str| match name {
            "AWS_ENDPOINT_URL_S3" => Some("http://me:secret@127.0.0.1:9/base?x=1"),
            _ => Some("http://other"),
        };
        let expected = "`http://127.0.0.1:9`, from `AWS_ENDPOINT_URL_S3`";
        assert_eq!(endpoint(both).as_deref(), Some(expected));
        let general = |name: &str| (name == "AWS_ENDPOINT_URL").then_some("http://other");
        let expected = "`http://other`, from `AWS_ENDPOINT_URL`";
        assert_eq!(endpoint(general).as_deref(), Some(expected));
        assert_eq!(endpoint(|_| None), None);
    }
}
