//! When a pod's image was pulled, from the kubelet's events: the pod itself does not say it. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Event;
use run_record::PodRole;

use super::pod::main_container;

/// The pulls of every pod's main container, by the pod's name.
#[derive(Debug, Default)]
pub(super) struct Pulls(BTreeMap<String, Pull>);

/// The first pull of one image.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Pull {
    pub(super) pulling: Option<Timestamp>,
    pub(super) pulled: Option<Timestamp>,
}

impl Pulls {
    /// Takes in an event; one that tells of something else is passed over.
    pub(super) fn note(&mut self, event: &Event) {
        let object = &event.involved_object;
        let (Some(name), Some(reason)) = (&object.name, event.reason.as_deref()) else {
            return;
        };
        if object.kind.as_deref() != Some("Pod") || !is_main(object.field_path.as_deref()) {
            return;
        }
        let Some(at) = first_time(event) else { return };
        let slot = |pull: &mut Pull, pulling: bool| {
            let slot = match pulling {
                true => &mut pull.pulling,
                false => &mut pull.pulled,
            };
            // A container that is started again pulls again; the first time is what was waited for.
            *slot = Some(slot.map_or(at, |known| known.min(at)));
        };
        match reason {
            "Pulling" => slot(self.0.entry(name.clone()).or_default(), true),
            "Pulled" => slot(self.0.entry(name.clone()).or_default(), false),
            _ => {}
        }
    }

    /// What is known of the pod's pull.
    pub(super) fn of(&self, pod: &str) -> Pull {
        self.0.get(pod).copied().unwrap_or_default()
    }
}

/// `spec.containers{spark-kubernetes-executor}`: sidecars and init containers do not count.
fn is_main(path: Option<&str>) -> bool {
    [PodRole::Driver, PodRole::Executor].iter().any(|role| {
        path.and_then(|path| path.strip_prefix("spec.containers{"))
            .and_then(|path| path.strip_suffix('}'))
            == Some(main_container(*role))
    })
}

fn first_time(event: &Event) -> Option<Timestamp> {
    let first = event.first_timestamp.as_ref().map(|time| time.0);
    first.or_else(|| event.event_time.as_ref().map(|time| time.0))
}
