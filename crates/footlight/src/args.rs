//! The command line, stable: names and meanings stay.

use clap::{Args, Parser, Subcommand, ValueEnum};
use compositor::RendererChoice;
use media::FrameRate;
use std::{net::SocketAddr, path::PathBuf};

/// What a bare `footlight` says.
pub(crate) const HOW_TO_BEGIN: &str = "\
Footlight: go live to many places at once.

Begin here:
  footlight run PROJECT                                  go live as the project says; watch at http://127.0.0.1:7080/watch
  footlight run PROJECT --destination rtmp://HOST/APP/KEY --record show.mkv
  footlight studio                                       the studio window, in a browser
  footlight check PROJECT                                what would fail, before it does
  footlight render PROJECT --out frame.png               one picture of the show
  footlight devices                                      screens, cameras and microphones of this computer
  footlight remux show.mkv show.mp4                      a recording as another kind of file
  footlight encoders                                     what can encode here, and why not

A project is a folder with a project.json; a demo lies in assets/projects/demo. `footlight help COMMAND` tells more.";

/// Go live to many places at once.
#[derive(Parser)]
#[command(name = "footlight", version, about, disable_help_subcommand = false)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) wish: Option<Wish>,
}

#[derive(Subcommand)]
pub(crate) enum Wish {
    /// Run a project: compose, encode, go live, record.
    Run(RunArgs),
    /// Serve the studio window to a browser; goes live when told to.
    Studio(StudioArgs),
    /// Draw one picture of a project into a PNG.
    Render(RenderArgs),
    /// List screens, cameras and sound devices.
    Devices(ListArgs),
    /// List the video encoders with what is available, or why not.
    Encoders(ListArgs),
    /// Tell what would fail, before it does.
    Check(CheckArgs),
    /// Copy a recording into another kind of file, without encoding anew.
    Remux(RemuxArgs),
    /// Encode two frames and say whether it worked.
    #[command(name = "__probe-encoder", hide = true)]
    ProbeEncoder {
        /// The encoder.
        id: String,
    },
}

/// `footlight run`
#[derive(Args)]
pub(crate) struct RunArgs {
    /// The project's folder or its project.json.
    pub(crate) project: PathBuf,
    /// Go live here too: rtmp://HOST[:PORT]/APP/KEY. May be given several times.
    #[arg(long, value_name = "URL")]
    pub(crate) destination: Vec<String>,
    /// Record to this file; its ending says the kind (mkv, mp4, mov, ts, flv, webm; else Matroska), or into this folder.
    /// An existing file is kept: the new one gets a number.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// With a recording: these into files of their own besides, on the same clock, with a manifest for editors. `all` for every
    /// source, a source's id, canvas:ID or track:ID; separated by commas.
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) iso: Vec<String>,
    /// End after this many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) duration: Option<f64>,
    /// How the picture is composed.
    #[arg(long, value_enum, default_value_t = RendererArg::Auto)]
    pub(crate) renderer: RendererArg,
    /// Another size for the main canvas; the scene is scaled to it.
    #[arg(long, value_name = "WxH", value_parser = size)]
    pub(crate) size: Option<(u32, u32)>,
    /// Another frame rate for the main canvas.
    #[arg(long, value_name = "N[/D]")]
    pub(crate) fps: Option<FrameRate>,
    /// Where the watch page is served [default: 127.0.0.1:7080, or a free port when that is taken].
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Write the report of the show here, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// `footlight studio`
#[derive(Args)]
pub(crate) struct StudioArgs {
    /// The project's folder or its project.json; the last one, or a new one, when absent.
    pub(crate) project: Option<PathBuf>,
    /// Where the window is served [default: 127.0.0.1:7080, or a free port when that is taken].
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// The token that opens the window [default: a new one each time].
    #[arg(long, value_name = "TOKEN", conflicts_with = "no_token", value_parser = token)]
    pub(crate) token: Option<String>,
    /// No token: whoever sits at this computer may command, nobody else.
    #[arg(long)]
    pub(crate) no_token: bool,
    /// How the picture is composed.
    #[arg(long, value_enum, default_value_t = RendererArg::Auto)]
    pub(crate) renderer: RendererArg,
}

