//! What a cluster has left behind in its region: instances, volumes, network interfaces and load balancers that carry its
//! tags. They cost money and nobody sees them any more.
//!
//! | module | idea                                                  |
//! |--------|-------------------------------------------------------|
//! | `find` | which questions to ask EC2 and the tags' own service  |
//! | `read` | what their answers say. Pure                          |
//! | `price`| what each costs by the Price List                     |
//! | `page` | how it is told. Pure                                  |

mod find;
mod page;
mod price;
mod read;

pub(crate) use find::{Finder, Unasked};
pub(crate) use page::{failure, page};
pub(crate) use price::Prices;

use std::fmt;

/// What kind of thing was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Instance,
    LoadBalancer,
    Volume,
    NetworkInterface,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Instance => "instance",
            Self::LoadBalancer => "load balancer",
            Self::Volume => "volume",
            Self::NetworkInterface => "network interface",
        })
    }
}

/// One thing that was left.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leftover {
    pub(crate) kind: Kind,
    /// Its id, or the ARN of a load balancer.
    pub(crate) id: String,
    /// What it is, in words: type, size, state, zone.
    pub(crate) what: String,
    /// What its price goes by; absent where that is not known.
    pub(crate) priced: Option<Priced>,
}

/// What a price goes by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Priced {
    /// An instance that runs. On spot it costs less than the price on demand, which is the one that is known.
    Instance { instance_type: String, spot: bool },
    /// A volume.
    Volume { volume_type: String, gib: u64 },
    /// Nothing is charged for it by itself.
    Free,
}

/// What was found, and what could not be looked for.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) left: Vec<Leftover>,
    pub(crate) unasked: Vec<Unasked>,
}
