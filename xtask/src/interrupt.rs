//! Ctrl-C, SIGTERM and a closed terminal, seen once by everything that waits.
//! Ends nothing itself: whoever started a process ends it.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::problem::{Problem, Result, WhileDoing as _};

/// Cheap to clone; every clone sees the same interrupts.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    seen: watch::Receiver<u32>,
    ignored: u32,
}

impl Interrupt {
    /// Takes over the signals that would otherwise end this program and orphan its children.
    pub(crate) fn install() -> Result<Self> {
        let (count, seen) = watch::channel(0);
        for kind in [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ] {
            let mut signals = signal(kind).while_doing(|| "listen for signals".into())?;
            let count = count.clone();
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    count.send_modify(|seen| *seen += 1);
                }
            });
        }
        Ok(Self { seen, ignored: 0 })
    }

    /// The interrupts after those seen so far: for what must run although one has come.
    pub(crate) fn next(&self) -> Self {
        Self {
            seen: self.seen.clone(),
            ignored: *self.seen.borrow(),
        }
    }

    /// An interrupt that is raised by adding to the number, such as the cancelling of an emulated workflow.
    pub(crate) fn by_hand() -> (watch::Sender<u32>, Self) {
        let (count, seen) = watch::channel(0);
        (count, Self { seen, ignored: 0 })
    }

    /// Returns when an interrupt has come; at once if it came before.
    pub(crate) async fn raised(&self) {
        let mut seen = self.seen.clone();
        if seen.wait_for(|count| *count > self.ignored).await.is_err() {
            // Nobody can raise it any more, so it never comes.
            std::future::pending::<()>().await;
        }
    }

    /// Fails if an interrupt has come.
    pub(crate) fn check(&self) -> Result<()> {
        if *self.seen.borrow() > self.ignored {
            Err(Problem::interrupted())
        } else {
            Ok(())
        }
    }
}
