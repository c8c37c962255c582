//! Adds Kubernetes quantities such as `500m`, `1`, `1Gi`.

/// Suffixes and what they multiply by, in thousandths.
const SUFFIXES: &[(&str, i128)] = &[
    ("Ki", 1024 * 1_000),
    ("Mi", 1024 * 1024 * 1_000),
    ("Gi", 1024 * 1024 * 1024 * 1_000),
    ("Ti", 1024 * 1024 * 1024 * 1024 * 1_000),
    ("m", 1),
    ("k", 1_000_000),
    ("M", 1_000_000_000),
    ("G", 1_000_000_000_000),
    ("T", 1_000_000_000_000_000),
];

/// The sum of two quantities, without a larger unit than `m`; when one cannot be read, both joined by `+`.
pub(super) fn sum(one: &str, other: &str) -> String {
    match thousandths(one).zip(thousandths(other)) {
        Some((one, other)) => {
            let sum = one + other;
            if sum % 1000 == 0 {
                (sum / 1000).to_string()
            } else {
                format!("{sum}m")
            }
        }
        None => format!("{one}+{other}"),
    }
}

fn thousandths(text: &str) -> Option<i128> {
    let suffix = SUFFIXES
        .iter()
        .find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)));
    let (number, factor) = suffix.unwrap_or((text, 1000));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > 9 {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    digits.checked_mul(factor)?.checked_div(scale)
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn units_are_brought_together() {
        assert_eq!(sum("1", "500m"), "1500m");
        assert_eq!(sum("1", "1"), "2");
        assert_eq!(sum("0.5", "0.5"), "1");
        assert_eq!(sum("1408Mi", "200Mi"), (1608_u64 * 1024 * 1024).to_string());
        assert_eq!(sum("1Gi", "1G"), "2073741824");
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        assert_eq!(sum("1", "lots"), "1+lots");
    }
}
