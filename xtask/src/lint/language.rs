//! GitHub's own language service: expressions, contexts, keys, `with:` of own actions, inputs of reusable workflows.
//! Examples in Markdown files are held to the same.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::scripts;
use super::subjects::Subjects;
use crate::environment::Packages;
use crate::interrupt::Interrupt;
use crate::problem::{Problem, Result};

/// Checks workflows, action files, and the examples in `documents`; what is wrong is the text of the error.
pub(crate) async fn check(
    packages: &Packages,
    root: &Path,
    subjects: &Subjects,
    documents: &[PathBuf],
    interrupt: &Interrupt,
) -> Result<String> {
    let paths = subjects.workflows.iter().chain(&subjects.actions);
    let arguments: Vec<OsString> = std::iter::once(root)
        .chain(paths.chain(documents).map(PathBuf::as_path))
        .map(OsString::from)
        .collect();
    let finished = scripts::run(packages, "workflows.mjs", &arguments, interrupt).await?;
    if finished.status.success() {
        return Ok(finished.stdout.trim().to_owned());
    }
    let said = finished.stdout + &finished.stderr;
    Err(Problem::new(said.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::prepared;
    use super::super::subjects::Subjects;
    use crate::interrupt::Interrupt;
    use crate::problem::Result;

    const ACTION: &str = "name: up\ndescription: d\ninputs:\n  source:\n    description: s\n    required: true\n\
                          outputs:\n  uri:\n    description: u\nruns:\n  using: docker\n  image: Dockerfile\n";
    const CALLED: &str = "on:\n  workflow_call:\n    inputs:\n      size:\n        type: number\n        required: \
                          true\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo\n";
    const CALLER: &str = "\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    outputs:
      uri: ${{ steps.up.outputs.uri }}
    steps:
      - id: up
        uses: $/actions/up
        with:
          source: x
      - if: vars.X == ''
        run: echo
  b:
    needs: a
    uses: $/.github/workflows/called.yml
    with:
      size: ${{ needs.a.outputs.uri }}
  c:
    uses: anybody/emr-eks-actions/.github/workflows/called.yml@v1
    with:
      size: 1
";
    const DOCUMENT: &str = "# Up\n\n```yaml\n- uses: anybody/emr-eks-actions/actions/up@v1\n  with:\n    source: \
                            ${{ steps.other.outputs.x }}\n```\n\n```yaml\njust: settings\n```\n";

    async fn check(change: (&str, &str)) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut changed = false;
        let mut write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            changed |= text.contains(change.0);
            std::fs::write(path, text.replace(change.0, change.1)).unwrap();
            PathBuf::from(name)
        };
        let documents = [write("README.md", DOCUMENT)];
        let subjects = Subjects {
            workflows: vec![
                write(".github/workflows/called.yml", CALLED),
                write(".github/workflows/caller.yml", CALLER),
            ],
            actions: vec![write("actions/up/action.yml", ACTION)],
            dependabot: Vec::new(),
        };
        assert!(changed, "{} is nowhere", change.0);
        let (_sender, interrupt) = Interrupt::by_hand();
        let packages = prepared::checks();
        super::check(&packages, folder.path(), &subjects, &documents, &interrupt).await
    }

    #[tokio::test]
    async fn workflows_that_fit_their_actions_pass() {
        assert_eq!(check(("# Up", "# Up")).await.unwrap(), "3 files, 1 example");
    }

    #[tokio::test]
    async fn what_github_would_refuse_or_ignore_is_found() {
        for (right, wrong, said) in [
            (
                "    runs-on: ubuntu",
                "    run-on: ubuntu",
                "caller.yml:4:5: Unexpected value 'run-on'",
            ),
            (
                "          source: x",
                "          sorce: x",
                "caller.yml:11:11: Invalid action input 'sorce'",
            ),
            (
                "          source: x",
                "          {}",
                "caller.yml:10:9: Missing required input `source`",
            ),
            (
                "steps.up.outputs.uri",
                "steps.up.outputs.url",
                "caller.yml:6:12: Context access might be invalid: url",
            ),
            (
                "needs.a.outputs.uri",
                "needs.b.outputs.uri",
                "caller.yml:18:13: Context access might be invalid: b",
            ),
            ("vars.X == ''", "vars.X === ''", "caller.yml:12:13: "),
            (
                "vars.X == ''",
                "secrets.X == ''",
                "Unrecognized named-value: 'secrets'",
            ),
            (
                "$/actions/up",
                "$/actions/down",
                "Unable to resolve action `$/actions/down`",
            ),
            (
                "      size: 1",
                "      sizes: 1",
                "sizes is not defined in the referenced workflow",
            ),
            (
                "  image: Dockerfile",
                "  image: Dockerfile\n  pots: x",
                "actions/up/action.yml:13:3: Unexpected value 'pots'",
            ),
            (
                "    source: ${{",
                "    sourec: ${{",
                "README.md:6:5: Invalid action input 'sourec'",
            ),
        ] {
            let problem = check((right, wrong)).await.expect_err(wrong).to_string();
            assert!(problem.contains(said), "{wrong}: {problem}");
        }
    }
}
