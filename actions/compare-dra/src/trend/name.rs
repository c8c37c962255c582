//! Where a run's document is: `<workload>/<yyyy>/<mm>/<time>-<run id>-<attempt>.json`. Pure.

use jiff::Timestamp;

use super::document::Origin;

/// The document's place below the history: folders, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) year: String,
    pub(crate) month: String,
    pub(crate) file: String,
}

impl Name {
    /// The name of a run's document.
    pub(crate) fn of(time: Timestamp, run: &Origin) -> Self {
        Self {
            year: time.strftime("%Y").to_string(),
            month: time.strftime("%m").to_string(),
            file: format!("{}-{}", time.strftime("%Y%m%dT%H%M%S%3fZ"), ending(run)),
        }
    }

    /// Relative to the workload's folder.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}/{}", self.year, self.month, self.file)
    }

    /// True when the name is of this attempt of this run. At a desk no two are the same.
    pub(crate) fn is_of(&self, run: &Origin) -> bool {
        run.id.is_some()
            && self
                .file
                .split_once('-')
                .is_some_and(|(_, end)| end == ending(run))
    }

    /// Folders and files that this action makes; anything else there is not ours.
    pub(crate) fn read(year: &str, month: &str, file: &str) -> Option<Self> {
        let digits =
            |text: &str, count| text.len() == count && text.chars().all(|c| c.is_ascii_digit());
        let good = digits(year, 4)
            && digits(month, 2)
            && file.ends_with(".json")
            && file.starts_with(&format!("{year}{month}"))
            && file.len() <= 100
            && file
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        good.then(|| Self {
            year: year.to_owned(),
            month: month.to_owned(),
            file: file.to_owned(),
        })
    }
}

fn ending(run: &Origin) -> String {
    match run.id {
        Some(id) => format!("{id}-{}.json", run.attempt.unwrap_or(1)),
        None => "desk.json".to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn name_sorts_by_time_and_ends_in_run_and_attempt() {
        let run = Origin {
            id: Some(42),
            attempt: Some(2),
            ..Origin::default()
        };
        let name = Name::of("2026-03-01T04:05:06.789Z".parse().unwrap(), &run);
        assert_eq!(name.path(), "2026/03/20260301T040506789Z-42-2.json");
        assert!(name.is_of(&run));
        let other = Origin {
            id: Some(142),
            ..run
        };
        assert!(!name.is_of(&other));
        let read = Name::read("2026", "03", &name.file);
        assert_eq!(read, Some(name));
    }

    #[test]
    fn names_of_others_are_not_ours() {
        for (year, month, file) in [
            ("2026", "03", "notes.txt"),
            ("2026", "03", "20260401T000000000Z-1-1.json"),
            ("old", "03", "x.json"),
            ("2026", "03", "202603/../x.json"),
        ] {
            assert_eq!(Name::read(year, month, file), None, "{file}");
        }
    }
}
