//! SIGINT and SIGTERM.
//!
//! In a container the action is process 1, for which the kernel ignores both unless a handler is installed.
//! The runner sends SIGINT, SIGTERM 7.5 s later, and gives up after another 2.5 s.

use crate::{failure::Exit, log::Log};
use std::{
    io,
    sync::{Arc, OnceLock},
};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What signals do after the first one. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    unfinished: Arc<OnceLock<&'static str>>,
}

impl Signals {
    /// From now on a further signal does not end the action at once: something would be left broken.
    /// `unfinished` says what must end first, such as `Terraform must give back its state lock`.
    pub fn let_finish(&self, unfinished: &'static str) {
        // Whoever was first has said it.
        let _ = self.unfinished.set(unfinished);
    }

    /// Installs the handlers: the first signal cancels the token, the next one ends the process at once unless
    /// [`Signals::let_finish`] was called.
    ///
    /// # Errors
    /// The handlers cannot be installed.
    pub(crate) fn install(&self, cancel: CancellationToken, log: Log) -> io::Result<()> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let signals = self.clone();
        tokio::spawn(async move {
            let name = next(&mut interrupt, &mut terminate).await;
            cancel.cancel();
            say(&log, signals.received(name));
            loop {
                let name = next(&mut interrupt, &mut terminate).await;
                if signals.unfinished.get().is_none() {
                    end_process();
                }
                say(&log, signals.received(name));
            }
        });
        Ok(())
    }

    fn received(&self, name: &str) -> String {
        match self.unfinished.get() {
            Some(unfinished) => format!("{name} received: stopping; {unfinished}"),
            None => {
                format!("{name} received: stopping; a second signal ends the action at once")
            }
        }
    }
}

/// Writing may block on a full pipe, which must not keep the next signal from working.
fn say(log: &Log, line: String) {
    let log = log.clone();
    tokio::task::spawn_blocking(move || log.info(&line));
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}

#[expect(
    clippy::exit,
    reason = "the action may be stuck in a blocking call, so there is no other way out"
)]
fn end_process() -> ! {
    std::process::exit(Exit::Cancelled as i32)
}
