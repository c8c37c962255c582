//! Nodes of one run, from its record: how long they lived, how long they were empty, when they were asked for. Pure.

use jiff::Timestamp;
use run_record::{NodeClaim, Observation, Pod, PodRole, RunRecord};
use spark_log::Timeline;

/// NodeClaims created at least this far apart were asked for in two steps: Karpenter itself waits a second for more
/// pods before it decides, and Kubernetes gives whole seconds.
const TWO_STEPS_SECONDS: f64 = 2.0;

/// One node that was launched.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) claim: &'a NodeClaim,
    pub(crate) launched: Timestamp,
    /// Its launch, or the start of watching when it was there before.
    pub(crate) from: Timestamp,
    /// When it went, or the end of watching.
    pub(crate) until: Timestamp,
    /// False when it was not seen to go.
    pub(crate) gone: bool,
    /// Seconds with a pod of the job bound to it. Absent when no pods were recorded.
    pub(crate) used_seconds: Option<f64>,
    /// Executor pods that were bound to it.
    pub(crate) executors: usize,
    /// The driver pod was bound to it.
    pub(crate) driver: bool,
}

impl Node<'_> {
    /// Launched, or the start of watching, to terminated.
    pub(crate) fn seconds(&self) -> f64 {
        seconds(self.from, self.until)
    }

    /// The part without a pod of the job, or why it is not known.
    pub(crate) fn empty_seconds(&self) -> Result<f64, &'static str> {
        let used = self.used_seconds.ok_or("no pods were recorded")?;
        Ok((self.seconds() - used).max(0.0))
    }
}

/// The nodes of a run, in the order of their launch, or why they are not known.
pub(crate) fn nodes(record: &RunRecord) -> Result<Vec<Node<'_>>, &'static str> {
    nodes_seen(&record.observation, record.job_run.created_at)
}

fn nodes_seen(
    seen: &Observation,
    submitted: Option<Timestamp>,
) -> Result<Vec<Node<'_>>, &'static str> {
    if seen.began.is_none() && seen.node_claims.is_empty() {
        return Err("the cluster was not watched");
    }
    if seen.node_claims.is_empty() {
        return Err("no nodes were recorded");
    }
    let mut nodes: Vec<Node<'_>> = seen
        .node_claims
        .iter()
        .filter(|claim| is_of_job(claim, seen))
        .filter_map(|claim| node(claim, seen, submitted))
        .collect();
    if nodes.is_empty() {
        return Err("no node of the job was seen to be launched");
    }
    nodes.sort_by_key(|node| node.launched);
    Ok(nodes)
}

/// Why sums over the nodes are not those of the job: executors ran on a node that is none of them.
pub(crate) fn not_all(record: &RunRecord) -> Option<&'static str> {
    let seen = &record.observation;
    let nodes = nodes(record).ok()?;
    let counted = |pod: &Pod| nodes.iter().any(|node| hosts(node.claim, pod));
    let executors = seen.pods.iter().filter(|pod| pod.role == PodRole::Executor);
    let mut placed = executors.filter(|pod| pod.node.is_some());
    placed.any(|pod| !counted(pod)).then_some(
        "executors ran on a node that Karpenter did not launch, or whose launch was not seen",
    )
}

/// Why what pods did is not known: executors of the event log, or the driver, have no recorded pod.
pub(crate) fn pods_missing(record: &RunRecord, timeline: &Timeline) -> Option<&'static str> {
    let pods = &record.observation.pods;
    let has_pod = |id: &str| {
        pods.iter()
            .any(|pod| pod.executor_id.as_deref() == Some(id))
    };
    if pods.is_empty() {
        Some("no pods were recorded")
    } else if !timeline
        .executors
        .iter()
        .all(|executor| has_pod(&executor.id))
    {
        Some("not every executor's pod was recorded")
    } else if !pods.iter().any(|pod| pod.role == PodRole::Driver) {
        Some("the driver's pod was not recorded")
    } else {
        None
    }
}

/// NodeClaims that are counted for nothing: other jobs may have had them.
pub(crate) fn foreign(seen: &Observation) -> usize {
    let claims = seen.node_claims.iter();
    claims.filter(|claim| !is_of_job(claim, seen)).count()
}

/// The pod was bound to the node of this claim.
pub(crate) fn hosts(claim: &NodeClaim, pod: &Pod) -> bool {
    pod.node.is_some() && pod.node == claim.node
}

