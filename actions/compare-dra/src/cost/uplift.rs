//! What EMR on EKS adds: the requests of the driver and executor pods, from the start of the image pull to the pod's
//! end, rounded to the nearest second, as AWS's documentation of EMR on EKS has it. Pure.

use jiff::Timestamp;
use run_record::{Observation, Pod, PodRole};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Amount, Money, quantity, span::ms};
use crate::{
    number::count,
    prices::{EmrRates, PriceList},
};

/// One pod: `(vcpu × vcpu_hour + gb × gb_hour) × seconds / 3600`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PodItem {
    pub(crate) name: String,
    pub(crate) role: PodRole,
    /// Requested vCPUs. Absent when not recorded.
    pub(crate) vcpu: Option<Decimal>,
    /// Requested memory in GB of 2³⁰ bytes. Absent when not recorded.
    pub(crate) gb: Option<Decimal>,
    /// The event that counting begins at.
    pub(crate) from: Option<Since>,
    /// To the nearest second. Absent when the pod's start was not seen.
    pub(crate) seconds: Option<i64>,
    pub(crate) vcpu_hour: Option<Money>,
    pub(crate) gb_hour: Option<Money>,
    pub(crate) amount: Amount,
}

/// Where the time of a pod begins: the first of these that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Since {
    /// The image began to be pulled.
    Pulling,
    /// The image was on the node. It may have been there before.
    Pulled,
    /// The pod was bound to its node.
    Scheduled,
    /// The container started.
    Started,
}

/// Every pod that got a node, and what has to be said of how they were counted.
pub(super) fn pods(seen: &Observation, list: &PriceList) -> (Vec<PodItem>, Vec<String>) {
    let rates = list.emr();
    let ran = seen
        .pods
        .iter()
        .filter(|pod| start(pod).is_some() || pod.node.is_some());
    let items: Vec<PodItem> = ran.map(|pod| item(pod, seen, &rates)).collect();
    let assumed = items
        .iter()
        .filter(|item| item.from.is_some_and(|from| from != Since::Pulling))
        .count();
    let lasting = |pod: &&Pod| start(pod).is_some() && end(pod).is_none();
    let lasting = seen.pods.iter().filter(lasting).count();
    let mut notes = Vec::new();
    if assumed > 0 {
        let pods = count(assumed, "pod was", "pods were");
        notes.push(format!("{pods} not seen to pull the image: the EMR uplift is counted from the next time that was seen (image there, bound to the node, container started)"));
    }
    if lasting > 0 {
        let pods = count(lasting, "pod was", "pods were");
        notes.push(format!(
            "{pods} not seen to end: the EMR uplift is counted to the end of watching"
        ));
    }
    (items, notes)
}

/// The sum of the items, or why it is not known.
pub(super) fn total(items: &[PodItem]) -> Amount {
    match items {
        [] => Amount::Missing("no pods were recorded".to_owned()),
        _ => Amount::sum(items.iter().map(|item| &item.amount)),
    }
}

fn item(pod: &Pod, seen: &Observation, rates: &Result<EmrRates, String>) -> PodItem {
    let start = start(pod);
    let vcpu = pod
        .requests
        .get("cpu")
        .and_then(|cpu| quantity::quantity(cpu));
    let gb = pod
        .requests
        .get("memory")
        .and_then(|memory| quantity::gigabytes(memory));
    let lived = start.and_then(|(_, from)| Some((from, end(pod).or(seen.ended)?)));
    let seconds = lived.map(|(from, until)| (ms(from, until) + 500) / 1000);
    let amount = || {
        let rates = rates.clone()?;
        let vcpu = vcpu.ok_or("the CPU requests of a pod are not known")?;
        let gb = gb.ok_or("the memory requests of a pod are not known")?;
        let ms = seconds.ok_or("the time of a pod is not known")? * 1000;
        Ok(rates.vcpu_hour.for_ms(ms, vcpu) + rates.gb_hour.for_ms(ms, gb))
    };
    PodItem {
        name: pod.name.clone(),
        role: pod.role,
        vcpu,
        gb,
        from: start.map(|(from, _)| from),
        seconds,
        vcpu_hour: rates.as_ref().ok().map(|rates| rates.vcpu_hour),
        gb_hour: rates.as_ref().ok().map(|rates| rates.gb_hour),
        amount: Amount::of(amount()),
    }
}

fn start(pod: &Pod) -> Option<(Since, Timestamp)> {
    // A pod is bound before its image is pulled, so an unseen pull began no earlier than that. But where the image was
    // there, it was not pulled at all.
    let seen = [
        (Since::Pulling, pod.pulling),
        (Since::Pulled, pod.pulled),
        (Since::Scheduled, pod.scheduled),
        (Since::Started, pod.started),
    ];
    seen.into_iter().find_map(|(from, at)| Some((from, at?)))
}

fn end(pod: &Pod) -> Option<Timestamp> {
    pod.finished.or(pod.deleted)
}
