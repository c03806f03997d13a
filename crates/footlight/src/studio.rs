//! `footlight studio`: the studio window in any browser, without a screen of its own.

use crate::{args::StudioArgs, load, run};
use anyhow::{Context, Result};
use control::{Access, Front, OneShow};
use engine::{Show, ShowOptions, Transition};
use media::{Clock, MediaTime, Secret, SystemClock};
use std::sync::{Arc, atomic::Ordering::Relaxed};

/// How often it is looked whether the end was asked for.
const LOOK: MediaTime = MediaTime::from_millis(200);

#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn studio(args: &StudioArgs, clock: &SystemClock) -> Result<u8> {
    let path = args.project.as_deref().context("give a project")?;
    let opened = load::open(path)?;
    let door = run::door(args.listen)?;
    let options = ShowOptions {
        renderer: args.renderer.into(),
        clock: clock.clone(),
        transition: Transition::FADE,
        store: Some(opened.store),
        probe_exe: std::env::current_exe().ok(),
        ..ShowOptions::default()
    };
    let show = Show::start(opened.project, &opened.dir, &options)?;
    let house = Arc::new(OneShow { show: show.remote() });
    let server = door.serve(show.runtime(), house, access(args)?, Front::Window)?;
    println!("Footlight: {}", server.window_url());
    let stop = run::catch_signals(show.runtime())?;
    while !show.is_over() && !stop.load(Relaxed) {
        clock.sleep_until(clock.now() + LOOK);
    }
    show.end();
    Ok(0)
}

fn access(args: &StudioArgs) -> Result<Access> {
    if args.no_token {
        return Ok(Access::default());
    }
    let token = match &args.token {
        Some(token) => Secret::new(token.as_str()),
        None => control::fresh_token().context("no token could be made; give one with --token")?,
    };
    Ok(Access {
        token: Some(token),
        require_token: true,
    })
}
