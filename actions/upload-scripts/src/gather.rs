//! From the source folder to the set: which files, what is in them, and everything that is wrong, at once.
//!
//! Reads files; sends nothing. Every problem here is a bad input.

use crate::{
    inputs::{Inputs, OwnTemplate},
    pod_template::{self, ROLES},
    set::{Content, Document, ScriptSet, beyond_limits},
    source::{
        contents::{self, Contents},
        python, tree,
        tree::{HOW_TO_ALLOW, LocalFile, Tree, TreeError},
    },
};
use ::pod_template::Role;
use gha::{Failure, Log};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// How many names a message lists.
const LISTED: usize = 10;

/// How many problems of one kind a message lists.
const PROBLEMS: usize = 20;

/// Where to look, and where to speak.
pub(crate) struct Gathering<'a> {
    pub(crate) workspace: &'a Path,
    pub(crate) inputs: &'a Inputs,
    pub(crate) log: &'a Log,
}

impl Gathering<'_> {
    /// Everything that belongs to the set.
    pub(crate) fn set(&self) -> Result<ScriptSet, Failure> {
        let source = self.source()?;
        let tree = tree::read(&source, &self.inputs.filter).map_err(|error| unreadable(&error))?;
        let mut problems = said("source", &tree.problems);
        // Nobody waits for the checksums of a disk that was given by mistake.
        let size = tree.files.iter().map(|file| file.size).sum();
        let limits = self.inputs.limits;
        let beyond = beyond_limits(tree.files.len(), size, limits.files.0, limits.bytes);
        if !beyond.is_empty() {
            problems.extend(beyond);
            return Err(Failure::bad_inputs(problems));
        }
        problems.extend(self.no_entry_point(&tree));
        let contents = contents::read(&tree.files).map_err(|error| unreadable(&error))?;
        problems.extend(said("source", &secrets(&tree.files, &contents)));
        problems.extend(self.python(&tree.files));
        let mut documents = documents(tree.files, contents);
        for (role, own) in ROLES.into_iter().zip(&self.inputs.templates) {
            match self.template(role, own, &documents) {
                Ok(template) => {
                    documents.retain(|document| document.path != template.path);
                    documents.push(template);
                }
                Err(wrong) => problems.extend(wrong),
            }
        }
        let inputs = self.inputs;
        let (bucket, prefix) = (inputs.bucket.clone(), inputs.prefix.clone());
        let set = ScriptSet::new(bucket, prefix, inputs.set.clone(), documents);
        problems.extend(said("source", &set.problems()));
        if tree.left_out > 0 {
            let count = tree.left_out;
            self.log.info(&format!(
                "left out by `include` and `exclude`: {count} files and folders"
            ));
        }
        self.warn_of_unused_lines(&set);
        if problems.is_empty() {
            Ok(set)
        } else {
            Err(Failure::bad_inputs(problems))
        }
    }

    fn warn_of_unused_lines(&self, set: &ScriptSet) {
        let paths = set.documents.iter().map(|document| &*document.path);
        for line in self.inputs.filter.without_a_file(paths) {
            let message = format!("line `{line}` of `include` matches no file that is uploaded");
            self.log.warning("Pattern without a file", &message);
        }
    }

    fn source(&self) -> Result<PathBuf, Failure> {
        let source = self.workspace.join(&self.inputs.source);
        let why = if source.is_dir() {
            return Ok(source);
        } else if source.exists() {
            "it is not a folder"
        } else {
            "there is no such folder"
        };
        Err(Failure::bad_input(
            "source",
            format!("`{}`: {why}", self.inputs.source.display()),
        )
        .help("check the path; in a workflow, check out the repository before this step"))
    }

    fn no_entry_point(&self, tree: &Tree) -> Option<String> {
        let wanted = self.inputs.entry_point.as_str();
        if tree.files.iter().any(|file| file.relative == wanted) {
            return None;
        }
        let source = self.inputs.source.display();
        if self
            .workspace
            .join(&self.inputs.source)
            .join(wanted)
            .is_file()
        {
            let mut folders = wanted
                .match_indices('/')
                .map(|(end, _)| (&wanted[..end], true));
            let line = folders
                .find_map(|(folder, is_folder)| self.inputs.filter.excluded(folder, is_folder))
                .or_else(|| self.inputs.filter.excluded(wanted, false));
            let why = match line {
                Some(line) => format!("it is left out by the line `{line}` of `exclude`"),
                None if !self.inputs.filter.included(wanted) => {
                    "no line of `include` matches it".to_owned()
                }
                None => "it is refused, see below".to_owned(),
            };
            return Some(format!(
                "`entry-point`: `{wanted}` is in `{source}`, but {why}"
            ));
        }
        let mut found: Vec<String> = tree
            .files
            .iter()
            .take(LISTED)
            .map(|file| format!("`{}`", file.relative))
            .collect();
        if tree.files.len() > LISTED {
            found.push(format!("and {} more", tree.files.len() - LISTED));
        }
        let found = if found.is_empty() {
            "nothing to upload".to_owned()
        } else {
            found.join(", ")
        };
        Some(format!(
            "`entry-point`: `{wanted}` is not a file in `{source}`, which holds {found}; give the path relative to `source`"
        ))
    }

    /// Whether the entry point is a script of Python that does not parse.
    fn python(&self, files: &[LocalFile]) -> Option<String> {
        let wanted = self.inputs.entry_point.as_str();
        let file = files.iter().find(|file| file.relative == wanted)?;
        if !wanted.ends_with(".py") {
            return None;
        }
        let script = fs::read(&file.path).ok()?;
        let python::SyntaxError { line, why } = python::check(&script).err()?;
        let place = self.inputs.source.join(wanted);
        let number = u32::try_from(line).unwrap_or(u32::MAX);
        self.log
            .error_at(&place.to_string_lossy(), number, "Not Python", &why);
        Some(format!(
            "`entry-point`: `{wanted}` is no Python that parses: line {line}: {why}"
        ))
    }

    /// The pod template of a role: the one of the input, the one in the source, or ours.
    fn template(
        &self,
        role: Role,
        own: &OwnTemplate,
        documents: &[Document],
    ) -> Result<Document, Vec<String>> {
        let place = pod_template::path(role);
        let of_source = documents.iter().find(|document| document.path == place);
        let (input, name, text) = match (&own.path, of_source) {
            (Some(path), _) => {
                let input = pod_template::input(role);
                if of_source.is_some() {
                    let path = path.display();
                    self.log.info(&format!(
                        "`{path}` takes the place of the source's `{place}`"
                    ));
                }
                (
                    input,
                    path.display().to_string(),
                    self.given(role, input, path, own)?,
                )
            }
            (None, Some(document)) => {
                self.log.info(&format!(
                    "`{place}` is in the source folder: it is used as it is"
                ));
                let Content::File(path) = &document.content else {
                    return Ok(document.clone());
                };
                let text = read(path).map_err(|why| vec![format!("`source`: `{place}`: {why}")])?;
                ("source", place.to_owned(), text)
            }
            (None, None) => {
                let text = pod_template::render(role, &own.placement)
                    .map_err(|failure| vec![failure.what])?;
                ("node-labels", "the pod template".to_owned(), text)
            }
        };
        let wrong: Vec<String> = pod_template::problems(role, &text)
            .iter()
            .map(|problem| format!("`{input}`: `{name}`: {problem}"))
            .collect();
        match (&own.path, of_source) {
            _ if !wrong.is_empty() => Err(wrong),
            (None, Some(document)) => Ok(document.clone()),
            _ => Ok(Document::text(place, text)),
        }
    }

    fn given(
        &self,
        role: Role,
        input: &str,
        path: &Path,
        own: &OwnTemplate,
    ) -> Result<String, Vec<String>> {
        let problem = |why: String| vec![format!("`{input}`: `{}`: {why}", path.display())];
        let text = read(&self.workspace.join(path)).map_err(problem)?;
        if path.extension().is_some_and(|extension| extension == "hbs") {
            pod_template::rendered(role, &text, &own.placement).map_err(problem)
        } else {
            Ok(text)
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))
}

