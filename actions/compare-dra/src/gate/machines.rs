//! Whether both sides had the same kind of machines, and as many of them ready before they began. Pure.

use std::collections::BTreeSet;

use crate::{
    gate::{Concern, listed},
    measure::middle_of,
    nodes::nodes,
    number::number,
    prose::Prose,
    run::Run,
};

/// What is unlike; never a bar: other machines may be what Dynamic Resource Allocation leads to.
pub(super) fn unlike(fixed: &[Run], dra: &[Run]) -> Vec<Concern> {
    let texts = [types(fixed, dra), warm(fixed, dra)];
    let concern = |text| Concern {
        blocks: false,
        text,
    };
    texts.into_iter().flatten().map(concern).collect()
}

/// Instance types that executors ran on.
fn types(fixed: &[Run], dra: &[Run]) -> Option<Prose> {
    let (fixed, dra) = (instance_types(fixed), instance_types(dra));
    if fixed.is_empty() || dra.is_empty() || fixed == dra {
        return None;
    }
    let text = Prose::new("The executors ran on other instance types: static on ");
    let text = listed(listed(text, &fixed).text(", DRA on "), &dra);
    Some(text.text(". Their cores may not be equally fast, and they cost differently."))
}

fn instance_types(runs: &[Run]) -> BTreeSet<String> {
    let of = |run: &Run| -> Vec<String> {
        let nodes = run.record.as_ref().and_then(|record| nodes(record).ok());
        let hosts = nodes.iter().flatten().filter(|node| node.executors > 0);
        hosts
            .filter_map(|node| node.claim.instance_type.clone())
            .collect()
    };
    runs.iter().flat_map(of).collect()
}

/// Nodes that were there before the run, so that it did not wait for them: in the middle run of each side.
fn warm(fixed: &[Run], dra: &[Run]) -> Option<Prose> {
    let (fixed, dra) = (middle_of(fixed, warm_nodes)?, middle_of(dra, warm_nodes)?);
    let said = |nodes: f64| match nodes {
        0.0 => "on no node".to_owned(),
        1.0 => "on 1 node".to_owned(),
        nodes => format!(
            "on {} nodes",
            number(nodes, usize::from(nodes.fract() != 0.0))
        ),
    };
    let text = format!(
        "Executors of a static run began {} that had been there before, those of a DRA run {}: the side with more of them \
         waited less for machines. Wait until nodes are gone before the next run, or let the runs take turns.",
        said(fixed),
        said(dra)
    );
    (fixed != dra).then(|| Prose::new(text))
}

/// Absent when the nodes of a run are not known.
fn warm_nodes(run: &Run) -> Option<f64> {
    let nodes = nodes(run.record.as_ref()?).ok()?;
    let warm = nodes
        .iter()
        .filter(|node| node.claim.there_before && node.executors > 0);
    Some(warm.count() as f64)
}
