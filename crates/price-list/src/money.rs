//! US dollars as decimal numbers: sums of prices are exact, and what is shown is rounded only where it is shown.

use std::{fmt, iter::Sum, ops::Add, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero, prelude::ToPrimitive};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Amounts are kept to a billionth of a dollar: a second of the smallest machine costs a thousand of these.
const DECIMALS: u32 = 9;
const MS_OF_AN_HOUR: i64 = 3_600_000;

/// An amount or a price in US dollars. Text in JSON, so that no reader makes a float of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(Decimal);

impl Money {
    /// This price of an hour, for some milliseconds of a number of units. Rounded to a billionth of a dollar.
    #[must_use]
    pub fn for_ms(self, ms: i64, units: Decimal) -> Self {
        // What a file says may be absurd; it must not end the program.
        let hours = Decimal::from(ms) / Decimal::from(MS_OF_AN_HOUR);
        let exact = self.0.saturating_mul(units).saturating_mul(hours);
        Self(exact.round_dp_with_strategy(DECIMALS, MidpointAwayFromZero)).normal()
    }

    /// For tables and statistics, where a rounded number does.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0.to_f64().unwrap_or(f64::NAN)
    }

    fn normal(self) -> Self {
        Self(self.0.normalize())
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0)).normal()
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// No amount that is read is larger, in dollars: sums of what a file says cannot overflow.
const MOST: i64 = 1_000_000_000_000;

impl FromStr for Money {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<Decimal>() {
            Ok(amount) if !amount.is_sign_negative() && amount <= Decimal::from(MOST) => {
                Ok(Self(amount).normal())
            }
            _ => Err(format!(
                "`{text}` is not a price: write US dollars, such as `\"0.096\"`"
            )),
        }
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use rust_decimal::Decimal;

    use super::Money;

    fn usd(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn a_second_of_a_cheap_machine_is_not_lost() {
        // 0.096 / 3600 = 0.0000266666…
        let second = usd("0.096").for_ms(1000, Decimal::ONE);
        assert_eq!(second, usd("0.000026667"));
        assert_eq!(usd("0.096").for_ms(3_600_000, Decimal::TWO), usd("0.192"));
    }

    #[test]
    fn sums_are_exact_where_floats_are_not() {
        let sum: Money = [usd("0.1"), usd("0.2")].into_iter().sum();
        assert_eq!(sum, usd("0.3"));
        assert_eq!(serde_json::to_string(&sum).unwrap(), "\"0.3\"");
        assert_eq!(serde_json::from_str::<Money>("\"0.30\"").unwrap(), sum);
    }

    #[test]
    fn prices_are_text_and_not_negative() {
        for bad in [
            "\"1e15\"",
            "\"1000000000001\"",
            "0.096",
            "\"-1\"",
            "\"\"",
            "\"free\"",
            "\"1,5\"",
            "null",
        ] {
            assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
        }
    }
}
