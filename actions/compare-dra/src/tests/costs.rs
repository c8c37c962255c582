//! Costs in the report and on its pages.

use run_record::Variant;

use crate::{
    cost::Cost,
    metric::MetricId,
    prices::PriceList,
    render,
    report::Report,
    run::Run,
    tests::{compared, fixture, origin},
    view::View,
};

fn list() -> PriceList {
    PriceList::from_json(&fixture("prices/ap-southeast-2.json")).unwrap()
}

fn priced(mut run: Run, list: &PriceList) -> Run {
    run.cost = Ok(Cost::of(run.record.as_ref().unwrap(), &run.timeline, list));
    run
}

fn both(list: &PriceList) -> Report {
    let (fixed, dra) = origin();
    compared(priced(fixed, list), priced(dra, list))
}

fn page(report: &Report) -> String {
    render::pages(&View::of(report, None)).unwrap().report
}

#[test]
fn costs_are_read_back_unless_they_cannot_be_added_up() {
    let report = both(&list());
    let mut json = serde_json::to_value(&report).unwrap();
    let read = |json: &serde_json::Value| Report::from_json(json.to_string().as_bytes());
    assert_eq!(page(&read(&json).unwrap()), page(&report));
    json["dra"][0]["cost"]["pods"][0]["seconds"] = 2_000_000_000.into();
    let error = read(&json).unwrap_err().to_string();
    assert!(error.contains("cannot be added up"), "{error}");
}

#[test]
fn cost_of_the_origin_is_what_a_hand_computes() {
    let report = both(&list());
    let is = |id: MetricId, expected: f64| {
        let value = report.metric(id).dra.unwrap();
        assert!(
            (value - expected).abs() < 1e-8,
            "{id:?}: {value}, not {expected}"
        );
    };
    // Five pods of 1 vCPU and 1433 MiB, bound to ended: 291 + 99 + 96 + 116 + 127 s.
    let uplift = (0.01 + 0.001 * 1433.0 / 1024.0) * 729.0 / 3600.0;
    is(MetricId::CostEmrUplift, uplift);
    // The driver's node 421 s; one of the executors' 248 s; the other 120 s, then 160 s after the price rose.
    let nodes = (0.12 * 421.0 + 0.036 * 248.0 + 0.072 * 120.0 + 0.108 * 160.0) / 3600.0;
    is(MetricId::Cost, uplift + nodes);
    let on_demand = (0.12 * 421.0 + 0.12 * 248.0 + 0.24 * 280.0) / 3600.0;
    is(MetricId::CostOnDemand, uplift + on_demand);
    let parts = [
        MetricId::CostEmrUplift,
        MetricId::CostEc2Busy,
        MetricId::CostEc2Idle,
        MetricId::CostEc2Empty,
    ];
    is(
        MetricId::Cost,
        parts.map(|id| report.metric(id).dra.unwrap()).iter().sum(),
    );
}

