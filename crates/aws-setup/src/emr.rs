//! Names of EMR on EKS.

use crate::name::{lower_alphanumeric, name};

name!(
    /// The id of a virtual cluster.
    VirtualClusterId,
    is_virtual_cluster_id,
    "a virtual cluster's id: 1 to 64 lower-case letters and digits (the id, not the name or ARN)"
);

name!(
    /// A release of EMR on EKS, such as `emr-7.13.0-latest` or `emr-spark-8.0.0-latest`. Whether it exists is not checked.
    ReleaseLabel,
    is_release_label,
    "a release label such as `emr-7.13.0-latest`, `emr-6.15.0-java17-20240105` or `emr-spark-8.0.0-latest`"
);

impl ReleaseLabel {
    /// Whether the label moves to newer images by itself (`-latest`).
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.as_str().ends_with("-latest")
    }
}

impl ReleaseLabel {
    /// Whether the release is older than `major.minor`. The line `emr-spark-` began after them all.
    #[must_use]
    pub fn is_before(&self, major: u32, minor: u32) -> bool {
        let rest = self.as_str().strip_prefix("emr-").unwrap_or_default();
        let mut numbers = rest
            .split(['.', '-'])
            .map_while(|part| part.parse::<u32>().ok());
        match (numbers.next(), numbers.next()) {
            (Some(own), Some(own_minor)) => (own, own_minor) < (major, minor),
            _ => false,
        }
    }
}

fn is_virtual_cluster_id(text: &str) -> bool {
    text.len() <= 64 && lower_alphanumeric(text)
}

fn is_release_label(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("emr-").filter(|_| text.len() <= 64) else {
        return false;
    };
    let rest = rest.strip_prefix("spark-").unwrap_or(rest);
    let mut parts = rest.split('-');
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    // `emr-spark-8.0-preview` has two numbers, every other release three.
    let version = parts.next().is_some_and(|version| {
        (2..=3).contains(&version.split('.').count()) && version.split('.').all(number)
    });
    let variants: Vec<&str> = parts.collect();
    let dated = |part: &str| part.len() == 8 && number(part);
    let pinned = variants
        .last()
        .is_some_and(|last| matches!(*last, "latest" | "preview") || dated(last));
    version && pinned && variants.iter().all(|part| lower_alphanumeric(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_every_generation_are_accepted() {
        for good in [
            "emr-6.7.0-latest",
            "emr-6.7.0-20220630",
            "emr-7.13.0-latest",
            "emr-6.15.0-java17-latest",
            "emr-7.0.0-spark-rapids-java17-latest",
            "emr-spark-8.0.0-latest",
            "emr-spark-8.0.0-20260421",
            "emr-spark-8.0-preview",
        ] {
            assert!(good.parse::<ReleaseLabel>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "emr-7.13.0",
            "7.13.0-latest",
            "emr-7-latest",
            "emr-7.x.0-latest",
            "emr-7.13.0-2022",
            "EMR-7.13.0-latest",
            "emr-7.13.0-Latest",
        ] {
            assert!(bad.parse::<ReleaseLabel>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_latest_moves() {
        let moving = |label: &str| label.parse::<ReleaseLabel>().map(|label| label.is_moving());
        assert_eq!(moving("emr-7.13.0-latest"), Ok(true));
        assert_eq!(moving("emr-6.7.0-20220630"), Ok(false));
    }

    #[test]
    fn releases_are_compared_by_number() {
        let older = |label: &str| {
            label
                .parse::<ReleaseLabel>()
                .map(|label| label.is_before(6, 9))
        };
        assert_eq!(older("emr-6.7.0-latest"), Ok(true));
        assert_eq!(older("emr-5.36.0-20220630"), Ok(true));
        for newer in [
            "emr-6.9.0-latest",
            "emr-6.10.0-latest",
            "emr-7.0.0-java17-latest",
            "emr-spark-8.0-preview",
        ] {
            assert_eq!(older(newer), Ok(false), "{newer}");
        }
    }

    #[test]
    fn a_virtual_cluster_is_named_by_its_id() {
        assert!(
            "0b1cdefghijklmnopqrstuvwx"
                .parse::<VirtualClusterId>()
                .is_ok()
        );
        for bad in ["", "My-Cluster", "/virtualclusters/abc", &"a".repeat(65)] {
            assert!(bad.parse::<VirtualClusterId>().is_err(), "{bad}");
        }
    }
}
