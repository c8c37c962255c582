//! Price lists, and what Price List and spot history answer.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::{Value, json};

use super::{PriceList, Step, held};
use crate::cost::Money;

fn usd(text: &str) -> Money {
    text.parse().unwrap()
}

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn document() -> Value {
    json!({
        "schema": 1, "region": "eu-west-1", "date": "2026-11-20", "source": "by hand", "currency": "USD",
        "emr_on_eks": {"vcpu_hour": "0.01012", "gb_hour": "0.00111125"},
        "ec2": {"m5.large": {"on_demand_hour": "0.107", "spot_hour": {"eu-west-1a": "0.04",
            "eu-west-1b": [{"from": at(100), "price": "0.06"}, {"from": at(0), "price": "0.05"}]}}}
    })
}

fn read(document: &Value) -> Result<PriceList, String> {
    PriceList::from_json(document.to_string().as_bytes()).map_err(|error| error.to_string())
}

#[test]
fn prices_are_found_by_type_zone_and_time() {
    let list = read(&document()).unwrap();
    assert_eq!(list.on_demand("m5.large"), Ok(usd("0.107")));
    assert_eq!(list.emr().unwrap().vcpu_hour, usd("0.01012"));
    assert_eq!(
        list.spot("m5.large", "eu-west-1a", at(0), at(9)),
        Ok(vec![(at(0), at(9), usd("0.04"))])
    );
    assert_eq!(
        list.spot("m5.large", "eu-west-1b", at(40), at(160)),
        Ok(vec![
            (at(40), at(100), usd("0.05")),
            (at(100), at(160), usd("0.06"))
        ])
    );
}

#[test]
fn what_is_not_in_the_list_is_named() {
    let mut list = read(&document()).unwrap();
    let begins = list.spot("m5.large", "eu-west-1b", at(-1), at(9));
    assert_eq!(
        begins.unwrap_err(),
        "the prices of m5.large spot in eu-west-1b begin after the node did"
    );
    for (unknown, what) in [
        (list.on_demand("r5.large").err(), "r5.large on demand"),
        (
            list.spot("m5.large", "eu-west-1c", at(0), at(1)).err(),
            "m5.large spot in eu-west-1c",
        ),
    ] {
        let said = format!("no price of {what} in the list of eu-west-1");
        assert_eq!(unknown, Some(said));
    }
    list.emr_on_eks = None;
    list.refused.emr = Some("pricing:GetProducts: access denied".to_owned());
    assert_eq!(
        list.emr().unwrap_err(),
        "pricing:GetProducts: access denied"
    );
}

#[test]
fn steps_cover_the_whole_time_without_a_gap() {
    let step = |from, price| Step {
        from: at(from),
        price: usd(price),
    };
    let steps = [step(0, "1"), step(10, "2"), step(20, "3")];
    let pieces = held(&steps, at(5), at(15)).unwrap();
    assert_eq!(
        pieces,
        [(at(5), at(10), usd("1")), (at(10), at(15), usd("2"))]
    );
    assert_eq!(
        held(&steps, at(50), at(60)).unwrap(),
        [(at(50), at(60), usd("3"))]
    );
    assert_eq!(held(&steps, at(10), at(10)).unwrap().len(), 1);
    assert_eq!(held(&[], at(0), at(1)), None);
}

#[test]
fn other_files_are_refused_with_the_reason() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut document = document();
        change(&mut document);
        read(&document).unwrap_err()
    };
    for (said, expected) in [
        (
            refused(&|d| d["schema"] = 2.into()),
            "has schema 2, this release reads 1",
        ),
        (
            refused(&|d| d["region"] = "Ireland".into()),
            "names the region `Ireland`, which is none",
        ),
        (
            refused(&|d| d["currency"] = "CNY".into()),
            "unknown variant `CNY`, expected `USD`",
        ),
        (
            refused(&|d| d["prices"] = json!({})),
            "unknown field `prices`",
        ),
        (
            refused(&|d| d["ec2"]["m5.large"]["on_demand_hour"] = json!(0.107)),
            "invalid type: floating point `0.107`, expected a string",
        ),
        (
            refused(&|d| d["ec2"]["m5.large"]["spot_hour"]["eu-west-1a"] = json!(0.04)),
            "a spot price is text such as \"0.04\", or a list of steps",
        ),
        (refused(&|d| d["date"] = "yesterday".into()), "as year"),
        (read(&json!([])).unwrap_err(), "is not a price file"),
    ] {
        assert!(said.contains(expected), "{said}");
    }
}
