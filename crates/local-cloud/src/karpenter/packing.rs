//! Which nodes to buy for pods that fit nowhere. Pure.

use super::{catalogue::InstanceType, quantity::Resources};

/// A node to buy, and which of the pods (by position) it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Purchase {
    pub(crate) instance_type: InstanceType,
    pub(crate) pods: Vec<usize>,
}

/// The smallest type that takes all pods; when none does, the largest filled first and then the rest.
/// Pods that fit on no type at all are left out.
///
/// `types` is in order of preference, smallest first.
pub(crate) fn pack(pods: &[Resources], types: &[InstanceType]) -> Vec<Purchase> {
    let mut waiting: Vec<usize> = (0..pods.len())
        .filter(|&pod| types.iter().any(|t| pods[pod].fits_in(t.allocatable())))
        .collect();
    let mut purchases = Vec::new();
    while !waiting.is_empty() {
        let whole = types
            .iter()
            .find(|t| fill(pods, &waiting, t).len() == waiting.len());
        let Some(chosen) = whole.or_else(|| {
            types
                .iter()
                .rev()
                .max_by_key(|t| fill(pods, &waiting, t).len())
        }) else {
            break;
        };
        let placed = fill(pods, &waiting, chosen);
        waiting.retain(|pod| !placed.contains(pod));
        purchases.push(Purchase {
            instance_type: chosen.clone(),
            pods: placed,
        });
    }
    purchases
}

/// First fit in order.
fn fill(pods: &[Resources], waiting: &[usize], instance_type: &InstanceType) -> Vec<usize> {
    let mut room = instance_type.allocatable();
    let mut placed = Vec::new();
    for &pod in waiting {
        if pods[pod].fits_in(room) {
            room = room.minus(pods[pod]);
            placed.push(pod);
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::{super::catalogue, Resources, pack};

    const EXECUTOR: Resources = Resources {
        milli_cpu: 1000,
        memory_mib: 1433,
    };

    fn bought(count: usize) -> Vec<String> {
        let families = ["m4", "m5", "r4", "r5"];
        let types: Vec<_> = catalogue::all()
            .into_iter()
            .filter(|t| families.contains(&t.family))
            .collect();
        pack(&vec![EXECUTOR; count], &types)
            .iter()
            .map(|p| p.instance_type.name())
            .collect()
    }

    #[test]
    fn a_fixed_count_buys_one_large_node_where_a_ramp_buys_small_ones() {
        assert_eq!(bought(15), ["m5.4xlarge"]);
        assert_eq!(bought(1), ["m5.large"]);
        assert_eq!(bought(4), ["m5.2xlarge"]);
    }

    #[test]
    fn what_no_single_node_can_take_is_spread() {
        let nodes = bought(100);
        assert_eq!(nodes[0], "m5.16xlarge");
        assert!(nodes.len() > 1);
    }

    #[test]
    fn a_pod_that_fits_nowhere_buys_nothing() {
        assert!(
            pack(
                &[Resources {
                    milli_cpu: 500_000,
                    memory_mib: 1
                }],
                &catalogue::all()
            )
            .is_empty()
        );
    }
}
