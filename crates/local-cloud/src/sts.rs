//! STS: who am I, and the temporary credentials of a role for a workflow's OIDC token. Signatures are not checked.

use crate::config::ACCOUNT;
use crate::credentials::Keys;
use crate::query_api::{self, Parameters};
use crate::web_identity::Issuer;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use std::time::Duration;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// What OIDC tokens for AWS are made for.
const AUDIENCE: &str = "sts.amazonaws.com";

/// What STS answers from.
#[derive(Debug, Clone)]
pub(crate) struct Sts {
    pub(crate) keys: Keys,
    pub(crate) issuer: Issuer,
    /// ARNs of the roles that the workflow's tokens may assume.
    pub(crate) roles: Vec<String>,
    /// How long credentials count, whatever was asked for.
    pub(crate) lifetime: Option<Duration>,
}

/// The STS query API.
pub(crate) fn routes(sts: Sts) -> Router {
    Router::new().route("/", post(answer)).with_state(sts)
}

async fn answer(
    State(sts): State<Sts>,
    headers: HeaderMap,
    Form(parameters): Form<Parameters>,
) -> Response {
    let action = parameters.get("Action").map(String::as_str);
    // The one operation that is asked without credentials.
    if action == Some("AssumeRoleWithWebIdentity") {
        return sts.assume_role_with_web_identity(&parameters);
    }
    let Some(arn) = access_key(&headers).and_then(|key| sts.keys.arn(key)) else {
        let message = "The security token included in the request is invalid.";
        return refusal(StatusCode::FORBIDDEN, "InvalidClientTokenId", message);
    };
    match action {
        Some("GetCallerIdentity") => caller_identity(&arn),
        other => {
            let message = format!("Could not find operation {}", other.unwrap_or("(none)"));
            refusal(StatusCode::BAD_REQUEST, "InvalidAction", &message)
        }
    }
}

impl Sts {
    fn assume_role_with_web_identity(&self, parameters: &Parameters) -> Response {
        let text = |name: &str| parameters.get(name).map_or("", String::as_str);
        let invalid = |code, message: &str| refusal(StatusCode::BAD_REQUEST, code, message);
        let (role, session) = (text("RoleArn"), text("RoleSessionName"));
        let seconds = match parameters.get("DurationSeconds").map(|text| text.parse()) {
            None => 3600,
            Some(Ok(seconds @ 900..=43_200)) => seconds,
            Some(_) => {
                let message = "DurationSeconds must be between 900 and 43200 seconds";
                return invalid("ValidationError", message);
            }
        };
        if !valid_session_name(session) {
            let message = format!(
                "1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: [\\w+=,.@-]*"
            );
            return invalid("ValidationError", &message);
        }
        let Some(token) = self.issuer.look_up(text("WebIdentityToken")) else {
            let message = "The ID Token provided is not a valid JWT.";
            return invalid("InvalidIdentityToken", message);
        };
        if token.expired {
            let message =
                "Token expired: current date/time must be before the expiration date/time";
            return invalid("ExpiredTokenException", message);
        }
        if token.audience != AUDIENCE {
            return invalid("InvalidIdentityToken", "Incorrect token audience");
        }
        if !self.roles.iter().any(|known| known == role) {
            let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
            return refusal(StatusCode::FORBIDDEN, "AccessDenied", message);
        }
        // The default maximum of a role.
        if seconds > 3600 {
            let message =
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
            return invalid("ValidationError", message);
        }
        self.assumed(role, session, seconds, token.subject)
    }

    fn assumed(&self, role: &str, session: &str, seconds: u64, subject: &str) -> Response {
        let lifetime = self.lifetime.unwrap_or(Duration::from_secs(seconds));
        let name = role.rsplit('/').next().unwrap_or_default();
        let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}");
        let issued = self.keys.issue(&arn, lifetime);
        let expiration = jiff::Timestamp::now() + lifetime;
        let result = format!(
            "<Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>\
             <SessionToken>{}</SessionToken><Expiration>{}</Expiration></Credentials>\
             <SubjectFromWebIdentityToken>{subject}</SubjectFromWebIdentityToken>\
             <AssumedRoleUser><AssumedRoleId>AROALOCALCLOUD0000000:{session}</AssumedRoleId><Arn>{arn}</Arn></AssumedRoleUser>\
             <Provider>arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com</Provider>\
             <Audience>{AUDIENCE}</Audience>",
            issued.access_key_id,
            issued.secret_access_key,
            issued.session_token,
            expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        );
        query_api::result(NAMESPACE, "AssumeRoleWithWebIdentity", &result)
    }
}

/// 2 to 64 characters of `[\w+=,.@-]`.
fn valid_session_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    (2..=64).contains(&name.len()) && name.chars().all(allowed)
}

/// The key id in `AWS4-HMAC-SHA256 Credential=<key id>/<date>/<region>/sts/aws4_request, …`.
fn access_key(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split('/').next()
}

fn caller_identity(arn: &str) -> Response {
    let result = format!(
        "<Arn>{arn}</Arn><UserId>AIDALOCALCLOUD0000000</UserId><Account>{ACCOUNT}</Account>"
    );
    query_api::result(NAMESPACE, "GetCallerIdentity", &result)
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    query_api::refusal(NAMESPACE, status, code, message)
}
