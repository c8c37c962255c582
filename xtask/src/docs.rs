//! `cargo xtask docs`: what must say the same as the programs is made from them: the inputs and outputs of every
//! action.yml, the tables of the READMEs, and the files that documents show. `cargo xtask tidy` fails on any difference.

mod action_yml;
mod blocks;
mod describe;
mod diagram;
mod tables;
mod terraform;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::build;
use crate::demo::Desk;
use crate::interrupt::Interrupt;
use crate::places::Places;
use crate::problem::{Problem, Result, WhileDoing as _};
use crate::root_module::RootModule;
use crate::tidy::{Finding, layout};

use describe::Description;

/// Writes action.yml and README tables from what the programs say of themselves.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Write nothing; fail if something would change.
    #[arg(long)]
    check: bool,
}

/// The name of a program and its folder below `actions/`: `compare-dra-comment` is in `compare-dra/comment`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: String,
    folder: String,
}

/// Writes what has changed, and says which files that were.
pub(crate) async fn run(options: &Options, desk: &Desk) -> Result<()> {
    build::actions(&desk.places, &desk.interrupt).await?;
    let documents = generate(&desk.places, &desk.interrupt).await?;
    let changed = changed(&documents);
    for (path, text) in &changed {
        let shown = path.strip_prefix(&desk.places.repository).unwrap_or(path);
        if !options.check {
            std::fs::write(path, text).while_doing(|| format!("write `{}`", path.display()))?;
        }
        desk.terminal.line(&format!("{}", shown.display()));
    }
    match (changed.len(), options.check) {
        (0, _) => {
            desk.terminal.line("every document is up to date");
            Ok(())
        }
        (_, false) => Ok(()),
        (count, true) => {
            Err(Problem::new(format!("{count} document(s) are out of date")).help(MEND))
        }
    }
}

const MEND: &str = "run `cargo xtask docs`";

/// The same as findings, for `tidy`. The programs must be built.
pub(crate) async fn check(places: &Places, interrupt: &Interrupt) -> Result<Vec<Finding>> {
    let documents = match generate(places, interrupt).await {
        Ok(documents) => documents,
        Err(problem) if problem.is_interrupt() => return Err(problem),
        Err(problem) => {
            let mend = problem.advice().unwrap_or(MEND).to_owned();
            return Ok(vec![Finding::new("actions", problem.to_string(), mend)]);
        }
    };
    let finding = |(path, text): (&PathBuf, &String)| {
        let shown = path.strip_prefix(&places.repository).unwrap_or(path);
        let now = std::fs::read_to_string(path).unwrap_or_default();
        let place = format!("{}:{}", shown.display(), first_difference(&now, text));
        Finding::new(place, "differs from what the programs say", MEND)
    };
    Ok(changed(&documents).into_iter().map(finding).collect())
}

fn first_difference(now: &str, then: &str) -> usize {
    let same = now.lines().zip(then.lines());
    same.take_while(|(now, then)| now == then).count() + 1
}

fn changed(documents: &BTreeMap<PathBuf, String>) -> Vec<(&PathBuf, &String)> {
    let differs = |(path, text): &(&PathBuf, &String)| {
        std::fs::read_to_string(path).ok().as_ref() != Some(*text)
    };
    documents.iter().filter(differs).collect()
}

/// Every document that is made, as it should be.
async fn generate(places: &Places, interrupt: &Interrupt) -> Result<BTreeMap<PathBuf, String>> {
    let mut documents = BTreeMap::new();
    let mut described = BTreeMap::new();
    for entry in entries(&places.repository) {
        let description =
            describe::ask(&places.binaries.join(&entry.name), &entry.name, interrupt).await?;
        let path = places
            .repository
            .join("actions")
            .join(&entry.folder)
            .join("action.yml");
        let text = action_yml::rewrite(&read(&path)?, &description)
            .map_err(|problem| Problem::new(format!("{}: {problem}", path.display())))?;
        documents.insert(path, text);
        described.insert(entry.name, description);
    }
    for path in markdown(&places.repository) {
        let text = read(&path)?;
        if !blocks::has_any(&text) {
            continue;
        }
        let folder = path.parent().unwrap_or(&places.repository);
        let rewritten = blocks::rewrite(&text, |asked| content(asked, folder, &described))
            .map_err(|problem| Problem::new(format!("{}: {problem}", path.display())))?;
        documents.insert(path, rewritten);
    }
    for entry in entries(&places.repository) {
        complete(&entry, places, &documents)?;
    }
    Ok(documents)
}