/// `footlight render`
#[derive(Args)]
pub(crate) struct RenderArgs {
    /// The project's folder or its project.json.
    pub(crate) project: PathBuf,
    /// The canvas, by id; the main one when absent.
    #[arg(long, value_name = "ID")]
    pub(crate) canvas: Option<String>,
    /// The scene, by id or name; the one the project begins with when absent.
    #[arg(long, value_name = "NAME")]
    pub(crate) scene: Option<String>,
    /// The moment, in seconds from the start of the show.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    pub(crate) at: f64,
    /// Draws the way to the scene from this other one, by id or name.
    #[arg(long, value_name = "NAME")]
    pub(crate) from: Option<String>,
    /// The transition of that way, by id or name.
    #[arg(long, value_name = "NAME", default_value = "fade", requires = "from")]
    pub(crate) transition: String,
    /// How far on that way, 0 to 1.
    #[arg(long, value_name = "PART", default_value_t = 0.5, requires = "from")]
    pub(crate) progress: f32,
    /// How the picture is composed.
    #[arg(long, value_enum, default_value_t = RendererArg::Auto)]
    pub(crate) renderer: RendererArg,
    /// The PNG to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// `footlight devices`, `footlight encoders`
#[derive(Args)]
pub(crate) struct ListArgs {
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `footlight remux`
#[derive(Args)]
pub(crate) struct RemuxArgs {
    /// The recording.
    pub(crate) input: PathBuf,
    /// The new file; its ending says the kind: mkv, mp4, mov, ts, flv, webm. An existing file is not overwritten.
    pub(crate) output: PathBuf,
}

/// `footlight check`
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// The project's folder or its project.json.
    pub(crate) project: PathBuf,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which renderer.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum RendererArg {
    /// The GPU where there is a real one, else the processor.
    Auto,
    /// wgpu.
    Gpu,
    /// The processor.
    Software,
}

impl From<RendererArg> for RendererChoice {
    fn from(a: RendererArg) -> Self {
        match a {
            RendererArg::Auto => Self::Auto,
            RendererArg::Gpu => Self::Gpu,
            RendererArg::Software => Self::Software,
        }
    }
}

/// A token goes into an address as it is.
fn token(s: &str) -> Result<String, String> {
    let plain = s.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c));
    match plain && (8..=128).contains(&s.len()) {
        true => Ok(s.to_owned()),
        false => Err("give 8 to 128 letters, digits, - or _".to_owned()),
    }
}

fn seconds(s: &str) -> Result<f64, String> {
    s.parse::<f64>()
        .ok()
        .filter(|v| *v > 0.0 && *v < 1e7)
        .ok_or_else(|| "give a number of seconds above 0".to_owned())
}

fn size(s: &str) -> Result<(u32, u32), String> {
    let bad = || "write WIDTHxHEIGHT, both even, from 16 to 8192, as 1280x720".to_owned();
    let (w, h) = s.split_once(['x', 'X', '×']).ok_or_else(bad)?;
    let side = |v: &str| {
        v.trim()
            .parse::<u32>()
            .ok()
            .filter(|v| (16..=8192).contains(v) && v % 2 == 0)
    };
    side(w).zip(side(h)).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_and_seconds_are_checked() {
        assert_eq!(size("1280x720"), Ok((1280, 720)));
        for s in ["", "1280", "0x0", "1281x720", "99999x2", "x", "-2x2"] {
            assert!(size(s).is_err(), "{s}");
        }
        for s in ["0", "-1", "nan", "inf", "x"] {
            assert!(seconds(s).is_err(), "{s}");
        }
    }
}
