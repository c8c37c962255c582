//! Amounts computed by hand, to the last digit.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use jiff::Timestamp;
use run_record::RunRecord;
use serde_json::{Value, json};
use spark_log::{EpochMillis, Executor, Timeline};

use super::{Amount, Cost, Part};
use crate::prices::PriceList;

/// 22:13:20, plus some seconds.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn pod(id: &str, node: &str, times: [i64; 4]) -> Value {
    let [scheduled, pulling, started, finished] = times.map(at);
    json!({"name": format!("exec-{id}"), "role": "executor", "executor_id": id, "node": node,
        "requests": {"cpu": "2", "memory": "4Gi"},
        "scheduled": scheduled, "pulling": pulling, "started": started, "finished": finished})
}

fn claim(name: &str, capacity: &str, launched: i64, terminated: i64) -> Value {
    json!({"name": name, "node": name, "instance_type": "m5.large", "zone": "eu-west-1a",
        "capacity_type": capacity, "launched": at(launched), "terminated": at(terminated)})
}

/// An on-demand node from 0 to 3600 with the driver from 600 to 3000, and a spot node from 900 to 2700 with one
/// executor from 1000 to 2600.
fn record() -> Value {
    let mut driver = pod("", "a", [600, 620, 650, 3000]);
    driver["role"] = "driver".into();
    driver["requests"] = json!({"cpu": "500m", "memory": "2Gi"});
    json!({
        "schema": 1, "variant": "dra", "repeat": 1,
        "submission": {"name": "n", "release_label": "emr-7.13.0-latest", "entry_point": {"uri": "s3://b/n.py"}, "spark": {}},
        "job_run": {"id": "1", "virtual_cluster_id": "v", "client_token": "t", "state": "COMPLETED", "states": []},
        "event_log": {},
        "observation": {"began": at(-100), "ended": at(5000),
            "pods": [driver, pod("1", "b", [1000, 1010, 1040, 2600])],
            "node_claims": [claim("a", "on-demand", 0, 3600), claim("b", "spot", 900, 2700)]}
    })
}

fn list() -> Value {
    json!({
        "schema": 1, "region": "eu-west-1", "date": "2023-11-14", "source": "made up", "currency": "USD",
        "emr_on_eks": {"vcpu_hour": "0.01", "gb_hour": "0.001"},
        "ec2": {"m5.large": {"on_demand_hour": "0.1", "spot_hour": {"eu-west-1a": [
            {"from": at(0), "price": "0.036"}, {"from": at(1800), "price": "0.072"}]}}}
    })
}

/// Executor 1 runs tasks from 1200 to 1900 and from 2000 to 2400.
fn timeline() -> Timeline {
    let ms = |second| EpochMillis(at(second).as_millisecond());
    let executor = Executor {
        id: "1".to_owned(),
        host: String::new(),
        cores: 2,
        profile: 0,
        slots: 2,
        added: ms(1060),
        removed: None,
        reason: None,
        until: ms(2600),
        first_task: Some(ms(1200)),
        last_task: Some(ms(2400)),
        tasks: 2,
        failed_tasks: 0,
        killed_tasks: 0,
        busy: std::time::Duration::from_secs(1200),
        busy_spans: vec![(ms(1200), ms(1900)), (ms(2000), ms(2400))],
        task_time: std::time::Duration::from_secs(1200),
        core_time: std::time::Duration::from_secs(1200),
    };
    Timeline {
        executors: vec![executor],
        ..Timeline::default()
    }
}

fn priced(record: &Value, list: &Value) -> Cost {
    let record: RunRecord = serde_json::from_value(record.clone()).unwrap();
    let list = PriceList::from_json(list.to_string().as_bytes()).unwrap();
    Cost::of(&record, &timeline(), &list)
}

#[track_caller]
fn assert_usd(amount: &Amount, expected: &str) {
    assert_eq!(amount, &Amount::Usd(expected.parse().unwrap()));
}

#[track_caller]
fn assert_missing(amount: &Amount, why: &str) {
    assert_eq!(amount, &Amount::Missing(why.to_owned()));
}

#[test]
fn a_run_costs_what_a_hand_computes() {
    let cost = priced(&record(), &list());
    // Driver: 0.5 vCPU and 2 GB for 2380 s. (0.5 × 0.01 + 2 × 0.001) × 2380 / 3600.
    assert_eq!(cost.pods[0].seconds, Some(2380));
    assert_usd(&cost.pods[0].amount, "0.004627778");
    // Executor: 2 vCPU and 4 GB for 1590 s. 0.024 × 1590 / 3600.
    assert_usd(&cost.pods[1].amount, "0.0106");
    assert_usd(&cost.emr_uplift, "0.015227778");
    // The driver's node 600 to 3000 at 0.1; the other 1200 to 1800 at 0.036, 1800 to 1900 and 2000 to 2400 at 0.072.
    assert_usd(&cost.ec2_busy, "0.082666667");
    // The executor's node 1000 to 1200 at 0.036, 1900 to 2000 and 2400 to 2600 at 0.072.
    assert_usd(&cost.ec2_idle, "0.008");
    // 1200 s at 0.1; 900 to 1000 at 0.036 and 2600 to 2700 at 0.072.
    assert_usd(&cost.ec2_empty, "0.036333333");
    assert_usd(&cost.total, "0.142227778");
    // 3600 s and 1800 s at 0.1, and the uplift.
    assert_usd(&cost.on_demand, "0.165227778");
    assert_eq!(cost.notes, [""; 0]);
}

