//! How many executors are asked for, and when, against what the job could use. Pure.

use super::{Advice, ChangePlace};
use crate::{
    nodes::steps,
    number::{about, count},
    prose::Prose,
    run::Run,
    why::{Pair, times},
};

pub(super) fn advice(pair: &Pair<'_>) -> Vec<Advice> {
    let Some(demand) = pair.dra.timeline.demand else {
        return Vec::new();
    };
    let Some(useful) = demand.useful_executors.filter(|useful| *useful > 0) else {
        return Vec::new();
    };
    let tasks = count(demand.peak_tasks as usize, "task was", "tasks were");
    [
        too_high_maximum(pair.dra, useful, &tasks),
        low_start(pair.dra, useful),
        overridden_start(pair.dra),
        too_many_fixed(pair.fixed, useful, &tasks),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn too_high_maximum(dra: &Run, useful: u32, tasks: &str) -> Option<Advice> {
    let max = dra
        .number("spark.dynamicAllocation.maxExecutors")
        .filter(|max| *max > useful)?;
    Some(
        Advice::new(
            Prose::default()
                .code(format!("spark.dynamicAllocation.maxExecutors={max}"))
                .text(format!(
                    " was never within reach: at most {tasks} waiting or running at one time. With "
                ))
                .code(useful.to_string())
                .text(" nothing changes for this job and this input."),
        )
        .set(
            ChangePlace::DraProperties,
            "spark.dynamicAllocation.maxExecutors",
            useful,
        ),
    )
}

/// The executors DRA starts with: the highest of the three settings.
fn start(dra: &Run) -> u32 {
    let names = [
        "spark.dynamicAllocation.initialExecutors",
        "spark.dynamicAllocation.minExecutors",
        "spark.executor.instances",
    ];
    names
        .into_iter()
        .filter_map(|name| dra.number(name))
        .max()
        .unwrap_or(0)
}

fn low_start(dra: &Run, useful: u32) -> Option<Advice> {
    let begin = dra
        .timeline
        .stages
        .iter()
        .filter_map(|stage| stage.submitted)
        .min()?;
    // What the stages that were ready at once could have used from the first second.
    let ready: u32 = dra
        .timeline
        .stages
        .iter()
        .filter(|s| s.submitted == Some(begin))
        .map(|s| s.tasks)
        .sum();
    let slots = dra.timeline.executors.iter().map(|e| e.slots).min()?;
    let max = dra
        .number("spark.dynamicAllocation.maxExecutors")
        .unwrap_or(u32::MAX);
    let better = ready.div_ceil(slots).min(useful).min(max);
    let begun = start(dra);
    let used = dra.timeline.executors.iter().filter(|e| e.tasks > 0);
    let mut joined: Vec<_> = used.map(|e| e.added).collect();
    joined.sort_unstable();
    // Those it could have begun with; what later stages asked for came later in any case.
    joined.truncate(better as usize);
    let spread = joined.last()?.since(*joined.first()?).as_secs_f64();
    if begun >= better || spread < 1.0 {
        return None;
    }
    let node_steps = dra
        .record
        .as_ref()
        .map_or(0, |record| steps(&record.observation).len());
    let what = if node_steps > 1 {
        format!("nodes were asked for {}", times(node_steps))
    } else {
        "executors joined in steps".to_owned()
    };
    Some(Advice::new(
        Prose::new("With ")
            .code(format!("spark.dynamicAllocation.initialExecutors={begun}"))
            .text(format!(" {what}: of the {} that the first stages could use, the last joined {} after the first. With ", count(better as usize, "executor", "executors"), about(spread)))
            .code(better.to_string())
            .text(format!(" the first request would have asked for all of them: up to {} sooner, if nodes start as fast (an estimate).", about(spread))),
    )
    .set(ChangePlace::DraProperties, "spark.dynamicAllocation.initialExecutors", better))
}

fn overridden_start(dra: &Run) -> Option<Advice> {
    let instances = dra.number("spark.executor.instances")?;
    let initial = dra
        .number("spark.dynamicAllocation.initialExecutors")
        .filter(|initial| *initial < instances)?;
    Some(
        Advice::new(
            Prose::default()
                .code(format!("spark.executor.instances={instances}"))
                .text(" overrides ")
                .code(format!(
                    "spark.dynamicAllocation.initialExecutors={initial}"
                ))
                .text(format!(": DRA starts with {instances}. Remove the former.")),
        )
        .unset(
            ChangePlace::DraProperties,
            "spark.executor.instances",
            &instances.to_string(),
        ),
    )
}

fn too_many_fixed(fixed: &Run, useful: u32, tasks: &str) -> Option<Advice> {
    let instances = fixed
        .number("spark.executor.instances")
        .filter(|instances| *instances > useful)?;
    Some(Advice::new(
        Prose::default()
            .code(format!("spark.executor.instances={instances}"))
            .text(format!(" in the static run is more than the job can use (at most {tasks} waiting or running). "))
            .text("A static run with ")
            .code(useful.to_string())
            .text(" is the fairer baseline."),
    )
    .set(ChangePlace::StaticProperties, "spark.executor.instances", useful))
}
