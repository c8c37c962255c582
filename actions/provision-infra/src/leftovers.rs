//! What a cluster has left behind in its region: instances, volumes, network interfaces and load balancers that carry its
//! tags. They cost money and nobody sees them any more.
//!
//! | module | idea                                                  |
//! |--------|-------------------------------------------------------|
//! | `find` | which questions to ask EC2 and the tags' own service  |
//! | `read` | what their answers say. Pure                          |
//! | `page` | how it is told. Pure                                  |

mod find;
mod page;
mod read;

pub(crate) use find::{Finder, Unasked};
pub(crate) use page::{failure, page};

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
    /// What its price goes by; absent for what has none by itself.
    pub(crate) priced: Option<Priced>,
}

/// What a price goes by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Priced {
    /// An instance on demand. One that is stopped costs only its volumes.
    OnDemand { instance_type: String },
    /// An instance on spot, which costs less than the same on demand.
    Spot { instance_type: String },
}

/// What was found, and what could not be looked for.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) left: Vec<Leftover>,
    pub(crate) unasked: Vec<Unasked>,
}
