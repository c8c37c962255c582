//! Names what a request asks for, in the words of its service. Pure.

use super::trace::{Named, Service};
use axum::http::{HeaderMap, Method, header, request::Parts};
use serde_json::Value;

/// Whether the name needs the body: these services put the operation or the client token there.
pub(super) fn needs_body(service: Service) -> bool {
    matches!(
        service,
        Service::EmrContainers
            | Service::Sts
            | Service::Iam
            | Service::CloudwatchLogs
            | Service::Pricing
            | Service::Ec2
            | Service::Tagging
    )
}

/// Names a request.
pub(super) fn name(service: Service, parts: &Parts, body: &[u8]) -> Named {
    let request = Request {
        method: &parts.method,
        headers: &parts.headers,
        path: parts.uri.path(),
        query: form(parts.uri.query().unwrap_or_default().as_bytes()),
        body,
    };
    let (operation, subject) = match service {
        Service::S3 => request.s3(),
        Service::EmrContainers => request.emr_containers(),
        Service::Sts | Service::Iam | Service::Ec2 => request.query_api(),
        Service::Pricing | Service::Tagging => request.pricing(),
        Service::Eks => request.eks(),
        Service::CloudwatchLogs => request.cloudwatch_logs(),
        Service::IdToken => (
            "GetIdToken".to_owned(),
            request.parameter("audience").unwrap_or_default().to_owned(),
        ),
        Service::Kubernetes => request.kubernetes(),
        Service::Github => (
            format!("{} {}", request.method, request.path),
            String::new(),
        ),
    };
    Named {
        operation,
        subject,
        access_key: request.access_key(),
    }
}

/// The session token, from the header or from a presigned URL.
pub(super) fn session_token(request: &axum::extract::Request) -> Option<String> {
    let name = "X-Amz-Security-Token";
    if let Some(token) = request.headers().get(name) {
        return token.to_str().ok().map(str::to_owned);
    }
    let query = form(request.uri().query().unwrap_or_default().as_bytes());
    query
        .into_iter()
        .find_map(|(key, value)| (key == name).then_some(value))
}

struct Request<'a> {
    method: &'a Method,
    headers: &'a HeaderMap,
    path: &'a str,
    query: Vec<(String, String)>,
    body: &'a [u8],
}

