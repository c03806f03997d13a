//! `footlight check`: what would fail, before it does.

use crate::{BAD_INPUT, args::CheckArgs, load};
use anyhow::Result;
use engine::{FindingLevel, ShowOptions};

#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn check(args: &CheckArgs) -> Result<u8> {
    let opened = load::open(&args.project)?;
    let options = ShowOptions {
        probe_exe: std::env::current_exe().ok(),
        ..ShowOptions::default()
    };
    let findings = engine::check(&opened.project, &opened.dir, &options);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        for f in &findings {
            let word = match f.level {
                FindingLevel::Pass => "ok  ",
                FindingLevel::Warn => "warn",
                FindingLevel::Fail => "FAIL",
            };
            println!("{word}  {}", f.message);
        }
    }
    let failed = findings.iter().any(|f| f.level == FindingLevel::Fail);
    Ok(if failed { BAD_INPUT } else { 0 })
}
