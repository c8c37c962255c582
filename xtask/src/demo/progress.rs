//! The changing line while a job runs: its state, executors wanted, pending and running, and nodes.
//! Read from the local cloud's own services, as any onlooker could.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::cloud::{Endpoints, NAMESPACE};
use super::fetch;
use crate::terminal::Terminal;

/// How often the cluster is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Shows the line until it is dropped.
#[derive(Debug)]
pub(crate) struct LiveLine {
    task: tokio::task::JoinHandle<()>,
    terminal: Terminal,
}

impl LiveLine {
    /// `started` is when the demo began, `step` the name that begins the line.
    pub(crate) fn start(
        step: &str,
        started: Instant,
        endpoints: &Endpoints,
        terminal: &Terminal,
    ) -> Self {
        let (step, endpoints, to) = (step.to_owned(), endpoints.clone(), terminal.clone());
        let task = tokio::spawn(async move {
            loop {
                if let Some(text) = look(&endpoints).await {
                    to.live(&super::step_view::prefixed(started, &step, &text));
                }
                tokio::time::sleep(EVERY).await;
            }
        });
        Self {
            task,
            terminal: terminal.clone(),
        }
    }
}

impl Drop for LiveLine {
    fn drop(&mut self) {
        self.task.abort();
        self.terminal.live("");
    }
}

async fn look(endpoints: &Endpoints) -> Option<String> {
    let pods = format!(
        "{}/api/v1/namespaces/{NAMESPACE}/pods",
        endpoints.kubernetes
    );
    let (pods, nodes, state) = tokio::join!(
        fetch::json(pods),
        fetch::json(format!("{}/api/v1/nodes", endpoints.kubernetes)),
        fetch::json(format!("{}/state", endpoints.inspect)),
    );
    describe(&pods.ok()?, &nodes.ok()?, &state.ok()?)
}

/// One line about the newest job run; none before there is one.
fn describe(pods: &Value, nodes: &Value, state: &Value) -> Option<String> {
    let run = state["emr"]["job_runs"].as_array()?.last()?;
    let job = run["id"].as_str()?;
    let of_job =
        |pod: &&Value| pod["metadata"]["labels"]["emr-containers.amazonaws.com/job.id"] == job;
    let executors: Vec<&Value> = items(pods)
        .filter(of_job)
        .filter(|pod| pod["metadata"]["labels"]["spark-role"] == "executor")
        .collect();
    let in_phase = |phase: &str| {
        executors
            .iter()
            .filter(|pod| pod["status"]["phase"] == phase)
            .count()
    };
    let (pending, running) = (in_phase("Pending"), in_phase("Running"));
    let wanted = run["wanted_executors"]
        .as_u64()
        .unwrap_or((pending + running) as u64);
    let nodes: Vec<String> = items(nodes).map(node).collect();
    let nodes = if nodes.is_empty() {
        "no nodes".to_owned()
    } else {
        format!("nodes: {}", nodes.join(", "))
    };
    let state = run["state"]
        .as_str()
        .unwrap_or("in an unknown state")
        .to_lowercase();
    Some(format!(
        "{state} · executors: {wanted} wanted, {pending} pending, {running} running · {nodes}"
    ))
}

/// The type of a node, marked while it is not ready.
fn node(node: &Value) -> String {
    let label = |name: &str| node["metadata"]["labels"][name].as_str();
    let kind = label("node.kubernetes.io/instance-type").unwrap_or("node");
    let ready = node["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten();
    let is_ready = ready
        .into_iter()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True");
    if is_ready {
        kind.to_owned()
    } else {
        format!("{kind} (starting)")
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list["items"].as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::describe;

    fn pod(job: &str, role: &str, phase: &str) -> Value {
        json!({"metadata": {"labels": {"emr-containers.amazonaws.com/job.id": job, "spark-role": role}}, "status": {"phase": phase}})
    }

    #[test]
    fn the_line_counts_the_newest_job_alone() {
        let pods = json!({"items": [
            pod("b", "driver", "Running"), pod("b", "executor", "Running"), pod("b", "executor", "Pending"),
            pod("a", "executor", "Running"), pod("b", "executor", "Succeeded"),
        ]});
        let nodes = json!({"items": [
            {"metadata": {"labels": {"node.kubernetes.io/instance-type": "m5.large"}}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}},
            {"metadata": {"labels": {"node.kubernetes.io/instance-type": "r5.xlarge"}}, "status": {}},
        ]});
        let state = json!({"emr": {"job_runs": [{"id": "a", "state": "COMPLETED"}, {"id": "b", "state": "RUNNING"}]}});
        assert_eq!(
            describe(&pods, &nodes, &state).unwrap(),
            "running · executors: 2 wanted, 1 pending, 1 running · nodes: m5.large, r5.xlarge (starting)"
        );
        assert_eq!(describe(&pods, &nodes, &json!({})), None);
    }
}
