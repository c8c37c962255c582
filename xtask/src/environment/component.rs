//! One cached thing: a folder whose stamp says that it is complete, made by one process at a time.
//! A virtual environment cannot be moved, so it is made in place and the stamp is what is renamed in.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::interrupt::Interrupt;
use crate::problem::{Result, WhileDoing as _};
use crate::terminal::Terminal;

/// Changed when the way components are made changes, so that old ones are made again.
const RECIPE: &str = "recipe 1";
const STAMP: &str = "complete";

/// Where components are made, and what making them needs.
#[derive(Debug)]
pub(crate) struct Workshop {
    folder: PathBuf,
    terminal: Terminal,
    pub(crate) interrupt: Interrupt,
}

/// A component's folder while this process alone may fill it.
#[derive(Debug)]
pub(crate) struct Unfinished {
    pub(crate) folder: PathBuf,
    stamp: String,
    _lock: File,
}

impl Workshop {
    pub(crate) fn new(cache: &Path, terminal: &Terminal, interrupt: &Interrupt) -> Result<Self> {
        std::fs::create_dir_all(cache)
            .while_doing(|| format!("create the cache folder `{}`", cache.display()))
            .map_err(|problem| {
                problem.help("set XDG_CACHE_HOME to a folder that can be written")
            })?;
        Ok(Self {
            folder: cache.to_owned(),
            terminal: terminal.clone(),
            interrupt: interrupt.clone(),
        })
    }

    pub(crate) fn say(&self, text: &str) {
        self.terminal.line(text);
    }

    /// The folder of component `name` if it is complete and made from exactly `contents`.
    pub(crate) fn finished(&self, name: &str, contents: &str) -> Option<PathBuf> {
        let folder = self.folder.join(name);
        let stamp = std::fs::read_to_string(folder.join(STAMP)).ok()?;
        (stamp == stamp_of(contents)).then_some(folder)
    }

    /// An empty folder for component `name`; none if another process finished it meanwhile.
    pub(crate) async fn begin(&self, name: &str, contents: &str) -> Result<Option<Unfinished>> {
        let lock = self.lock(name).await?;
        if self.finished(name, contents).is_some() {
            return Ok(None);
        }
        let folder = self.folder.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)
                .while_doing(|| format!("remove the unfinished `{}`", folder.display()))?;
        }
        std::fs::create_dir_all(&folder)
            .while_doing(|| format!("create `{}`", folder.display()))?;
        Ok(Some(Unfinished {
            folder,
            stamp: stamp_of(contents),
            _lock: lock,
        }))
    }

    async fn lock(&self, name: &str) -> Result<File> {
        let path = self.folder.join(format!("{name}.lock"));
        let file = File::create(&path).while_doing(|| format!("create `{}`", path.display()))?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => {
                    if !told {
                        self.say(&format!("waiting for another process that prepares {name}"));
                        told = true;
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    self.interrupt.check()?;
                }
                Err(TryLockError::Error(cause)) => {
                    return Err(cause).while_doing(|| format!("lock `{}`", path.display()));
                }
            }
        }
    }
}

impl Unfinished {
    /// Marks the component as complete.
    pub(crate) fn finish(self) -> Result<PathBuf> {
        let new = self.folder.join("complete.new");
        std::fs::write(&new, &self.stamp)
            .and_then(|()| std::fs::rename(&new, self.folder.join(STAMP)))
            .while_doing(|| format!("mark `{}` as complete", self.folder.display()))?;
        Ok(self.folder)
    }
}

fn stamp_of(contents: &str) -> String {
    format!("{RECIPE}\n{contents}\n")
}

#[cfg(test)]
mod tests {
    use super::Workshop;
    use crate::interrupt::Interrupt;
    use crate::terminal::Terminal;

    #[tokio::test]
    async fn an_interrupted_component_is_made_again_and_a_finished_one_is_not() {
        let cache = tempfile::tempdir().unwrap();
        let (_sender, interrupt) = Interrupt::by_hand();
        let workshop = Workshop::new(cache.path(), &Terminal::new(), &interrupt).unwrap();
        let unfinished = workshop.begin("tool", "v1").await.unwrap().unwrap();
        std::fs::write(unfinished.folder.join("half"), "").unwrap();
        drop(unfinished);
        assert_eq!(workshop.finished("tool", "v1"), None);

        let again = workshop.begin("tool", "v1").await.unwrap().unwrap();
        assert!(!again.folder.join("half").exists());
        again.finish().unwrap();
        assert!(workshop.finished("tool", "v1").is_some());
        assert!(workshop.begin("tool", "v1").await.unwrap().is_none());
        assert_eq!(workshop.finished("tool", "v2"), None);
    }

    #[tokio::test]
    async fn the_second_process_waits_and_finds_the_work_done() {
        let cache = tempfile::tempdir().unwrap();
        let (_sender, interrupt) = Interrupt::by_hand();
        let workshop = Workshop::new(cache.path(), &Terminal::new(), &interrupt).unwrap();
        let first = workshop.begin("tool", "v1").await.unwrap().unwrap();
        let (second, first) = tokio::join!(workshop.begin("tool", "v1"), async { first.finish() });
        assert!(first.is_ok());
        assert!(second.unwrap().is_none());
    }
}
