//! `cargo xtask measure window`: the figures of the real window on a display in memory, see
//! `src-tauri/tests/window/measure.rs`. They mean something only while nothing else runs on the machine.

use anyhow::{Context, Result, bail};
use std::process::Command;

const USAGE: &str = "cargo xtask measure window [--release] [start | idle | preview | key]";

/// Runs the measurements and shows what they print.
pub fn run(args: &[String]) -> Result<()> {
    let Some((what, rest)) = args.split_first() else {
        bail!("{USAGE}");
    };
    if what != "window" {
        bail!("{USAGE}");
    }
    let release = rest.iter().any(|a| a == "--release");
    let wanted: Vec<&String> = rest.iter().filter(|a| *a != "--release").collect();
    if let Some(unknown) = wanted
        .iter()
        .find(|a| !["start", "idle", "preview", "key"].contains(&a.as_str()))
    {
        bail!("`{unknown}` is nothing that is measured; {USAGE}");
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "test",
        "--quiet",
        "--locked",
        "-p",
        "footlight-studio",
        "--test",
        "window",
    ]);
    if release {
        command.arg("--release");
    }
    command.args(["--", "--ignored", "--nocapture", "--test-threads=1"]);
    if wanted.is_empty() {
        command.arg("measure_");
    }
    for one in wanted {
        command.arg(format!("measure_{one}"));
    }
    let status = command.status().context("cargo can't be started")?;
    if !status.success() {
        bail!("a measurement failed");
    }
    Ok(())
}
