//! The `footlight` program: runs a project live, draws single pictures, lists devices and encoders, checks a project.
//!
//! Exit codes: 0 all well, 2 wrong arguments or project, 3 the show ended in error.

mod args;
mod check;
mod list;
mod load;
mod remux;
mod render;
mod run;
mod status;
mod studio;

use args::{Cli, Wish};
use clap::Parser;
use std::{io::IsTerminal, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// Wrong arguments or project.
pub(crate) const BAD_INPUT: u8 = 2;
/// The show ended in error.
pub(crate) const SHOW_FAILED: u8 = 3;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the command line")]
fn main() -> ExitCode {
    let clock = media::SystemClock::new();
    let cli = Cli::parse();
    let Some(wish) = cli.wish else {
        println!("{}", args::HOW_TO_BEGIN);
        return ExitCode::SUCCESS;
    };
    // What happens to the show is printed by the status view; the log is for looking deeper.
    let filter = EnvFilter::try_from_env("FOOTLIGHT_LOG")
        .unwrap_or_else(|_| EnvFilter::new("error,engine::events=off,outputs=off,ffmpeg=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    codec::init();
    let result = match wish {
        Wish::Run(a) => run::run(&a, &clock),
        Wish::Studio(a) => studio::studio(&a, &clock),
        Wish::Render(a) => render::render(&a),
        Wish::Devices(a) => list::devices(a.json),
        Wish::Encoders(a) => list::encoders(a.json),
        Wish::Check(a) => check::check(&a),
        Wish::Remux(a) => remux::remux(&a),
        Wish::ProbeEncoder { id } => return probe(&id),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(e) => {
            eprintln!("footlight: {e:#}");
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// The child that really encodes two frames; a driver that crashes takes only this process with it.
#[expect(clippy::print_stderr, reason = "the parent reads the reason from here")]
fn probe(id: &str) -> ExitCode {
    match codec::probe_in_process(id) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}
