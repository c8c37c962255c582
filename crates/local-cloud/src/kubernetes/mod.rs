//! A Kubernetes API server for the few kinds the actions touch.
//!
//! The [`Store`] holds the objects and their history; the HTTP skin over it serves discovery, get, list, watch,
//! create, replace, patch, delete and pod logs. There are no controllers here, apart from the conditions Karpenter
//! sets on NodePools: whoever holds the store moves pods and nodes along.

mod apply;
mod circumstances;
mod discovery;
pub(crate) mod events;
mod http;
pub mod kind;
mod kubeconfig;
mod metadata;
mod parameters;
mod pod_log;
mod read;
mod readiness;
mod rules;
mod schema;
mod selector;
mod status;
pub mod store;
mod table;
mod target;
mod watch;
mod write;

pub use circumstances::Unready;
pub(crate) use http::routes;
pub use kind::{
    CONFIG_MAP, EC2_NODE_CLASS, EVENT, Kind, NAMESPACE, NODE, NODE_CLAIM, NODE_POOL, POD,
};
pub(crate) use kubeconfig::kubeconfig;
pub(crate) use readiness::CLASS_FINALIZER;
pub use store::Store;