/// What belongs between two markers: `inputs of <program>`, `outputs of <program>`, `file <path>`, or of the Terraform
/// module in a folder `variables of <path>`, `values of <path>` and `diagram of <path>`.
fn content(
    asked: &str,
    folder: &Path,
    described: &BTreeMap<String, Description>,
) -> Result<String> {
    let of = |program: &str| {
        described
            .get(program)
            .ok_or_else(|| Problem::new(format!("there is no program `{program}`")))
    };
    let module_of = |path: &str| RootModule::in_folder(folder, path.trim_start_matches("of "));
    match asked.split_once(' ') {
        Some(("inputs", rest)) => Ok(tables::inputs(of(rest.trim_start_matches("of "))?)),
        Some(("outputs", rest)) => Ok(tables::outputs(of(rest.trim_start_matches("of "))?)),
        Some(("file", path)) => {
            let text = read(&folder.join(path))?;
            let language = path.rsplit('.').next().unwrap_or_default();
            let language = if language == "yml" { "yaml" } else { language };
            Ok(format!("```{language}\n{}\n```\n", text.trim_end()))
        }
        Some(("variables", rest)) => Ok(terraform::variables(&module_of(rest)?)),
        Some(("values", rest)) => Ok(terraform::outputs(&module_of(rest)?)),
        Some(("diagram", rest)) => Ok(diagram::draw(&module_of(rest)?)),
        _ => Err(Problem::new(format!("nothing is known as `{asked}`"))
            .help("write inputs, outputs (of <program>), variables, values, diagram (of <path>) or `file <path>`")),
    }
}

/// Every program has its tables in its action's README.
fn complete(entry: &Entry, places: &Places, documents: &BTreeMap<PathBuf, String>) -> Result<()> {
    let action = entry.folder.split('/').next().unwrap_or_default();
    let readme = places
        .repository
        .join("actions")
        .join(action)
        .join("README.md");
    let text = documents.get(&readme).map_or("", String::as_str);
    for what in ["inputs", "outputs"] {
        let asked = format!("{what} of {}", entry.name);
        if !blocks::asks_for(text, &asked) {
            let shown = readme.strip_prefix(&places.repository).unwrap_or(&readme);
            return Err(
                Problem::new(format!("{} has no table of the {asked}", shown.display()))
                    .help(format!("add the lines {}", blocks::markers(&asked))),
            );
        }
    }
    Ok(())
}

fn entries(repository: &Path) -> Vec<Entry> {
    let folders = layout::action_folders(repository).into_iter();
    let with_second = |name: String| {
        let second = layout::second_entries(repository, &name).into_iter();
        let second: Vec<_> = second
            .map(|second| Entry {
                name: format!("{name}-{second}"),
                folder: format!("{name}/{second}"),
            })
            .collect();
        let first = Entry {
            folder: name.clone(),
            name,
        };
        std::iter::once(first).chain(second)
    };
    folders.flat_map(with_second).collect()
}

/// The documents that may hold something generated.
fn markdown(repository: &Path) -> Vec<PathBuf> {
    let actions = layout::action_folders(repository).into_iter();
    let readmes = actions.map(|action| repository.join("actions").join(action).join("README.md"));
    let below = layout::action_folders(repository)
        .into_iter()
        .flat_map(|action| {
            let folder = std::fs::read_dir(repository.join("actions").join(action));
            let entries = folder.into_iter().flatten().flatten();
            let mut readmes: Vec<_> = entries
                .map(|entry| entry.path().join("README.md"))
                .collect();
            readmes.sort();
            readmes
        });
    readmes
        .chain(below)
        .chain([
            repository.join("README.md"),
            repository.join(".github/workflows/README.md"),
            repository.join(".github/SECURITY.md"),
        ])
        .filter(|path| path.is_file())
        .collect()
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).while_doing(|| format!("read `{}`", path.display()))
}
