//! `cargo xtask …`: the house rules as programs, the generated documents and the bench.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "these are command-line programs"
)]

mod bench;
mod count;
mod deps;
mod measure;
mod reference;
mod schema;
mod tidy;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str =
    "cargo xtask deps | tidy | schema [--check] | count [--write] | bench [--quick] | measure window [--release]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("xtask: {e:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    match args.split_first().map(|(a, rest)| (a.as_str(), rest)) {
        Some(("deps", [])) => deps::run(),
        Some(("tidy", [])) => tidy::run(),
        Some(("schema", rest)) => schema::run(rest.iter().any(|a| a == "--check")),
        Some(("count", rest)) => count::run(rest),
        Some(("bench", rest)) => bench::run(rest),
        Some(("measure", rest)) => measure::run(rest),
        _ => bail!("{USAGE}"),
    }
}
