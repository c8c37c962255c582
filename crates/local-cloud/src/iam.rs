//! IAM: only `SimulatePrincipalPolicy`, over one list of actions that are denied. Evaluates no policies.

use crate::credentials::Keys;
use crate::query_api::{self, Parameters, escape, members};
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;

const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// What IAM answers from.
#[derive(Debug, Clone)]
pub(crate) struct Iam {
    pub(crate) keys: Keys,
    /// Actions that are denied to everybody, such as `emr-containers:StartJobRun`.
    pub(crate) denied: Vec<String>,
}

/// The IAM query API.
pub(crate) fn routes(iam: Iam) -> Router {
    Router::new().route("/", post(answer)).with_state(iam)
}

async fn answer(State(iam): State<Iam>, Form(parameters): Form<Parameters>) -> Response {
    match parameters.get("Action").map(String::as_str) {
        Some("SimulatePrincipalPolicy") => iam.simulate_principal_policy(&parameters),
        other => {
            let message = format!("Could not find operation {}", other.unwrap_or("(none)"));
            refusal(StatusCode::BAD_REQUEST, "InvalidAction", &message)
        }
    }
}

impl Iam {
    fn simulate_principal_policy(&self, parameters: &Parameters) -> Response {
        let source = parameters.get("PolicySourceArn").map_or("", String::as_str);
        // The service takes users, groups and roles, not the sessions of roles.
        if !source.starts_with("arn:aws:iam::") {
            let message = format!(
                "Invalid Entity Arn: {source} does not clearly define entity type and name."
            );
            return refusal(StatusCode::BAD_REQUEST, "InvalidInput", &message);
        }
        if !self.keys.knows_principal(source) {
            let message = format!("The entity {source} cannot be found.");
            return refusal(StatusCode::NOT_FOUND, "NoSuchEntity", &message);
        }
        let resources = match members(parameters, "ResourceArns") {
            none if none.is_empty() => vec!["*"],
            resources => resources,
        };
        let mut results = String::new();
        for action in members(parameters, "ActionNames") {
            for resource in &resources {
                let decision = match self.denied.iter().any(|denied| denied == action) {
                    true => "explicitDeny",
                    false => "allowed",
                };
                results.push_str(&format!(
                    "<member><EvalActionName>{}</EvalActionName><EvalResourceName>{}</EvalResourceName>\
                     <EvalDecision>{decision}</EvalDecision><MatchedStatements/><MissingContextValues/></member>",
                    escape(action),
                    escape(resource),
                ));
            }
        }
        let result = format!(
            "<IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>"
        );
        query_api::result(NAMESPACE, "SimulatePrincipalPolicy", &result)
    }
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    query_api::refusal(NAMESPACE, status, code, message)
}
