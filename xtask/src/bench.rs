//! `cargo xtask bench`: how fast `compare-dra metrics` reads a real log, as a whole process with a warm page cache,
//! beside `zstd -dc` and the Spark History Server on the same log in the same run.
//!
//! With `--upload` how quickly `upload-scripts` uploads, beside `aws s3 sync` and `s5cmd sync`.
//! With `--images` how large the container images are and how quickly they start.
//! It measures and prints; it decides nothing. Times are those of the machine it runs on, ratios travel better.

mod history_server;
mod images;
mod longer;
mod measure;
mod upload;

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::children;
use crate::demo::Desk;
use crate::environment::Environment;
use crate::event_log;
use crate::places::cargo;
use crate::problem::{Problem, Result, WhileDoing as _};

use measure::{Cores, Taken, measure};

/// How many times longer the long log is.
const TIMES: u32 = 8;
/// How many logs are read at once.
const SEVERAL: usize = 4;

/// Measures how fast event logs are read, on a real log of 400 MB or more that is made with Spark when it is not there.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Runs of each program; the fastest counts.
    #[arg(long, default_value_t = 5)]
    runs: u32,
    /// Leave out the Spark History Server, which takes half a minute.
    #[arg(long)]
    no_history_server: bool,
    /// Measure the container images instead: their sizes, and the time from a container's start to its first API call.
    #[arg(long)]
    images: bool,
    /// Measure uploads instead: `upload-scripts`, `aws s3 sync` and `s5cmd sync` against the local cloud's S3.
    #[arg(long, conflicts_with = "images")]
    upload: bool,
    /// With --upload: time that every request takes besides, in milliseconds, as if S3 were that far away.
    #[arg(
        long,
        value_name = "MILLISECONDS",
        default_value_t = 0,
        requires = "upload"
    )]
    round_trip_ms: u64,
}

/// Measures and prints.
pub(crate) async fn run(options: &Options, desk: &Desk) -> Result<()> {
    if options.images {
        return images::run(options.runs, desk).await;
    }
    if options.upload {
        return upload::run(options.runs, options.round_trip_ms, desk).await;
    }
    let environment = Environment::prepare(&desk.places, &desk.terminal, &desk.interrupt).await?;
    let logs = event_log::for_benchmark(&environment, desk).await?;
    let bench = Bench {
        program: release(&["compare-dra"], desk).await?.join("compare-dra"),
        runs: options.runs,
        desk,
    };
    let bytes = size(&logs.plain)?;
    bench.say(&format!(
        "log: {} MB, plain; {} MB as zstd\n",
        bytes / 1_000_000,
        size(&logs.zstd)? / 1_000_000
    ));

    let plain = bench.metrics("plain, one core", &[&logs.plain], Cores::One, bytes)?;
    bench.metrics("plain, all cores", &[&logs.plain], Cores::All, bytes)?;
    bench.against_zstd(&logs.zstd, bytes)?;
    bench.scaling("rolled zstd", &[&logs.rolled], bytes)?;
    bench.scaling(
        "several plain logs",
        &[&*logs.plain; SEVERAL],
        bytes * SEVERAL as u64,
    )?;
    bench.comparison(&logs.plain, bytes)?;
    bench.memory(&logs.plain, plain, bytes)?;
    if !options.no_history_server {
        let parsing =
            history_server::parsing_time(&environment, &logs.plain, &desk.interrupt).await?;
        let rate = bytes as f64 / parsing.as_secs_f64();
        bench.row(
            "Spark History Server, its own parsing time",
            parsing.as_secs_f64(),
            rate,
            None,
        );
        bench.ratio(
            "plain on one core is faster than it",
            parsing.as_secs_f64() / plain.time.as_secs_f64(),
        );
    }
    Ok(())
}

struct Bench<'a> {
    program: PathBuf,
    runs: u32,
    desk: &'a Desk,
}

