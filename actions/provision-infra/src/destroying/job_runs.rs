//! The job runs that still go on: they are somebody's work, so destroy refuses, or ends them when it is told to.

use super::Waits;
use super::targets::Targets;
use crate::action::Session;
use crate::emr::{Emr, JobRun, Refused, VirtualCluster};
use crate::terraform::span;
use aws_setup::sdk_config;
use gha::Failure;

/// Most job runs in a message.
const LISTED: usize = 20;

impl Session {
    /// The virtual cluster, unless it is gone or never was.
    pub(super) async fn emr(&self, targets: &Targets) -> Result<Option<Emr>, Failure> {
        let Some(id) = &targets.virtual_cluster else {
            self.runner.log.notice(
                "No virtual cluster",
                "neither the outputs nor the state name a virtual cluster, so nobody was asked for job runs that still go on",
            );
            return Ok(None);
        };
        let config = sdk_config(targets.region.as_ref()).await;
        let emr = Emr::new(&config, id.clone());
        match emr.look().await {
            Ok(VirtualCluster::Gone) => {
                self.runner
                    .log
                    .info(&format!("there is no virtual cluster {id} any more"));
                Ok(None)
            }
            Ok(_) => Ok(Some(emr)),
            Err(refused) => Err(failure(&emr, &refused)),
        }
    }

    /// Ends the job runs, or refuses to.
    pub(super) async fn end_job_runs(&self, emr: &Emr) -> Result<(), Failure> {
        let patience = self.inputs.remove_timeout;
        let mut waits = Waits::of(patience);
        let mut asked = Vec::new();
        loop {
            let active = emr
                .active()
                .await
                .map_err(|refused| failure(emr, &refused))?;
            if active.is_empty() {
                return Ok(());
            }
            if !self.inputs.force {
                return Err(still_running(emr, &active));
            }
            for run in &active {
                // One that came after the others were cancelled is cancelled, too.
                if !asked.contains(&run.id) {
                    emr.cancel(&run.id)
                        .await
                        .map_err(|refused| failure(emr, &refused))?;
                    self.runner
                        .log
                        .info(&format!("cancelling {}", in_words(run)));
                    asked.push(run.id.clone());
                }
            }
            if !waits.again().await {
                let mut failure = Failure::outside(
                    "Job runs not ended",
                    format!(
                        "job runs of virtual cluster {} have not ended {} after they were cancelled; nothing was removed",
                        emr.virtual_cluster,
                        span(patience)
                    ),
                )
                .help("look at their pods, then run destroy again; `remove-timeout` says how long to wait");
                failure.causes = listed(&active);
                return Err(failure);
            }
        }
    }
}

fn still_running(emr: &Emr, active: &[JobRun]) -> Failure {
    let count = match active.len() {
        1 => "1 job run has".to_owned(),
        count => format!("{count} job runs have"),
    };
    let mut failure = Failure::outside(
        "Job runs still go on",
        format!(
            "{count} not ended on virtual cluster {}; nothing was removed",
            emr.virtual_cluster
        ),
    )
    .help("wait for them, or set `force: true` to have them cancelled");
    failure.causes = listed(active);
    failure
}

fn listed(active: &[JobRun]) -> Vec<String> {
    let mut lines: Vec<String> = active.iter().take(LISTED).map(in_words).collect();
    if active.len() > LISTED {
        lines.push(format!("and {} more", active.len() - LISTED));
    }
    lines
}

fn in_words(run: &JobRun) -> String {
    let mut text = format!("job run {}", run.id);
    if let Some(name) = &run.name {
        text.push_str(&format!(" `{name}`"));
    }
    text.push_str(&format!(", {}", run.state));
    if let Some(created_at) = &run.created_at {
        text.push_str(&format!(" since {created_at}"));
    }
    text
}

/// The failure of a call to EMR.
pub(super) fn failure(emr: &Emr, refused: &Refused) -> Failure {
    Failure::outside(
        "EMR refused",
        format!(
            "{} for virtual cluster {}: {}",
            refused.call, emr.virtual_cluster, refused.problem
        ),
    )
    .help("give the AWS identity of this step the policy in the action's README, and check the region; nothing was destroyed by Terraform")
}
