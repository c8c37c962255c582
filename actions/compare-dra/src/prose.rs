//! Sentences with pieces of foreign text in them: plain for JSON and terminals, escaped for Markdown. Pure.

use serde::{Serialize, Serializer};

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
        self.0.push(Piece::Text(text.into()));
        self
    }

    /// Adds a name or a value, shown as code.
    pub(crate) fn code(mut self, code: impl Into<String>) -> Self {
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

    /// For JSON and terminals. Foreign text cannot begin a line of its own.
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

impl Serialize for Prose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.plain())
    }
}
