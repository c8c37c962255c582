//! One product of the AWS Price List, as `GetProducts` gives it: JSON inside of JSON. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Money;

/// A product and its price on demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Its attributes, such as `instanceType`.
    pub(crate) attributes: BTreeMap<String, String>,
    /// The price of one unit in US dollars. Absent when there is none, or when it depends on how much is used.
    pub(crate) usd: Option<Money>,
}

#[derive(Deserialize)]
struct Document {
    product: Product,
    #[serde(default)]
    terms: Terms,
}

#[derive(Deserialize)]
struct Product {
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
struct Terms {
    #[serde(default, rename = "OnDemand")]
    on_demand: BTreeMap<String, Term>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Term {
    #[serde(default)]
    price_dimensions: BTreeMap<String, Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    #[serde(default)]
    price_per_unit: BTreeMap<String, String>,
}

impl Offer {
    /// Reads a product. `None` when it has not the shape of one.
    pub(crate) fn from_json(text: &str) -> Option<Self> {
        let document: Document = serde_json::from_str(text).ok()?;
        let terms = document.terms.on_demand.into_values();
        let dimensions = terms.flat_map(|term| term.price_dimensions.into_values());
        let prices: Option<Vec<Money>> = dimensions
            .map(|dimension| dimension.price_per_unit.get("USD")?.parse().ok())
            .collect();
        Some(Self {
            attributes: document.product.attributes,
            usd: prices.and_then(|prices| only(&prices)),
        })
    }

    /// An attribute; empty when it has none of that name.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

/// The price that all offers have. `None` when there is none, or when they differ: nobody can tell which one is meant.
pub(crate) fn one_price<'a>(offers: impl IntoIterator<Item = &'a Offer>) -> Option<Money> {
    let prices: Vec<Money> = offers
        .into_iter()
        .filter_map(|offer| offer.usd)
        .filter(|price| *price > Money::default())
        .collect();
    only(&prices)
}

fn only(prices: &[Money]) -> Option<Money> {
    let first = *prices.first()?;
    prices.iter().all(|price| *price == first).then_some(first)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use serde_json::json;

    use super::{Offer, one_price};

    fn offer(prices: &[&str]) -> Offer {
        let dimensions: serde_json::Map<_, _> = prices
            .iter()
            .enumerate()
            .map(|(place, usd)| {
                (
                    format!("A.B.{place}"),
                    json!({"unit": "Hrs", "description": "…", "pricePerUnit": {"USD": usd}}),
                )
            })
            .collect();
        let document = json!({
            "product": {"productFamily": "Compute Instance", "sku": "A", "attributes": {"instanceType": "m5.large"}},
            "serviceCode": "AmazonEC2", "publicationDate": "2026-11-01T00:00:00Z",
            "terms": {"OnDemand": {"A.B": {"sku": "A", "priceDimensions": dimensions}}, "Reserved": {"A.C": {"priceDimensions": {}}}}
        });
        Offer::from_json(&document.to_string()).unwrap()
    }

    #[test]
    fn price_and_attributes_are_read() {
        let offer = offer(&["0.0960000000"]);
        assert_eq!(offer.usd, Some("0.096".parse().unwrap()));
        assert_eq!(
            (offer.attribute("instanceType"), offer.attribute("sku")),
            ("m5.large", "")
        );
    }

    #[test]
    fn a_price_that_is_not_one_number_is_none() {
        assert_eq!(offer(&[]).usd, None);
        assert_eq!(offer(&["0.1", "0.2"]).usd, None, "a price by tiers");
        assert_eq!(offer(&["free"]).usd, None);
        for bad in ["", "[]", "{}", "{\"product\": 1}"] {
            assert_eq!(Offer::from_json(bad), None, "{bad}");
        }
    }

    #[test]
    fn offers_that_differ_are_no_price() {
        let (cheap, dear, free) = (offer(&["0.1"]), offer(&["0.2"]), offer(&["0"]));
        assert_eq!(one_price([&cheap, &cheap, &free]), cheap.usd);
        assert_eq!(one_price([&cheap, &dear]), None);
        assert_eq!(one_price([&free]), None);
    }
}
