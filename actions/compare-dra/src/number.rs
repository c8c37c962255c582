//! Numbers with units, and differences in words. Pure.

use crate::metric::{Metric, Unit, Wording};

/// A number with a comma between thousands and a true minus sign.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text.as_str(), ""), |(w, f)| (w, f));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped = format!("{grouped}.{fraction}");
    }
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    if value < 0.0 && !is_zero {
        format!("−{grouped}")
    } else {
        grouped
    }
}

/// A number with its sign, a plus too: `+12`, `−3`, `0`.
pub(crate) fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    if value > 0.0 && !is_zero {
        format!("+{text}")
    } else {
        text
    }
}

/// Seconds: one decimal below 100.
pub(crate) fn seconds(value: f64) -> String {
    format!("{} s", number(value, usize::from(value.abs() < 99.95)))
}

/// Seconds inside a sentence: one decimal below 10.
pub(crate) fn about(value: f64) -> String {
    format!("{} s", number(value, usize::from(value.abs() < 9.95)))
}

/// A percentage without decimals.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", number(share * 100.0, 0))
}

/// `1 executor`, `2 executors`.
pub(crate) fn count(of: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        number(of as f64, 0),
        if of == 1 { one } else { many }
    )
}

/// Decimals that tell two values of a unit apart without pretending precision.
fn decimals(unit: Unit, values: [f64; 2]) -> usize {
    match unit {
        Unit::Count => usize::from(values.iter().any(|value| value.fract() != 0.0)),
        Unit::Share => 0,
        Unit::UsDollars => cents(values[0].abs().max(values[1].abs())),
        _ => usize::from(values.iter().all(|value| value.abs() < 99.95)),
    }
}

/// Decimals of dollars: a run may cost less than a cent.
fn cents(largest: f64) -> usize {
    match largest {
        _ if largest >= 0.995 => 2,
        _ if largest >= 0.0995 => 3,
        _ if largest >= 0.00995 => 4,
        _ => 6,
    }
}

/// A value for a table cell. `beside` is the value it stands beside.
pub(crate) fn amount(metric: &Metric, value: f64, beside: Option<f64>) -> String {
    let decimals = decimals(metric.unit, [value, beside.unwrap_or(value)]);
    match metric.unit {
        Unit::Seconds => format!("{} s", number(value, decimals)),
        Unit::Share => percent(value),
        Unit::UsDollars => format!("${}", number(value, decimals)),
        _ => number(value, decimals),
    }
}

/// What is said of a difference that cannot be seen.
pub(crate) const SAME: &str = "the same";

/// The difference from static to DRA in words, such as `▲ 54 s slower (+31 %)`.
pub(crate) fn difference(metric: &Metric, from: f64, to: f64) -> String {
    let delta = to - from;
    let decimals = decimals(metric.unit, [from, to]);
    let scaled = if metric.wording == Wording::Points {
        delta * 100.0
    } else {
        delta
    };
    let size = number(scaled.abs(), decimals);
    if size.chars().all(|c| matches!(c, '0' | '.')) {
        return SAME.to_owned();
    }
    let (more, less) = match metric.wording {
        Wording::SlowerFaster => (" s slower", " s faster"),
        Wording::LaterEarlier => (" s later", " s earlier"),
        Wording::MoreFewer => (" more", " fewer"),
        Wording::MoreLess => (" more", " less"),
        Wording::Points if size == "1" => (" point", " point"),
        Wording::Points => (" points", " points"),
    };
    let (sign, words) = if delta > 0.0 {
        ("▲", more)
    } else {
        ("▼", less)
    };
    let relative = match metric.wording {
        Wording::Points | Wording::LaterEarlier => String::new(),
        // A percentage of a handful of things says less than the things.
        _ if metric.unit == Unit::Count => String::new(),
        _ => relative(from, to)
            .map(|by| format!(" ({by})"))
            .unwrap_or_default(),
    };
    let dollar = if metric.unit == Unit::UsDollars {
        "$"
    } else {
        ""
    };
    format!("{sign} {dollar}{size}{words}{relative}")
}

/// `+31 %`, `−79 %`, `× 4.0` from threefold on; absent when there is nothing to divide by.
pub(crate) fn relative(from: f64, to: f64) -> Option<String> {
    let change = (to - from) / from;
    if !change.is_finite() {
        return None;
    }
    if change >= 2.0 {
        return Some(format!(
            "× {}",
            number(to / from, usize::from(to / from < 9.95))
        ));
    }
    let sign = if change > 0.0 { "+" } else { "" };
    Some(format!("{sign}{}", percent(change)))
}

#[cfg(test)]
mod tests {
    use super::{amount, difference, number, seconds};
    use crate::metric::MetricId;

    #[test]
    fn numbers_are_grouped_and_rounded() {
        assert_eq!(number(1577.4, 0), "1,577");
        assert_eq!(number(-1_234_567.0, 0), "−1,234,567");
        assert_eq!(number(-0.04, 1), "0.0");
        assert_eq!(number(999.96, 1), "1,000.0");
        assert_eq!(
            (seconds(9.44).as_str(), seconds(100.2).as_str()),
            ("9.4 s", "100 s")
        );
    }

    #[test]
    fn differences_read_as_words() {
        let check =
            |id: MetricId, from, to, words| assert_eq!(difference(id.metric(), from, to), words);
        check(MetricId::JobDuration, 175.0, 229.0, "▲ 54 s slower (+31 %)");
        check(MetricId::TimeToFirstExecutor, 69.0, 106.0, "▲ 37 s later");
        check(
            MetricId::ExecutorSeconds,
            1577.0,
            337.0,
            "▼ 1,240 fewer (−79 %)",
        );
        check(MetricId::BusyShare, 0.19, 0.89, "▲ 70 points");
        check(MetricId::BacklogSeconds, 7.0, 110.0, "▲ 103 more (× 16)");
        check(MetricId::PeakExecutors, 15.0, 4.0, "▼ 11 fewer");
        check(MetricId::NeverUsedExecutors, 0.0, 2.0, "▲ 2 more");
        check(MetricId::Cost, 1.25, 0.31, "▼ $0.94 less (−75 %)");
        check(MetricId::Cost, 0.0041, 0.0052, "▲ $0.001100 more (+27 %)");
        check(MetricId::JobDuration, 175.2, 175.3, "the same");
        assert_eq!(
            amount(MetricId::TimeToFirstExecutor.metric(), 69.0, Some(106.0)),
            "69 s"
        );
    }

    #[test]
    fn half_a_thing_beside_a_whole_one_keeps_its_half() {
        let peak = MetricId::PeakExecutors.metric();
        assert_eq!(amount(peak, 4.5, Some(10.0)), "4.5");
        assert_eq!(amount(peak, 10.0, Some(4.5)), "10.0");
        assert_eq!(difference(peak, 10.0, 4.5), "▼ 5.5 fewer");
        assert_eq!(amount(peak, 4.0, Some(10.0)), "4");
    }
}
