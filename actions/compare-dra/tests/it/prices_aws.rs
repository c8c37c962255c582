//! Prices from AWS: the local cloud's Price List and spot price history.

use std::time::Duration;

use local_cloud::{At, Config, Fault, FaultKind, LocalCloud, Moment, Prices, Service, SpotPrice};
use serde_json::{Value, json};

use crate::{
    bench::{Bench, Ran, beside},
    prices::{metric, report},
};

/// The uplift of the origin's DRA run: its five pods, for the seconds they had a node.
const UPLIFT: f64 = (0.01 + 0.001 * 1433.0 / 1024.0) * 729.0 / 3600.0;

async fn cloud(prices: Prices, denied: &[&str]) -> LocalCloud {
    let config = Config {
        prices,
        denied_actions: denied.iter().map(|action| (*action).to_owned()).collect(),
        ..Config::default()
    };
    LocalCloud::start(config).await.unwrap()
}

/// Compares the origin's runs against the cloud.
async fn compared(cloud: &LocalCloud) -> (Ran, Value) {
    let bench = Bench::on(cloud);
    beside(move || {
        let ran = bench.compare(&["--comment", "never"]).exits(0);
        (ran, report(&bench))
    })
    .await
}

fn asked(cloud: &LocalCloud, service: Service) -> Vec<String> {
    let calls = cloud
        .calls()
        .into_iter()
        .filter(|call| call.service == service);
    let mut subjects: Vec<String> = calls
        .map(|call| format!("{} {}", call.operation, call.subject))
        .collect();
    subjects.sort();
    subjects
}

#[track_caller]
fn assert_near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap_or_else(|| panic!("{value}"));
    assert!((value - expected).abs() < 1e-8, "{value}, not {expected}");
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_of_aws_are_asked_for_once_and_make_the_costs() {
    let cloud = cloud(Prices::default(), &[]).await;
    let (ran, report) = compared(&cloud).await;
    // m5.large at 0.1 for 421 s; as spot at half of it for 248 s; m5.xlarge as spot at 0.1 for 280 s.
    let nodes = (0.1 * 421.0 + 0.05 * 248.0 + 0.1 * 280.0) / 3600.0;
    assert_near(&metric(&report, "cost")["dra"], UPLIFT + nodes);
    let on_demand = (0.1 * 421.0 + 0.1 * 248.0 + 0.2 * 280.0) / 3600.0;
    assert_near(
        &metric(&report, "cost-on-demand")["dra"],
        UPLIFT + on_demand,
    );
    let list = &report["prices"]["lists"][0];
    assert_eq!(
        (&list["region"], &list["emulated"]),
        (&json!("ap-southeast-2"), &json!(true))
    );
    assert!(
        ran.summary.contains("These prices are made up"),
        "{}",
        ran.summary
    );
    assert_eq!(
        asked(&cloud, Service::Pricing),
        [
            "GetProducts ElasticMapReduce",
            "GetProducts m5.large",
            "GetProducts m5.xlarge",
            "GetProducts r4.2xlarge",
            "GetProducts r5.4xlarge",
        ]
    );
    assert_eq!(asked(&cloud, Service::Ec2), ["DescribeSpotPriceHistory "]);
}

