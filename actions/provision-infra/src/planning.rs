//! `plan` and `plan-destroy`: what would happen, written down so that exactly that can be applied later. And the other
//! end of it: `apply` and `destroy` are held to the plan that was reviewed.

use crate::action::Session;
use crate::inputs::{ACTION, Expected};
use crate::report::files;
use crate::review::{self, Goal, Review, Reviewed};
use crate::terraform::Plan;
use gha::Failure;
use std::path::{Path, PathBuf};
use sticky_comment::comment::ROOM;
use sticky_comment::comment_on;

/// Most differences listed in a message.
const LISTED: usize = 20;

/// The plan to carry out, and where its file is.
pub(crate) struct Approved {
    pub(crate) plan: Plan,
    pub(crate) file: PathBuf,
}

impl Session {
    /// Plans and writes the review.
    ///
    /// # Errors
    /// When Terraform refuses, or when the review cannot be written.
    pub(crate) async fn plan(&self, goal: Goal) -> Result<(), Failure> {
        let plan = self.planned(goal).await?;
        let review = &plan.reviewed.review;
        let karpenter = match goal {
            Goal::Configuration => self.karpenter_objects()?,
            Goal::Nothing => Vec::new(),
        };
        let page = review::page(self.module_name(), plan.changes, review, &karpenter);
        let written = files::write(&self.inputs.plan_dir, review, &page)?;
        let set = |name, path: &Path| self.runner.outputs.set(name, path.display());
        set("plan-json", &written.json)?;
        set("plan-markdown", &written.markdown)?;
        if let Some(kept) = &self.inputs.plan_file {
            files::keep(&plan.file, kept)?;
        }
        self.runner.log.info(&format!(
            "plan: {}; nothing was changed. Hash {}",
            plan.changes, review.hash
        ));
        self.runner.summary.append(&page)?;
        let body = comment_body(&page);
        let settings = &self.inputs.comment;
        match comment_on(&self.runner, ACTION.name, settings, &body).await? {
            Some(url) => self.runner.outputs.set("comment-url", url),
            None => Ok(()),
        }
    }

    /// Plans, and says what it would change.
    pub(crate) async fn planned(&self, goal: Goal) -> Result<Plan, Failure> {
        let plan = self.terraform.plan(goal).await?;
        let review = &plan.reviewed.review;
        self.runner.outputs.set("changes", plan.changes)?;
        self.runner.outputs.set("plan-hash", &review.hash)?;
        self.runner.outputs.set("ended", review.ended())?;
        Ok(plan)
    }

    /// Plans, and refuses unless it is what was reviewed.
    ///
    /// # Errors
    /// When anything has moved since the review, with what.
    pub(crate) async fn approved(&self, goal: Goal) -> Result<Approved, Failure> {
        let plan = self.planned(goal).await?;
        self.runner.log.info(&format!("plan: {}", plan.changes));
        let file = match &self.inputs.plan_file {
            Some(file) => {
                let reviewed = self.terraform.review(goal, file).await?;
                self.hold_to_hash(&reviewed)?;
                self.hold(
                    &plan,
                    Some(&reviewed.review),
                    plan.reviewed.exact == reviewed.exact,
                )?;
                std::path::absolute(file).unwrap_or_else(|_| file.clone())
            }
            None => {
                if let Some(expected) = &self.inputs.expected_plan {
                    let same = *expected.hash() == plan.reviewed.review.hash;
                    self.hold(&plan, review_of(expected), same)?;
                }
                plan.file.clone()
            }
        };
        // Nothing is left to do: what was reviewed was done by an earlier run.
        let file = if plan.reviewed.review.is_empty() {
            plan.file.clone()
        } else {
            file
        };
        Ok(Approved { plan, file })
    }

