//! The measurements as aligned text, and how they compare.

use crate::bench::measure::Taken;

/// What the numbers are numbers of.
pub(super) fn about(round_trip_ms: u64) -> String {
    let distance = match round_trip_ms {
        0 => "Round trips cost nothing there, so this\nmeasures what the programs themselves cost. On a real network the number of requests at once matters more.".to_owned(),
        _ => format!("Every request takes {round_trip_ms} ms\nbesides, as if S3 were that far away; the way there is as wide as loopback."),
    };
    format!(
        "
Endpoint: emulated S3 on loopback, on the same processors as the clients. {distance}
Seconds are of the fastest round, memory is the most of any round, processor time is the client's alone."
    )
}

/// By what speed is counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    /// So many files.
    Files(usize),
    /// So many bytes, shown in MB.
    Megabytes(u64),
}

/// The order of so many clients in a round, counted from 0.
pub(super) fn turns(clients: usize, round: usize) -> impl Iterator<Item = usize> {
    (0..clients).map(move |turn| (turn + round) % clients)
}

/// A client's measurement.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) taken: Taken,
}

/// A table, and under it how many times as long as the first client each of the others takes.
pub(super) fn block(title: &str, unit: Unit, rows: &[Row]) -> Vec<String> {
    let mut lines = vec![String::new(), title.to_owned()];
    lines.extend(rows.iter().map(|row| line(row, unit)));
    if let Some((ours, others)) = rows.split_first() {
        lines.extend(others.iter().map(|other| ratio(ours, other)));
    }
    lines
}

fn line(row: &Row, unit: Unit) -> String {
    let seconds = row.taken.time.as_secs_f64();
    let (rate, per) = match unit {
        Unit::Files(count) => (count as f64 / seconds, "files/s"),
        Unit::Megabytes(bytes) => (bytes as f64 / 1e6 / seconds, "MB/s"),
    };
    format!(
        "  {:<26}{seconds:>8.2} s{rate:>9.0} {per:<7}{:>8.2} s of processors{:>7} MiB",
        row.name,
        row.taken.processors.as_secs_f64(),
        row.taken.memory >> 20
    )
}

fn ratio(ours: &Row, other: &Row) -> String {
    let times = other.taken.time.as_secs_f64() / ours.taken.time.as_secs_f64();
    format!(
        "  → {} takes {times:.2} times as long as {}",
        other.name, ours.name
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Row, Taken, Unit, block, turns};

    fn row(name: &'static str, milliseconds: u64) -> Row {
        Row {
            name,
            taken: Taken {
                time: Duration::from_millis(milliseconds),
                memory: 20 << 20,
                processors: Duration::from_millis(1500),
            },
        }
    }

    #[test]
    fn another_client_begins_each_round() {
        let order = |round| turns(3, round).collect::<Vec<_>>();
        assert_eq!(
            [order(0), order(1), order(5)],
            [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
        );
    }

    #[test]
    fn ratios_are_to_the_first_client_also_when_it_is_slower() {
        let rows = [row("ours", 2000), row("slow", 5000), row("fast", 1000)];
        let lines = block("many", Unit::Files(10_000), &rows);
        assert_eq!(
            lines[1..],
            [
                "many",
                "  ours                          2.00 s     5000 files/s    1.50 s of processors     20 MiB",
                "  slow                          5.00 s     2000 files/s    1.50 s of processors     20 MiB",
                "  fast                          1.00 s    10000 files/s    1.50 s of processors     20 MiB",
                "  → slow takes 2.50 times as long as ours",
                "  → fast takes 0.50 times as long as ours",
            ]
        );
    }

    #[test]
    fn a_large_file_is_counted_in_megabytes() {
        let lines = block("one", Unit::Megabytes(1_000_000_000), &[row("ours", 4000)]);
        assert!(lines[2].contains(" 250 MB/s"), "{lines:?}");
    }
}