/// It hosted a pod of the job, or is of a NodePool that did. Without pods nobody can tell, so all are.
fn is_of_job(claim: &NodeClaim, seen: &Observation) -> bool {
    let used = |claim: &NodeClaim| seen.pods.iter().any(|pod| hosts(claim, pod));
    let pool_is_used = || {
        let same = |other: &&NodeClaim| other.node_pool == claim.node_pool;
        claim.node_pool.is_some() && seen.node_claims.iter().filter(same).any(used)
    };
    seen.pods.is_empty() || used(claim) || pool_is_used()
}

fn node<'a>(
    claim: &'a NodeClaim,
    seen: &Observation,
    submitted: Option<Timestamp>,
) -> Option<Node<'a>> {
    let launched = claim.launched?;
    let from = seen
        .began
        .or(submitted)
        .map_or(launched, |began| launched.max(began));
    let until = claim.terminated.or(seen.ended).unwrap_or(from).max(from);
    let here = |pod: &&Pod| hosts(claim, pod);
    let pods = seen.pods.iter().filter(here);
    let bound = pods.filter_map(|pod| bound(pod, (from, until)));
    Some(Node {
        claim,
        launched,
        from,
        until,
        gone: claim.terminated.is_some(),
        used_seconds: (!seen.pods.is_empty()).then(|| covered(bound.collect())),
        executors: seen
            .pods
            .iter()
            .filter(here)
            .filter(|pod| pod.role == PodRole::Executor)
            .count(),
        driver: seen
            .pods
            .iter()
            .filter(here)
            .any(|pod| pod.role == PodRole::Driver),
    })
}

/// From when to when a pod was bound to its node, within the node's life. `None` when it was not seen to be.
pub(crate) fn bound(
    pod: &Pod,
    (from, until): (Timestamp, Timestamp),
) -> Option<(Timestamp, Timestamp)> {
    let start = pod.scheduled.or(pod.started)?.clamp(from, until);
    let end = pod.finished.or(pod.deleted).unwrap_or(until);
    Some((start, end.clamp(start, until)))
}

/// Seconds covered by at least one of the spans.
fn covered(mut spans: Vec<(Timestamp, Timestamp)>) -> f64 {
    spans.sort_unstable();
    let mut total = 0.0;
    let mut reached: Option<Timestamp> = None;
    for (from, to) in spans {
        let from = reached.map_or(from, |reached| from.max(reached));
        total += seconds(from, to);
        reached = reached.max(Some(to));
    }
    total
}

/// When the NodeClaims of the nodes that got executors were created, in order.
fn asked(seen: &Observation) -> Vec<Timestamp> {
    let hosts_executors = |claim: &&NodeClaim| {
        let of_claim = |pod: &Pod| pod.role == PodRole::Executor && hosts(claim, pod);
        seen.pods.iter().any(of_claim)
    };
    let claims = seen.node_claims.iter().filter(hosts_executors);
    let mut created: Vec<Timestamp> = claims
        .filter_map(|claim| claim.created.or(claim.launched))
        .collect();
    created.sort_unstable();
    created
}

/// How many nodes got executors, and the seconds between the first and the last request for one.
pub(crate) fn executor_nodes(seen: &Observation) -> Option<(usize, f64)> {
    let asked = asked(seen);
    Some((asked.len(), seconds(*asked.first()?, *asked.last()?)))
}

/// When nodes for executors were asked for: one time for each step, in seconds after the first.
pub(crate) fn steps(seen: &Observation) -> Vec<f64> {
    let asked = asked(seen);
    let mut steps: Vec<f64> = Vec::new();
    let mut before = None;
    for at in &asked {
        if before.is_none_or(|before| seconds(before, *at) >= TWO_STEPS_SECONDS) {
            steps.push(seconds(asked[0], *at));
        }
        before = Some(*at);
    }
    steps
}

