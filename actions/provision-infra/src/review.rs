//! A plan as somebody reviews it: what each resource becomes, the dangerous first, and a hash by which it is known again.
//! Pure: made from what `terraform show -json` prints; no value that Terraform calls sensitive is in it.
//!
//! | module        | idea                                                              |
//! |---------------|-------------------------------------------------------------------|
//! | `plan_json`   | what Terraform prints of a plan                                   |
//! | `secrets`     | which texts in it are sensitive, wherever they stand              |
//! | `attributes`  | what differs inside a resource                                    |
//! | `fingerprint` | the same plan gives the same hash, whenever it is made            |
//! | `moved`       | what two plans differ in                                          |
//! | `page`        | the review as Markdown                                            |

mod attributes;
mod fingerprint;
mod moved;
mod page;
mod plan_json;
mod secrets;

pub(crate) use fingerprint::{Hash, of_text};
pub(crate) use moved::moved;
pub(crate) use page::page;

use attributes::Attribute;
use plan_json::{PlanJson, ResourceChange};
use secrets::Secrets;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Version of the document.
const SCHEMA: u32 = 1;

/// Name of the hash of everything else in the document, so that nobody changes what people read and leaves the rest.
const SEAL: &str = "seal";

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Goal {
    /// To reach what the configuration says.
    #[serde(rename = "apply")]
    Configuration,
    /// To remove everything.
    #[serde(rename = "destroy")]
    Nothing,
}

/// What becomes of a resource; the most dangerous first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Action {
    Destroy,
    Replace,
    /// Terraform forgets it; it stays as it is and costs what it costs.
    Forget,
    Update,
    Import,
    Create,
    /// A data source that can only be read during the apply.
    Read,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Destroy => "destroy",
            Self::Replace => "replace",
            Self::Forget => "forget",
            Self::Update => "update",
            Self::Import => "import",
            Self::Create => "create",
            Self::Read => "read",
        })
    }
}

impl Action {
    /// Whether something that is there now is gone afterwards.
    pub(crate) fn ends_something(self) -> bool {
        matches!(self, Self::Destroy | Self::Replace)
    }
}

/// One plan, to be read by people and compared by programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Review {
    schema: u32,
    pub(crate) goal: Goal,
    pub(crate) hash: Hash,
    /// SHA-256 of what was planned from: the configuration and its variables, the sensitive ones left out.
    pub(crate) source: Hash,
    /// Whether Terraform says that the plan covers everything.
    pub(crate) complete: bool,
    /// What is carried out beside the changes and held to the review as well, each with its hash.
    beyond: BTreeMap<String, String>,
    /// How many resources of each kind of change.
    counts: BTreeMap<Action, usize>,
    /// What changes, the most dangerous first.
    pub(crate) resources: Vec<Resource>,
    pub(crate) outputs: Vec<OutputChange>,
    /// Changed by somebody else since the last apply.
    pub(crate) drift: Vec<Drift>,
}

/// What becomes of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) address: String,
    /// The address it had before a `moved` block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous_address: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) action: Action,
    /// Terraform's own word for why, such as `delete_because_no_resource_config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Whether ending it ends data or running work with it.
    pub(crate) holds_data: bool,
    /// What differs inside; empty for what is created or destroyed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<Attribute>,
    digest: String,
}

/// What becomes of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutputChange {
    pub(crate) name: String,
    pub(crate) action: Action,
    digest: String,
}

/// A resource that is not as the last apply left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Drift {
    pub(crate) address: String,
    /// Whether it is gone; else it was changed.
    pub(crate) gone: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<Attribute>,
}

/// A review, and what must not leave this process.
#[derive(Debug, Clone)]
pub(crate) struct Reviewed {
    pub(crate) review: Review,
    /// The hash of the plan with its sensitive values in it. Never shown: a short secret could be guessed from it.
    pub(crate) exact: Hash,
    /// Names of the EKS clusters that the plan destroys; none for one whose name is not known.
    pub(crate) clusters_destroyed: Vec<Option<String>>,
}

/// Why a document is no review.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("it is not what `plan` writes as plan.json: {0}")]
    NotAReview(#[source] serde_json::Error),
    #[error("it has schema {0}; this version reads schema {SCHEMA}")]
    OtherSchema(u32),
    #[error("its hash does not fit what it lists, so it was changed after `plan` wrote it")]
    Changed,
}

