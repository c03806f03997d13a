//! `cargo xtask bench`: the four-layer show of `bench/four-layers`, composed and sent to a real RTMP server by Footlight, by the
//! FFmpeg command line and by GStreamer in turn, several times in one run, so that all meet the same machine. Prints medians.
//! Then what composing alone costs (`bench/compose.rs`), and what going live and recording cost (`bench/outputs.rs`).

pub(crate) mod compose;
mod gstreamer;
mod outputs;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use test_support::{
    ffprobe,
    nginx_rtmp::{NginxOptions, NginxRtmp},
    wait_for,
};

/// One line of the table.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    size: (u32, u32),
    fps: u32,
}

const CASES: [Case; 3] = [
    Case {
        name: "720p30",
        size: (1280, 720),
        fps: 30,
    },
    Case {
        name: "1080p30",
        size: (1920, 1080),
        fps: 30,
    },
    Case {
        name: "1080p60",
        size: (1920, 1080),
        fps: 60,
    },
];

/// What one run used and did.
#[derive(Clone, Copy, Default)]
struct Figures {
    /// CPU seconds per second of output, with starting and ending.
    cpu: f64,
    /// CPU seconds per second while it runs: from [`WARM`] to the end.
    steady: f64,
    /// Pictures that were made, of those due.
    drawn: f64,
    due: f64,
    /// Of those missing: the show was late and left them out, or the encoder's queue was full.
    skipped: f64,
    dropped: f64,
    peak_mib: f64,
    first_packet_ms: f64,
    compose_ms: f64,
}

/// Rest before a program starts, so that each finds the machine alike: memory that was used a moment ago is cheaper to get
/// in a virtual machine than memory that must come from its host.
const REST: Duration = Duration::from_secs(4);

/// Time from a program's start until it only runs: media are open, encoders and connections up.
const WARM: Duration = Duration::from_secs(4);

/// CPU time of a process, seen now and then.
#[derive(Default)]
struct Meter {
    warm: Option<(Duration, f64)>,
    last: Option<(Duration, f64)>,
    /// The most memory it had, MiB.
    peak_mib: f64,
}

impl Meter {
    /// Reads the kernel's account of process `pid` (proc(5), `stat`: user and system time in hundredths of a second).
    fn look(&mut self, pid: u32, at: Duration) {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let high = status
            .lines()
            .find_map(|l| l.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
        self.peak_mib = self.peak_mib.max(high.unwrap_or_default() / 1024.0);
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok());
        let (Some(user), Some(system)) = (ticks(11), ticks(12)) else {
            return;
        };
        let now = (at, (user + system) / 100.0);
        // One that has ended and was not waited for has its last figures, at a time that goes on.
        if self.last.is_some_and(|l| l.1 == now.1) {
            return;
        }
        if at >= WARM {
            self.warm.get_or_insert(now);
        }
        self.last = Some(now);
    }

    /// CPU seconds a second once it was warm; 0 for a run that was too short.
    fn steady(&self) -> f64 {
        match (self.warm, self.last) {
            (Some((t0, c0)), Some((t1, c1))) if t1 > t0 => (c1 - c0) / (t1 - t0).as_secs_f64(),
            _ => 0.0,
        }
    }
}

/// What [`watch`] saw of a program.
struct Watched {
    first_packet_ms: f64,
    steady: f64,
    /// All its CPU seconds, as far as they were seen.
    cpu_s: f64,
    peak_mib: f64,
    output: String,
}

/// Seconds of show per run, and how many runs of each.
struct Plan {
    seconds: u32,
    runs: usize,
}

