//! What a disturbed step may leave: no job run that goes on, one for each token, and a record that is valid.

use std::collections::BTreeMap;

use local_cloud::LocalCloud;
use serde_json::Value;

use super::Outcome;
use crate::step::{BUCKET, Step, job_runs};

/// States of the job runs by id.
pub(super) fn states(cloud: &LocalCloud) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let runs = job_runs(cloud);
    let states = runs
        .iter()
        .map(|run| (text(&run["id"]), text(&run["state"])));
    states.collect()
}

pub(super) fn nothing_runs(when: &str, cloud: &LocalCloud, outcome: &mut Outcome) {
    for (id, state) in states(cloud) {
        let over = ["COMPLETED", "FAILED", "CANCELLED"].contains(&state.as_str());
        outcome.expect(over, || format!("{when}: job run {id} is {state}"));
    }
}

pub(super) fn one_for_each_token(cloud: &LocalCloud, outcome: &mut Outcome) {
    let mut tokens = BTreeMap::<String, usize>::new();
    for run in job_runs(cloud) {
        let token = run["client_token"].as_str().unwrap().to_owned();
        *tokens.entry(token).or_default() += 1;
    }
    outcome.expect(tokens.values().all(|count| *count == 1), || {
        format!("job runs by token: {tokens:?}")
    });
}

/// The record of a job run that was started is there, valid and at its end, in the directory and in S3.
pub(super) async fn left_behind(cloud: &LocalCloud, step: &Step, outcome: &mut Outcome) {
    let Some((id, state)) = states(cloud).into_iter().next() else {
        return;
    };
    let here = std::fs::read(step.path("run/run-record.json")).ok();
    let key = format!("records/static/{id}/run-record.json");
    let copy = cloud.objects().get(BUCKET, &key).await.unwrap();
    for (place, bytes) in [("directory", here), ("S3", copy.map(Into::into))] {
        let Some(bytes) = bytes else {
            outcome.wrong.push(format!("no record in the {place}"));
            continue;
        };
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        for wrong in wrong_by_schema(&document) {
            outcome
                .wrong
                .push(format!("record in the {place}: {wrong}"));
        }
        let recorded = (&document["job_run"]["id"], &document["job_run"]["state"]);
        let expected = (&Value::from(id.as_str()), &Value::from(state.as_str()));
        outcome.expect(recorded == expected, || {
            format!("record in the {place}: {recorded:?}, not {expected:?}")
        });
    }
}

fn wrong_by_schema(document: &Value) -> Vec<String> {
    let schema = include_str!("../../../../../crates/run-record/schemas/run-record.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let errors = validator.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}
