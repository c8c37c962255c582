//! When a watch did not work, in sentences.

use std::fmt;

use jiff::{SignedDuration, Timestamp, Unit};

/// A watch that fails is tried again within 30 s, so that a longer silence means that it works: an API that has
/// nothing new to tell says nothing.
const WORKS: SignedDuration = SignedDuration::from_secs(60);

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watched {
    /// The pods of the namespace.
    Pods,
    /// Karpenter's NodeClaims.
    NodeClaims,
    /// The cluster's nodes.
    Nodes,
    /// The events of the namespace's pods.
    Events,
}

impl fmt::Display for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pods => "Pods",
            Self::NodeClaims => "NodeClaims",
            Self::Nodes => "Nodes",
            Self::Events => "Events (when images were pulled)",
        })
    }
}

#[derive(Debug)]
struct Trouble {
    watched: Watched,
    why: String,
    began: Timestamp,
    /// The last failure.
    last: Timestamp,
    over: Option<Timestamp>,
}

/// Every interruption of the watches.
#[derive(Debug, Default)]
pub(super) struct Troubles(Vec<Trouble>);

impl Troubles {
    /// A watch failed; a failure that goes on is one trouble, with its latest reason: the first one is often only a
    /// connection that broke.
    pub(super) fn began(&mut self, watched: Watched, why: String, at: Timestamp) {
        let mut on = self.0.iter_mut();
        match on.find(|trouble| trouble.watched == watched && trouble.over.is_none()) {
            Some(trouble) => (trouble.why, trouble.last) = (why, at),
            None => self.0.push(Trouble {
                watched,
                why,
                began: at,
                last: at,
                over: None,
            }),
        }
    }

    /// A watch works.
    pub(super) fn over(&mut self, watched: Watched, at: Timestamp) {
        for trouble in self
            .0
            .iter_mut()
            .filter(|trouble| trouble.watched == watched)
        {
            trouble.over.get_or_insert(at);
        }
    }

    /// Whether a watch is failing now.
    pub(super) fn is_on(&self, watched: Watched) -> bool {
        self.0
            .iter()
            .any(|trouble| trouble.watched == watched && trouble.over.is_none())
    }

    /// The first reason.
    pub(super) fn why(&self) -> Option<String> {
        self.0.first().map(|trouble| trouble.why.clone())
    }

    /// One sentence for each, when watching ended at `ended`.
    pub(super) fn sentences(&self, ended: Timestamp) -> impl Iterator<Item = String> {
        self.0.iter().map(
            move |Trouble {
                      watched,
                      why,
                      began,
                      last,
                      over,
                  }| {
                let silent = ended.duration_since(*last) > WORKS;
                let over = over.or_else(|| silent.then_some(*last));
                let second = |at: &Timestamp| at.round(Unit::Second).unwrap_or(*at);
                match over {
                    Some(over) => {
                        format!(
                            "{watched} could not be watched from {} to {}: {why}.",
                            second(began),
                            second(&over)
                        )
                    }
                    None => format!(
                        "{watched} could not be watched from {} on: {why}.",
                        second(began)
                    ),
                }
            },
        )
    }
}
