//! The same log, longer: its middle several times over. The tasks come again as if they were others.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use crate::problem::{Result, WhileDoing as _};

/// The line with which an application ends.
const END: &[u8] = b"{\"Event\":\"SparkListenerApplicationEnd\"";
const TASK: &[u8] = b"{\"Event\":\"SparkListenerTask";

/// Writes `log` to `longer` with its task events so many times.
pub(crate) fn write(log: &Path, longer: &Path, times: u32) -> Result<()> {
    repeat(log, longer, times).while_doing(|| format!("write `{}`", longer.display()))
}

fn repeat(log: &Path, longer: &Path, times: u32) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(longer)?);
    let mut last = Vec::new();
    for time in 0..times {
        let mut lines = BufReader::with_capacity(1 << 20, File::open(log)?);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            if line.starts_with(END) {
                last.clone_from(&line);
            } else if time == 0 || line.starts_with(TASK) {
                out.write_all(&line)?;
            }
            line.clear();
        }
    }
    out.write_all(&last)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn tasks_come_again_and_the_end_comes_last() {
        let folder = tempfile::tempdir().unwrap();
        let (log, longer) = (folder.path().join("log"), folder.path().join("longer"));
        let line = |event: &str| format!("{{\"Event\":\"SparkListener{event}\"}}\n");
        let lines = |events: &[&str]| events.iter().map(|event| line(event)).collect::<String>();
        std::fs::write(
            &log,
            lines(&["LogStart", "TaskStart", "TaskEnd", "ApplicationEnd"]),
        )
        .unwrap();
        write(&log, &longer, 2).unwrap();
        let expected = [
            "LogStart",
            "TaskStart",
            "TaskEnd",
            "TaskStart",
            "TaskEnd",
            "ApplicationEnd",
        ];
        assert_eq!(std::fs::read_to_string(&longer).unwrap(), lines(&expected));
    }
}