fn form(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

impl Request<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// From `Authorization: AWS4-HMAC-SHA256 Credential=<key id>/…`, or from a presigned URL.
    fn access_key(&self) -> Option<String> {
        let signed = self.header(header::AUTHORIZATION.as_str());
        let credential = signed
            .and_then(|signed| signed.split_once("Credential="))
            .map(|(_, credential)| credential)
            .or_else(|| self.parameter("X-Amz-Credential"))?;
        credential.split('/').next().map(str::to_owned)
    }

    fn s3(&self) -> (String, String) {
        let path = self.path.trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let has = |name| self.parameter(name).is_some();
        let operation = match (self.method.as_str(), key.is_empty()) {
            ("GET", true) if bucket.is_empty() => "ListBuckets",
            ("GET", true) if has("uploads") => "ListMultipartUploads",
            ("GET", true) if has("location") => "GetBucketLocation",
            ("GET", true) if self.parameter("list-type") == Some("2") => "ListObjectsV2",
            ("GET", true) => "ListObjects",
            ("HEAD", true) => "HeadBucket",
            ("PUT", true) => "CreateBucket",
            ("DELETE", true) => "DeleteBucket",
            ("POST", true) => "DeleteObjects",
            ("GET", false) if has("uploadId") => "ListParts",
            ("GET", false) => "GetObject",
            ("HEAD", false) => "HeadObject",
            ("PUT", false) if has("uploadId") => "UploadPart",
            ("PUT", false) if self.headers.contains_key("x-amz-copy-source") => "CopyObject",
            ("PUT", false) => "PutObject",
            ("POST", false) if has("uploads") => "CreateMultipartUpload",
            ("POST", false) => "CompleteMultipartUpload",
            ("DELETE", false) if has("uploadId") => "AbortMultipartUpload",
            ("DELETE", false) => "DeleteObject",
            (other, _) => other,
        };
        let prefix = self.parameter("prefix").unwrap_or_default();
        let subject = match key {
            "" => format!("{bucket}/{prefix}"),
            key => format!("{bucket}/{key}"),
        };
        (operation.to_owned(), subject)
    }

    fn emr_containers(&self) -> (String, String) {
        let segments: Vec<&str> = self.path.trim_matches('/').split('/').collect();
        let operation = match (self.method.as_str(), segments.as_slice()) {
            ("GET", ["virtualclusters"]) => "ListVirtualClusters",
            ("POST", ["virtualclusters"]) => "CreateVirtualCluster",
            ("GET", ["virtualclusters", _]) => "DescribeVirtualCluster",
            ("DELETE", ["virtualclusters", _]) => "DeleteVirtualCluster",
            ("GET", ["virtualclusters", _, "jobruns"]) => "ListJobRuns",
            ("POST", ["virtualclusters", _, "jobruns"]) => "StartJobRun",
            ("GET", ["virtualclusters", _, "jobruns", _]) => "DescribeJobRun",
            ("DELETE", ["virtualclusters", _, "jobruns", _]) => "CancelJobRun",
            (other, _) => other,
        };
        let token = || {
            let body: Value = serde_json::from_slice(self.body).ok()?;
            Some(body.get("clientToken")?.as_str()?.to_owned())
        };
        let subject = match segments.as_slice() {
            ["virtualclusters", cluster, ..] if operation == "ListJobRuns" => (*cluster).to_owned(),
            _ if self.method == Method::POST => token().unwrap_or_default(),
            [.., last] => (*last).to_owned(),
            [] => String::new(),
        };
        (operation.to_owned(), subject)
    }

    /// The operation stands in the form `Action`, in the body or in the query.
    fn query_api(&self) -> (String, String) {
        let body = form(self.body);
        let action = body.iter().find(|(key, _)| key == "Action");
        let action = action.map(|(_, value)| value.as_str());
        let action = action.or_else(|| self.parameter("Action"));
        (action.unwrap_or("(none)").to_owned(), String::new())
    }

    fn eks(&self) -> (String, String) {
        match self.path.strip_prefix("/clusters/") {
            Some(name) if self.method == Method::GET => {
                ("DescribeCluster".to_owned(), name.to_owned())
            }
            _ => (format!("{} {}", self.method, self.path), String::new()),
        }
    }

    fn cloudwatch_logs(&self) -> (String, String) {
        let target = self.header("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let body: Value = serde_json::from_slice(self.body).unwrap_or_default();
        let stream = body["logStreamName"].as_str().unwrap_or_default();
        (operation.to_owned(), stream.to_owned())
    }

    /// The subject is the instance type, or else the service that is priced.
    fn pricing(&self) -> (String, String) {
        let target = self.header("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let body: Value = serde_json::from_slice(self.body).unwrap_or_default();
        let filters = body["Filters"].as_array();
        let mut filters = filters.into_iter().flatten();
        let subject = filters
            .find(|filter| filter["Field"] == "instanceType")
            .map_or(&body["ServiceCode"], |filter| &filter["Value"]);
        let subject = subject.as_str().unwrap_or_default();
        (operation.to_owned(), subject.to_owned())
    }

    fn kubernetes(&self) -> (String, String) {
        let segments: Vec<&str> = self.path.trim_matches('/').split('/').collect();
        let rest = match segments.as_slice() {
            ["api", _, rest @ ..] | ["apis", _, _, rest @ ..] => rest,
            _ => &[],
        };
        let rest = match rest {
            ["namespaces", _, rest @ ..] if !rest.is_empty() => rest,
            rest => rest,
        };
        let (resource, name) = match rest {
            [] => return (format!("{} {}", self.method, self.path), String::new()),
            [plural] => ((*plural).to_owned(), ""),
            [plural, name] => ((*plural).to_owned(), *name),
            [plural, name, part, ..] => (format!("{plural}/{part}"), *name),
        };
        let watches = matches!(self.parameter("watch"), Some("true" | "1"));
        let verb = match (self.method.as_str(), name.is_empty()) {
            ("GET", _) if watches => "watch",
            ("GET", true) => "list",
            ("GET", false) => "get",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", true) => "deletecollection",
            ("DELETE", false) => "delete",
            (other, _) => other,
        };
        (format!("{verb} {resource}"), name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::{Service, name};

    fn named(service: Service, method: &str, uri: &str, body: &str) -> String {
        let request = axum::http::Request::builder().method(method).uri(uri);
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let named = name(service, &parts, body.as_bytes());
        format!("{} {}", named.operation, named.subject)
    }

    #[test]
    fn operations_have_their_services_names() {
        use Service::{Ec2, EmrContainers, Kubernetes, Pricing, S3, Sts};
        let rows = [
            (S3, "GET", "/b/a/c?x-id=GetObject", "", "GetObject b/a/c"),
            (
                S3,
                "PUT",
                "/b/a?uploadId=1&partNumber=2",
                "",
                "UploadPart b/a",
            ),
            (
                S3,
                "GET",
                "/b?list-type=2&prefix=p%2F",
                "",
                "ListObjectsV2 b/p/",
            ),
            (S3, "HEAD", "/b", "", "HeadBucket b/"),
            (
                EmrContainers,
                "POST",
                "/virtualclusters/v/jobruns",
                r#"{"clientToken":"t"}"#,
                "StartJobRun t",
            ),
            (
                EmrContainers,
                "GET",
                "/virtualclusters/v/jobruns",
                "",
                "ListJobRuns v",
            ),
            (
                EmrContainers,
                "DELETE",
                "/virtualclusters/v/jobruns/j",
                "",
                "CancelJobRun j",
            ),
            (
                Sts,
                "POST",
                "/",
                "Action=GetCallerIdentity&Version=1",
                "GetCallerIdentity ",
            ),
            (
                Ec2,
                "POST",
                "/",
                "Action=DescribeSpotPriceHistory",
                "DescribeSpotPriceHistory ",
            ),
            (
                Pricing,
                "POST",
                "/",
                r#"{"ServiceCode":"AmazonEC2"}"#,
                " AmazonEC2",
            ),
            (
                Kubernetes,
                "GET",
                "/api/v1/namespaces/n/pods?watch=true",
                "",
                "watch pods ",
            ),
            (
                Kubernetes,
                "GET",
                "/api/v1/namespaces/n/pods/p/log?follow=true",
                "",
                "get pods/log p",
            ),
            (
                Kubernetes,
                "GET",
                "/apis/karpenter.sh/v1/nodeclaims",
                "",
                "list nodeclaims ",
            ),
            (
                Kubernetes,
                "GET",
                "/api/v1/namespaces/n",
                "",
                "get namespaces n",
            ),
        ];
        for (service, method, uri, body, expected) in rows {
            assert_eq!(
                named(service, method, uri, body),
                expected,
                "{method} {uri}"
            );
        }
    }

    #[test]
    fn the_access_key_is_read_from_header_and_presigned_url() {
        let header = axum::http::Request::builder().uri("/").header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIA1/20260101/us-east-1/sts/aws4_request, SignedHeaders=host",
        );
        let (parts, ()) = header.body(()).unwrap().into_parts();
        let key = name(Service::Sts, &parts, b"").access_key;
        assert_eq!(key.as_deref(), Some("AKIA1"));
        let presigned = axum::http::Request::builder()
            .uri("/?Action=GetCallerIdentity&X-Amz-Credential=AKIA2%2F20260101%2Fus-east-1%2Fsts%2Faws4_request");
        let (parts, ()) = presigned.body(()).unwrap().into_parts();
        let named = name(Service::Sts, &parts, b"");
        assert_eq!(named.access_key.as_deref(), Some("AKIA2"));
        assert_eq!(named.operation, "GetCallerIdentity");
    }
}
