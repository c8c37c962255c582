//! AWS regions.

use crate::name::{lower_alphanumeric, name};

name!(
    /// An AWS region such as `eu-west-1`. Whether it exists is not checked.
    Region,
    is_region,
    "an AWS region, for example `eu-west-1`"
);

fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let ends_with_number = parts
        .last()
        .is_some_and(|last| !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()));
    (3..=6).contains(&parts.len())
        && ends_with_number
        && parts.iter().all(|part| lower_alphanumeric(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_every_partition_are_accepted() {
        for good in [
            "us-east-1",
            "ap-southeast-2",
            "us-gov-west-1",
            "us-iso-east-1",
            "cn-north-1",
            "eusc-de-east-1",
        ] {
            assert!(good.parse::<Region>().is_ok(), "{good}");
        }
        for bad in ["", "us-east", "us-east-1a", "US-EAST-1", "Ireland", "us--1"] {
            assert!(bad.parse::<Region>().is_err(), "{bad}");
        }
    }
}
