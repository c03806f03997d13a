//! Opening a project for the command line: notices and findings are printed, what makes a show impossible is an error.

use anyhow::{Result, bail};
use media::Severity;
use project::{Opened, ProjectStore};
use std::path::Path;

#[expect(clippy::print_stderr, reason = "this is the command line")]
pub(crate) fn open(path: &Path) -> Result<Opened> {
    let opened = ProjectStore::open(path)?;
    for n in &opened.notices {
        eprintln!("footlight: {}", n.message);
    }
    let findings = engine::validate(&opened.project);
    let fatal: Vec<_> = findings
        .iter()
        .filter(|f| f.severity == Severity::Fatal)
        .map(|f| format!("{}: {}", f.path, f.message))
        .collect();
    if !fatal.is_empty() {
        bail!("the project can't be run:\n  {}", fatal.join("\n  "));
    }
    for f in findings {
        eprintln!("footlight: {}: {}", f.path, f.message);
    }
    Ok(opened)
}