#[test]
fn pages_show_cost_with_its_prices_and_what_it_leaves_out() {
    let report = both(&list());
    let page = page(&report);
    for part in [
        "| Cost | \\$0.0596 | \\$0.0260 | ▼ \\$0.0336 less (−56 %)",
        "Prices: made up for tests, ap-southeast-2, 2022-08-26.",
        "Not counted: nodes that Karpenter did not launch, volumes (EBS)",
        "| `spark-executor-b2` `m5.xlarge` `spot` | \\$0.072 to \\$0.108 |",
        "EMR uplift of 5 pods: 0.202 vCPU-hours and 0.283 GB-hours",
        "5 pods were not seen to pull the image",
    ] {
        assert!(page.contains(part), "lacks {part:?}:\n{page}");
    }
    assert!(!page.contains("emulated"), "{page}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["prices"]["lists"][0]["region"], "ap-southeast-2");
    assert_eq!(
        json["dra"][0]["cost"]["nodes"][1]["amount"]["usd"],
        "0.00248"
    );
}

#[test]
fn made_up_prices_and_emulated_nodes_are_called_so() {
    let mut list = list();
    list.emulated = true;
    let (fixed, mut dra) = origin();
    dra.record.as_mut().unwrap().observation.emulated = true;
    let said = compared(priced(fixed, &list), priced(dra, &list))
        .prices
        .words();
    for part in ["These prices are made up", "The nodes were emulated"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn run_without_prices_leaves_the_comparison_without_cost() {
    let (fixed, dra) = origin();
    let report = compared(priced(fixed, &list()), dra);
    let cost = report.metric(MetricId::Cost);
    assert!(cost.fixed.is_some() && cost.dra.is_none() && cost.difference.is_none());
    assert_eq!(cost.missing.as_deref(), Some("DRA: no prices were given"));
    assert!(
        report
            .prices
            .words()
            .contains("A run has no cost: no prices were given.")
    );
    assert!(report.shown_run(Variant::Dra).cost.is_none());
    assert!(page(&report).contains("| not known |"));
}

#[test]
fn names_from_a_price_file_stay_text() {
    let mut list = list();
    list.source = "<img src=x> **bold** | cell".to_owned();
    let page = page(&both(&list));
    assert!(
        !page.contains("<img") && !page.contains("**bold**"),
        "{page}"
    );
}

#[test]
fn verdict_names_the_cost_only_when_it_is_real() {
    let report = both(&list());
    assert_eq!(
        report.sentence,
        "DRA used 79 % fewer executor-seconds, cost 56 % less and took 31 % longer"
    );
    let (fixed, dra) = origin();
    let (mut fixed, mut dra) = (priced(fixed, &list()), priced(dra, &list()));
    for run in [&mut fixed, &mut dra] {
        run.record.as_mut().unwrap().observation.emulated = true;
    }
    let report = compared(fixed, dra);
    assert_eq!(
        report.sentence,
        "DRA used 79 % fewer executor-seconds and took 31 % longer"
    );
    assert!(
        page(&report).contains("less (−56 %) · emulated |"),
        "{}",
        page(&report)
    );
}

#[test]
fn what_was_not_recorded_is_not_free() {
    let changed = |change: fn(&mut run_record::Observation)| {
        let (fixed, mut dra) = origin();
        change(&mut dra.record.as_mut().unwrap().observation);
        compared(priced(fixed, &list()), priced(dra, &list()))
    };
    let missing =
        |report: &Report, id: MetricId| report.metric(id).missing.clone().unwrap_or_default();

    let elsewhere = changed(|seen| seen.pods[1].node = Some("of-a-node-group".to_owned()));
    for id in [
        MetricId::Cost,
        MetricId::CostEc2Idle,
        MetricId::CostOnDemand,
        MetricId::NodeSeconds,
    ] {
        let why = missing(&elsewhere, id);
        assert!(
            why.contains("on a node that Karpenter did not launch"),
            "{id:?}: {why}"
        );
    }
    assert!(elsewhere.metric(MetricId::CostEmrUplift).dra.is_some());

    let fewer = changed(|seen| {
        seen.pods.remove(2);
    });
    for id in [
        MetricId::Cost,
        MetricId::CostEmrUplift,
        MetricId::EmptyNodeSeconds,
    ] {
        let why = missing(&fewer, id);
        assert!(
            why.contains("not every executor's pod was recorded"),
            "{id:?}: {why}"
        );
    }
    assert!(fewer.metric(MetricId::NodeSeconds).dra.is_some());
}

#[test]
fn absurd_requests_do_not_end_the_program() {
    let (fixed, mut dra) = origin();
    let pod = &mut dra.record.as_mut().unwrap().observation.pods[1];
    pod.requests
        .insert("cpu".to_owned(), "79228162514264337593543950335".to_owned());
    let report = compared(priced(fixed, &list()), priced(dra, &list()));
    assert!(!page(&report).is_empty());
}
