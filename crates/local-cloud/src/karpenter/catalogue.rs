//! The instance types the model can buy: EC2's general purpose and memory optimised families of the origin and
//! their successors. vCPU and memory are EC2's published figures; no prices are known here. Pure.

use super::quantity::Resources;

/// One EC2 instance type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InstanceType {
    pub(crate) family: &'static str,
    pub(crate) size: &'static str,
    pub(crate) vcpus: u64,
    pub(crate) memory_gib: u64,
}

/// GiB per vCPU of each family.
const FAMILIES: [(&str, u64); 6] = [
    ("m4", 4),
    ("m5", 4),
    ("m6i", 4),
    ("r4", 8),
    ("r5", 8),
    ("r6i", 8),
];

const SIZES: [(&str, u64); 7] = [
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
    ("4xlarge", 16),
    ("8xlarge", 32),
    ("12xlarge", 48),
    ("16xlarge", 64),
];

/// Karpenter's default `VM_MEMORY_OVERHEAD_PERCENT`, 7.5 %.
const VM_OVERHEAD_PER_MILLE: u64 = 75;
/// What every node's own pods (aws-node, kube-proxy) request.
const DAEMON_MILLI_CPU: u64 = 150;
const EVICTION_THRESHOLD_MIB: u64 = 100;

/// Every instance type, smallest first; among equals the newest generation first.
pub(crate) fn all() -> Vec<InstanceType> {
    let mut types: Vec<_> = FAMILIES
        .iter()
        .flat_map(|family| SIZES.iter().filter_map(|size| instance(*family, *size)))
        .collect();
    types.sort_by_key(|t| (t.vcpus, t.memory_gib, std::cmp::Reverse(t.family)));
    types
}

fn instance(
    (family, ratio): (&'static str, u64),
    (size, vcpus): (&'static str, u64),
) -> Option<InstanceType> {
    let missing = matches!(
        (family, size),
        ("m4", "8xlarge" | "12xlarge") | ("r4", "12xlarge")
    );
    // r4 has 7.625 GiB per vCPU; the fraction is dropped.
    let memory_gib = if family == "r4" {
        vcpus * 61 / 8
    } else {
        vcpus * ratio
    };
    (!missing).then_some(InstanceType {
        family,
        size,
        vcpus,
        memory_gib,
    })
}

impl InstanceType {
    /// Such as `m5.4xlarge`.
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.family, self.size)
    }

    /// What is left for pods, with EKS's reservations (its `max-pods` and kube-reserved formulas) taken off.
    pub(crate) fn allocatable(&self) -> Resources {
        let max_pods = match self.vcpus {
            0..=2 => 29,
            3..=8 => 58,
            _ => 234,
        };
        let reserved_cpu = 60
            + 10
            + self.vcpus.saturating_sub(2).min(2) * 5
            + self.vcpus.saturating_sub(4) * 5 / 2;
        let memory = self.memory_gib * 1024 * (1000 - VM_OVERHEAD_PER_MILLE) / 1000;
        Resources {
            milli_cpu: self.vcpus * 1000 - reserved_cpu - DAEMON_MILLI_CPU,
            memory_mib: memory.saturating_sub(255 + 11 * max_pods + EVICTION_THRESHOLD_MIB),
        }
    }
}
