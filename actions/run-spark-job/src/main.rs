//! `run-spark-job`: runs one Spark job on EMR on EKS, waits for it and records what it used.
//!
//! Pure modules (`request`, `pace`, `driver_log`, `driver_output`, `driver_wait`, `event_log`, `watch`, `progress`,
//! `record`, `outcome`) decide; edge modules (`emr`, `s3`, `cluster`, `kubeconfig`) talk to one system each. The order of things is
//! in `action` up to the submission (`earlier` looks for a job run to attach to, `submit` starts one) and in `run` from there
//! on, with `follow`, `ending`, `gather` and `deliver`. `post` is the program's second entry: it ends what `main` left.
//! `sweep` is the third: it ends what a lost runner left.

mod action;
mod asked;
mod caller;
mod checks;
mod cloudwatch;
mod cluster;
mod credentials;
mod deliver;
mod driver_live;
mod driver_log;
mod driver_output;
mod driver_place;
mod driver_resume;
mod driver_shown;
mod driver_stage;
mod driver_wait;
mod earlier;
mod emr;
mod ending;
mod event_log;
mod explain;
mod follow;
mod gather;
mod hurry;
mod inputs;
mod job;
mod job_file;
mod kept;
mod kubeconfig;
mod outcome;
mod pace;
mod post;
mod progress;
mod record;
mod redact;
mod request;
mod run;
mod s3;
mod shown;
mod span;
mod state;
mod submit;
mod sweep;
mod watch;

fn main() -> std::process::ExitCode {
    if gha::is_called(sweep::ACTION.name) {
        return gha::run(&sweep::ACTION, sweep::run);
    }
    gha::run_parts(&inputs::ACTION, action::run, post::run)
}
