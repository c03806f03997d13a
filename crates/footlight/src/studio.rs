//! `footlight studio`: the studio window in any browser, on a computer without a screen too.

use crate::{args::StudioArgs, run};
use anyhow::{Context, Result};
use control::{Access, Front};
use engine::{ShowOptions, Studio, StudioOptions, Transition};
use media::{Clock, MediaTime, Secret, SystemClock};
use std::sync::{Arc, atomic::Ordering::Relaxed};

/// How often it is looked whether the end was asked for.
const LOOK: MediaTime = MediaTime::from_millis(200);

#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn studio(args: &StudioArgs, clock: &SystemClock) -> Result<u8> {
    let door = run::door(args.listen)?;
    let access = access(args)?;
    let studio = Studio::open(StudioOptions {
        project: args.project.clone(),
        show: ShowOptions {
            renderer: args.renderer.into(),
            clock: clock.clone(),
            transition: Transition::fade(),
            probe_exe: std::env::current_exe().ok(),
            ..ShowOptions::default()
        },
        ..StudioOptions::default()
    })?;
    let server = door.serve(studio.runtime(), Arc::new(studio.clone()), access, Front::Window)?;
    println!("Footlight: open {}", server.window_url());
    let stop = run::catch_signals(studio.runtime())?;
    while !studio.is_over() && !stop.load(Relaxed) {
        clock.sleep_until(clock.now() + LOOK);
    }
    drop(server);
    studio.end();
    Ok(0)
}

/// A token of its own for every start, unless told otherwise: the address is all it takes to command the studio.
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
