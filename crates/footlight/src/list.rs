//! `footlight devices` and `footlight encoders`.

use anyhow::{Context, Result};
use project::VideoCodecName;
use sources::source_kinds;
use std::time::Duration;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the command line")]
pub(crate) fn devices(json: bool) -> Result<u8> {
    let mut found = vec![];
    for kind in source_kinds() {
        let Some(list) = kind.devices else { continue };
        match list() {
            Ok(devices) => found.extend(devices),
            Err(e) => eprintln!("footlight: {}: {e}", kind.info.name),
        }
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&found)?);
        return Ok(0);
    }
    if found.is_empty() {
        println!("No screen, camera or sound device was found on this computer.");
    }
    for d in &found {
        println!(
            "{:<14} {}\n{:<14} {}\n{:<14} settings: {}",
            d.kind,
            d.name,
            "",
            d.detail,
            "",
            serde_json::Value::Object(d.settings.clone())
        );
    }
    Ok(0)
}

#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn encoders(json: bool) -> Result<u8> {
    let exe = std::env::current_exe().context("this program's own path is unknown")?;
    let probes = codec::probe_all(&exe, Duration::from_secs(5));
    if json {
        println!("{}", serde_json::to_string_pretty(&probes)?);
        return Ok(0);
    }
    let mut codec = "";
    for p in &probes {
        if p.codec != codec {
            codec = &p.codec;
            let named = VideoCodecName::ALL.into_iter().find(|c| c.id() == codec);
            println!("{}", named.map_or(codec, |c| c.label()));
        }
        let state = match (&p.reason, p.recommended) {
            (_, true) => "available, used by `auto`".to_owned(),
            (None, false) => "available".to_owned(),
            (Some(why), _) => format!("not available: {why}"),
        };
        println!("  {:<12} {:<28} {state}", p.id, p.name);
    }
    Ok(0)
}