/// Reads what `terraform show -json` printed of a plan.
///
/// # Errors
/// When it is something else.
/// `node_pools` is the hash of the Karpenter objects that apply sets afterwards, if it sets any.
pub(crate) fn read(
    goal: Goal,
    json: &str,
    node_pools: Option<&str>,
) -> Result<Reviewed, serde_json::Error> {
    let plan: PlanJson = serde_json::from_str(json)?;
    let secrets = Secrets::of(&plan);
    let resources = |secrets: &Secrets| -> Vec<Resource> {
        let mut resources: Vec<Resource> = plan
            .resource_changes
            .iter()
            .filter_map(|change| resource(change, secrets))
            .collect();
        resources.sort_by(|a, b| (a.rank(), &a.address).cmp(&(b.rank(), &b.address)));
        resources
    };
    let outputs = |secrets: &Secrets| -> Vec<OutputChange> {
        let changes = plan.output_changes.iter();
        let changed = |(name, change): (&String, &plan_json::Change)| {
            Some(OutputChange {
                name: name.clone(),
                action: change.action()?,
                digest: fingerprint::digest(change, secrets),
            })
        };
        changes.filter_map(changed).collect()
    };
    let drift = plan.resource_drift.iter().filter_map(|change| {
        let gone = change.change.action()? == Action::Destroy;
        Some(Drift {
            address: change.address.clone(),
            gone,
            attributes: attributes::differences(&change.change, &secrets),
        })
    });
    let open = Secrets::default();
    let beyond = |secrets: &Secrets| -> BTreeMap<String, String> {
        let provisioners = fingerprint::provisioners(&plan, secrets);
        [
            ("NodePools", node_pools.map(str::to_owned)),
            ("provisioners", provisioners),
        ]
        .into_iter()
        .filter_map(|(name, digest)| Some((name.to_owned(), digest?)))
        .collect()
    };
    let exact = fingerprint::hash(goal, &resources(&open), &outputs(&open), &beyond(&open));
    let (resources, outputs) = (resources(&secrets), outputs(&secrets));
    Ok(Reviewed {
        exact,
        clusters_destroyed: plan.clusters_destroyed(),
        review: Review {
            schema: SCHEMA,
            goal,
            hash: fingerprint::hash(goal, &resources, &outputs, &beyond(&secrets)),
            beyond: beyond(&secrets),
            source: fingerprint::source(&plan, &secrets),
            complete: plan.complete,
            counts: counts(&resources),
            drift: drift.collect(),
            resources,
            outputs,
        },
    })
}

impl Review {
    /// Reads the document that [`Review::document`] writes, and checks that nobody has changed it since.
    ///
    /// # Errors
    /// When it is something else, or changed.
    pub(crate) fn parse(json: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Schema {
            schema: u32,
        }
        let Schema { schema } = serde_json::from_str(json).map_err(Unreadable::NotAReview)?;
        if schema != SCHEMA {
            return Err(Unreadable::OtherSchema(schema));
        }
        let review: Self = serde_json::from_str(json).map_err(Unreadable::NotAReview)?;
        let hash = fingerprint::hash(
            review.goal,
            &review.resources,
            &review.outputs,
            &review.beyond,
        );
        let mut document: Value = serde_json::from_str(json).map_err(Unreadable::NotAReview)?;
        let seal = document
            .as_object_mut()
            .and_then(|document| document.remove(SEAL));
        let sealed = seal.is_some_and(|seal| seal == fingerprint::of_value(&document));
        if hash == review.hash && sealed {
            Ok(review)
        } else {
            Err(Unreadable::Changed)
        }
    }

    /// The review as JSON, for [`Review::parse`] and for programs of others.
    pub(crate) fn document(&self) -> Result<String, serde_json::Error> {
        let mut document = serde_json::to_value(self)?;
        let seal = fingerprint::of_value(&document);
        document[SEAL] = seal.into();
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    /// Whether applying it would change nothing, neither resources nor outputs.
    pub(crate) fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty()
    }

    /// How many resources are destroyed, alone or to be replaced.
    pub(crate) fn ended(&self) -> usize {
        let ended = self.resources.iter().filter(|r| r.action.ends_something());
        ended.count()
    }
}

impl Resource {
    fn rank(&self) -> (Action, bool) {
        // What ends data before what ends the rest; for all others it makes no difference.
        (
            self.action,
            !(self.holds_data && self.action.ends_something()),
        )
    }
}

fn counts(resources: &[Resource]) -> BTreeMap<Action, usize> {
    let mut counts = BTreeMap::new();
    for resource in resources {
        *counts.entry(resource.action).or_default() += 1;
    }
    counts
}

fn resource(change: &ResourceChange, secrets: &Secrets) -> Option<Resource> {
    let action = change.change.action()?;
    let differs = matches!(action, Action::Update | Action::Replace | Action::Import);
    Some(Resource {
        address: change.address.clone(),
        previous_address: change.previous_address.clone(),
        kind: change.kind.clone(),
        action,
        reason: change.action_reason.clone(),
        holds_data: plan_json::holds_data(&change.kind),
        attributes: if differs {
            attributes::differences(&change.change, secrets)
        } else {
            Vec::new()
        },
        digest: fingerprint::digest(&change.change, secrets),
    })
}

#[cfg(test)]
mod tests;
