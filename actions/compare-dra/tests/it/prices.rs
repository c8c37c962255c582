//! Prices: none, from a file, and from AWS.

use serde_json::{Value, json};

use crate::bench::{Bench, Ran, fixture};

pub(crate) fn report(bench: &Bench) -> Value {
    let bytes = std::fs::read(bench.path("dra-report/report.json")).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

pub(crate) fn metric(report: &Value, name: &str) -> Value {
    let metrics = report["metrics"].as_array().unwrap();
    let found = metrics.iter().find(|metric| metric["name"] == name);
    found.unwrap().clone()
}

fn file(bench: &Bench, change: impl FnOnce(&mut Value)) {
    let bytes = std::fs::read(fixture("prices/ap-southeast-2.json")).unwrap();
    let mut list = serde_json::from_slice(&bytes).unwrap();
    change(&mut list);
    std::fs::write(bench.path("prices.json"), list.to_string()).unwrap();
}

fn compare(bench: &Bench, prices: &str) -> Ran {
    bench.compare(&["--comment", "never", "--prices", prices])
}

#[test]
fn price_file_gives_costs_that_can_be_followed() {
    let bench = Bench::new();
    file(&bench, |_| {});
    let ran = compare(&bench, "prices.json").exits(0);
    let report = report(&bench);
    let cost = metric(&report, "cost");
    assert!(cost["static"].as_f64() > cost["dra"].as_f64(), "{cost}");
    assert_eq!(cost["missing"], Value::Null);
    assert_eq!(
        report["prices"]["lists"],
        json!([{"source": "made up for tests", "region": "ap-southeast-2", "date": "2022-08-26", "emulated": false}])
    );
    let usd = |amount: &Value| amount["usd"].as_str().unwrap().parse::<f64>().unwrap();
    let run = &report["dra"][0]["cost"];
    let items = ["pods", "nodes"].map(|items| run[items].as_array().unwrap().clone());
    let sum: f64 = items
        .iter()
        .flatten()
        .map(|item| usd(&item["amount"]))
        .sum();
    assert!((usd(&run["total"]) - sum).abs() < 1e-9, "{run:#}");
    assert!(
        ran.summary
            .contains("Prices: made up for tests, ap-southeast-2, 2022-08-26.")
    );
}

#[test]
fn price_file_of_another_region_is_refused() {
    let bench = Bench::new();
    file(&bench, |list| list["region"] = "eu-west-1".into());
    let said = compare(&bench, "prices.json").exits(2).said();
    for part in [
        "input `prices`",
        "has the prices of eu-west-1",
        "had nodes in ap-southeast-2",
        "hint: name a price file of the region",
    ] {
        assert!(said.contains(part), "lacks {part}: {said}");
    }
}

#[test]
fn type_that_is_not_in_the_file_leaves_the_cost_unknown() {
    let bench = Bench::new();
    file(&bench, |list| {
        list["ec2"].as_object_mut().unwrap().remove("m5.xlarge");
    });
    compare(&bench, "prices.json").exits(0);
    let report = report(&bench);
    let why = "DRA: no price of m5.xlarge spot in ap-southeast-2a in the list of ap-southeast-2";
    assert_eq!(metric(&report, "cost")["missing"], why);
    assert!(metric(&report, "cost")["static"].is_number());
    assert!(metric(&report, "cost-emr-uplift")["dra"].is_number());
}

#[test]
fn price_file_that_cannot_be_used_is_a_bad_input() {
    let bench = Bench::new();
    std::fs::write(bench.path("prices.json"), "{}").unwrap();
    for (prices, part) in [
        ("prices.json", "is not a price file: missing field `schema`"),
        ("nowhere.json", "cannot be read"),
        ("https://example.com/prices.json", "prices"),
    ] {
        let said = compare(&bench, prices).exits(2).said();
        assert!(said.contains(part), "lacks {part}: {said}");
    }
}

#[test]
fn without_prices_the_report_says_why_and_how() {
    let bench = Bench::new();
    for (prices, why) in [
        ("never", "`prices` is `never`"),
        (
            "auto",
            "there are no AWS credentials to ask for prices with",
        ),
    ] {
        let ran = compare(&bench, prices).exits(0);
        let report = report(&bench);
        assert_eq!(metric(&report, "cost")["missing"], why);
        assert_eq!(report["prices"]["missing"], why);
        assert!(
            ran.summary.contains("pricing:GetProducts"),
            "{}",
            ran.summary
        );
    }
}

#[test]
fn bare_event_logs_ask_nobody_for_prices() {
    let bench = Bench::new();
    let logs = [
        "--static",
        "runs/static/origin-static",
        "--dra",
        "runs/dra/origin-dra",
        "--comment",
        "never",
    ];
    bench.run(&logs).exits(0);
    let report = report(&bench);
    assert_eq!(report["prices"]["missing"], "no run record was given");
    assert_eq!(
        metric(&report, "cost")["missing"],
        "no run record was given"
    );
}

/// Price files that can be used, and some that cannot: with one change each.
fn files() -> Vec<(bool, Value)> {
    let bytes = std::fs::read(fixture("prices/ap-southeast-2.json")).unwrap();
    let good: Value = serde_json::from_slice(&bytes).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut list = good.clone();
        change(&mut list);
        list
    };
    let without = |name: &str| {
        changed(&|list| {
            list.as_object_mut().unwrap().remove(name);
        })
    };
    let mut files = vec![
        (true, good.clone()),
        (true, without("ec2")),
        (true, without("emr_on_eks")),
        (true, changed(&|list| list["emulated"] = true.into())),
        (true, changed(&|list| list["ec2"]["m5.large"] = json!({}))),
        (false, changed(&|list| list["schema"] = 2.into())),
        (false, changed(&|list| list["region"] = "Sydney".into())),
        (false, changed(&|list| list["currency"] = "EUR".into())),
        (false, changed(&|list| list["comment"] = "mine".into())),
        (
            false,
            changed(&|list| list["emr_on_eks"]["vcpu_hour"] = json!(0.01)),
        ),
        (
            false,
            changed(&|list| list["ec2"]["m5.large"]["on_demand_hour"] = "-1".into()),
        ),
        (
            false,
            changed(&|list| list["ec2"]["m5.large"]["spot_hour"] = "0.1".into()),
        ),
        (
            false,
            changed(&|list| {
                list["ec2"]["m5.large"]["spot_hour"]["ap-southeast-2a"] = json!([{"price": "1"}])
            }),
        ),
    ];
    let required = ["schema", "region", "date", "source", "currency"];
    files.extend(required.map(|name| (false, without(name))));
    files
}

#[test]
fn price_files_are_taken_as_their_schema_says() {
    let schema = serde_json::from_str(include_str!("../../schemas/prices.schema.json")).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let bench = Bench::new();
    for (usable, list) in files() {
        assert_eq!(validator.is_valid(&list), usable, "{list:#}");
        std::fs::write(bench.path("prices.json"), list.to_string()).unwrap();
        compare(&bench, "prices.json").exits(if usable { 0 } else { 2 });
    }
}
