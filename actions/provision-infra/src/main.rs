//! `provision-infra`: applies a Terraform root module and the Karpenter NodePools of EMR on EKS, and takes both away.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that fails may panic")
)]

mod action;
mod applying;
mod bundled;
mod changes;
mod cluster;
mod contract;
mod destroying;
mod diagnostic;
mod emr;
mod inputs;
mod leftovers;
mod manifest;
mod markdown;
mod planning;
mod report;
mod review;
mod settings;
mod terraform;

fn main() -> std::process::ExitCode {
    gha::run(&inputs::ACTION, action::run)
}
