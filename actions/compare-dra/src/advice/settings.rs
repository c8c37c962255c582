//! Settings of the submitted runs that Spark ignores, or that do not do what one expects. Pure; the rules are those of
//! the crate `spark-settings`.

use std::collections::BTreeSet;

use run_record::Variant;
use spark_settings::Allocation;

use super::{Advice, ChangePlace};
use crate::{prose::Prose, run::Run, why::Pair};

pub(super) fn advice(pair: &Pair<'_>) -> Vec<Advice> {
    let mut said = BTreeSet::new();
    let runs = [pair.dra, pair.fixed].into_iter();
    let all = runs.flat_map(|run| unknown(run).into_iter().chain(pointless(run)));
    // A setting of both runs is said once.
    all.filter(|advice| said.insert(advice.text.plain()))
        .collect()
}

fn place(run: &Run) -> ChangePlace {
    match run.variant {
        Variant::Static => ChangePlace::StaticProperties,
        Variant::Dra => ChangePlace::DraProperties,
    }
}

/// Keys that Spark does not know. One that is like no other may be the application's own.
fn unknown(run: &Run) -> Vec<Advice> {
    let Some(record) = &run.record else {
        return Vec::new();
    };
    let spark = &record.submission.spark;
    let unknown = spark_settings::unknown(spark.keys().map(String::as_str));
    let advice = |unknown: &spark_settings::Unknown<'_>| {
        let near = unknown.nearest.as_ref()?;
        let text = Prose::new("Spark does not know ")
            .code(unknown.key)
            .text(" and ignores it. Did you mean ")
            .code(near.name)
            .text("?");
        // The value of a setting that is not known may be a secret, so it is not repeated.
        Some(
            Advice::new(text)
                .unset(place(run), unknown.key, "…")
                .set(place(run), near.name, "…"),
        )
    };
    unknown.iter().filter_map(advice).collect()
}

fn pointless(run: &Run) -> Vec<Advice> {
    let Some(record) = &run.record else {
        return Vec::new();
    };
    let allocation = match run.variant {
        Variant::Static => Allocation::Fixed,
        Variant::Dra => Allocation::Dynamic,
    };
    let spark = &record.submission.spark;
    let findings = spark_settings::findings(allocation, spark);
    let advice = |finding: &spark_settings::Finding| {
        let text = Prose::ticked(&format!("{}.", finding.problem));
        let advice = Advice::new(text);
        match (finding.instead, spark.get(&finding.key)) {
            (Some(instead), _) => advice.set(place(run), &finding.key, instead),
            (None, Some(value)) if spark_log::is_kept_property(&finding.key) => {
                advice.unset(place(run), &finding.key, value)
            }
            _ => advice,
        }
    };
    // With how many DRA begins, when it begins at all, is said by `allocation` with what it led to.
    let own = |finding: &&spark_settings::Finding| {
        finding.is_error || finding.key != spark_settings::INITIAL_EXECUTORS
    };
    findings.iter().filter(own).map(advice).collect()
}