/// Seconds from one instant to a later one; 0 when it is not later.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use run_record::Observation;
    use serde_json::{Value, json};

    use super::{executor_nodes, foreign, nodes_seen, steps};

    fn at(second: i64) -> String {
        jiff::Timestamp::from_second(1_700_000_000 + second)
            .unwrap()
            .to_string()
    }

    fn pod(id: &str, node: &str, scheduled: i64, finished: Option<i64>) -> Value {
        json!({"name": id, "role": "executor", "executor_id": id, "node": node, "scheduled": at(scheduled),
            "finished": finished.map(at)})
    }

    fn claim(node: &str, created: i64, terminated: Option<i64>) -> Value {
        json!({"name": node, "node": node, "created": at(created), "launched": at(created), "terminated": terminated.map(at)})
    }

    fn seen(claims: &[Value], pods: &[Value]) -> Observation {
        let observation =
            json!({"began": at(0), "ended": at(100), "pods": pods, "node_claims": claims});
        serde_json::from_value(observation).unwrap()
    }

    #[test]
    fn overlapping_pods_fill_a_node_once() {
        let pods = [
            pod("1", "a", 10, Some(30)),
            pod("2", "a", 20, Some(40)),
            pod("3", "a", 50, Some(60)),
        ];
        let seen = seen(&[claim("a", 0, Some(80))], &pods);
        let nodes = nodes_seen(&seen, None).unwrap();
        assert_eq!(
            (
                nodes[0].seconds(),
                nodes[0].empty_seconds(),
                nodes[0].executors
            ),
            (80.0, Ok(40.0), 3)
        );
    }

    #[test]
    fn node_not_seen_to_go_lives_to_the_end_of_watching() {
        let seen = seen(&[claim("a", 10, None)], &[pod("1", "a", 20, None)]);
        let nodes = nodes_seen(&seen, None).unwrap();
        assert!(!nodes[0].gone);
        assert_eq!(
            (nodes[0].seconds(), nodes[0].empty_seconds()),
            (90.0, Ok(10.0))
        );
    }

    #[test]
    fn node_of_days_ago_counts_from_the_start_of_watching() {
        let claims = [claim("a", -259_200, Some(60))];
        let mut seen = seen(&claims, &[pod("1", "a", 20, Some(50))]);
        let watched = nodes_seen(&seen, None).unwrap()[0].clone();
        assert_eq!(
            (watched.seconds(), watched.empty_seconds()),
            (60.0, Ok(30.0))
        );
        seen.began = None;
        let submitted = Some(at(10).parse().unwrap());
        assert_eq!(nodes_seen(&seen, submitted).unwrap()[0].seconds(), 50.0);
    }

    #[test]
    fn without_pods_nobody_knows_what_was_empty() {
        let seen = seen(&[claim("a", 10, None)], &[]);
        let nodes = nodes_seen(&seen, None).unwrap();
        assert_eq!(nodes[0].seconds(), 90.0);
        assert_eq!(nodes[0].empty_seconds(), Err("no pods were recorded"));
        assert_eq!(executor_nodes(&seen), None);
    }

    #[test]
    fn nodes_of_other_jobs_are_left_out() {
        let of = |pool: &str, mut claim: Value| {
            claim["node_pool"] = json!(pool);
            claim
        };
        let claims = [
            of("spark", claim("a", 0, None)),
            of("spark", claim("spare", 1, None)),
            of("web", claim("b", 2, None)),
            claim("c", 3, None),
        ];
        let seen = seen(&claims, &[pod("1", "a", 20, None)]);
        let nodes = nodes_seen(&seen, None).unwrap();
        let names: Vec<_> = nodes.iter().map(|node| node.claim.name.as_str()).collect();
        assert_eq!(names, ["a", "spare"]);
        assert_eq!(foreign(&seen), 2);
    }

    #[test]
    fn nodes_asked_for_one_after_the_other_are_steps() {
        let claims = [
            claim("a", 0, None),
            claim("b", 1, None),
            claim("c", 20, None),
            claim("other", 50, None),
        ];
        let pods = [
            pod("1", "a", 30, None),
            pod("2", "b", 30, None),
            pod("3", "c", 40, None),
        ];
        let seen = seen(&claims, &pods);
        assert_eq!(
            steps(&seen),
            [0.0, 20.0],
            "a node without executors of the job is no step"
        );
        assert_eq!(executor_nodes(&seen), Some((3, 20.0)));
    }

    #[test]
    fn absent_nodes_have_a_reason() {
        assert_eq!(
            nodes_seen(&Observation::default(), None).unwrap_err(),
            "the cluster was not watched"
        );
        assert_eq!(
            nodes_seen(&seen(&[], &[]), None).unwrap_err(),
            "no nodes were recorded"
        );
    }
}
