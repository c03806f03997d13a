//! The four-layer show by GStreamer: `gst-launch-1.0` with its compositor and x264enc, the same media, places, rates and encoder
//! settings. Its text is a picture made beforehand, which is less work than drawing text. Its compositor takes pictures with alpha
//! only where its own output has it, so that is converted for the encoder.

use super::{Case, Figures, Plan, Watched, watch};
use anyhow::{Context, Result, ensure};
use std::{
    path::Path,
    process::{Command, Stdio},
};
use test_support::{
    ffprobe,
    nginx_rtmp::{NginxOptions, NginxRtmp},
};

/// Whether it is installed with everything the show needs.
pub(super) fn is_there() -> bool {
    let elements = [
        "compositor",
        "x264enc",
        "vp9alphadecodebin",
        "avdec_h264",
        "avenc_aac",
        "flvmux",
        "rtmp2sink",
    ];
    elements.iter().all(|e| {
        let found = Command::new("gst-inspect-1.0")
            .arg("--exists")
            .arg(e)
            .stdin(Stdio::null())
            .status();
        found.is_ok_and(|s| s.success())
    })
}

/// Media as long as the run, since gst-launch can't loop, and the text as a picture.
fn media(project: &Path, case: &Case, plan: &Plan) -> Result<()> {
    let media = project.join("media");
    let make = |args: &str, from: &str, to: &str| -> Result<()> {
        let to = media.join(to);
        if to.exists() {
            return Ok(());
        }
        let mut c = Command::new("ffmpeg");
        c.args(["-v", "error", "-y"]).args(args.split_whitespace());
        if !from.is_empty() {
            c.arg("-i")
                .arg(media.join(from))
                .args(["-t", &plan.seconds.to_string(), "-c", "copy"]);
        }
        let status = c.arg(&to).stdin(Stdio::null()).status().context("ffmpeg is needed")?;
        ensure!(status.success(), "ffmpeg could not make {}", to.display());
        Ok(())
    };
    make("-stream_loop -1", "film.mp4", "film-long.mp4")?;
    make("-stream_loop -1", "overlay.webm", "overlay-long.webm")?;
    let size = (56.0 * f64::from(case.size.0) / 1920.0).round();
    // Without blanks, since the arguments are taken apart at them; the letters are as many.
    let text = "Footlight_bench,_live_from_two_cores".replace(',', "");
    let draw = format!("drawtext=fontfile=assets/fonts/Inter-SemiBold.otf:fontsize={size}:fontcolor=white:text={text}");
    make(
        &format!("-f lavfi -i color=black@0:s=1080x80,format=rgba,{draw} -frames:v 1"),
        "",
        "text.png",
    )
}

/// One run.
pub(super) fn run(project: &Path, case: &Case, plan: &Plan) -> Result<Figures> {
    media(project, case, plan)?;
    let server = NginxRtmp::start(NginxOptions {
        record: true,
        ..NginxOptions::default()
    })?;
    let (w, h) = case.size;
    let k = f64::from(w) / 1920.0;
    let px = |v: f64| (v * k).round() as i64;
    let (fps, frames, gop) = (case.fps, case.fps * plan.seconds, case.fps * 2);
    let file = |name: &str| project.join("media").join(name).display().to_string();
    let still = |name: &str, pad: u32| {
        let from = format!("filesrc location={} ! pngdec ! videoconvert", file(name));
        format!("{from} ! imagefreeze num-buffers={frames} ! video/x-raw,format=A420,framerate={fps}/1 ! c.sink_{pad}")
    };
    let pads = format!(
        "sink_0::width={w} sink_0::height={h} sink_1::xpos={} sink_1::ypos={} sink_1::width={} sink_1::height={} \
         sink_2::xpos={} sink_2::ypos={} sink_2::width={} sink_2::height={} sink_3::xpos={} sink_3::ypos={}",
        px(1220.0),
        px(60.0),
        px(640.0),
        px(360.0),
        px(60.0),
        px(60.0),
        px(154.0),
        px(154.0),
        px(80.0),
        px(940.0),
    );
    let line = format!(
        "compositor name=c background=black {pads} ! video/x-raw,format=A420,width={w},height={h},framerate={fps}/1 \
         ! videoconvert ! video/x-raw,format=I420 ! identity sync=true ! x264enc pass=cbr bitrate=4500 vbv-buf-capacity=1000 speed-preset=veryfast bframes=2 key-int-max={gop} \
         option-string=scenecut=0 ! video/x-h264,profile=high ! h264parse ! queue ! m. \
         flvmux name=m streamable=true ! rtmp2sink location={} \
         filesrc location={} ! qtdemux name=q q.video_0 ! queue ! h264parse ! avdec_h264 ! c.sink_0 \
         q.audio_0 ! queue ! aacparse ! avdec_aac ! audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=2 \
         ! avenc_aac bitrate=160000 ! aacparse ! queue ! m. \
         filesrc location={} ! matroskademux ! queue ! vp9parse ! vp9alphadecodebin ! c.sink_1 {} {}",
        server.url("bench"),
        file("film-long.mp4"),
        file("overlay-long.webm"),
        still("logo.png", 2),
        still("text.png", 3),
    );
    let mut c = Command::new("gst-launch-1.0");
    c.arg("-q").args(line.split_whitespace()).stdin(Stdio::null());
    let Watched {
        first_packet_ms,
        steady,
        cpu_s,
        peak_mib,
        output,
    } = watch(c, &server, plan)?;
    let recorded = server.recordings();
    let file = recorded
        .first()
        .with_context(|| format!("nothing arrived from GStreamer:\n{output}"))?;
    Ok(Figures {
        cpu: cpu_s / f64::from(plan.seconds),
        steady,
        drawn: ffprobe::count_frames(file, "v:0")? as f64,
        due: f64::from(frames),
        peak_mib,
        first_packet_ms,
        ..Figures::default()
    })
}
