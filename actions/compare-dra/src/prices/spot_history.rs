//! `ec2:DescribeSpotPriceHistory`.

use aws_types::SdkConfig;
use ec2_query::{Ec2, Filter, Question};
use jiff::Timestamp;
use price_list::NotAnswered;

use super::{
    spot_answer::{self, Change},
    wanted::Wanted,
};

const CALL: &str = "ec2:DescribeSpotPriceHistory";
/// Entries in a page: the service's own limit.
const PAGE: &str = "1000";
/// More pages than any comparison needs. With some changes missing an old price would hold on.
const MOST_PAGES: usize = 20;

/// The history of spot prices in one region.
#[derive(Debug)]
pub(crate) struct SpotHistory {
    ec2: Ec2,
}

impl SpotHistory {
    pub(crate) fn new(config: &SdkConfig, region: &str) -> Self {
        Self {
            ec2: Ec2::new(config, region),
        }
    }

    /// Every change of price that the runs need, the one before the first launch included.
    pub(crate) async fn changes(&self, wanted: &Wanted) -> Result<Vec<Change>, NotAnswered> {
        let Some((from, until)) = wanted.spot_time else {
            return Ok(Vec::new());
        };
        let question = question(wanted, from, until);
        let changes = self.ec2.pages(&question, MOST_PAGES, spot_answer::page);
        let refused = |problem| NotAnswered {
            call: CALL,
            problem,
        };
        changes.await.map_err(refused)
    }
}

fn question(wanted: &Wanted, from: Timestamp, until: Timestamp) -> Question {
    Question::new("DescribeSpotPriceHistory")
        .with("MaxResults", PAGE)
        .with("StartTime", from.to_string())
        .with("EndTime", until.to_string())
        .list("ProductDescription", ["Linux/UNIX"])
        .list("InstanceType", &wanted.spot_types)
        .filter(Filter {
            name: "availability-zone".to_owned(),
            values: wanted.zones.iter().cloned().collect(),
        })
}
