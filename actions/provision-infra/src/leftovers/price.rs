//! What each leftover costs for an hour, by the Price List of its region. What the list does not say stays unknown.

use super::{Leftover, Priced};
use aws_config::SdkConfig;
use price_list::{Money, NotAnswered, PriceListApi};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

const MS_OF_AN_HOUR: i64 = 3_600_000;
/// Hours of AWS's month, by which it turns a monthly price into an hourly one.
const HOURS_OF_A_MONTH: i64 = 730;

/// Prices of what is left.
#[derive(Debug, Default)]
pub(crate) struct Prices {
    instances: BTreeMap<String, Money>,
    /// Of a GiB for a month.
    volumes: BTreeMap<String, Money>,
    /// Why some are not known.
    pub(super) refused: Option<NotAnswered>,
}

/// What one leftover costs for an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hourly {
    /// So much.
    Exactly(Money),
    /// No more than this.
    AtMost(Money),
    /// Nothing by itself.
    Nothing,
    Unknown,
}

impl Prices {
    /// Asks for the prices of everything that is left.
    pub(crate) async fn of(left: &[Leftover], config: &SdkConfig, region: &str) -> Self {
        let mut prices = Self::default();
        let (mut types, mut volumes) = (BTreeSet::new(), BTreeSet::new());
        for priced in left.iter().filter_map(|left| left.priced.as_ref()) {
            match priced {
                Priced::Instance { instance_type, .. } => {
                    types.insert(instance_type.clone());
                }
                Priced::Volume { volume_type, .. } => {
                    volumes.insert(volume_type.clone());
                }
                Priced::Free => {}
            }
        }
        let list = PriceListApi::new(config, region);
        if !types.is_empty() {
            match list.on_demand(&types).await {
                Ok(on_demand) => prices.instances = on_demand.prices.into_iter().collect(),
                Err(refused) => prices.refused = Some(refused),
            }
        }
        for volume_type in volumes {
            match list.storage(&volume_type).await {
                Ok(price) => prices
                    .volumes
                    .extend(price.map(|price| (volume_type, price))),
                Err(refused) => prices.refused = Some(refused),
            }
        }
        prices
    }

    pub(super) fn hourly(&self, left: &Leftover) -> Hourly {
        match &left.priced {
            None => Hourly::Unknown,
            Some(Priced::Free) => Hourly::Nothing,
            Some(Priced::Instance {
                instance_type,
                spot,
            }) => match (self.instances.get(instance_type), spot) {
                (None, _) => Hourly::Unknown,
                (Some(price), true) => Hourly::AtMost(*price),
                (Some(price), false) => Hourly::Exactly(*price),
            },
            Some(Priced::Volume { volume_type, gib }) => match self.volumes.get(volume_type) {
                None => Hourly::Unknown,
                Some(month) => Hourly::Exactly(
                    month.for_ms(MS_OF_AN_HOUR / HOURS_OF_A_MONTH, Decimal::from(*gib)),
                ),
            },
        }
    }

    /// What all of it costs for an hour at most, as far as it is known, and whether all of it is.
    pub(super) fn total(&self, left: &[Leftover]) -> (Money, bool) {
        let prices: Vec<Hourly> = left.iter().map(|left| self.hourly(left)).collect();
        let known = prices.iter().filter_map(|price| match price {
            Hourly::Exactly(price) | Hourly::AtMost(price) => Some(*price),
            Hourly::Nothing | Hourly::Unknown => None,
        });
        (known.sum(), !prices.contains(&Hourly::Unknown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leftovers::Kind;

    fn left(priced: Option<Priced>) -> Leftover {
        Leftover {
            kind: Kind::Instance,
            id: "x".to_owned(),
            what: String::new(),
            priced,
        }
    }

    fn usd(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn each_has_its_price_and_unknown_is_not_nothing() {
        let prices = Prices {
            instances: [("m5.large".to_owned(), usd("0.096"))].into(),
            volumes: [("gp3".to_owned(), usd("0.08"))].into(),
            refused: None,
        };
        let instance = |instance_type: &str, spot| {
            left(Some(Priced::Instance {
                instance_type: instance_type.to_owned(),
                spot,
            }))
        };
        let volume = left(Some(Priced::Volume {
            volume_type: "gp3".to_owned(),
            gib: 100,
        }));
        let all = [
            instance("m5.large", false),
            instance("m5.large", true),
            instance("x9.large", false),
            volume,
            left(Some(Priced::Free)),
            left(None),
        ];
        let hourly: Vec<Hourly> = all.iter().map(|left| prices.hourly(left)).collect();
        assert_eq!(hourly[0], Hourly::Exactly(usd("0.096")));
        assert_eq!(hourly[1], Hourly::AtMost(usd("0.096")));
        // 100 GiB at 8 cents a month of 730 hours.
        let Hourly::Exactly(volume) = hourly[3] else {
            panic!("{hourly:?}");
        };
        assert!((volume.to_f64() - 8.0 / 730.0).abs() < 0.000_01, "{volume}");
        assert_eq!([hourly[2], hourly[5]], [Hourly::Unknown; 2]);
        assert_eq!(hourly[4], Hourly::Nothing);
        assert!(!prices.total(&all).1);
        assert_eq!(prices.total(&all[..2]), (usd("0.192"), true));
    }
}