/// A price of the DRA run's larger spot node, which lived from 22:45:00 to 22:49:40.
fn spot(at: &str, price: String) -> SpotPrice {
    SpotPrice {
        instance_type: "m5.xlarge".to_owned(),
        zone: "ap-southeast-2a".to_owned(),
        at: at.parse().unwrap(),
        price,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spot_prices_are_followed_through_every_page() {
    // One change each tenth of a second for 150 s: more than a page, between a first and a last price.
    let start: jiff::Timestamp = "2022-08-26T22:46:00Z".parse().unwrap();
    let many = (0..1500_i64).map(|n| {
        spot(
            &(start + Duration::from_millis(u64::try_from(n).unwrap() * 100)).to_string(),
            "0.3600".to_owned(),
        )
    });
    let mut changes: Vec<SpotPrice> = many.collect();
    changes.push(spot("2022-08-01T00:00:00Z", "0.0360".to_owned()));
    changes.push(spot("2022-07-01T00:00:00Z", "9".to_owned()));
    changes.push(spot("2022-08-26T22:48:30Z", "0.7200".to_owned()));
    changes.push(spot("2022-08-26T23:00:00Z", "9".to_owned()));
    let prices = Prices {
        spot: changes,
        ..Prices::default()
    };
    let cloud = cloud(prices, &[]).await;
    let (_, report) = compared(&cloud).await;
    let node = &report["dra"][0]["cost"]["nodes"][2];
    let usd: f64 = node["amount"]["usd"].as_str().unwrap().parse().unwrap();
    assert!(
        (usd - (0.036 * 60.0 + 0.36 * 150.0 + 0.72 * 70.0) / 3600.0).abs() < 1e-8,
        "{node:#}"
    );
    assert_eq!(asked(&cloud, Service::Ec2).len(), 2);
    // The other spot nodes have no history.
    let why = "no price of m5.large spot in ap-southeast-2a in the list of ap-southeast-2";
    assert!(
        metric(&report, "cost")["missing"]
            .as_str()
            .unwrap()
            .contains(why)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_permissions_leave_the_cost_out_and_say_which() {
    for (denied, missing, metrics_left) in [
        (
            "pricing:GetProducts",
            "pricing:GetProducts: access denied: AccessDeniedException (HTTP 403)",
            0,
        ),
        (
            "ec2:DescribeSpotPriceHistory",
            "ec2:DescribeSpotPriceHistory: access denied: UnauthorizedOperation (HTTP 403)",
            2,
        ),
    ] {
        let cloud = cloud(Prices::default(), &[denied]).await;
        let (ran, report) = compared(&cloud).await;
        assert_eq!(metric(&report, "cost")["missing"], missing);
        let left = ["cost-emr-uplift", "cost-on-demand"]
            .map(|name| metric(&report, name)["dra"].is_number());
        assert_eq!(
            left.into_iter().filter(|known| *known).count(),
            metrics_left,
            "{denied}"
        );
        assert!(
            ran.said().contains("is not authorized to perform"),
            "the log has it all: {}",
            ran.said()
        );
        let text = report.to_string() + &ran.summary;
        assert!(!text.contains("arn:aws:iam"), "no account in a report");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_services_are_asked_again() {
    let cloud = cloud(Prices::default(), &[]).await;
    for (service, operation) in [
        (Service::Pricing, "GetProducts"),
        (Service::Ec2, "DescribeSpotPriceHistory"),
    ] {
        cloud.fault(Fault::once(
            At::Operation(service, operation),
            FaultKind::Throttled,
        ));
        cloud.fault(Fault::once(
            At::Nth(service, operation, 2),
            FaultKind::ServerError,
        ));
    }
    cloud.fault(Fault::once(
        At::Nth(Service::Ec2, "DescribeSpotPriceHistory", 3),
        FaultKind::Reset(Moment::Before),
    ));
    let (_, report) = compared(&cloud).await;
    assert!(
        metric(&report, "cost")["dra"].is_number(),
        "{}",
        metric(&report, "cost")
    );
    assert_eq!(asked(&cloud, Service::Ec2).len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn service_that_stays_busy_costs_the_cost_only() {
    let cloud = cloud(Prices::default(), &[]).await;
    cloud.fault(Fault::always(
        At::Service(Service::Ec2),
        FaultKind::Throttled,
    ));
    let (_, report) = compared(&cloud).await;
    let missing = metric(&report, "cost")["missing"].clone();
    assert_eq!(
        missing,
        "ec2:DescribeSpotPriceHistory: too many requests: RequestLimitExceeded (HTTP 503)"
    );
    assert_eq!(report["verdict"], "mixed");
    assert_eq!(
        asked(&cloud, Service::Ec2).len(),
        4,
        "it is not asked for ever"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn list_without_a_price_says_so() {
    let mut prices = Prices::default();
    prices.on_demand.remove("m5.large");
    prices.emr = None;
    let cloud = cloud(prices, &[]).await;
    let (_, report) = compared(&cloud).await;
    let missing = |name: &str| metric(&report, name)["missing"].clone();
    assert_eq!(
        missing("cost-emr-uplift"),
        "no price of EMR on EKS in the list of ap-southeast-2"
    );
    assert_eq!(
        missing("cost-ec2-busy"),
        "no price of m5.large on demand in the list of ap-southeast-2"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_that_nobody_wants_are_not_asked_for() {
    let cloud = cloud(Prices::default(), &[]).await;
    let bench = Bench::on(&cloud);
    beside(move || {
        bench
            .compare(&["--comment", "never", "--prices", "never"])
            .exits(0)
    })
    .await;
    assert_eq!(cloud.calls().len(), 0);
}
