//! `cargo xtask event-log`: a large event log, written by Spark, for benchmarks and for trying things out. Made once and
//! kept in the cache. Reads nothing of the logs but their size.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::children;
use crate::demo::Desk;
use crate::environment::{Environment, PYSPARK, Workshop};
use crate::problem::{Problem, Result, WhileDoing as _};

/// What benchmarks read: at 100,000 tasks a plain log has 430 MB.
const TASKS: u32 = 100_000;
/// Where Spark begins a new part, unless it is told otherwise.
const PART_SIZE: &str = "128m";
/// Changed when the application changes, so that old logs are made again.
const RECIPE: &str = "application 1";

/// Makes a large event log with Spark, or finds the one that was made before, and prints where it is.
///
/// 100,000 tasks on three executors take about seven minutes on 2 cores and give a log of 430 MB. The other forms of a
/// log hold the same events: Spark's own writers write them again.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Tasks that the application runs at least.
    #[arg(long, default_value_t = TASKS)]
    tasks: u32,
    #[command(flatten)]
    form: Form,
}

/// How Spark writes a log.
#[derive(Debug, Clone, clap::Args)]
struct Form {
    #[arg(long, value_enum, default_value_t = Codec::Plain)]
    codec: Codec,
    /// Write a folder of parts instead of one file.
    #[arg(long)]
    rolled: bool,
    /// Where a new part begins, in bytes before compression; Spark wants 10m at least.
    #[arg(long, default_value = PART_SIZE, requires = "rolled")]
    part_size: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Codec {
    Plain,
    Zstd,
    Lz4,
    Snappy,
    Lzf,
}

/// The logs that the benchmark reads. All hold the same events.
#[derive(Debug)]
pub(crate) struct BenchmarkLogs {
    /// One file, not compressed.
    pub(crate) plain: PathBuf,
    /// One file.
    pub(crate) zstd: PathBuf,
    /// A folder of four parts, each compressed with zstd.
    pub(crate) rolled: PathBuf,
}

impl Codec {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::Snappy => "snappy",
            Self::Lzf => "lzf",
        }
    }
}

impl Form {
    const PLAIN: Self = Self {
        codec: Codec::Plain,
        rolled: false,
        part_size: String::new(),
    };

    fn is_plain_file(&self) -> bool {
        self.codec == Codec::Plain && !self.rolled
    }

    /// What tells this form from others in the name of a folder.
    fn name(&self) -> String {
        let parts = if self.rolled {
            format!("-rolled-{}", self.part_size)
        } else {
            String::new()
        };
        format!("{}{parts}", self.codec.name())
    }

    fn settings(&self) -> String {
        let mut settings = Vec::new();
        if self.codec != Codec::Plain {
            settings.push("spark.eventLog.compress=true".to_owned());
            settings.push(format!(
                "spark.eventLog.compression.codec={}",
                self.codec.name()
            ));
        }
        if self.rolled {
            settings.push("spark.eventLog.rolling.enabled=true".to_owned());
            settings.push(format!(
                "spark.eventLog.rolling.maxFileSize={}",
                self.part_size
            ));
        }
        settings.join(",")
    }
}

/// Prints where the log is and how large.
pub(crate) async fn run(options: &Options, desk: &Desk) -> Result<()> {
    let environment = Environment::prepare(&desk.places, &desk.terminal, &desk.interrupt).await?;
    let maker = Maker::new(&environment, desk)?;
    let log = maker.log(options.tasks, &options.form).await?;
    let size = size(&log)?;
    desk.terminal.line(&log.display().to_string());
    desk.terminal
        .line(&format!("{} MB", size.div_ceil(1_000_000)));
    Ok(())
}

/// The logs of the benchmark, made with Spark when they are not there.
pub(crate) async fn for_benchmark(environment: &Environment, desk: &Desk) -> Result<BenchmarkLogs> {
    let maker = Maker::new(environment, desk)?;
    let zstd = |rolled| Form {
        codec: Codec::Zstd,
        rolled,
        part_size: PART_SIZE.to_owned(),
    };
    Ok(BenchmarkLogs {
        plain: maker.log(TASKS, &Form::PLAIN).await?,
        zstd: maker.log(TASKS, &zstd(false)).await?,
        rolled: maker.log(TASKS, &zstd(true)).await?,
    })
}

struct Maker<'a> {
    environment: &'a Environment,
    desk: &'a Desk,
    workshop: Workshop,
}

impl<'a> Maker<'a> {
    fn new(environment: &'a Environment, desk: &'a Desk) -> Result<Self> {
        let cache = desk.places.cache.join("event-logs");
        Ok(Self {
            environment,
            desk,
            workshop: Workshop::new(&cache, &desk.terminal, &desk.interrupt)?,
        })
    }

