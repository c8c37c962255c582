//! Upload a Spark job's scripts and its pod templates to S3: the whole set or none of it, and only what changed.
//!
//! | module       | idea                                                          |
//! |--------------|---------------------------------------------------------------|
//! | `inputs`     | the action's declaration, and its inputs as types             |
//! | `names`      | the checked names only this action uses                       |
//! | `action`     | the order of things                                           |
//! | `source`     | the source folder: which files, and what is in them           |
//! | `placement`  | pure: on which nodes the pods run                             |
//! | `pod_template` | pure: the two pod templates, rendered or checked            |
//! | `gather`     | from the folder to the set, with all problems at once         |
//! | `checksum`   | how a file's content is known                                 |
//! | `content_type` | pure: what S3 is told a file is                             |
//! | `set`        | pure: what belongs together, its hash and its place           |
//! | `manifest`   | pure: what says that a set is complete                        |
//! | `plan`       | pure: what is there already and what must be sent             |
//! | `sync`       | look, send, complete                                          |
//! | `ledger`     | the manifest while an upload goes on                          |
//! | `send`       | many files at once                                            |
//! | `long_file`  | one file in parts                                             |
//! | `progress`   | how far it is                                                 |
//! | `s3`         | the bucket: single requests                                   |
//! | `report`     | pure: outputs and step summary                                |

mod action;
mod checksum;
mod content_type;
mod gather;
mod inputs;
mod ledger;
mod long_file;
mod manifest;
mod names;
mod placement;
mod plan;
mod pod_template;
mod progress;
mod report;
mod s3;
mod send;
mod set;
mod source;
mod sync;

fn main() -> std::process::ExitCode {
    gha::run(&inputs::ACTION, action::run)
}
