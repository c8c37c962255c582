//! Scripts and pod templates as documents. Reads the source folder; every problem here is a bad input.

use crate::{
    document::Document,
    inputs::Inputs,
    local_tree::{self, LocalFile, Tree, TreeError},
    pod_template::{self, Role},
};
use gha::Failure;
use std::path::Path;

/// The most S3 takes in one request, in bytes (5 GiB).
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// How many files a message lists.
const LISTED: usize = 10;

/// The documents, and what the reader of the log should know about them.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) documents: Vec<Document>,
    pub(crate) notes: Vec<String>,
}

/// Everything that belongs under the prefix.
pub(crate) fn gather(source: &Path, inputs: &Inputs) -> Result<Gathered, Failure> {
    if !source.is_dir() {
        let why = if source.exists() {
            "it is not a folder"
        } else {
            "there is no such folder"
        };
        return Err(
            Failure::bad_input("source", format!("`{}`: {why}", inputs.source.display()))
                .help("check the path; in a workflow, check out the repository before this step"),
        );
    }
    let Tree {
        files,
        left_out: mut notes,
    } = local_tree::read(source).map_err(|error| unreadable(&error))?;
    require_entry_point(&files, inputs)?;

    let mut documents = files
        .into_iter()
        .map(document)
        .collect::<Result<Vec<_>, _>>()?;
    for (role, pool) in [
        (Role::Driver, &inputs.driver_node_pool),
        (Role::Executor, &inputs.executor_node_pool),
    ] {
        let own = documents
            .iter()
            .find(|document| document.relative == role.path());
        if let Some(own) = own {
            check_own_template(own, role)?;
            notes.push(format!(
                "`{}` is in the source folder: it is used as it is",
                role.path()
            ));
        } else {
            documents.push(Document::text(
                role.path(),
                pod_template::render(role, pool)?,
            ));
        }
    }
    documents.sort_by(|one, other| one.relative.cmp(&other.relative));
    Ok(Gathered { documents, notes })
}

fn require_entry_point(files: &[LocalFile], inputs: &Inputs) -> Result<(), Failure> {
    let wanted = inputs.entry_point.to_string();
    if files.iter().any(|file| file.relative == wanted) {
        return Ok(());
    }
    let mut found: Vec<String> = files
        .iter()
        .take(LISTED)
        .map(|file| format!("`{}`", file.relative))
        .collect();
    if files.len() > LISTED {
        found.push(format!("and {} more", files.len() - LISTED));
    }
    let found = if found.is_empty() {
        "nothing".to_owned()
    } else {
        found.join(", ")
    };
    let source = inputs.source.display();
    Err(Failure::bad_input(
        "entry-point",
        format!("`{wanted}` is not a file in `{source}`, which holds {found}"),
    )
    .help("give the path relative to `source`; hidden files are not uploaded"))
}

fn document(file: LocalFile) -> Result<Document, Failure> {
    if file.size > LARGEST {
        return Err(Failure::bad_input(
            "source",
            format!(
                "`{}` has {} bytes, more than the 5 GiB that S3 takes in one request",
                file.relative, file.size
            ),
        ));
    }
    Document::file(file.relative, file.path.clone()).map_err(|error| {
        unreadable(&TreeError {
            path: file.path,
            error,
        })
    })
}

fn check_own_template(own: &Document, role: Role) -> Result<(), Failure> {
    let crate::document::Content::File(path) = &own.content else {
        return Ok(());
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        unreadable(&TreeError {
            path: path.clone(),
            error,
        })
    })?;
    pod_template::check(role, &text).map_err(|why| {
        Failure::bad_input(
            "source",
            format!("`{}` is no pod template for Spark: {why}", own.relative),
        )
        .help("correct the file, or remove it to have it made for the NodePools given by input")
    })
}

fn unreadable(error: &TreeError) -> Failure {
    Failure::bad_input(
        "source",
        format!("`{}` cannot be read", error.path.display()),
    )
    .because(&error.error)
}
