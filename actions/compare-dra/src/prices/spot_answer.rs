//! The answers of `DescribeSpotPriceHistory`: XML. Pure.

use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};
use jiff::Timestamp;

use crate::cost::Money;

/// A page of the history.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) changes: Vec<Change>,
    /// Asks for the next page. Absent at the end.
    pub(crate) next: Option<String>,
}

/// A price, and since when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) instance_type: String,
    pub(crate) zone: String,
    pub(crate) at: Timestamp,
    pub(crate) price: Money,
}

/// What the service refused.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// Reads a page. An entry that is not whole is an error: without it the price before it would hold on.
pub(crate) fn page(xml: &str) -> Result<Page, XmlDecodeError> {
    let mut document = Document::try_from(xml.as_bytes())?;
    let mut root = document.root_element()?;
    if !root.start_el().matches("DescribeSpotPriceHistoryResponse") {
        return Err(XmlDecodeError::custom("not a spot price history"));
    }
    let mut page = Page::default();
    while let Some(mut tag) = root.next_tag() {
        match local(&tag) {
            "spotPriceHistorySet" => {
                while let Some(mut item) = tag.next_tag() {
                    page.changes.push(change(&mut item)?);
                }
            }
            "nextToken" => page.next = text(&mut tag)?,
            _ => {}
        }
    }
    Ok(page)
}

fn change(item: &mut ScopedDecoder<'_, '_>) -> Result<Change, XmlDecodeError> {
    let (mut instance_type, mut zone, mut at, mut price) = (None, None, None, None);
    while let Some(mut tag) = item.next_tag() {
        match local(&tag) {
            "instanceType" => instance_type = text(&mut tag)?,
            "availabilityZone" => zone = text(&mut tag)?,
            "timestamp" => at = text(&mut tag)?.and_then(|text| text.parse().ok()),
            "spotPrice" => price = text(&mut tag)?.and_then(|text| text.parse().ok()),
            _ => {}
        }
    }
    let whole = instance_type.zip(zone).zip(at.zip(price));
    let ((instance_type, zone), (at, price)) = whole
        .ok_or_else(|| XmlDecodeError::custom("a price without type, zone, time or amount"))?;
    Ok(Change {
        instance_type,
        zone,
        at,
        price,
    })
}

/// Reads a refusal; empty where it does not tell.
pub(crate) fn refusal(xml: &str) -> Refusal {
    read_refusal(xml).unwrap_or_default()
}

fn read_refusal(xml: &str) -> Result<Refusal, XmlDecodeError> {
    let mut document = Document::try_from(xml.as_bytes())?;
    let mut root = document.root_element()?;
    let mut refusal = Refusal::default();
    while let Some(mut tag) = root.next_tag() {
        match local(&tag) {
            "Errors" => {
                while let Some(mut error) = tag.next_tag() {
                    while let Some(mut part) = error.next_tag() {
                        match local(&part) {
                            "Code" => refusal.code = text(&mut part)?,
                            "Message" => refusal.message = text(&mut part)?,
                            _ => {}
                        }
                    }
                }
            }
            "RequestID" => refusal.request_id = text(&mut tag)?,
            _ => {}
        }
    }
    Ok(refusal)
}

/// The name of an element without its prefix.
fn local<'a>(tag: &'a ScopedDecoder<'_, '_>) -> &'a str {
    tag.start_el().local()
}

/// The text of an element; `None` when it is empty.
fn text(tag: &mut ScopedDecoder<'_, '_>) -> Result<Option<String>, XmlDecodeError> {
    let text = try_data(tag)?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::{Change, Refusal, page, refusal};

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
        assert_eq!(read.changes, [change]);
        assert_eq!(read.next.as_deref(), Some("more"));
        assert_eq!(page(&xml.replace("more", "")).unwrap().next, None);
        let torn = xml.replace("0.041200", "low");
        for bad in ["", "<a/>", "not xml", &torn] {
            assert!(page(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn refusals_tell_code_message_and_request() {
        let xml = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>No.</Message></Error></Errors><RequestID>7</RequestID></Response>";
        let expected = Refusal {
            code: Some("UnauthorizedOperation".to_owned()),
            message: Some("No.".to_owned()),
            request_id: Some("7".to_owned()),
        };
        assert_eq!(refusal(xml), expected);
        assert_eq!(refusal("<html>gateway"), Refusal::default());
    }
}
