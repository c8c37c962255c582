//! `cargo xtask tidy`: the rules that prose states and no compiler checks. Every problem is listed, none is mended.

mod documents;
mod imports;
pub(crate) mod layout;
mod sources;
pub(crate) mod tracked;

use std::fmt;

use crate::build;
use crate::demo::Desk;
use crate::docs;
use crate::problem::{Problem, Result};

/// One broken rule: where, what, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) place: String,
    pub(crate) what: String,
    pub(crate) mend: String,
}

impl Finding {
    pub(crate) fn new(
        place: impl Into<String>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {}\n    mend: {}",
            self.place, self.what, self.mend
        )
    }
}

/// Checks the whole repository.
pub(crate) async fn run(desk: &Desk) -> Result<()> {
    build::actions(&desk.places, &desk.interrupt).await?;
    let repository = &desk.places.repository;
    let files = tracked::files(repository, &desk.interrupt).await?;
    let metadata = crate::places::metadata(repository, &desk.interrupt).await?;

    let mut findings = imports::check(&metadata);
    findings.extend(layout::check(repository, &metadata));
    findings.extend(docs::check(&desk.places, &desk.interrupt).await?);
    findings.extend(sources::check(&files));
    findings.extend(documents::check(repository, &files));
    for finding in &findings {
        desk.terminal.line(&finding.to_string());
    }
    match findings.len() {
        0 => {
            desk.terminal
                .line(&format!("{} files, no rule is broken", files.len()));
            Ok(())
        }
        1 => Err(Problem::new("1 rule is broken")),
        count => Err(Problem::new(format!("{count} rules are broken"))),
    }
}
