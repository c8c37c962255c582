//! What a person sees: lines that stay, and at the bottom one line that is rewritten.
//! Without a terminal there is no changing line: a log file holds what the steps say themselves.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

/// Standard output, shared by everything that has something to say. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    interactive: bool,
    /// The changing line as it is shown.
    live: Arc<Mutex<String>>,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        Self {
            interactive: std::io::stdout().is_terminal(),
            live: Arc::default(),
        }
    }

    /// Whether there is a changing line at all.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Prints a line that stays.
    pub(crate) fn line(&self, text: &str) {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if live.is_empty() {
            print(&format!("{text}\n"));
        } else {
            print(&format!("\r\u{1b}[K{text}\n{live}"));
        }
    }

    /// Replaces the changing line; an empty text removes it.
    pub(crate) fn live(&self, text: &str) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let text: String = text.chars().take(columns()).collect();
        if self.interactive && text != *live {
            print(&format!("\r\u{1b}[K{text}"));
            *live = text;
        }
    }
}

/// The width of the terminal less one, so that the changing line never wraps.
fn columns() -> usize {
    rustix::termios::tcgetwinsize(std::io::stdout())
        .map_or(80, |size| usize::from(size.ws_col).max(40))
        .saturating_sub(1)
}

fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    // When nobody reads any more there is nobody to tell, and what was started must still be ended.
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// Prints an error, and how to fix it, where errors go.
#[expect(
    clippy::print_stderr,
    reason = "this is the one file of xtask that prints"
)]
pub(crate) fn complain(what: &str, help: Option<&str>) {
    eprintln!("error: {what}");
    if let Some(help) = help {
        eprintln!("hint: {help}");
    }
}
