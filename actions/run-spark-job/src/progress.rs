//! The live line: what is happening now. Pure.

use std::collections::BTreeMap;

use crate::{
    state::State,
    watch::{Phase, View},
};

/// For example `state RUNNING · executors wanted 5, pending 3, running 2 · nodes 3 (m5.large ×2, m5.xlarge ×1)`.
///
/// `view` is absent when the cluster cannot be seen. Wanted is the number of executor pods that exist and have not
/// ended: on Kubernetes, Spark asks for an executor by creating its pod.
pub(crate) fn line(state: &State, view: Option<&View>) -> String {
    let mut parts = vec![format!("state {state}")];
    let Some(view) = view else {
        return parts.remove(0);
    };
    if view.driver == Phase::Pending {
        parts.push("driver pending".to_owned());
    }
    let wanted = view.pending + view.running;
    if wanted > 0 {
        parts.push(format!(
            "executors wanted {wanted}, pending {}, running {}",
            view.pending, view.running
        ));
    }
    if !view.nodes.is_empty() {
        parts.push(format!("nodes {}", nodes(&view.nodes)));
    }
    parts.join(" · ")
}

/// For example `3 (m5.large ×2, starting ×1)`; a node whose type is not known yet is starting.
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
    use super::line;
    use crate::{
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
            line(&State::Running, Some(&view)),
            "state RUNNING · executors wanted 5, pending 3, running 2 · nodes 3 (m5.large ×2, m5.xlarge ×1)"
        );
    }

    #[test]
    fn what_is_not_there_is_left_out() {
        assert_eq!(line(&State::Pending, None), "state PENDING");
        assert_eq!(
            line(&State::Running, Some(&View::default())),
            "state RUNNING"
        );
        let waiting = View {
            driver: Phase::Pending,
            nodes: [(String::new(), 1)].into(),
            ..View::default()
        };
        assert_eq!(
            line(&State::Submitted, Some(&waiting)),
            "state SUBMITTED · driver pending · nodes 1 (starting ×1)"
        );
    }
}
