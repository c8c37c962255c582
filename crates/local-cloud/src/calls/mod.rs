//! Every call that reaches a service: noted in order, and made to fail where a test asks for it.
//!
//! A gate stands before each service. It names the operation, notes the call, and does what the fault says that
//! is set for it. The services behind know nothing of this.

mod damage;
mod fault;
mod gate;
mod naming;
mod permission;
mod refusals;
mod trace;

pub use fault::{At, Fault, FaultHandle, FaultKind, Hold, Moment};
pub(crate) use gate::{Gate, Guard};
pub(crate) use trace::Calls;
pub use trace::{Answer, Call, Service};