/// Runs the whole bench; `--quick` makes it short, `--only 1080p60` runs that line alone, `--only compose` the table of composing
/// alone, which needs no program, and `--only outputs` the last table,
/// `--exe PATH` measures that program,
/// `--seconds 45` makes each run that long (what starting costs shows by comparing two lengths), `--runs 7` makes as many.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let quick = args.iter().any(|a| a == "--quick");
    let value = |flag: &str| args.iter().skip_while(|a| *a != flag).nth(1);
    let mut plan = if quick {
        Plan { seconds: 6, runs: 1 }
    } else {
        Plan { seconds: 15, runs: 3 }
    };
    if let Some(seconds) = value("--seconds") {
        plan.seconds = seconds.parse().context("--seconds takes a whole number")?;
    }
    if let Some(runs) = value("--runs") {
        plan.runs = runs.parse().context("--runs takes a whole number")?;
    }
    let only = value("--only");
    if only.is_some_and(|o| o == "compose") {
        compose::run();
        return Ok(());
    }
    let exe = PathBuf::from("target/release/footlight");
    let exe = match value("--exe") {
        Some(path) => PathBuf::from(path),
        None if exe.exists() => exe,
        None => target_dir().join("release/footlight"),
    };
    ensure!(exe.exists(), "build it first: cargo build --release -p footlight");
    let work = tempfile::tempdir()?;
    if only.is_some_and(|o| o == "outputs") {
        return outputs::run(&exe, work.path(), &plan);
    }
    println!(
        "Four layers (film, film with alpha, text, logo), x264 veryfast 4500 kbit/s, AAC 160 kbit/s, RTMP to nginx on this computer."
    );
    println!(
        "{} s a run, medians of {}. CPU is seconds per second of show (1.00 is one core), steady the same without the first {} s.\n",
        plan.seconds,
        plan.runs,
        WARM.as_secs()
    );
    println!(
        "{:<9} {:<10} {:>6} {:>7} {:>12} {:>7} {:>7} {:>9} {:>14} {:>11}",
        "show", "program", "CPU", "steady", "pictures", "skipped", "dropped", "memory", "first packet", "composing"
    );
    let gst = gstreamer::is_there();
    if !gst {
        println!("GStreamer is not there with all it needs (installer/setup.sh installs it): it is left out.");
    }
    for case in CASES.iter().filter(|c| only.is_none_or(|o| o == c.name)) {
        let project = make_project(work.path(), case)?;
        let mut runs: [Vec<Figures>; 3] = Default::default();
        for n in 0..plan.runs {
            // In turn, and each as often first as it can be: what ran before leaves memory and caches behind.
            for at in 0..runs.len() {
                let program = (n + at) % runs.len();
                match program {
                    0 => runs[0].push(footlight(&exe, &project, case, &plan, "software")?),
                    1 => runs[1].push(ffmpeg(&project, case, &plan)?),
                    _ if gst => runs[2].push(gstreamer::run(&project, case, &plan)?),
                    _ => {}
                }
            }
        }
        let [ours, ffmpeg, gstreamer] = runs;
        line(case.name, "footlight", &ours);
        line(case.name, "ffmpeg", &ffmpeg);
        if gst {
            line(case.name, "gstreamer", &gstreamer);
        }
        let ratio = |of: fn(&Figures) -> f64, theirs: &[Figures]| median(&ours, of) / median(theirs, of);
        println!(
            "{:<9} of ffmpeg's: CPU {:.3}, steady {:.3}, memory {:.2}\n",
            "",
            ratio(|f| f.cpu, &ffmpeg),
            ratio(|f| f.steady, &ffmpeg),
            ratio(|f| f.peak_mib, &ffmpeg),
        );
    }
    if only.is_some() {
        return Ok(());
    }
    let project = make_project(work.path(), &CASES[0])?;
    let gpu: Vec<_> = (0..plan.runs)
        .map(|_| footlight(&exe, &project, &CASES[0], &plan, "gpu"))
        .collect::<Result<_>>()?;
    line("720p30", "wgpu", &gpu);
    compose::run();
    outputs::run(&exe, work.path(), &plan)
}

fn line(show: &str, program: &str, runs: &[Figures]) {
    let compose = median(runs, |f| f.compose_ms);
    println!(
        "{show:<9} {program:<10} {:>6.3} {:>7.3} {:>6.0}/{:<5.0} {:>7.0} {:>7.0} {:>5.0} MiB {:>11.0} ms {:>11}",
        median(runs, |f| f.cpu),
        median(runs, |f| f.steady),
        median(runs, |f| f.drawn),
        median(runs, |f| f.due),
        median(runs, |f| f.skipped),
        median(runs, |f| f.dropped),
        median(runs, |f| f.peak_mib),
        median(runs, |f| f.first_packet_ms),
        if compose > 0.0 {
            format!("{compose:.2} ms")
        } else {
            String::new()
        },
    );
}

fn median(runs: &[Figures], of: impl Fn(&Figures) -> f64) -> f64 {
    let mut v: Vec<f64> = runs.iter().map(of).collect();
    v.sort_by(f64::total_cmp);
    v.get(v.len() / 2).copied().unwrap_or_default()
}

fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from)
}

/// The project with its media, made here so that none lies in git.
fn make_project(work: &Path, case: &Case) -> Result<PathBuf> {
    let dir = work.join(case.name);
    let media = dir.join("media");
    if media.exists() {
        return Ok(dir);
    }
    fs::create_dir_all(&media)?;
    fs::copy("bench/four-layers/project.json", dir.join("project.json"))?;
    let make = |args: &str, file: &str| -> Result<()> {
        let status = Command::new("ffmpeg")
            .args(["-v", "error", "-y"])
            .args(args.split_whitespace())
            .arg(media.join(file))
            .stdin(Stdio::null())
            .status()
            .context("ffmpeg is needed")?;
        ensure!(status.success(), "ffmpeg could not make {file}");
        Ok(())
    };
    make(
        "-f lavfi -i testsrc2=size=1920x1080:rate=30:duration=10 -f lavfi -i sine=frequency=330:duration=10:sample_rate=48000 \
         -c:v libx264 -preset fast -crf 20 -pix_fmt yuv420p -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv -g 60 -c:a aac -b:a 160k",
        "film.mp4",
    )?;
    // As fast as the show, so that every picture of the show is a new one.
    let overlay = format!(
        "-f lavfi -i testsrc2=size=640x360:rate={}:duration=10,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*lt(hypot(X-320,Y-180),170)' \
         -c:v libvpx-vp9 -pix_fmt yuva420p -deadline realtime -cpu-used 8 -b:v 1500k -auto-alt-ref 0",
        case.fps
    );
    make(&overlay, "overlay.webm")?;
    make(
        "-f lavfi -i color=c=orange:size=154x154,format=rgba,geq=r='255':g='160':b='40':a='220*lt(hypot(X-77,Y-77),75)' -frames:v 1",
        "logo.png",
    )?;
    Ok(dir)
}

fn footlight(exe: &Path, project: &Path, case: &Case, plan: &Plan, renderer: &str) -> Result<Figures> {
    let server = NginxRtmp::start(NginxOptions {
        record: true,
        ..NginxOptions::default()
    })?;
    let report = project.join("report.json");
    let mut command = Command::new(exe);
    command
        .arg("run")
        .arg(project)
        .args(["--listen", "127.0.0.1:0", "--renderer", renderer, "--report"])
        .arg(&report);
    command.args([
        "--size",
        &format!("{}x{}", case.size.0, case.size.1),
        "--fps",
        &case.fps.to_string(),
    ]);
    command.args(["--duration", &plan.seconds.to_string()]);
    command.args(["--destination", &server.url("bench")]);
    let watched = watch(command, &server, plan)?;
    let text =
        fs::read_to_string(&report).with_context(|| format!("footlight wrote no report:\n{}", watched.output))?;
    let r: Value = serde_json::from_str(&text)?;
    let n = |p: &str| r.pointer(p).and_then(Value::as_f64).unwrap_or_default();
    Ok(Figures {
        cpu: n("/process/cpu_s") / f64::from(plan.seconds),
        steady: watched.steady,
        drawn: n("/canvases/0/frames_rendered") - n("/encoders/0/frames_dropped"),
        due: n("/canvases/0/frames_due"),
        skipped: n("/canvases/0/frames_skipped"),
        dropped: n("/encoders/0/frames_dropped"),
        peak_mib: n("/process/peak_rss_mib"),
        first_packet_ms: watched.first_packet_ms,
        compose_ms: n("/canvases/0/compose_ms"),
    })
}

