//! What Karpenter does with the nodes of the job: the driver's kind of node, and nodes given back too soon. Pure.

use jiff::Timestamp;
use run_record::{NodeClaim, Observation, Pod, PodRole};

use super::{Advice, ChangePlace};
use crate::{
    nodes::seconds,
    number::about,
    prose::Prose,
    run::Run,
    spark_time::{self, IDLE_TIMEOUT},
    why::Pair,
};

/// Karpenter sees an empty node, and decides, within a few seconds of `consolidateAfter`.
const SLACK_SECONDS: f64 = 5.0;

pub(super) fn advice(pair: &Pair<'_>) -> Vec<Advice> {
    let spot = [pair.fixed, pair.dra].into_iter().find_map(driver_on_spot);
    spot.into_iter()
        // Both lead to the same line.
        .chain(bought_again(pair.dra).or_else(|| sooner_than_spark(pair.dra)))
        .collect()
}

fn seen(run: &Run) -> Option<&Observation> {
    Some(&run.record.as_ref()?.observation)
}

/// A spot node can be taken away at two minutes' notice, and the application ends with its driver.
fn driver_on_spot(run: &Run) -> Option<Advice> {
    let seen = seen(run)?;
    let driver = seen.pods.iter().find(|pod| pod.role == PodRole::Driver)?;
    let of_claim = || {
        let claim = seen.node_claims.iter().find(|claim| hosts(claim, driver))?;
        Some((claim.name.as_str(), claim.capacity_type.as_deref()?))
    };
    let of_node = || {
        let node = seen
            .nodes
            .iter()
            .find(|node| driver.node.as_ref() == Some(&node.name))?;
        Some((node.name.as_str(), node.capacity_type.as_deref()?))
    };
    let (name, _) = of_claim()
        .or_else(of_node)
        .filter(|(_, kind)| *kind == "spot")?;
    let text = Prose::new("The driver ran on the spot node ")
        .code(name)
        .text(
            ": when AWS takes it back, the whole application is lost, also the work that is done.",
        );
    Some(
        Advice::new(text)
            .change(ChangePlace::DriverPodTemplate, "spec:")
            .change(ChangePlace::DriverPodTemplate, "  nodeSelector:")
            .change(
                ChangePlace::DriverPodTemplate,
                "    karpenter.sh/capacity-type: on-demand",
            ),
    )
}

/// A node of executors was given back while the job ran, and another was bought later.
fn bought_again(run: &Run) -> Option<Advice> {
    let seen = seen(run)?;
    let end = run.timeline.last_seen?;
    let hosts_of_executors: Vec<&NodeClaim> = seen
        .node_claims
        .iter()
        .filter(|claim| had_executors(claim, seen))
        .collect();
    let given_back = hosts_of_executors
        .iter()
        // A node that goes with pods on it was interrupted, expired or removed by hand.
        .filter_map(|claim| emptied(claim, seen).and(claim.deleting))
        .filter(|at| at.as_millisecond() < end.0)
        .min()?;
    let bought = hosts_of_executors
        .iter()
        .filter_map(|claim| claim.created)
        .filter(|at| *at > given_back)
        .min()?;
    let gap = seconds(given_back, bought);
    let text = Prose::new(format!(
        "Karpenter gave a node of the executors back while the job ran, and bought another {} later. Where such pauses \
         are short, a longer ",
        about(gap)
    ))
    .code("consolidateAfter")
    .text(" is cheaper than a new node's start.");
    let kept =
        gap.ceil() as i64 + waited_until_given_back(seen).map_or(0, |delay| delay.ceil() as i64);
    Some(consolidate_after(text, kept))
}

/// Nodes are given back sooner after their last pod than executors after their last task.
fn sooner_than_spark(run: &Run) -> Option<Advice> {
    let delay = waited_until_given_back(seen(run)?)?;
    let idle = spark_time::seconds_of(run, IDLE_TIMEOUT, Some(60.0))?;
    let text = Prose::new(format!(
        "Karpenter gave empty nodes back {} after their last pod, sooner than Spark gives an idle executor back (",
        about(delay)
    ))
    .code(IDLE_TIMEOUT)
    .text(format!(
        ", {}): a node can go before the next stage asks for it again.",
        about(idle)
    ));
    let kept = (idle + SLACK_SECONDS).ceil() as i64;
    (delay + SLACK_SECONDS < idle).then(|| consolidate_after(text, kept))
}

fn consolidate_after(text: Prose, seconds: i64) -> Advice {
    Advice::new(text)
        .change(ChangePlace::NodePool, "spec:")
        .change(ChangePlace::NodePool, "  disruption:")
        .change(
            ChangePlace::NodePool,
            format!("    consolidateAfter: {seconds}s"),
        )
}

/// The shortest time from the end of a node's last pod to Karpenter's decision to remove it.
fn waited_until_given_back(seen: &Observation) -> Option<f64> {
    let delays = seen
        .node_claims
        .iter()
        .filter_map(|claim| emptied(claim, seen));
    delays.min_by(f64::total_cmp)
}

/// How long a node was empty when Karpenter decided to remove it. `None` when it was not empty.
fn emptied(claim: &NodeClaim, seen: &Observation) -> Option<f64> {
    let pods = seen.pods.iter().filter(|pod| hosts(claim, pod));
    let ends: Option<Vec<Timestamp>> = pods.map(|pod| pod.finished.or(pod.deleted)).collect();
    let last = ends?.into_iter().max()?;
    let deleting = claim.deleting.filter(|at| *at >= last)?;
    Some(seconds(last, deleting))
}

fn had_executors(claim: &NodeClaim, seen: &Observation) -> bool {
    seen.pods
        .iter()
        .any(|pod| pod.role == PodRole::Executor && hosts(claim, pod))
}

fn hosts(claim: &NodeClaim, pod: &Pod) -> bool {
    pod.node.is_some() && pod.node == claim.node
}
