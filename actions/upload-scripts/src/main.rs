//! Upload a Spark job's scripts and its pod templates to S3, only what changed.
//!
//! | module       | idea                                                          |
//! |--------------|---------------------------------------------------------------|
//! | `inputs`     | the action's declaration, and its inputs as types             |
//! | `names`      | the checked names only this action uses                       |
//! | `action`     | the order of things                                           |
//! | `local_tree` | the files under the source folder                             |
//! | `pod_template` | pure: the two pod templates, rendered or checked            |
//! | `document`   | one thing to be in S3, with its checksum                      |
//! | `gather`     | scripts and templates as documents                            |
//! | `plan`       | pure: what is there already and what must be uploaded         |
//! | `s3`         | the bucket                                                    |
//! | `report`     | pure: outputs and step summary                                |

mod action;
mod document;
mod gather;
mod inputs;
mod local_tree;
mod names;
mod plan;
mod pod_template;
mod report;
mod s3;

fn main() -> std::process::ExitCode {
    gha::run(&inputs::ACTION, action::run)
}
