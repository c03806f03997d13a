//! `footlight run`: the main job.

use crate::{
    SHOW_FAILED,
    args::RunArgs,
    load,
    status::{StatusView, print_report},
};
use anyhow::{Context, Result};
use control::{Access, Door, Front, OneShow};
use engine::{ExtraDestination, Report, Show, ShowOptions};
use media::{Clock, MediaTime, Secret, SystemClock};
use std::{
    fs::File,
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

/// Where the watch page is served unless said otherwise.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7080);
/// How often the status is shown.
const LOOK: MediaTime = MediaTime::from_millis(200);

pub(crate) fn run(args: &RunArgs, clock: &SystemClock) -> Result<u8> {
    let opened = load::open(&args.project)?;
    let options = ShowOptions {
        extra_destinations: args
            .destination
            .iter()
            .map(|url| ExtraDestination {
                url: Secret::new(url.as_str()),
            })
            .collect(),
        record: args.record.clone(),
        iso: args.iso.clone(),
        duration_s: args.duration,
        renderer: args.renderer.into(),
        size: args.size,
        fps: args.fps,
        clock: clock.clone(),
        transition: engine::Transition::cut(),
        store: Some(opened.store),
        config_dir: None,
        probe_exe: std::env::current_exe().ok(),
    };
    let door = door(args.listen)?;
    let mut report_file = args.report.as_deref().map(create_report).transpose()?;
    let show = Show::start(opened.project, &opened.dir, &options)?;
    let house = Arc::new(OneShow { show: show.remote() });
    let server = door.serve(show.runtime(), house, Access::default(), Front::Watch)?;
    let stop = catch_signals(show.runtime())?;
    let mut view = StatusView::new(&show, server.watch_url());
    while !show.is_over() && !stop.load(Relaxed) {
        clock.sleep_until(clock.now() + LOOK);
        view.update(&show);
    }
    view.ending();
    let report = show.end();
    view.update(&show);
    view.close();
    print_report(&report);
    if let Some(file) = &mut report_file {
        let text = serde_json::to_string_pretty(&report)? + "\n";
        file.write_all(text.as_bytes()).context("the report can't be written")?;
    }
    Ok(if went_well(&report) { 0 } else { SHOW_FAILED })
}

/// Whether everybody got the show.
fn went_well(r: &Report) -> bool {
    let encoded = r.encoders.iter().all(|e| e.frames_out > 0 || e.frames_in == 0);
    let recorded = r.recordings.iter().all(|f| f.error.is_none());
    // `stopped` and `idle` were a person's wish.
    let arrived = r
        .destinations
        .iter()
        .all(|d| matches!(d.state.as_str(), "live" | "stopped" | "idle"));
    encoded && recorded && arrived
}

/// The address of the watch page, taken before anything starts so that a taken one costs no show.
pub(crate) fn door(wanted: Option<SocketAddr>) -> Result<Door> {
    match wanted {
        Some(address) => Ok(Door::open(address)?),
        None => Door::open(DEFAULT_LISTEN).or_else(|_| Ok(Door::open(SocketAddr::new(DEFAULT_LISTEN.ip(), 0))?)),
    }
}

/// The report's file, made at the start so that a wrong path is told before the show.
fn create_report(path: &Path) -> Result<File> {
    File::create(path).with_context(|| format!("the report can't be written to {}", path.display()))
}

/// Ctrl-C and a polite kill end the show in order; a second Ctrl-C at once.
pub(crate) fn catch_signals(runtime: &tokio::runtime::Handle) -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = flag.clone();
    runtime.spawn(async move {
        loop {
            if interrupted().await.is_err() {
                return;
            }
            if seen.swap(true, Relaxed) {
                std::process::exit(i32::from(SHOW_FAILED));
            }
        }
    });
    Ok(flag)
}

#[cfg(unix)]
async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        r = tokio::signal::ctrl_c() => r,
        _ = term.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
