//! The end: everything that was made is taken away again, and nothing is left.

use serde_json::Value;

use super::checks::Checks;
use crate::demo::chain::Chain;
use crate::demo::{Stage, fetch};
use crate::problem::Result;

/// Destroys what the demo provisioned, and looks at what the local cloud still has.
pub(super) async fn check(chain: &mut Chain, stage: &Stage, checks: &mut Checks) -> Result<()> {
    chain.destroy().await?;
    let left = chain.output("destroy", "left")?;
    checks.equal("destroyed: nothing is left", left.as_str(), "0");
    let state = fetch::json(format!("{}/state", stage.cloud.endpoints.inspect)).await?;
    checks.equal(
        "destroyed: the virtual cluster is gone",
        state["emr"]["virtual_clusters"][0]["state"].clone(),
        Value::from("TERMINATED"),
    );
    for kind in ["nodepools", "ec2nodeclasses", "nodeclaims"] {
        checks.equal(
            &format!("destroyed: no {kind} are in the cluster"),
            state["kubernetes"][kind].clone(),
            Value::Array(Vec::new()),
        );
    }
    Ok(())
}