    /// The log in the wanted form, made from the plain one, which is made first.
    async fn log(&self, tasks: u32, form: &Form) -> Result<PathBuf> {
        let plain = self.kept(tasks, &Form::PLAIN, None).await?;
        if form.is_plain_file() {
            return Ok(plain);
        }
        self.kept(tasks, form, Some(&plain)).await
    }

    async fn kept(&self, tasks: u32, form: &Form, plain: Option<&Path>) -> Result<PathBuf> {
        let name = format!("{tasks}-tasks-{}", form.name());
        let contents = format!("{PYSPARK} {RECIPE} {}", form.settings());
        if let Some(folder) = self.workshop.finished(&name, &contents) {
            return only_entry(&folder.join("log"));
        }
        if let Some(unfinished) = self.workshop.begin(&name, &contents).await? {
            let folder = unfinished.folder.join("log");
            match plain {
                Some(plain) => self.write_again(plain, &folder, form).await?,
                None => {
                    self.run_spark(tasks, &folder, &unfinished.folder.join("scratch"))
                        .await?
                }
            }
            unfinished.finish()?;
        }
        let finished = self.workshop.finished(&name, &contents);
        let folder =
            finished.ok_or_else(|| Problem::new(format!("the event log {name} vanished")))?;
        only_entry(&folder.join("log"))
    }

    async fn run_spark(&self, tasks: u32, folder: &Path, scratch: &Path) -> Result<()> {
        let minutes = (tasks / 14_000).max(1);
        self.workshop.say(&format!(
            "running {tasks} tasks on Spark for their event log (once; about {minutes} min)"
        ));
        let mut command = self.spark();
        command.arg(folder).arg(scratch);
        command.arg(format!("busy:spark.busy.tasks={tasks}"));
        children::succeed(command, &self.desk.interrupt).await?;
        std::fs::remove_dir_all(scratch).while_doing(|| format!("remove `{}`", scratch.display()))
    }

    async fn write_again(&self, plain: &Path, folder: &Path, form: &Form) -> Result<()> {
        self.workshop
            .say(&format!("writing the event log again as {}", form.name()));
        let mut command = self.spark();
        command.arg("--write-again").arg(plain).arg(folder);
        command.arg(form.settings());
        children::succeed(command, &self.desk.interrupt)
            .await
            .map(drop)
    }

    /// The script that runs the applications of the fixtures.
    fn spark(&self) -> Command {
        let mut command = Command::new(&self.environment.python);
        command
            .arg(
                self.desk
                    .places
                    .repository
                    .join("fixtures/spark-applications/run.py"),
            )
            .env("JAVA_HOME", &self.environment.java_home)
            // A Spark that is installed elsewhere on this machine is not meant.
            .env_remove("SPARK_HOME")
            .env_remove("SPARK_CONF_DIR");
        command
    }
}

/// The file or folder that Spark wrote into a folder of its own.
fn only_entry(folder: &Path) -> Result<PathBuf> {
    let reading = || format!("read `{}`", folder.display());
    let mut entries = std::fs::read_dir(folder).while_doing(reading)?;
    let entry = entries
        .find(|entry| {
            entry
                .as_ref()
                .map_or(true, |entry| !is_checksum(&entry.file_name()))
        })
        .ok_or_else(|| {
            Problem::new(format!(
                "Spark wrote no event log into `{}`",
                folder.display()
            ))
        })?;
    entry.map(|entry| entry.path()).while_doing(reading)
}

fn is_checksum(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Bytes of a file, or of all files of a folder.
fn size(path: &Path) -> Result<u64> {
    let reading = || format!("read the size of `{}`", path.display());
    let metadata = std::fs::metadata(path).while_doing(reading)?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    let mut bytes = 0;
    for entry in std::fs::read_dir(path).while_doing(reading)? {
        bytes += entry
            .and_then(|entry| entry.metadata())
            .while_doing(reading)?
            .len();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Codec, Form};

    #[test]
    fn the_form_of_a_log_is_in_its_settings_and_in_the_name_of_its_folder() {
        assert_eq!(Form::PLAIN.settings(), "");
        let form = Form {
            codec: Codec::Lz4,
            rolled: true,
            part_size: "10m".to_owned(),
        };
        assert_eq!(form.name(), "lz4-rolled-10m");
        assert_eq!(
            form.settings(),
            "spark.eventLog.compress=true,spark.eventLog.compression.codec=lz4,\
             spark.eventLog.rolling.enabled=true,spark.eventLog.rolling.maxFileSize=10m"
        );
    }
}
