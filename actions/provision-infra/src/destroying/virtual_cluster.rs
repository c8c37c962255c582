//! The virtual cluster goes before Terraform: EMR needs the namespace and its access entry to let go of it.

use super::Waits;
use super::job_runs::failure;
use crate::action::Session;
use crate::emr::{Emr, VirtualCluster};
use crate::terraform::span;
use gha::Failure;

impl Session {
    /// Deletes it and waits until it is gone.
    pub(super) async fn delete_virtual_cluster(&self, emr: &Emr) -> Result<(), Failure> {
        let refused = |refused| failure(emr, &refused);
        // An earlier run that was cut off may have asked already.
        if emr.look().await.map_err(refused)? == VirtualCluster::There
            && let Err(why) = emr.delete().await
            // EMR has no code of its own for one that somebody else has just deleted.
            && emr.look().await.map_err(refused)? == VirtualCluster::There
        {
            return Err(refused(why));
        }
        let patience = self.inputs.remove_timeout;
        let mut waits = Waits::of(patience);
        let id = &emr.virtual_cluster;
        self.runner
            .log
            .info(&format!("deleting virtual cluster {id}"));
        while emr.look().await.map_err(refused)? != VirtualCluster::Gone {
            if !waits.again().await {
                return Err(Failure::outside(
                    "Virtual cluster not gone",
                    format!("virtual cluster {id} is still there {} after it was deleted", span(patience)),
                )
                .help("look at its state in the EMR console, then run destroy again; Terraform was not started"));
            }
        }
        self.runner
            .log
            .info(&format!("virtual cluster {id} is gone"));
        Ok(())
    }
}
