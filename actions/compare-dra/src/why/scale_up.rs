//! Where the time went until the last useful executor was there, step by step. Pure.

use super::{Pair, Reason};
use crate::{
    number::about,
    phases::{ScaleUp, Step, scale_up},
    prose::Prose,
};

/// Steps that readers take for one.
const GROUPS: [(&str, &[Step]); 4] = [
    ("until Spark asked for it", &[Step::PodCreated]),
    (
        "until it had a node",
        &[
            Step::NodeClaimCreated,
            Step::NodeLaunched,
            Step::NodeRegistered,
            Step::NodeInitialized,
            Step::PodScheduled,
        ],
    ),
    (
        "for image and container",
        &[Step::ImagePulled, Step::ContainerStarted],
    ),
    (
        "until it had registered with the driver",
        &[Step::ExecutorRegistered],
    ),
];

/// What is said when the pods of both runs were recorded.
pub(super) fn reason(pair: &Pair<'_>) -> Option<Reason> {
    let (fixed, dra) = (scale_up(pair.fixed)?, scale_up(pair.dra)?);
    let text = format!(
        "From the submission of the first stage, DRA's last executor that ran a task took {}: {}. That of the static run \
         took {}: {}.",
        about(dra.seconds),
        steps(&dra),
        about(fixed.seconds),
        steps(&fixed)
    );
    Some(Reason {
        title: "How its executors came.".to_owned(),
        text: Prose::new(text),
    })
}

/// `22 s until Spark asked for it, 77 s until it had a node, …`. A step that took no time is left out.
fn steps(way: &ScaleUp) -> String {
    let seconds = |(words, steps): (&str, &[Step])| {
        let seconds = way.seconds_until(steps);
        (seconds >= 0.05).then(|| format!("{} {words}", about(seconds)))
    };
    let said: Vec<String> = GROUPS.into_iter().filter_map(seconds).collect();
    match said.as_slice() {
        [] => "it was there already".to_owned(),
        said => said.join(", "),
    }
}