#[test]
fn items_add_up_to_the_total_and_lines_to_the_life_of_the_node() {
    let cost = priced(&record(), &list());
    let pods = cost.pods.iter().map(|pod| pod.amount.get().unwrap());
    let lines = cost.nodes.iter().flat_map(|node| &node.lines);
    let sum = pods.chain(lines.map(|line| line.usd)).sum();
    assert_eq!(cost.total, Amount::Usd(sum));
    for (node, life) in cost.nodes.iter().zip([3600, 1800]) {
        let seconds = node.lines.iter().map(|line| line.seconds);
        assert_eq!(seconds.sum::<rust_decimal::Decimal>(), life.into());
    }
    let read: Cost = serde_json::from_value(serde_json::to_value(&cost).unwrap()).unwrap();
    assert_eq!(read, cost, "report.json holds all of it");
}

#[test]
fn a_type_that_is_not_in_the_list_makes_its_part_unknown_and_keeps_the_rest() {
    let mut record = record();
    record["observation"]["node_claims"][1]["instance_type"] = "r5.large".into();
    let cost = priced(&record, &list());
    let why = "no price of r5.large spot in eu-west-1a in the list of eu-west-1";
    assert_missing(&cost.total, why);
    assert_missing(&cost.ec2_busy, why);
    assert_missing(
        &cost.on_demand,
        "no price of r5.large on demand in the list of eu-west-1",
    );
    assert_usd(&cost.emr_uplift, "0.015227778");
    assert_usd(&cost.nodes[0].amount, "0.1");
}

#[test]
fn capacity_that_has_no_list_price_is_unknown() {
    let unknown = |change: &dyn Fn(&mut Value), why: &str| {
        let mut record = record();
        change(&mut record["observation"]["node_claims"][1]);
        assert_missing(&priced(&record, &list()).total, why);
    };
    unknown(
        &|claim| claim["capacity_type"] = "reserved".into(),
        "there is no list price of reserved capacity",
    );
    unknown(
        &|claim| claim["capacity_type"] = Value::Null,
        "whether a node was spot or on demand is not known",
    );
    unknown(
        &|claim| claim["zone"] = Value::Null,
        "the zone of a spot node is not known",
    );
    unknown(
        &|claim| claim["instance_type"] = Value::Null,
        "the instance type of a node is not known",
    );
    unknown(
        &|claim| claim["launched"] = json!(at(-50)),
        "the prices of m5.large spot in eu-west-1a begin after the node did",
    );
}

#[test]
fn what_was_not_recorded_has_no_price() {
    let mut without = record();
    without["observation"]["node_claims"] = json!([]);
    let cost = priced(&without, &list());
    assert_missing(&cost.total, "no nodes were recorded");
    assert_missing(&cost.ec2_empty, "no nodes were recorded");
    assert_usd(&cost.emr_uplift, "0.015227778");

    let mut without = record();
    without["observation"]["pods"] = json!([]);
    let cost = priced(&without, &list());
    assert_missing(&cost.emr_uplift, "no pods were recorded");
    assert_missing(&cost.ec2_busy, "no pods were recorded");

    let mut without = record();
    without["observation"]["pods"][1]["requests"] = json!({"cpu": "2"});
    let cost = priced(&without, &list());
    let why = "the memory requests of a pod are not known";
    assert_missing(&cost.emr_uplift, why);
    assert_missing(&cost.total, why);
}

#[test]
fn what_was_not_seen_is_counted_by_the_next_thing_and_said() {
    let mut record = record();
    let pods = &mut record["observation"]["pods"];
    pods[0]["pulling"] = Value::Null;
    pods[1]["finished"] = Value::Null;
    // A pod that never got a node cost nothing.
    let waiting =
        json!({"name": "exec-2", "role": "executor", "executor_id": "2", "requests": {"cpu": "2"}});
    pods.as_array_mut().unwrap().push(waiting);
    record["observation"]["node_claims"][0]["launched"] = json!(at(-500));
    pods_node(&mut record, 0, "of-a-node-group");
    let cost = priced(&record, &list());
    let seconds: Vec<_> = cost.pods.iter().map(|pod| pod.seconds).collect();
    assert_eq!(
        seconds,
        [Some(2400), Some(3990)],
        "bound to finished, and pull to the end of watching"
    );
    for (note, part) in cost.notes.iter().zip([
        "1 pod was not seen to pull the image",
        "1 pod was not seen to end",
        "1 node that Karpenter did not launch hosted pods of the job",
        "1 node was there before",
    ]) {
        assert!(note.contains(part), "{note}");
    }
}

fn pods_node(record: &mut Value, pod: usize, node: &str) {
    record["observation"]["pods"][pod]["node"] = node.into();
    let pool = json!("spark");
    for claim in record["observation"]["node_claims"].as_array_mut().unwrap() {
        claim["node_pool"] = pool.clone();
    }
}

#[test]
fn two_executors_at_once_pay_a_node_once() {
    let mut record = record();
    let other = pod("2", "b", [1100, 1100, 1100, 2500]);
    record["observation"]["pods"]
        .as_array_mut()
        .unwrap()
        .push(other);
    let cost = priced(&record, &list());
    assert_usd(&cost.ec2_busy, "0.082666667");
    assert_usd(&cost.ec2_idle, "0.008");
    let parts: Vec<_> = cost.nodes[1]
        .lines
        .iter()
        .map(|line| (line.part, line.seconds.to_string()))
        .collect();
    let expected = [
        (Part::Busy, "600"),
        (Part::Busy, "500"),
        (Part::Idle, "200"),
        (Part::Idle, "300"),
        (Part::Empty, "100"),
        (Part::Empty, "100"),
    ];
    assert_eq!(
        parts,
        expected.map(|(part, seconds)| (part, seconds.to_owned()))
    );
}
