//! Kubernetes quantities, as far as pods here use them: CPU in millicores, memory in MiB. Pure.

use serde_json::Value;

/// CPU and memory together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Resources {
    pub(crate) milli_cpu: u64,
    pub(crate) memory_mib: u64,
}

impl Resources {
    pub(crate) fn fits_in(self, room: Self) -> bool {
        self.milli_cpu <= room.milli_cpu && self.memory_mib <= room.memory_mib
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            milli_cpu: self.milli_cpu.saturating_sub(other.milli_cpu),
            memory_mib: self.memory_mib.saturating_sub(other.memory_mib),
        }
    }

    /// The sum of the requests of a pod's containers.
    pub(crate) fn requested_by(pod: &Value) -> Self {
        let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
        containers.fold(Self::default(), |sum, container| {
            let requests = &container["resources"]["requests"];
            Self {
                milli_cpu: sum.milli_cpu + requests["cpu"].as_str().and_then(millis).unwrap_or(0),
                memory_mib: sum.memory_mib
                    + requests["memory"].as_str().and_then(mebibytes).unwrap_or(0),
            }
        })
    }
}

/// `500m`, `1` or `1.5` CPU in millicores.
pub(crate) fn millis(quantity: &str) -> Option<u64> {
    if let Some(millis) = quantity.strip_suffix('m') {
        return millis.parse().ok();
    }
    let (whole, fraction) = quantity.split_once('.').unwrap_or((quantity, ""));
    let padded = format!("{fraction:0<3}");
    Some(whole.parse::<u64>().ok()? * 1000 + padded.get(..3)?.parse::<u64>().ok()?)
}

/// `1434Mi`, `2Gi` or bytes in MiB.
pub(crate) fn mebibytes(quantity: &str) -> Option<u64> {
    let digits = quantity
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(quantity.len());
    let number: u64 = quantity[..digits].parse().ok()?;
    match &quantity[digits..] {
        "Mi" => Some(number),
        "Gi" => Some(number * 1024),
        "Ki" => Some(number / 1024),
        "" => Some(number / (1024 * 1024)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{mebibytes, millis};

    #[test]
    fn reads_the_forms_pods_use() {
        assert_eq!(millis("1"), Some(1000));
        assert_eq!(millis("250m"), Some(250));
        assert_eq!(millis("1.5"), Some(1500));
        assert_eq!(mebibytes("1434Mi"), Some(1434));
        assert_eq!(mebibytes("2Gi"), Some(2048));
        assert_eq!(mebibytes("1073741824"), Some(1024));
    }
}
