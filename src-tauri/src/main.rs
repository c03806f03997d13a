//! The desktop window of Footlight. It starts the engine and its server in this process, on a port of their own with a
//! token nobody else has, and shows the page that server gives. What the page can't do in a browser (files, notices, keys
//! that work everywhere, windows on other displays, the question before closing) it asks for through a few commands; the
//! show itself is steered over HTTP like from anywhere else.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod args;
mod close;
mod desktop;
mod files;
mod graphics;
mod keys;
mod links;
mod menu;
mod page;
#[cfg(target_os = "linux")]
mod portal;
mod projectors;
mod studio;
mod tray;
mod window;
mod words;

use args::Wish;
use std::{process::ExitCode, sync::Arc};
use tauri::{Manager, RunEvent, WindowEvent};
use tracing_subscriber::EnvFilter;

/// The studio could not start.
const NO_STUDIO: u8 = 3;

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what is asked for on the command line is answered there"
)]
fn main() -> ExitCode {
    let clock = media::SystemClock::new();
    match args::read(std::env::args_os().skip(1)) {
        Wish::Probe(id) => probe(&id),
        Wish::Help => {
            println!("{}", args::HELP);
            ExitCode::SUCCESS
        }
        Wish::Version => {
            println!("footlight-studio {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Wish::Unknown(what) => {
            eprintln!("footlight-studio: `{what}` is not known here; see footlight-studio --help");
            ExitCode::from(2)
        }
        Wish::Open(what) => {
            // First of all: it may begin the program anew.
            graphics::prepare();
            log();
            run(what, clock)
        }
    }
}

/// The child that really encodes two frames; a driver that crashes takes only this process with it.
#[expect(clippy::print_stderr, reason = "the parent reads the reason from here")]
fn probe(id: &str) -> ExitCode {
    codec::init();
    match codec::probe_in_process(id) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn log() {
    let filter =
        EnvFilter::try_from_env("FOOTLIGHT_LOG").unwrap_or_else(|_| EnvFilter::new("warn,ffmpeg=off,zbus=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}

fn run(what: Option<String>, clock: media::SystemClock) -> ExitCode {
    let began = clock.clone();
    let app = match desktop::build() {
        Ok(app) => app,
        Err(e) => return failed("the window can't be opened", &e),
    };
    // A second start has ended by now and given its wish to the first one.
    codec::init();
    let studio = match studio::Running::start(links::project_to_start_with(what.as_deref()), clock) {
        Ok(studio) => Arc::new(studio),
        Err(e) => return failed("the studio can't start", &e),
    };
    app.manage(studio.clone());
    app.manage(projectors::Projectors::new(studio.clone(), words::now(app.handle())));
    if let Err(e) = window::open(app.handle(), &studio) {
        studio.end();
        return failed("the window can't be opened", &e);
    }
    tray::show(app.handle());
    studio.follow(app.handle());
    if let Some(link) = what {
        links::after_start(app.handle(), &link);
    }
    tracing::info!(ms = media::Clock::now(&began).as_millis(), "the window is open");
    let ending = app.handle().clone();
    let code = app.run_return(|app, event| match event {
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } if label == window::MAIN && !close::may_close(app) => api.prevent_close(),
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::Destroyed,
            ..
        } if label == window::MAIN => app.exit(0),
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            for url in urls {
                links::open(app, url.as_str());
            }
        }
        _ => {}
    });
    // What shows pictures first, then the show itself.
    ending.state::<projectors::Projectors>().end();
    studio.end();
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Says why nothing opens: on the terminal, and in a box for those who started it by its icon.
#[expect(clippy::print_stderr, reason = "there may be no window to say it in")]
fn failed(what: &str, error: &anyhow::Error) -> ExitCode {
    let text = format!("{what}: {error:#}");
    eprintln!("footlight-studio: {text}");
    desktop::say_in_a_box(&text);
    ExitCode::from(NO_STUDIO)
}
