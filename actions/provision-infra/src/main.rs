//! `provision-infra`: applies a Terraform root module and the Karpenter NodePools of EMR on EKS, and takes both away.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that fails may panic")
)]

mod action;
mod changes;
mod cluster;
mod contract;
mod diagnostic;
mod inputs;
mod manifest;
mod report;
mod settings;
mod terraform;

fn main() -> std::process::ExitCode {
    gha::run(&inputs::ACTION, action::run)
}
