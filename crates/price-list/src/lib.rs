//! What AWS charges, from its Price List, in decimal dollars.
//!
//! | module  | idea                                               |
//! |---------|----------------------------------------------------|
//! | `money` | dollars without floats                             |
//! | `offer` | one product of the list. Pure                      |
//! | `api`   | the questions                                      |
//! | `asked` | why one was not answered                           |
//!
//! Prices on demand only: what spot costs is for EC2 to say.

mod api;
mod asked;
mod money;
mod offer;

pub use api::{EmrHour, OnDemand, PriceListApi};
pub use asked::NotAnswered;
pub use money::Money;