fn secrets(files: &[LocalFile], contents: &[Contents]) -> Vec<String> {
    let found = files.iter().zip(contents).filter_map(|(file, contents)| {
        let (what, line) = contents.secret?;
        Some(format!(
            "`{}`: line {line} holds what looks like {what}; remove it, and {HOW_TO_ALLOW}",
            file.relative
        ))
    });
    found.collect()
}

fn documents(files: Vec<LocalFile>, contents: Vec<Contents>) -> Vec<Document> {
    let document = |(file, contents): (LocalFile, Contents)| Document {
        path: file.relative,
        size: contents.size,
        checksum: contents.checksum(),
        parts: contents.parts,
        content: Content::File(file.path),
    };
    files.into_iter().zip(contents).map(document).collect()
}

/// Problems with the name of the input, the first of them when there are many.
fn said(input: &str, problems: &[String]) -> Vec<String> {
    let mut said: Vec<String> = problems
        .iter()
        .take(PROBLEMS)
        .map(|problem| format!("`{input}`: {problem}"))
        .collect();
    if problems.len() > PROBLEMS {
        let more = problems.len() - PROBLEMS;
        said.push(format!("`{input}`: and {more} more of this kind"));
    }
    said
}

fn unreadable(error: &TreeError) -> Failure {
    Failure::bad_input(
        "source",
        format!("`{}` cannot be read", error.path.display()),
    )
    .because(&error.error)
}