impl Bench<'_> {
    fn metrics(&self, name: &str, logs: &[&Path], cores: Cores, bytes: u64) -> Result<Taken> {
        let head = ["metrics", "--format", "json"].map(Path::new);
        let arguments = [&head, logs].concat();
        let taken = measure(
            &self.program,
            &arguments,
            cores,
            self.runs,
            &self.desk.interrupt,
        )?;
        let rate = taken.rate(bytes);
        self.row(name, taken.time.as_secs_f64(), rate, Some(taken.memory));
        Ok(taken)
    }

    fn against_zstd(&self, log: &Path, bytes: u64) -> Result<()> {
        let zstd = Path::new("zstd");
        for (name, cores) in [("one core", Cores::One), ("all cores", Cores::All)] {
            let arguments = [Path::new("-dc"), log];
            let alone = measure(zstd, &arguments, cores, self.runs, &self.desk.interrupt)
                .map_err(|problem| problem.help("install the program zstd"))?;
            let rate = alone.rate(bytes);
            self.row(
                &format!("`zstd -dc`, {name}"),
                alone.time.as_secs_f64(),
                rate,
                Some(alone.memory),
            );
            let taken = self.metrics(&format!("zstd, {name}"), &[log], cores, bytes)?;
            self.ratio(
                "takes so many times as long as `zstd -dc`",
                taken.time.as_secs_f64() / alone.time.as_secs_f64(),
            );
        }
        Ok(())
    }

    fn scaling(&self, name: &str, logs: &[&Path], bytes: u64) -> Result<()> {
        let one = self.metrics(&format!("{name}, one core"), logs, Cores::One, bytes)?;
        let all = self.metrics(&format!("{name}, all cores"), logs, Cores::All, bytes)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.ratio(
            &format!("faster on {cores} cores than on one"),
            one.time.as_secs_f64() / all.time.as_secs_f64(),
        );
        Ok(())
    }

    /// A whole comparison of two logs with every report, beside the reading of the same two logs alone.
    fn comparison(&self, log: &Path, bytes: u64) -> Result<()> {
        let read = self.metrics(
            "two plain logs, all cores",
            &[log, log],
            Cores::All,
            2 * bytes,
        )?;
        let folder = tempfile::tempdir().while_doing(|| "make a folder for reports".to_owned())?;
        let words = [
            "--static",
            "--dra",
            "--report-dir",
            "--comment",
            "never",
            "--prices",
            "never",
        ]
        .map(Path::new);
        let [fixed, dra, report, comment, never, prices, no] = words;
        let arguments = [
            fixed,
            log,
            dra,
            log,
            report,
            folder.path(),
            comment,
            never,
            prices,
            no,
        ];
        let taken = measure(
            &self.program,
            &arguments,
            Cores::All,
            self.runs,
            &self.desk.interrupt,
        )?;
        let rate = taken.rate(2 * bytes);
        let name = "comparing them, all reports written";
        self.row(name, taken.time.as_secs_f64(), rate, Some(taken.memory));
        self.ratio(
            "takes so many times as long as reading them",
            taken.time.as_secs_f64() / read.time.as_secs_f64(),
        );
        Ok(())
    }

    fn memory(&self, log: &Path, once: Taken, bytes: u64) -> Result<()> {
        let folder = log.parent().unwrap_or(Path::new("."));
        let long = tempfile::NamedTempFile::new_in(folder)
            .while_doing(|| format!("make a file in `{}`", folder.display()))?;
        longer::write(log, long.path(), TIMES)?;
        let long_bytes = size(long.path())?;
        let name = format!(
            "plain, {:.1} times as long, all cores",
            long_bytes as f64 / bytes as f64
        );
        let taken = self.metrics(&name, &[long.path()], Cores::All, long_bytes)?;
        self.ratio("times the memory", taken.memory as f64 / once.memory as f64);
        Ok(())
    }

    fn row(&self, name: &str, seconds: f64, rate: f64, memory: Option<u64>) {
        let memory = memory.map_or(String::new(), |bytes| format!("{:>7} MiB", bytes >> 20));
        self.say(&format!(
            "{name:<44}{seconds:>9.3} s{:>9.2} GB/s{memory}",
            rate / 1e9
        ));
    }

    fn ratio(&self, what: &str, ratio: f64) {
        self.say(&format!("  → {what:<60}{ratio:>8.2} ×"));
    }

    fn say(&self, text: &str) {
        self.desk.terminal.line(text);
    }
}

/// Builds programs for speed, and gives the folder they are in.
async fn release(packages: &[&str], desk: &Desk) -> Result<PathBuf> {
    let mut command: Command = cargo(&desk.places.repository);
    command.args(["build", "--release"]);
    for package in packages {
        command.args(["--package", package]);
    }
    if !children::pass_through(command, &desk.interrupt)
        .await?
        .success()
    {
        return Err(Problem::new(format!(
            "{} does not build",
            packages.join(" or ")
        )));
    }
    Ok(desk.places.binaries.with_file_name("release"))
}

/// The bytes of a file, or of the files in a folder.
fn size(path: &Path) -> Result<u64> {
    let about = std::fs::metadata(path).while_doing(|| format!("look at `{}`", path.display()))?;
    if about.is_file() {
        return Ok(about.len());
    }
    let entries = std::fs::read_dir(path).while_doing(|| format!("list `{}`", path.display()))?;
    Ok(entries
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .map(|about| about.len())
        .sum())
}
