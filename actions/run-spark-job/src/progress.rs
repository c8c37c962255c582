//! The live line: what is happening now. Pure.

use std::collections::BTreeMap;

use crate::{
    driver_stage::Stage,
    state::State,
    watch::{Phase, View},
};

/// What the driver's log says, as far as it is followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spark {
    /// How many executors Dynamic Resource Allocation wants; absent when its log does not say.
    pub(crate) wanted: Option<u32>,
    /// The stage that was submitted last.
    pub(crate) stage: Option<Stage>,
}

/// For example `state RUNNING · executors wanted 5, pending 3, running 2 · nodes 3 (m5.large in us-east-1a ×2,
/// m5.xlarge in us-east-1b ×1) · stage 4 (count at job.py:7), 200 tasks`.
///
/// `view` is absent when the cluster cannot be seen. Where the driver's log does not say how many executors are
/// wanted, it is the number of executor pods that exist and have not ended: on Kubernetes, Spark asks for an executor
/// by creating its pod.
pub(crate) fn line(state: &State, view: Option<&View>, spark: &Spark) -> String {
    let mut parts = vec![format!("state {state}")];
    if let Some(view) = view {
        parts.extend(cluster(view, spark.wanted));
    }
    if let Some(stage) = spark.stage.as_ref().filter(|_| !state.is_end()) {
        parts.push(stage.to_string());
    }
    parts.join(" · ")
}

fn cluster(view: &View, wanted: Option<u32>) -> Vec<String> {
    let mut parts = Vec::new();
    if view.driver == Phase::Pending {
        parts.push("driver pending".to_owned());
    }
    let pods = view.pending + view.running;
    let wanted = wanted
        .and_then(|wanted| usize::try_from(wanted).ok())
        .unwrap_or(pods);
    if wanted > 0 || pods > 0 {
        parts.push(format!(
            "executors wanted {wanted}, pending {}, running {}",
            view.pending, view.running
        ));
    }
    if !view.nodes.is_empty() {
        parts.push(format!("nodes {}", nodes(&view.nodes)));
    }
    parts
}

/// For example `3 (m5.large in us-east-1a ×2, starting ×1)`; a node whose type is not known yet is starting.
pub(crate) fn nodes(by_type: &BTreeMap<String, usize>) -> String {
    let named = |(instance, count): (&String, &usize)| match instance.as_str() {
        "" => format!("starting ×{count}"),
        instance => format!("{instance} ×{count}"),
    };
    let types: Vec<_> = by_type.iter().map(named).collect();
    format!("{} ({})", by_type.values().sum::<usize>(), types.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Spark, line};
    use crate::{
        driver_stage::Stage,
        state::State,
        watch::{Phase, View},
    };

    #[test]
    fn everything_is_on_one_line() {
        let view = View {
            pending: 3,
            running: 2,
            nodes: [("m5.xlarge".into(), 1), ("m5.large".into(), 2)].into(),
            ..View::default()
        };
        assert_eq!(
            line(&State::Running, Some(&view), &Spark::default()),
            "state RUNNING · executors wanted 5, pending 3, running 2 · nodes 3 (m5.large ×2, m5.xlarge ×1)"
        );
    }

    #[test]
    fn what_is_not_there_is_left_out() {
        assert_eq!(
            line(&State::Pending, None, &Spark::default()),
            "state PENDING"
        );
        assert_eq!(
            line(&State::Running, Some(&View::default()), &Spark::default()),
            "state RUNNING"
        );
        let waiting = View {
            driver: Phase::Pending,
            nodes: [(String::new(), 1)].into(),
            ..View::default()
        };
        assert_eq!(
            line(&State::Submitted, Some(&waiting), &Spark::default()),
            "state SUBMITTED · driver pending · nodes 1 (starting ×1)"
        );
    }

    #[test]
    fn the_drivers_log_knows_better_how_many_executors_are_wanted() {
        let view = View {
            pending: 1,
            running: 2,
            ..View::default()
        };
        let spark = Spark {
            wanted: Some(8),
            stage: Some(Stage {
                id: 4,
                name: Some("count at job.py:7".into()),
                tasks: 200,
            }),
        };
        assert_eq!(
            line(&State::Running, Some(&view), &spark),
            "state RUNNING · executors wanted 8, pending 1, running 2 · stage 4 (count at job.py:7), 200 tasks"
        );
        assert_eq!(
            line(&State::Running, None, &spark),
            "state RUNNING · stage 4 (count at job.py:7), 200 tasks"
        );
    }
}
