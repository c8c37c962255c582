//! Executors and waiting tasks over time, a row of block characters each. Pure.

use spark_log::{Curve, EpochMillis, Timeline};

use crate::number::number;

use super::amount::{duration, wrapped};

/// From nothing to the highest value of the scale.
const BLOCKS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// More columns would show the steps in which the counts are kept.
const MOST_COLUMNS: usize = 240;
/// Fewer would not be a curve.
const FEWEST_COLUMNS: usize = 10;

/// Equal columns of time over the whole run.
#[derive(Debug, Clone, Copy)]
struct Columns {
    start: i64,
    width_ms: f64,
    count: usize,
}

/// The rows, at most `width` characters wide. Empty when there is no time to show.
pub(super) fn rows(timeline: &Timeline, width: usize) -> Vec<String> {
    let Some((start, end)) = span(timeline) else {
        return Vec::new();
    };
    let names = ["joined", "with a task", "tasks waiting"];
    let name_width = names.iter().map(|name| name.len()).max().unwrap_or(0);
    let joined_max = timeline.executors.len().max(1);
    // Indentation, spaces around the blocks, and the highest value with one decimal.
    let peak_width = number(joined_max as f64, 0).len().max(9) + 2;
    let room = width.saturating_sub(2 + name_width + 2 + 2 + peak_width);
    let count = room
        .clamp(FEWEST_COLUMNS, MOST_COLUMNS)
        .min(usize::try_from(end - start).unwrap_or(1));
    let columns = Columns {
        start,
        width_ms: (end - start) as f64 / count as f64,
        count,
    };
    let joined = columns.joined(timeline);
    // It is kept in steps of its own, which may begin before an executor joined.
    let busy = columns.sampled(&timeline.busy_executors);
    let busy: Vec<f64> = busy
        .iter()
        .zip(&joined)
        .map(|(busy, joined)| busy.min(*joined))
        .collect();
    let waiting = columns.sampled(&timeline.waiting_tasks);
    let executors = highest(&joined).max(highest(&busy));
    let mut rows = Vec::new();
    let mut row = |name: &str, values: &[f64], scale: f64| {
        let blocks: String = values.iter().map(|value| block(*value, scale)).collect();
        let highest = highest(values);
        let decimals = usize::from(highest.fract() > 0.05 && highest < 100.0);
        rows.push(format!(
            "  {name:<name_width$}  {blocks}  {}",
            number(highest, decimals)
        ));
    };
    if !timeline.local_mode {
        row(names[0], &joined, executors);
        row(names[1], &busy, executors);
    }
    row(names[2], &waiting, highest(&waiting));
    let seconds = (end - start) as f64 / 1000.0;
    let end = duration(seconds);
    let axis = (count + 2).saturating_sub("0 s".len());
    rows.push(format!("  {:<name_width$}  0 s{end:>axis$}", ""));
    let title = format!(
        "Over time: a column is the mean of {}; the number is the highest column",
        duration(columns.width_ms / 1000.0)
    );
    rows.splice(0..0, wrapped(&title, width, 2));
    rows
}

fn span(timeline: &Timeline) -> Option<(i64, i64)> {
    let first = timeline
        .executors
        .iter()
        .map(|executor| executor.added)
        .min();
    let start = timeline.started.or(first).or(timeline.first_job_start())?;
    let end = timeline.last_seen?;
    (end > start).then_some((start.0, end.0))
}

impl Columns {
    fn joined(self, timeline: &Timeline) -> Vec<f64> {
        let mut values = vec![0.0; self.count];
        for executor in &timeline.executors {
            self.add(&mut values, executor.added, executor.until, 1.0);
        }
        values
    }

    fn sampled(self, curve: &Curve) -> Vec<f64> {
        let mut values = vec![0.0; self.count];
        for (step, mean) in (0..).zip(curve.means()) {
            let from = curve
                .start
                .0
                .saturating_add(curve.step_ms.saturating_mul(step));
            let to = from.saturating_add(curve.step_ms);
            self.add(&mut values, EpochMillis(from), EpochMillis(to), mean);
        }
        values
    }

    /// Adds `many` from `from` to `to` to the means of the columns they lie in.
    fn add(self, values: &mut [f64], from: EpochMillis, to: EpochMillis, many: f64) {
        let place = |at: EpochMillis| {
            let place = at.0.saturating_sub(self.start) as f64 / self.width_ms;
            place.clamp(0.0, self.count as f64)
        };
        let (from, to) = (place(from), place(to));
        let last = (to.ceil() as usize).min(self.count);
        for (column, value) in values.iter_mut().enumerate().take(last).skip(from as usize) {
            let covered = to.min(column as f64 + 1.0) - from.max(column as f64);
            *value += covered.max(0.0) * many;
        }
    }
}

fn block(value: f64, scale: f64) -> char {
    // A remainder of rounding is nothing.
    if value < 1e-6 {
        return BLOCKS[0];
    }
    BLOCKS[((value / scale * 8.0 - 1e-6).ceil() as usize).clamp(1, 8)]
}

fn highest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use spark_log::{EpochMillis, Timeline};

    use super::{Columns, block, rows};

    const TEN: Columns = Columns {
        start: 1000,
        width_ms: 10.0,
        count: 10,
    };

    #[test]
    fn an_interval_fills_the_columns_it_covers() {
        let mut values = vec![0.0; 10];
        TEN.add(&mut values, EpochMillis(1005), EpochMillis(1025), 2.0);
        assert_eq!(values[..4], [1.0, 2.0, 1.0, 0.0]);
        TEN.add(&mut values, EpochMillis(0), EpochMillis(1000), 1.0);
        TEN.add(&mut values, EpochMillis(1100), EpochMillis(9000), 1.0);
        assert_eq!(
            values.iter().sum::<f64>(),
            4.0,
            "what lies outside is not shown"
        );
    }

    #[test]
    fn a_little_is_more_than_nothing() {
        let row = [0.0, 0.01, 4.0, 8.0].map(|value| block(value, 8.0));
        assert_eq!(row, ['·', '▁', '▄', '█']);
    }

    #[test]
    fn a_run_without_time_has_no_curve() {
        assert_eq!(rows(&Timeline::default(), 80), Vec::<String>::new());
    }
}
