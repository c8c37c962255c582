//! Kubernetes quantities, such as `500m` and `1433Mi`, as exact numbers. Pure.

use rust_decimal::Decimal;

/// Suffixes and what they multiply by: numerator and denominator.
const SUFFIXES: &[(&str, i64, i64)] = &[
    ("Ki", 1 << 10, 1),
    ("Mi", 1 << 20, 1),
    ("Gi", 1 << 30, 1),
    ("Ti", 1 << 40, 1),
    ("Pi", 1 << 50, 1),
    ("n", 1, 1_000_000_000),
    ("u", 1, 1_000_000),
    ("m", 1, 1000),
    ("k", 1000, 1),
    ("M", 1_000_000, 1),
    ("G", 1_000_000_000, 1),
    ("T", 1_000_000_000_000, 1),
    ("P", 1_000_000_000_000_000, 1),
];

/// AWS's GB of memory, in bytes.
const GB: i64 = 1 << 30;

/// The number a quantity stands for. `None` when it is not one, or negative.
pub(crate) fn quantity(text: &str) -> Option<Decimal> {
    let suffix = SUFFIXES.iter().find_map(|(suffix, times, by)| {
        let number = text.strip_suffix(suffix)?;
        Some((number, Decimal::from(*times) / Decimal::from(*by)))
    });
    let (number, factor) = suffix.unwrap_or((text, Decimal::ONE));
    let number = if number.contains(['e', 'E']) {
        Decimal::from_scientific(number).ok()?
    } else {
        number.parse().ok()?
    };
    let value = number.checked_mul(factor)?;
    (!value.is_sign_negative()).then_some(value)
}

/// A quantity of memory in GB as AWS counts them: 2³⁰ bytes.
pub(crate) fn gigabytes(text: &str) -> Option<Decimal> {
    Some((quantity(text)? / Decimal::from(GB)).normalize())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::{gigabytes, quantity};

    #[test]
    fn quantities_are_read_as_kubernetes_does() {
        for (text, value) in [
            ("1", "1"),
            ("1500m", "1.5"),
            ("0.5", "0.5"),
            ("2k", "2000"),
            ("1Ki", "1024"),
            ("1433Mi", "1502609408"),
            ("2e3", "2000"),
            ("1E3", "1000"),
        ] {
            assert_eq!(quantity(text), Some(value.parse().unwrap()), "{text}");
        }
        for bad in ["", "one", "-1", "1 Gi", "Mi", "1GB", "9e99"] {
            assert_eq!(quantity(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_gigabyte_is_two_to_the_thirty() {
        assert_eq!(gigabytes("2Gi"), Some("2".parse().unwrap()));
        assert_eq!(gigabytes("1433Mi"), Some("1.3994140625".parse().unwrap()));
        assert_eq!(gigabytes("1073741824"), Some("1".parse().unwrap()));
    }
}
