//! The values a user may choose for the NodePools, each a type that cannot hold anything Karpenter would refuse.
//! Checks their form only: whether a zone or an instance family exists is for AWS to say.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A comma-separated list with at least one item and no item twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List<T>(Vec<T>);

impl<T> List<T> {
    pub(crate) fn items(&self) -> &[T] {
        &self.0
    }
}

impl<T: FromStr<Err = SettingError> + PartialEq> FromStr for List<T> {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let mut items = Vec::new();
        for part in text.split(',').map(str::trim) {
            let item = part.parse()?;
            if items.contains(&item) {
                return Err(SettingError::Twice(part.to_owned()));
            }
            items.push(item);
        }
        Ok(Self(items))
    }
}

impl<T: fmt::Display> fmt::Display for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&items.join(", "))
    }
}

/// Why a setting is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingError {
    #[error("expected instance families such as `m5,r5`, found `{0}`")]
    InstanceFamily(String),
    #[error("expected availability zones such as `eu-west-1a`, found `{0}`")]
    Zone(String),
    #[error("expected `spot`, `on-demand` or `reserved`, found `{0}`")]
    CapacityType(String),
    #[error("`{0}` is listed twice")]
    Twice(String),
    #[error("expected a duration such as `30s`, `5m` or `1h30m`, or `Never`")]
    Duration,
    #[error("expected a duration such as `90s`, `5m` or `1h30m`")]
    Patience,
    #[error("expected a quantity such as `1000`, `500m` or `1000Gi`")]
    Quantity,
}

/// The part of an instance type before the dot, such as `m5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InstanceFamily(String);

/// An availability zone, such as `eu-west-1a`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone(String);

/// Which zones nodes may be in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum ZoneChoice {
    /// The first that the root module names, else all.
    #[default]
    First,
    All,
    These(List<Zone>),
}

impl ZoneChoice {
    /// The zones to require; none for all. `named` is the first that the root module names.
    pub(crate) fn resolve(&self, named: Option<&Zone>) -> Option<List<Zone>> {
        match self {
            Self::First => named.map(|zone| List(vec![zone.clone()])),
            Self::All => None,
            Self::These(zones) => Some(zones.clone()),
        }
    }
}

impl FromStr for ZoneChoice {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        match text.trim() {
            "all" => Ok(Self::All),
            zones => zones.parse().map(Self::These),
        }
    }
}

/// How instances are bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CapacityType {
    Spot,
    OnDemand,
    Reserved,
}

/// How long a node stays empty before it goes: Karpenter's own form, or `Never`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConsolidateAfter(String);

/// How long something may take: Kubernetes' own form, such as `90s` or `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience(pub(crate) Duration);

impl FromStr for Patience {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let parsed: jiff::SignedDuration = text.parse().map_err(|_| SettingError::Patience)?;
        Duration::try_from(parsed)
            .map(Self)
            .map_err(|_| SettingError::Patience)
    }
}

/// A Kubernetes resource quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quantity(String);

fn is_dashed_word(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty()
        && text.len() <= 63
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl FromStr for InstanceFamily {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        if is_dashed_word(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SettingError::InstanceFamily(text.to_owned()))
        }
    }
}

impl FromStr for Zone {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        if is_dashed_word(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SettingError::Zone(text.to_owned()))
        }
    }
}

impl FromStr for CapacityType {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        match text {
            "spot" => Ok(Self::Spot),
            "on-demand" => Ok(Self::OnDemand),
            "reserved" => Ok(Self::Reserved),
            _ => Err(SettingError::CapacityType(text.to_owned())),
        }
    }
}

/// Karpenter's pattern for it: `^(([0-9]+(s|m|h))+|Never)$`.
impl FromStr for ConsolidateAfter {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let parts = text.split_inclusive(['s', 'm', 'h']);
        let is_part = |part: &str| {
            let number = part.trim_end_matches(['s', 'm', 'h']);
            number.len() + 1 == part.len()
                && !number.is_empty()
                && number.chars().all(|c| c.is_ascii_digit())
        };
        if text == "Never" || (!text.is_empty() && parts.into_iter().all(is_part)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SettingError::Duration)
        }
    }
}

const UNITS: [&str; 15] = [
    "", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "u",
];

impl FromStr for Quantity {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
        if digits(whole) && digits(fraction) && UNITS.contains(&unit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SettingError::Quantity)
        }
    }
}

impl fmt::Display for CapacityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spot => "spot",
            Self::OnDemand => "on-demand",
            Self::Reserved => "reserved",
        })
    }
}

macro_rules! shown_as_given {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
shown_as_given!(InstanceFamily, Zone, ConsolidateAfter, Quantity);

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts<T: FromStr>(texts: &[&str]) -> Vec<bool> {
        texts.iter().map(|text| text.parse::<T>().is_ok()).collect()
    }

    #[test]
    fn durations_follow_karpenters_pattern() {
        assert_eq!(
            accepts::<ConsolidateAfter>(&["30s", "1h30m", "Never", "0s"]),
            [true; 4]
        );
        assert_eq!(
            accepts::<ConsolidateAfter>(&[
                "", "30", "s", "30 s", "never", "1d", "1.5h", "30ss", "-1s"
            ]),
            [false; 9]
        );
    }

    #[test]
    fn patience_is_a_time_that_can_pass() {
        let patience: Patience = "1h30m".parse().unwrap();
        assert_eq!(patience.0, Duration::from_secs(5400));
        assert_eq!(accepts::<Patience>(&["", "5", "-5m", "soon"]), [false; 4]);
    }

    #[test]
    fn quantities_are_those_of_kubernetes() {
        assert_eq!(
            accepts::<Quantity>(&["1000", "1000Gi", "500m", "1.5", "2k"]),
            [true; 5]
        );
        assert_eq!(
            accepts::<Quantity>(&["", "Gi", "1000GB", "1.", ".5", "1 Gi", "-1"]),
            [false; 7]
        );
    }

    #[test]
    fn lists_keep_their_order_and_refuse_doubles_and_gaps() {
        let families: List<InstanceFamily> = "m5, m4".parse().unwrap();
        assert_eq!(families.to_string(), "m5, m4");
        assert_eq!(
            "m5,m5"
                .parse::<List<InstanceFamily>>()
                .unwrap_err()
                .to_string(),
            "`m5` is listed twice"
        );
        assert_eq!(
            accepts::<List<InstanceFamily>>(&["", "m5,", "m5.xlarge", "m5\n- x", "M5"]),
            [false; 5]
        );
    }

    #[test]
    fn capacity_types_are_karpenters_three() {
        assert_eq!(
            accepts::<List<CapacityType>>(&["spot,on-demand", "reserved", "ondemand"]),
            [true, true, false]
        );
    }
}
