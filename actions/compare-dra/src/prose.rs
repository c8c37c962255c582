//! Sentences with pieces of foreign text in them: plain for terminals, with code spans for JSON, escaped for Markdown. Pure.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::escape;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Code(String),
}

/// A sentence or two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Prose(Vec<Piece>);

impl Prose {
    /// Starts with words of ours.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::default().text(text)
    }

    /// Adds words of ours.
    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Text(words(&text.into())));
        self
    }

    /// Adds a name or a value, shown as code.
    pub(crate) fn code(mut self, code: impl Into<String>) -> Self {
        if let Some(Piece::Code(_)) = self.0.last() {
            // Two fences side by side would be one.
            self = self.text(" ");
        }
        self.0.push(Piece::Code(code.into()));
        self
    }

    /// A sentence in which names stand between backticks.
    pub(crate) fn ticked(text: &str) -> Self {
        let pieces = text.split('`').enumerate();
        pieces.fold(Self::default(), |prose, (place, piece)| match place % 2 {
            0 => prose.text(piece),
            _ => prose.code(piece),
        })
    }

    /// For terminals. Foreign text cannot begin a line of its own.
    pub(crate) fn plain(&self) -> String {
        let whole: String = self
            .0
            .iter()
            .map(|(Piece::Text(piece) | Piece::Code(piece))| piece.as_str())
            .collect();
        whole
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    }

    /// For Markdown outside of tables.
    pub(crate) fn markdown(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => escape::text(text),
            Piece::Code(code) => escape::code(code),
        };
        self.0.iter().map(piece).collect()
    }
}

/// As a string in which names and values stand in code spans, as in Markdown: a program that reads report.json can
/// tell them from the words around them.
impl Serialize for Prose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Code(code) => escape::code(code),
        };
        serializer.serialize_str(&self.0.iter().map(piece).collect::<String>())
    }
}

/// Text without what would begin a code span or a line.
fn words(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

impl<'de> Deserialize<'de> for Prose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        Ok(Self(pieces(&written)))
    }
}

/// The pieces of a sentence as it is serialized. A fence without an end is text.
fn pieces(mut rest: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while let Some(start) = rest.find('`') {
        let length = fence_length(&rest[start..]);
        let inside = &rest[start + length..];
        let Some(end) = closing(inside, length) else {
            break;
        };
        if start > 0 {
            pieces.push(Piece::Text(rest[..start].to_owned()));
        }
        pieces.push(Piece::Code(inside[..end].trim().to_owned()));
        rest = &inside[end + length..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

fn fence_length(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}

/// Where the fence of exactly this length begins that ends the code.
fn closing(inside: &str, length: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = inside[at..].find('`') {
        let found = fence_length(&inside[at + next..]);
        if found == length {
            return Some(at + next);
        }
        at += next + found;
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::Prose;

    #[test]
    fn reads_back_what_it_writes() {
        for code in ["x", "a`b", "`", "``a` ", " ", "", "a\nb", "<b>|@x", "```"] {
            let prose = Prose::new("The `run` ")
                .code(code)
                .text(" ended, as did ")
                .code("b")
                .code("c");
            let json = serde_json::to_string(&prose).unwrap();
            let read: Prose = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            assert_eq!(read.markdown(), prose.markdown(), "{json}");
        }
    }

    #[test]
    fn fence_without_end_is_text() {
        let read: Prose = serde_json::from_str(r#""a ``b` c""#).unwrap();
        assert_eq!(read.markdown(), "a \\`\\`b\\` c");
    }
}