/// The same composition by FFmpeg's own filters.
fn ffmpeg(project: &Path, case: &Case, plan: &Plan) -> Result<Figures> {
    let server = NginxRtmp::start(NginxOptions {
        record: true,
        ..NginxOptions::default()
    })?;
    let (w, h) = case.size;
    let k = f64::from(w) / 1920.0;
    let px = |v: f64| (v * k).round() as i64;
    let scale = |label: &str, w: f64, h: f64| {
        if k == 1.0 {
            format!("{label}null")
        } else {
            format!("{label}scale={}:{}", px(w), px(h))
        }
    };
    let film = if k == 1.0 {
        format!("[0:v]fps={}", case.fps)
    } else {
        format!("[0:v]fps={},scale={w}:{h}", case.fps)
    };
    let graph = format!(
        "{film}[b];{}[o];{}[l];[b][o]overlay={}:{}[x];[x][l]overlay={}:{}[y];\
         [y]drawtext=fontfile=assets/fonts/Inter-SemiBold.otf:text='Footlight bench, live from two cores':fontsize={}:fontcolor=white:x={}:y={}[v]",
        scale("[1:v]", 640.0, 360.0),
        scale("[2:v]", 154.0, 154.0),
        px(1220.0),
        px(60.0),
        px(60.0),
        px(60.0),
        px(56.0),
        px(80.0),
        px(940.0),
    );
    let media = project.join("media");
    let mut c = Command::new("ffmpeg");
    c.args([
        "-hide_banner",
        "-nostats",
        "-benchmark",
        "-y",
        "-re",
        "-stream_loop",
        "-1",
        "-i",
    ])
    .arg(media.join("film.mp4"));
    c.args(["-re", "-stream_loop", "-1", "-c:v", "libvpx-vp9", "-i"])
        .arg(media.join("overlay.webm"))
        .arg("-i")
        .arg(media.join("logo.png"));
    c.args([
        "-filter_complex",
        &graph,
        "-map",
        "[v]",
        "-map",
        "0:a",
        "-r",
        &case.fps.to_string(),
        "-t",
        &plan.seconds.to_string(),
    ]);
    c.args([
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-profile:v",
        "high",
        "-b:v",
        "4500k",
        "-maxrate",
        "4500k",
        "-bufsize",
        "4500k",
        "-bf",
        "2",
    ]);
    let gop = (case.fps * 2).to_string();
    c.args([
        "-g",
        &gop,
        "-keyint_min",
        &gop,
        "-sc_threshold",
        "0",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-b:a",
        "160k",
        "-ar",
        "48000",
        "-ac",
        "2",
    ]);
    c.args(["-f", "flv", &server.url("bench")]).stdin(Stdio::null());
    let Watched {
        first_packet_ms,
        steady,
        output,
        ..
    } = watch(c, &server, plan)?;
    let number = |key: &str| -> Result<f64> {
        let tail = output
            .split(key)
            .nth(1)
            .with_context(|| format!("ffmpeg did not say {key}:\n{output}"))?;
        Ok(tail
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect::<String>()
            .parse()?)
    };
    let recorded = server.recordings();
    let file = recorded.first().context("nothing arrived from ffmpeg")?;
    Ok(Figures {
        cpu: (number("utime=")? + number("stime=")?) / f64::from(plan.seconds),
        steady,
        drawn: ffprobe::count_frames(file, "v:0")? as f64,
        due: f64::from(case.fps * plan.seconds),
        peak_mib: number("maxrss=")? / 1024.0,
        first_packet_ms,
        ..Figures::default()
    })
}

/// Runs a program and measures when its first media reaches the server's own recording.
#[expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]
fn watch(mut command: Command, server: &NginxRtmp, plan: &Plan) -> Result<Watched> {
    std::thread::sleep(REST);
    let log = tempfile::NamedTempFile::new()?;
    command.stdout(log.reopen()?).stderr(log.reopen()?);
    let begun = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("can't start {:?}", command.get_program()))?;
    let arrived = |s: &NginxRtmp| {
        s.recordings()
            .iter()
            .any(|f| fs::metadata(f).is_ok_and(|m| m.len() > 4000))
    };
    let first = wait_for(Duration::from_secs(10), || arrived(server)).then(|| begun.elapsed().as_secs_f64() * 1e3);
    let limit = Duration::from_secs(u64::from(plan.seconds) + 20);
    let (mut meter, pid) = (Meter::default(), child.id());
    let in_time = wait_for(limit, || {
        meter.look(pid, begun.elapsed());
        matches!(child.try_wait(), Ok(Some(_)))
    });
    let output = fs::read_to_string(log.path()).unwrap_or_default();
    if !in_time {
        child.kill()?;
        child.wait()?;
        bail!("it did not end by itself:\n{output}");
    }
    Ok(Watched {
        first_packet_ms: first.with_context(|| format!("nothing reached the server:\n{output}"))?,
        steady: meter.steady(),
        cpu_s: meter.last.map_or(0.0, |l| l.1),
        peak_mib: meter.peak_mib,
        output,
    })
}
