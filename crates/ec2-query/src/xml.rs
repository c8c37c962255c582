//! EC2's answers as a tree of elements. Pure.

use roxmltree::{Document, Node};
use std::fmt;

/// Why an answer was not understood.
#[derive(Debug)]
pub struct Unread(String);

impl Unread {
    /// For an answer whose form is right and whose contents are not.
    #[must_use]
    pub fn because(why: &str) -> Self {
        Self(why.to_owned())
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unread {}

/// An element: its text, or the elements in it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name, without a prefix.
    pub name: String,
    text: String,
    inner: Vec<Element>,
}

impl Element {
    /// Reads a whole document whose root has this name.
    ///
    /// # Errors
    /// When it is no XML, or another document.
    pub fn read(xml: &str, root: &str) -> Result<Self, Unread> {
        let element = Self::any(xml)?;
        if element.name == root {
            Ok(element)
        } else {
            let found = element.name;
            Err(Unread(format!("it is a {found}, not a {root}")))
        }
    }

    /// Reads a whole document, whatever its root is called.
    pub(crate) fn any(xml: &str) -> Result<Self, Unread> {
        let document = Document::parse(xml).map_err(|error| Unread(error.to_string()))?;
        Ok(element(document.root_element()))
    }

    /// The elements of that name directly in it.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Element> {
        let name = name.to_owned();
        self.inner.iter().filter(move |inner| inner.name == name)
    }

    /// The items of a list in it: `<name><item>…</item></name>`.
    pub fn items<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Element> {
        self.all(name).flat_map(|list| list.all("item"))
    }

    /// The text of the element at the end of this path. Absent when there is none, or when it is empty.
    #[must_use]
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        let mut element = self;
        for name in path {
            element = element.inner.iter().find(|inner| inner.name == *name)?;
        }
        Some(element.text.as_str()).filter(|text| !text.is_empty())
    }

    /// The value of a tag in its `tagSet`.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.items("tagSet")
            .find(|tag| tag.text(&["key"]) == Some(key))?
            .text(&["value"])
    }
}

fn element(node: Node<'_, '_>) -> Element {
    let inner = node.children().filter(Node::is_element);
    Element {
        name: node.tag_name().name().to_owned(),
        text: node.text().unwrap_or_default().trim().to_owned(),
        inner: inner.map(element).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::Element;

    const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
          <reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>
            <instanceState><code>16</code><name>running</name></instanceState><empty/>
            <tagSet><item><key>a&amp;b</key><value>1</value></item></tagSet>
          </item></instancesSet></item></reservationSet>
        </DescribeInstancesResponse>"#;

    #[test]
    fn lists_texts_and_tags_are_found() {
        let root = Element::read(XML, "DescribeInstancesResponse").unwrap();
        let reservation = root.items("reservationSet").next().unwrap();
        let instance = reservation.items("instancesSet").next().unwrap();
        assert_eq!(instance.text(&["instanceId"]), Some("i-1"));
        assert_eq!(instance.text(&["instanceState", "name"]), Some("running"));
        assert_eq!(instance.text(&["empty"]), None);
        assert_eq!(instance.tag("a&b"), Some("1"));
        assert_eq!(instance.tag("b"), None);
    }

    #[test]
    fn another_document_and_a_torn_one_are_refused() {
        let error = Element::read(XML, "DescribeVolumesResponse").unwrap_err();
        assert_eq!(
            error.to_string(),
            "it is a DescribeInstancesResponse, not a DescribeVolumesResponse"
        );
        for bad in ["", "not xml", &XML[..300]] {
            assert!(
                Element::read(bad, "DescribeInstancesResponse").is_err(),
                "{bad}"
            );
        }
    }
}
