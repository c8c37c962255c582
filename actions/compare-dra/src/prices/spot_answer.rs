//! The answers of `DescribeSpotPriceHistory`: XML. Pure.

use ec2_query::xml::{Element, Unread};
use jiff::Timestamp;

use crate::cost::Money;

/// A price, and since when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) instance_type: String,
    pub(crate) zone: String,
    pub(crate) at: Timestamp,
    pub(crate) price: Money,
}

/// Reads a page, and the token of the next one. An entry that is not whole is an error: without it the price before it
/// would hold on.
pub(crate) fn page(xml: &str) -> Result<(Vec<Change>, Option<String>), Unread> {
    let root = Element::read(xml, "DescribeSpotPriceHistoryResponse")?;
    let changes = root.items("spotPriceHistorySet").map(change);
    let next = root.text(&["nextToken"]).map(str::to_owned);
    Ok((changes.collect::<Result<_, _>>()?, next))
}

fn change(item: &Element) -> Result<Change, Unread> {
    let whole = || {
        Some(Change {
            instance_type: item.text(&["instanceType"])?.to_owned(),
            zone: item.text(&["availabilityZone"])?.to_owned(),
            at: item.text(&["timestamp"])?.parse().ok()?,
            price: item.text(&["spotPrice"])?.parse().ok()?,
        })
    };
    whole().ok_or_else(|| Unread::because("a price without type, zone, time or amount"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::{Change, page};

    #[test]
    fn entries_are_read_and_a_torn_one_is_no_history() {
        let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
            <DescribeSpotPriceHistoryResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>
            <spotPriceHistorySet><item><instanceType>m5.large</instanceType><productDescription>Linux/UNIX</productDescription>
            <spotPrice>0.041200</spotPrice><timestamp>2026-11-20T08:00:00.000Z</timestamp><availabilityZone>eu-west-1a</availabilityZone></item>
            </spotPriceHistorySet>
            <nextToken>more</nextToken></DescribeSpotPriceHistoryResponse>"#;
        let read = page(xml).unwrap();
        let change = Change {
            instance_type: "m5.large".to_owned(),
            zone: "eu-west-1a".to_owned(),
            at: "2026-11-20T08:00:00Z".parse().unwrap(),
            price: "0.0412".parse().unwrap(),
        };
        assert_eq!(read.0, [change]);
        assert_eq!(read.1.as_deref(), Some("more"));
        assert_eq!(page(&xml.replace("more", "")).unwrap().1, None);
        let torn = xml.replace("0.041200", "low");
        for bad in ["", "<a/>", "not xml", &torn] {
            assert!(page(bad).is_err(), "{bad}");
        }
    }
}
