//! A Terraform root module as it is written: its blocks, and what each of them refers to.
//! Read without Terraform, whose `validate` needs the providers from a registry.

mod references;

use std::path::Path;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Body, Structure};

use crate::problem::{Problem, Result, WhileDoing as _};

pub(crate) use references::Reference;

/// All `.tf` files of one folder.
#[derive(Debug, Default)]
pub(crate) struct RootModule {
    pub(crate) blocks: Vec<WrittenBlock>,
}

/// A block at the top of a file, or one value of a `locals` block.
#[derive(Debug)]
pub(crate) struct WrittenBlock {
    /// `resource`, `data`, `module`, `variable`, `output`, `provider`, `ephemeral`, `terraform` or `local`.
    pub(crate) kind: String,
    pub(crate) labels: Vec<String>,
    /// The file by its path in the repository.
    pub(crate) file: String,
    /// The first line, from 1.
    pub(crate) line: usize,
    /// The arguments; for a `local` its one value under its own name.
    pub(crate) body: Body,
    pub(crate) references: Vec<Reference>,
}

impl RootModule {
    /// The `.tf` files of `folder`, a path below `root`; places are said by this path.
    pub(crate) fn in_folder(root: &Path, folder: &str) -> Result<Self> {
        let entries =
            std::fs::read_dir(root.join(folder)).while_doing(|| format!("look into `{folder}`"))?;
        let names = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".tf")).collect();
        names.sort();
        let mut module = Self::default();
        for name in names {
            let path = format!("{folder}/{name}");
            let text = std::fs::read_to_string(root.join(&path))
                .while_doing(|| format!("read `{path}`"))?;
            module.read(&path, &text)?;
        }
        if module.blocks.is_empty() {
            return Err(Problem::new(format!("there is no Terraform in `{folder}`")));
        }
        Ok(module)
    }

    fn read(&mut self, path: &str, text: &str) -> Result<()> {
        let body: Body = text.parse().while_doing(|| format!("read `{path}`"))?;
        for structure in body {
            match structure {
                Structure::Block(block) if block.has_ident("locals") => {
                    let values = block
                        .body
                        .into_iter()
                        .filter_map(|value| value.into_attribute().ok());
                    self.blocks
                        .extend(values.map(|value| local(value, path, text)));
                }
                Structure::Block(block) => self.blocks.push(written(block, path, text)),
                Structure::Attribute(_) => {
                    return Err(Problem::new(format!(
                        "`{path}` has an argument outside of every block"
                    )));
                }
            }
        }
        Ok(())
    }

    /// The blocks of one kind, in the order of files and lines.
    pub(crate) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a WrittenBlock> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }

    /// Whether there is a block of this kind with exactly these labels.
    pub(crate) fn has(&self, kind: &str, labels: &[&str]) -> bool {
        self.of_kind(kind).any(|block| block.labels == labels)
    }
}

impl WrittenBlock {
    /// The first label; nothing for `terraform`.
    pub(crate) fn label(&self) -> &str {
        self.labels.first().map_or("", String::as_str)
    }

    /// How Terraform calls it: `module.vpc`, `data.aws_region.current`, `aws_s3_bucket.default`.
    pub(crate) fn address(&self) -> String {
        let kind = match self.kind.as_str() {
            "resource" => None,
            "variable" => Some("var"),
            kind => Some(kind),
        };
        let parts = kind
            .into_iter()
            .chain(self.labels.iter().map(String::as_str));
        parts.collect::<Vec<_>>().join(".")
    }

    /// Where it begins, for a message.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// An argument that is a plain string.
    pub(crate) fn text(&self, argument: &str) -> Option<&str> {
        self.argument(argument)?.as_str()
    }

    pub(crate) fn argument(&self, name: &str) -> Option<&Expression> {
        self.body
            .get_attribute(name)
            .map(|attribute| &attribute.value)
    }
}

fn written(block: Block, path: &str, text: &str) -> WrittenBlock {
    let labels = block.labels.iter().map(|label| label.as_str().to_owned());
    WrittenBlock {
        kind: block.ident.as_str().to_owned(),
        labels: labels.collect(),
        file: path.to_owned(),
        line: line(text, block.span()),
        references: references::of_block(&block, text),
        body: block.body,
    }
}

fn local(value: Attribute, path: &str, text: &str) -> WrittenBlock {
    WrittenBlock {
        kind: "local".into(),
        labels: vec![value.key.as_str().to_owned()],
        file: path.to_owned(),
        line: line(text, value.span()),
        references: references::of_value(&value.value, text),
        body: std::iter::once(Structure::Attribute(value)).collect(),
    }
}

/// The line in which a span begins, from 1.
fn line(text: &str, span: Option<std::ops::Range<usize>>) -> usize {
    let before = span
        .and_then(|span| text.get(..span.start))
        .unwrap_or_default();
    before.matches('\n').count() + 1
}

#[cfg(test)]
impl RootModule {
    /// A module of one file `main.tf`.
    pub(crate) fn of(text: &str) -> Self {
        let mut module = Self::default();
        module.read("main.tf", text).unwrap();
        module
    }
}

#[cfg(test)]
mod tests {
    use super::RootModule;

    #[test]
    fn blocks_have_their_addresses_and_lines() {
        let module = RootModule::of(
            "locals {\n  a = 1\n}\n\nresource \"x\" \"y\" {\n  b = \"c\"\n}\ndata \"d\" \"e\" {}\n",
        );
        let seen: Vec<_> = module
            .blocks
            .iter()
            .map(|block| (block.address(), block.line))
            .collect();
        let expected = [("local.a", 2), ("x.y", 5), ("data.d.e", 8)];
        assert_eq!(
            seen,
            expected.map(|(address, line)| (address.to_owned(), line))
        );
        assert_eq!(module.blocks[1].text("b"), Some("c"));
        assert_eq!(module.blocks[1].place(), "main.tf:5");
    }

    #[test]
    fn what_is_not_hcl_names_the_file_and_the_line() {
        let problem = RootModule::default().read("main.tf", "a \"b\" {\n  c = = 1\n}\n");
        let problem = problem.unwrap_err().to_string();
        assert!(
            problem.contains("main.tf") && problem.contains("line 2"),
            "{problem}"
        );
    }
}
