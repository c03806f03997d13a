//! `cargo xtask tidy`: sizes, names and leftovers, over every file git knows or would take.

use anyhow::{Context, Result, bail};
use std::{fs, path::Path, process::Command};

const WARN_LINES: usize = 500;
const MAX_LINES: usize = 800;
const MAX_ASSET_BYTES: u64 = 1024 * 1024;
const CODE: [&str; 5] = ["rs", "ts", "svelte", "js", "wgsl"];
/// In the first line of a file that a program wrote.
const GENERATED: &str = "do not change it by hand";
const EMPTY_NAMES: [&str; 7] = ["util", "utils", "helper", "helpers", "misc", "manager", "stuff"];

/// Prints what was found and fails if any of it is a fault.
pub(crate) fn run() -> Result<()> {
    let out = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard"])
        .output()
        .context("git ls-files")?;
    let mut faults = 0;
    for file in String::from_utf8_lossy(&out.stdout).lines() {
        let path = Path::new(file);
        let Ok(meta) = fs::metadata(path) else { continue };
        if meta.len() > MAX_ASSET_BYTES {
            eprintln!(
                "{file}: {} bytes; make media in the test, or keep it under 1 MiB",
                meta.len()
            );
            faults += 1;
        }
        let kind = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if !CODE.contains(&kind) {
            continue;
        }
        let text = fs::read_to_string(path).with_context(|| format!("{file} is not text"))?;
        for (fault, what) in judge(path, &text) {
            eprintln!("{file}: {what}");
            faults += usize::from(fault);
        }
    }
    if faults > 0 {
        bail!("{faults} faults");
    }
    println!("tidy: fine");
    Ok(())
}

/// (is a fault, what) for one file of code.
fn judge(path: &Path, text: &str) -> Vec<(bool, String)> {
    let mut found = vec![];
    let lines = text.lines().count();
    // What a program wrote is as long as it is; nobody reads it from top to bottom.
    let written = text.lines().next().is_some_and(|l| l.contains(GENERATED));
    if written {
        return found;
    }
    if lines > MAX_LINES {
        found.push((true, format!("{lines} lines; split it, {MAX_LINES} is the most")));
    } else if lines > WARN_LINES {
        found.push((false, format!("warning: {lines} lines; aim for 100 to 300")));
    }
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    if EMPTY_NAMES.contains(&stem.to_ascii_lowercase().as_str()) {
        found.push((true, format!("the name `{stem}` says nothing; name what it is about")));
    }
    let own = path.starts_with("crates/xtask");
    let rust = path.extension().is_some_and(|e| e == "rs");
    if rust && path.components().any(|c| c.as_os_str() == "src") && !text.trim_start().starts_with("//!") {
        found.push((
            true,
            "begin with a `//!` paragraph: what it is for, what it does not do".into(),
        ));
    }
    for mark in ["todo!(", "unimplemented!(", "FIXME", "dbg!("] {
        if !own && text.contains(mark) {
            found.push((true, format!("`{mark}` is left in it")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_found() {
        let faults = |path: &str, text: &str| judge(Path::new(path), text).into_iter().filter(|f| f.0).count();
        assert_eq!(faults("crates/a/src/ring.rs", "//! A ring.\n"), 0);
        assert_eq!(faults("crates/a/src/ring.rs", "struct Ring;\n"), 1, "no paragraph");
        assert_eq!(faults("crates/a/src/utils.rs", "//! All.\n"), 1, "empty name");
        assert_eq!(
            faults("crates/a/src/a.rs", &format!("//! A.\n{}", "\n".repeat(900))),
            1,
            "too long"
        );
        let made = format!("// Made by a program; do not change it by hand.\n{}", "\n".repeat(900));
        assert_eq!(faults("ui/src/api/generated.ts", &made), 0, "nobody wrote it");
        assert_eq!(faults("crates/a/tests/a.rs", "fn a() { todo!() }"), 1, "unfinished");
    }
}
