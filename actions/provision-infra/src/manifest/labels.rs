//! Which labels Karpenter takes on nodes and in requirements (the validations of its CRDs, version 1.14.1).

use yaml_fault::nearest;

/// The labels of the domain `karpenter.k8s.aws` that exist.
const OF_AWS: [&str; 29] = [
    "capacity-reservation-id",
    "capacity-reservation-interruptible",
    "capacity-reservation-type",
    "ec2nodeclass",
    "instance-accelerator-count",
    "instance-accelerator-manufacturer",
    "instance-accelerator-name",
    "instance-capability-flex",
    "instance-category",
    "instance-cpu",
    "instance-cpu-manufacturer",
    "instance-cpu-sustained-clock-speed-mhz",
    "instance-ebs-bandwidth",
    "instance-encryption-in-transit-supported",
    "instance-family",
    "instance-generation",
    "instance-gpu-count",
    "instance-gpu-manufacturer",
    "instance-gpu-memory",
    "instance-gpu-name",
    "instance-hypervisor",
    "instance-local-nvme",
    "instance-memory",
    "instance-network-bandwidth",
    "instance-size",
    "instance-tenancy",
    "nitro-sandbox",
    "placement-group-id",
    "placement-group-partition",
];

/// Why Karpenter refuses a label, if it does.
pub(super) fn refused(label: &str) -> Option<String> {
    let (domain, name) = label.split_once('/').unwrap_or(("", label));
    match label {
        "karpenter.sh/capacity-type" => return None,
        "karpenter.sh/nodepool" | "kubernetes.io/hostname" => return Some(own()),
        _ => {}
    }
    if domain.ends_with("karpenter.sh") {
        return Some(own());
    }
    if !domain.ends_with("karpenter.k8s.aws") || OF_AWS.contains(&name) {
        return None;
    }
    Some(match nearest(name, OF_AWS.into_iter()) {
        Some(near) => format!("Karpenter knows no such label; `karpenter.k8s.aws/{near}` was probably meant"),
        None => "Karpenter knows no such label in its domain; its documentation lists them under \"Well-Known Labels\"".to_owned(),
    })
}

fn own() -> String {
    "Karpenter sets this label itself; leave it out, or choose another name".to_owned()
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn only_labels_that_karpenter_knows_are_taken_in_its_domains() {
        for good in [
            "type",
            "team.example.com/x",
            "karpenter.sh/capacity-type",
            "karpenter.k8s.aws/instance-family",
            "kubernetes.io/arch",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
        for bad in [
            "karpenter.sh/nodepool",
            "karpenter.sh/x",
            "kubernetes.io/hostname",
            "karpenter.k8s.aws/x",
        ] {
            assert!(refused(bad).is_some(), "{bad}");
        }
        let typo = refused("karpenter.k8s.aws/instance-famly").unwrap();
        assert!(
            typo.contains("`karpenter.k8s.aws/instance-family` was probably meant"),
            "{typo}"
        );
    }
}
