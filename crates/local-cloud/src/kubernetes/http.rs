//! The HTTP skin: takes a request apart, has it answered, and writes the answer. Decides nothing about objects.

use super::discovery;
use super::kind::Kind;
use super::metadata::{self, ObjectName};
use super::parameters::{Parameters, UnknownFields};
use super::read;
use super::status::Refusal;
use super::store::Store;
use super::target::Target;
use super::write::{Patch, Write, Written};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::Value;

/// The Kubernetes API over this store.
pub(crate) fn routes(store: Store) -> Router {
    let well = async || "ok";
    Router::new()
        .route("/healthz", get(well))
        .route("/livez", get(well))
        .route("/readyz", get(well))
        .fallback(serve)
        .with_state(store)
}

async fn serve(
    State(store): State<Store>,
    method: Method,
    uri: Uri,
    Query(parameters): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = Request {
        store: &store,
        parameters: Parameters::new(parameters),
        headers: &headers,
        body: &body,
    };
    match request.answer(&method, uri.path()) {
        Ok(answer) => answer,
        Err(refusal) => refusal.into_response(),
    }
}

struct Request<'a> {
    store: &'a Store,
    parameters: Parameters,
    headers: &'a HeaderMap,
    body: &'a Bytes,
}

impl Request<'_> {
    fn answer(&self, method: &Method, path: &str) -> Result<Response, Refusal> {
        let kinds = self.store.kinds();
        if *method == Method::GET
            && let Some(known) = discovery::answer(path, &kinds)
        {
            return Ok(Json(known).into_response());
        }
        let target = Target::parse(path).filter(|target| kinds.contains(&target.kind));
        let target = target.ok_or_else(Refusal::unknown_path)?;
        match (method.as_str(), &target.name, &target.part) {
            ("GET", _, _) => read::read(
                self.store,
                &target,
                &self.parameters,
                self.header(&header::ACCEPT),
            ),
            ("POST", None, None) => self.create(&target),
            ("DELETE", None, None) => self.delete_all(&target),
            ("PUT", Some(name), None) => self
                .write(&target, name)
                .replace(self.object()?)
                .map(|w| self.written(w)),
            ("PATCH", Some(name), None) => {
                let patch = self
                    .write(&target, name)
                    .patch(self.patch_kind(target.kind)?, self.object()?)?;
                Ok(self.written(patch))
            }
            ("DELETE", Some(name), None) => {
                let answer = self.write(&target, name).delete(&self.options()?)?;
                Ok(Json(answer).into_response())
            }
            _ => Err(Refusal::method_not_allowed()),
        }
    }

    fn create(&self, target: &Target) -> Result<Response, Refusal> {
        let mut object = self.object()?;
        let name = metadata::new_name(&object);
        let name = name.ok_or_else(|| Refusal::bad_request("name or generateName is required"))?;
        metadata::set(&mut object, "name", name.clone().into());
        self.write(target, &name)
            .create(object)
            .map(|w| self.written(w))
    }

    fn delete_all(&self, target: &Target) -> Result<Response, Refusal> {
        let selector = read::selector(target, &self.parameters)?;
        let options = self.options()?;
        let (version, mut objects) = self
            .store
            .snapshot(target.kind, target.namespace.as_deref());
        objects.retain(|object| selector.matches(object));
        for object in &objects {
            let one = Target {
                namespace: metadata::text(object, "namespace").map(str::to_owned),
                ..target.clone()
            };
            self.write(&one, metadata::text(object, "name").unwrap_or_default())
                .delete(&options)?;
        }
        Ok(Json(read::object_list(target, version, &objects)).into_response())
    }

    fn write(&self, target: &Target, name: &str) -> Write<'_> {
        Write {
            store: self.store,
            kind: target.kind,
            name: ObjectName::new(target.kind, target.namespace.as_deref(), name),
            parameters: &self.parameters,
            client: self.header(&header::USER_AGENT),
        }
    }

    fn written(&self, written: Written) -> Response {
        let status = if written.created {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        let mut answer = (status, Json(Value::clone(&written.object))).into_response();
        if self
            .parameters
            .unknown_fields()
            .is_ok_and(|u| u == UnknownFields::Warn)
        {
            for field in written.unknown {
                let text = format!("299 - \"unknown field \\\"{field}\\\"\"");
                if let Ok(text) = HeaderValue::from_str(&text) {
                    answer.headers_mut().append(header::WARNING, text);
                }
            }
        }
        answer
    }

    fn header(&self, name: &HeaderName) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    fn content_type(&self) -> &str {
        let value = self.header(&header::CONTENT_TYPE);
        value.split(';').next().unwrap_or_default().trim()
    }

    fn patch_kind(&self, kind: &Kind) -> Result<Patch, Refusal> {
        match self.content_type() {
            "application/apply-patch+yaml" => Ok(Patch::Apply),
            "application/merge-patch+json" => Ok(Patch::Merge),
            // Differs from a merge patch only in lists with merge keys, which are replaced whole here.
            "application/strategic-merge-patch+json" if !kind.is_custom() => Ok(Patch::Merge),
            _ => Err(Refusal::unsupported_media_type(
                "application/merge-patch+json, application/apply-patch+yaml",
            )),
        }
    }

    /// The object in the body, as JSON or YAML.
    fn object(&self) -> Result<Value, Refusal> {
        let unreadable = |cause: String| {
            Refusal::bad_request(format!("error decoding the request body: {cause}"))
        };
        let object: Value = match serde_json::from_slice(self.body) {
            Ok(object) => object,
            Err(cause) if self.content_type().ends_with("json") => {
                return Err(unreadable(cause.to_string()));
            }
            Err(_) => {
                let text = std::str::from_utf8(self.body)
                    .map_err(|cause| unreadable(cause.to_string()))?;
                serde_saphyr::from_str(text).map_err(|cause| unreadable(cause.to_string()))?
            }
        };
        if object.is_object() {
            Ok(object)
        } else {
            Err(unreadable("it is not an object".to_owned()))
        }
    }

    /// The options of a delete request, whose body may be empty.
    fn options(&self) -> Result<Value, Refusal> {
        if self.body.is_empty() {
            Ok(Value::Null)
        } else {
            self.object()
        }
    }
}
