//! The credentials to work with: those of the usual AWS settings, or of a role that is assumed again and again.

use aws_config::SdkConfig;
use aws_setup::{AssumedRole, Region, RoleArn, TokenRequest};
use gha::{Context, Failure};

/// The SDK configuration for the region and, if one is given, the role.
///
/// # Errors
/// A role is to be assumed and the workflow gives no OIDC token.
pub(crate) async fn sdk_config(
    context: &Context,
    region: Option<&Region>,
    role: Option<&RoleArn>,
) -> Result<SdkConfig, Failure> {
    let Some(role) = role else {
        return Ok(aws_setup::sdk_config(region).await);
    };
    let (url, bearer) = context.id_token_request().ok_or_else(|| {
        Failure::bad_input(
            "role-to-assume",
            format!("`{role}` is assumed with the workflow's OIDC token, and this job cannot ask for one"),
        )
        .help("give the job `permissions: id-token: write`; a pull request from a fork gets none")
    })?;
    let assumed = AssumedRole {
        role: role.clone(),
        session: session(context.run_id),
        token: TokenRequest {
            url: url.to_owned(),
            bearer: bearer.to_owned(),
        },
    };
    Ok(aws_setup::sdk_config_of_role(region, assumed).await)
}

/// What CloudTrail shows: which workflow run it was.
fn session(run: Option<u64>) -> String {
    run.map_or_else(
        || "emr-eks-actions".to_owned(),
        |run| format!("emr-eks-actions-{run}"),
    )
}