    /// The file and the expected plan must be the same one.
    fn hold_to_hash(&self, reviewed: &Reviewed) -> Result<(), Failure> {
        match &self.inputs.expected_plan {
            Some(expected) if *expected.hash() != reviewed.review.hash => Err(Failure::bad_input(
                "plan-file",
                format!(
                    "the plan file has the hash {}, and `expected-plan` is {}: it is not the plan that was reviewed",
                    reviewed.review.hash,
                    expected.hash()
                ),
            )),
            _ => Ok(()),
        }
    }

    fn hold(&self, plan: &Plan, reviewed: Option<&Review>, same: bool) -> Result<(), Failure> {
        let now = &plan.reviewed.review;
        if same {
            self.runner
                .log
                .info(&format!("this is the plan that was reviewed: {}", now.hash));
            return Ok(());
        }
        if now.is_empty() && is_done(reviewed, now) {
            self.runner.log.info(
                "nothing is left to do of the plan that was reviewed: an earlier run has done it",
            );
            return Ok(());
        }
        let cut_off = now.goal == Goal::Nothing
            && reviewed.is_some_and(|reviewed| review::moved(reviewed, now).is_empty());
        if cut_off {
            self.runner.log.info(
                "this is what is left of the plan that was reviewed: an earlier run was cut off",
            );
            return Ok(());
        }
        let mut moved = reviewed
            .map(|reviewed| review::moved(reviewed, now))
            .unwrap_or_default();
        if moved.len() > LISTED {
            let more = moved.len() - LISTED;
            moved.truncate(LISTED);
            moved.push(format!("and {more} more"));
        }
        let what = match (reviewed, moved.as_slice()) {
            (None, _) => format!(
                "only its hash was given, so what has moved cannot be told, nor whether an earlier run has done it; it would now be {}",
                plan.changes
            ),
            (Some(reviewed), _) if now.is_empty() && reviewed.source != now.source => {
                "nothing would be changed now, and not because it was done: the configuration or its variables are others than \
                 those that were reviewed"
                    .to_owned()
            }
            (Some(_), []) => "values that are sensitive have changed".to_owned(),
            (Some(_), moved) => format!("what has moved:\n  {}", moved.join("\n  ")),
        };
        Err(Failure::outside(
            "Plan has moved",
            format!("the plan is not the one that was reviewed, and nothing was changed; {what}"),
        )
        .help(
            match now.goal {
                Goal::Configuration => {
                    "run `plan` again and have it reviewed anew; give the path of plan.json as `expected-plan` to be told what has moved"
                }
                Goal::Nothing => {
                    "run `plan-destroy` again and have it reviewed anew; give the path of plan.json as `expected-plan` to be told what \
                     has moved"
                }
            },
        ))
    }
}

/// The page, cut where GitHub would refuse it.
fn comment_body(page: &str) -> String {
    const CUT: &str = "\n\n_Cut here: the step summary has the rest, and plan.json everything._\n";
    if page.chars().count() <= ROOM {
        return page.to_owned();
    }
    let room = ROOM - CUT.chars().count();
    let whole = page.chars().take(room).collect::<String>();
    // Whole lines only, so that no table cell and no tag is left open in the middle.
    let lines = whole.rsplit_once('\n').map_or("", |(lines, _)| lines);
    let open = lines.matches("<details>").count()
        - lines
            .matches("</details>")
            .count()
            .min(lines.matches("<details>").count());
    format!("{lines}{}{CUT}", "\n\n</details>".repeat(open))
}

/// Whether an empty plan means that the reviewed one was carried out: then both were made from the same configuration and
/// variables. After a destroy there is nothing, whatever it was made from.
fn is_done(reviewed: Option<&Review>, now: &Review) -> bool {
    now.goal == Goal::Nothing || reviewed.is_some_and(|reviewed| reviewed.source == now.source)
}

fn review_of(expected: &Expected) -> Option<&Review> {
    match expected {
        Expected::Hash(_) => None,
        Expected::Review(review) => Some(review),
    }
}
