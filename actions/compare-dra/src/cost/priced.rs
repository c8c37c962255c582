//! Where the prices of a comparison are from, and what they leave out. Pure.

use serde::{Deserialize, Serialize};

use super::{NOT_COUNTED, PriceSource};
use crate::run::{NO_RECORD, Run};

/// How to have costs.
const HOW: &str = "They need prices: credentials that allow `pricing:GetProducts` and `ec2:DescribeSpotPriceHistory`, or a price file in the input `prices`.";

const EMULATED: &str = "The nodes were emulated: what they cost says nothing about EC2.";

/// The prices of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Priced {
    /// The lists that were used: one for each region.
    pub(crate) lists: Vec<PriceSource>,
    /// Why a run has no prices. Absent when every run has.
    pub(crate) missing: Option<String>,
    /// Nodes of a run were emulated: their times are configured, and so is what they cost.
    pub(crate) emulated_nodes: bool,
    /// What is in no amount. Empty when there is none.
    pub(crate) not_counted: String,
}

impl Priced {
    /// What the costs of all runs are made from.
    pub(crate) fn of<'a>(runs: impl Iterator<Item = &'a Run>) -> Self {
        let mut priced = Self::default();
        for run in runs {
            priced.emulated_nodes |= run.is_emulated();
            match &run.cost {
                Ok(cost) if !priced.lists.contains(&cost.prices) => {
                    priced.lists.push(cost.prices.clone());
                }
                Ok(_) => {}
                Err(why) => priced.missing = Some(why.clone()),
            }
        }
        if !priced.lists.is_empty() {
            priced.not_counted = NOT_COUNTED.to_owned();
        }
        priced
    }

    /// The costs are those of real machines at prices somebody really asks.
    pub(crate) fn are_real(&self) -> bool {
        let made_up = self.emulated_nodes || self.lists.iter().any(|list| list.emulated);
        !self.lists.is_empty() && !made_up
    }

    /// Where the prices are from, in a line to stand beside the costs. Empty without any.
    pub(crate) fn line(&self) -> String {
        let mut said: Vec<String> = self.lists.iter().map(words).collect();
        if self.emulated_nodes && !said.is_empty() {
            said.push(EMULATED.to_owned());
        }
        said.join(" ")
    }

    /// Where the prices are from, or why there are none, in sentences.
    pub(crate) fn words(&self) -> String {
        let mut said: Vec<String> = self.lists.iter().map(words).collect();
        if let Some(why) = &self.missing {
            said.push(match self.lists.is_empty() {
                true => format!("There are no costs: {why}."),
                false => format!("A run has no cost: {why}."),
            });
            if self.lists.is_empty() && why != NO_RECORD {
                said.push(HOW.to_owned());
            }
        }
        if !self.lists.is_empty() {
            if self.emulated_nodes {
                said.push(EMULATED.to_owned());
            }
            said.push(format!("Not counted: {}.", self.not_counted));
        }
        said.join(" ")
    }
}

fn words(list: &PriceSource) -> String {
    let made_up = if list.emulated {
        " These prices are made up, for an emulated cluster."
    } else {
        ""
    };
    format!(
        "Prices: {}, {}, {}.{made_up}",
        list.source, list.region, list.date
    )
}
