//! Standard output, for the documents that a command prints. The log of a command goes elsewhere.

use crate::{environment::Environment, failure::Failure};
use std::{
    io::{self, ErrorKind, IsTerminal, Write},
    ops::ControlFlow,
};

/// Where the documents of a command go.
#[derive(Clone, Debug)]
pub struct StandardOutput {
    /// Whether a person reads it as it comes.
    pub is_terminal: bool,
    /// How many characters fit in a line, when that is known: the terminal's, else what `COLUMNS` says.
    pub width: Option<usize>,
}

impl StandardOutput {
    /// Looks at the standard output of this process.
    pub(crate) fn of_process(environment: &Environment) -> Self {
        let stdout = io::stdout();
        let terminal = terminal_size::terminal_size_of(&stdout).map(|(width, _)| width.0.into());
        let columns = || environment.get("COLUMNS")?.parse().ok();
        Self {
            is_terminal: stdout.is_terminal(),
            width: terminal.or_else(columns).filter(|width| *width > 0),
        }
    }

    /// Prints a document, all of it or until the reader goes away: then there is no use in printing more.
    ///
    /// # Errors
    /// An outside failure if it cannot be written for another reason, such as a full disk.
    pub fn print(&self, document: &str) -> Result<ControlFlow<()>, Failure> {
        printed(&mut io::stdout().lock(), document)
    }
}

fn printed(to: &mut impl Write, document: &str) -> Result<ControlFlow<()>, Failure> {
    match to.write_all(document.as_bytes()).and_then(|()| to.flush()) {
        Ok(()) => Ok(ControlFlow::Continue(())),
        // `… | head` has read enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        Err(error) => {
            Err(Failure::outside("Not printed", "cannot write to standard output").because(&error))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure_and_a_full_disk_is_one() {
        let print = |kind| printed(&mut Broken(kind), "{}\n");
        assert_eq!(print(ErrorKind::BrokenPipe), Ok(ControlFlow::Break(())));
        let failure = print(ErrorKind::StorageFull).unwrap_err();
        assert_eq!(failure.exit, crate::Exit::Outside);
        assert_eq!(
            printed(&mut Vec::new(), "{}\n"),
            Ok(ControlFlow::Continue(()))
        );
    }

    #[test]
    fn the_width_is_what_columns_says_when_there_is_no_terminal() {
        let width = |columns: &str| {
            StandardOutput::of_process(&Environment::from([("COLUMNS", columns)])).width
        };
        if !io::stdout().is_terminal() {
            assert_eq!(
                (width("120"), width("0"), width("wide")),
                (Some(120), None, None)
            );
        }
    }
}
