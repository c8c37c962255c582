//! The gate before a service: notes the call, lets the fault that is set for it happen, and passes it on.

use super::damage;
use super::fault::{Armed, Fate, FaultKind, Moment};
use super::naming;
use super::permission::{self, permission};
use super::refusals::Refusal;
use super::trace::{Answer, Call, Calls, Service};
use crate::credentials::{Keys, Standing};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use futures::future::BoxFuture;
use hyper::body::Incoming;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;

/// Bodies that name an operation are small.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
pub(crate) struct Reset;

/// What all gates share.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(crate) calls: Calls,
    pub(crate) keys: Keys,
    /// IAM actions that are denied to everybody.
    pub(crate) denied: Arc<[String]>,
}

/// A service's routes behind their gate.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    service: Service,
    calls: Calls,
    keys: Keys,
    /// IAM actions that are denied to everybody.
    denied: Arc<[String]>,
    routes: Router,
}

impl hyper::service::Service<hyper::Request<Incoming>> for Gate {
    type Response = Response;
    type Error = Reset;
    type Future = BoxFuture<'static, Result<Response, Reset>>;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        Box::pin(self.clone().pass(request.map(Body::new)))
    }
}

impl Gate {
    pub(crate) fn new(service: Service, guard: &Guard, routes: Router) -> Self {
        Self {
            service,
            calls: guard.calls.clone(),
            keys: guard.keys.clone(),
            denied: Arc::clone(&guard.denied),
            routes,
        }
    }

    async fn pass(self, request: Request) -> Result<Response, Reset> {
        let (parts, mut body) = request.into_parts();
        let mut read = bytes::Bytes::new();
        if naming::needs_body(self.service) {
            read = axum::body::to_bytes(body, LARGEST_BODY)
                .await
                .map_err(|_| Reset)?;
            body = Body::from(read.clone());
        }
        let named = naming::name(self.service, &parts, &read);
        let (call, fault) = self.calls.arrive(self.service, named);
        let request = Request::from_parts(parts, body);
        let answer = match fault {
            None => self.ask(&call, request).await,
            Some(fault) => self.fail(&call, &fault, request).await,
        };
        let noted = match &answer {
            Ok(answer) => Answer::Status(answer.status().as_u16()),
            Err(Reset) => Answer::Reset,
        };
        self.calls.answered(&call, noted);
        answer
    }

    /// Asks the service, unless the credentials do not count.
    async fn ask(&self, call: &Call, request: Request) -> Result<Response, Reset> {
        if let Some(refusal) = self.stranger(call, &request) {
            return Ok(self.refuse(refusal, call, request.method()));
        }
        let method = request.method().clone();
        let routes = TowerToHyperService::new(self.routes.clone());
        let answer = match hyper::service::Service::call(&routes, request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        if answer.status() == StatusCode::NOT_FOUND && self.hides_absence(call) {
            let listing = permission::LISTING;
            return Ok(Refusal::Denied.answer(self.service, listing, &method));
        }
        Ok(answer)
    }

    /// S3 tells nobody that a key is missing who may not list the bucket.
    fn hides_absence(&self, call: &Call) -> bool {
        permission::reads_object(self.service, &call.operation)
            && self
                .denied
                .contains(&permission(self.service, permission::LISTING))
    }

    /// Why the caller is not let in. A call without a signature is the service's own matter.
    fn stranger(&self, call: &Call, request: &Request) -> Option<Refusal> {
        let key = call.access_key.as_ref().filter(|_| self.service.is_aws())?;
        let token = naming::session_token(request);
        match self.keys.standing(key, token.as_deref()) {
            Standing::Good if self.denies(call) => Some(Refusal::Denied),
            Standing::Good => None,
            Standing::Expired => Some(Refusal::Expired),
            Standing::Unknown => Some(Refusal::UnknownKey),
        }
    }

    fn denies(&self, call: &Call) -> bool {
        !self.denied.is_empty()
            && self
                .denied
                .contains(&permission(self.service, &call.operation))
    }

    async fn fail(
        &self,
        call: &Call,
        fault: &Arc<Armed>,
        request: Request,
    ) -> Result<Response, Reset> {
        let refuse = |refusal| Ok(self.refuse(refusal, call, request.method()));
        match fault.kind() {
            FaultKind::Throttled => refuse(Refusal::Throttled),
            FaultKind::ServerError => refuse(Refusal::ServerError),
            FaultKind::Unavailable => refuse(Refusal::Unavailable),
            FaultKind::Denied => refuse(Refusal::Denied),
            FaultKind::Conflict => refuse(Refusal::Conflict),
            FaultKind::Expired => {
                if let Some(key) = &call.access_key {
                    self.keys.expire(key);
                }
                refuse(Refusal::Expired)
            }
            FaultKind::Reset(Moment::Before) => Err(Reset),
            FaultKind::Reset(Moment::After) => {
                self.detached(call, request).await?;
                Err(Reset)
            }
            FaultKind::ResetMidway => {
                damage::half(request).await;
                Err(Reset)
            }
            FaultKind::Truncated => damage::truncated(self.detached(call, request).await?).await,
            FaultKind::Corrupted => {
                let request = damage::corrupted(whole(request).await?).await?;
                self.ask(call, request).await
            }
            FaultKind::Slow(delay) => {
                tokio::time::sleep(delay).await;
                self.ask(call, request).await
            }
            FaultKind::Cut(after) => Ok(damage::cut(self.ask(call, request).await?, after)),
            FaultKind::Hold(moment) => self.hold(call, Arc::clone(fault), moment, request).await,
        }
    }

    /// Holds the call until its fate is decided. It takes effect also when the client has gone meanwhile, as a
    /// request does that is on its way.
    async fn hold(
        &self,
        call: &Call,
        fault: Arc<Armed>,
        moment: Moment,
        request: Request,
    ) -> Result<Response, Reset> {
        let request = whole(request).await?;
        let (gate, call) = (self.clone(), call.clone());
        let held = tokio::spawn(async move {
            let answer = match moment {
                Moment::Before => match fault.hold().await {
                    Fate::Released => gate.ask(&call, request).await,
                    Fate::Discarded => Err(Reset),
                },
                Moment::After => {
                    let answer = gate.ask(&call, request).await;
                    match fault.hold().await {
                        Fate::Released => answer,
                        Fate::Discarded => Err(Reset),
                    }
                }
            };
            fault.done();
            answer
        });
        held.await.unwrap_or(Err(Reset))
    }

    /// Asks in a task of its own, so that the request takes effect whatever becomes of the connection.
    async fn detached(&self, call: &Call, request: Request) -> Result<Response, Reset> {
        let request = whole(request).await?;
        let (gate, call) = (self.clone(), call.clone());
        let asked = tokio::spawn(async move { gate.ask(&call, request).await });
        asked.await.unwrap_or(Err(Reset))
    }

    fn refuse(&self, refusal: Refusal, call: &Call, method: &Method) -> Response {
        refusal.answer(self.service, &call.operation, method)
    }
}

/// The request with all of its body, which no longer depends on the connection.
pub(super) async fn whole(request: Request) -> Result<Request, Reset> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|_| Reset)?;
    Ok(Request::from_parts(parts, Body::from(body)))
}
