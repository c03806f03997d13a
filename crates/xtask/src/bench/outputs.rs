//! What going live and recording cost and how long they take, beside the targets: the processor time of each further RTMP
//! destination and of the recording, the first packet after "go live", and the return after the link was gone.

use super::{Case, Plan, make_project};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use test_support::{
    faults::{Faults, TcpProxy},
    nginx_rtmp::{NginxOptions, NginxRtmp},
    ports,
    rtmp_server::{Behaviour, RtmpServer},
    wait_for,
};

/// How many destinations at 4.5 Mbit/s are compared with one.
const COUNTS: [usize; 3] = [5, 20, 50];
/// A small picture, so that what is measured is not lost in the encoder's own ups and downs.
const CASE: Case = Case {
    name: "outputs",
    size: (1280, 720),
    fps: 30,
};
/// How long the link is gone.
const GONE: Duration = Duration::from_secs(6);
const LIMIT: Duration = Duration::from_secs(60);

/// Runs all of them and prints the table.
pub(super) fn run(exe: &Path, work: &Path, plan: &Plan) -> Result<()> {
    let project = make_project(work, &CASE)?;
    println!("\n720p30 of the same four layers at 4500 kbit/s. % of one core.\n");
    println!("{:<44} {:>12} {:>12}", "", "measured", "target");
    let (mut alone, mut recorded) = (vec![], vec![]);
    let mut many: Vec<Vec<Cost>> = COUNTS.iter().map(|_| vec![]).collect();
    // In turn, so that all meet the same machine.
    for _ in 0..plan.runs {
        alone.push(cost(exe, &project, plan, 1, false)?);
        recorded.push(cost(exe, &project, plan, 1, true)?);
        for (runs, n) in many.iter_mut().zip(COUNTS) {
            runs.push(cost(exe, &project, plan, n, false)?);
        }
    }
    let base = median(alone.iter().map(|c| c.cpu));
    row("one destination, the whole show", &percent(base), "");
    for (runs, n) in many.iter().zip(COUNTS) {
        let each = (median(runs.iter().map(|c| c.cpu)) - base) / (n - 1) as f64;
        let sent = median(runs.iter().map(|c| c.mbit_s));
        let lost: u64 = runs.iter().map(|c| c.dropped).sum();
        let name = format!("each further RTMP destination, of {n}");
        row(&name, &percent(each), "< 0.50 %");
        println!("{:<44} {sent:>5.1} Mbit/s each, {lost} pictures lost", "");
    }
    let recording = median(recorded.iter().map(|c| c.cpu)) - base;
    row("recording", &percent(recording), "< 2.00 %");
    let mut live = Live::start(exe, work)?;
    let runs = plan.runs.max(3);
    let first = live.first_packet(runs)?;
    row(
        "RTMP first packet after \"go live\"",
        &format!("{first:.0} ms"),
        "< 500 ms",
    );
    live.command(&json!({ "command": "start_recording" }))?;
    live.until("a recording", |s| {
        s["recording"]["duration_s"].as_f64().is_some_and(|d| d > 1.0)
    })?;
    let first = live.first_packet(runs)?;
    row("the same while it is recorded", &format!("{first:.0} ms"), "< 500 ms");
    live.command(&json!({ "command": "stop_recording" }))?;
    live.start_bench()?;
    let back = live.returns(plan.runs)?;
    row(
        "live again after the link's return",
        &format!("{back:.0} ms"),
        "< 3000 ms",
    );
    Ok(())
}

fn row(name: &str, measured: &str, target: &str) {
    println!("{name:<44} {measured:>12} {target:>12}");
}

fn percent(cores: f64) -> String {
    format!("{:.2} %", cores * 100.0)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut v: Vec<f64> = values.collect();
    v.sort_by(f64::total_cmp);
    v.get(v.len() / 2).copied().unwrap_or_default()
}

/// What one run took.
struct Cost {
    /// Processor seconds per second.
    cpu: f64,
    /// What one destination got, on average.
    mbit_s: f64,
    /// Pictures any of them lost.
    dropped: u64,
}

/// Runs the show to `n` destinations of one server.
fn cost(exe: &Path, project: &Path, plan: &Plan, n: usize, record: bool) -> Result<Cost> {
    let server = NginxRtmp::start(NginxOptions::default())?;
    let report = project.join("report.json");
    let mut c = Command::new(exe);
    c.arg("run").arg(project).args(["--listen", "127.0.0.1:0"]);
    c.args([
        "--renderer",
        "software",
        "--size",
        "1280x720",
        "--fps",
        "30",
        "--report",
    ]);
    c.arg(&report).args(["--duration", &plan.seconds.to_string()]);
    for i in 0..n {
        c.args(["--destination", &server.url(&format!("bench{i}"))]);
    }
    let file = project.join("recording.mkv");
    if record {
        c.arg("--record").arg(&file);
    }
    let done = c.stdin(Stdio::null()).output().context("can't start footlight")?;
    let _ = fs::remove_file(&file);
    let printed = || String::from_utf8_lossy(&done.stderr).into_owned();
    ensure!(
        done.status.success(),
        "footlight ended with {}:\n{}",
        done.status,
        printed()
    );
    let r: Value = serde_json::from_str(&fs::read_to_string(&report)?)?;
    let lines = r["destinations"].as_array().context("no destinations in the report")?;
    ensure!(lines.len() == n, "{} of {n} destinations", lines.len());
    let sum = |key: &str| lines.iter().filter_map(|d| d[key].as_u64()).sum::<u64>();
    let seconds = f64::from(plan.seconds);
    Ok(Cost {
        cpu: r["process"]["cpu_s"]
            .as_f64()
            .context("no processor time in the report")?
            / seconds,
        mbit_s: sum("bytes_sent") as f64 * 8.0 / 1e6 / seconds / n as f64,
        dropped: sum("frames_dropped"),
    })
}

/// A running show with a destination behind a link of ours (`bench`) and one at a server that tells when something came
/// (`first`).
struct Live {
    show: Child,
    api: SocketAddr,
    link: TcpProxy,
    _server: NginxRtmp,
    first: RtmpServer,
}

impl Live {
    fn start(exe: &Path, work: &Path) -> Result<Self> {
        let server = NginxRtmp::start(NginxOptions::default())?;
        let link = TcpProxy::start((Ipv4Addr::LOCALHOST, server.port()).into(), Faults::default())?;
        let first = RtmpServer::start(Behaviour::default())?;
        let places = [
            ("bench", format!("rtmp://127.0.0.1:{}/live/bench", link.port())),
            ("first", first.url("first")),
        ];
        let project = project_to(work, &places)?;
        let api = SocketAddr::from((Ipv4Addr::LOCALHOST, ports::free_tcp()?));
        let mut c = Command::new(exe);
        c.arg("run").arg(&project).args(["--listen", &api.to_string()]);
        c.args(["--renderer", "software", "--size", "1280x720", "--fps", "30"]);
        c.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let live = Self {
            show: c.spawn().context("can't start footlight")?,
            api,
            link,
            _server: server,
            first,
        };
        live.until("the show runs", |s| {
            s["canvases"][0]["frames_due"].as_u64().is_some_and(|n| n > 60)
        })?;
        Ok(live)
    }

    /// Median time from the command to go live, given to a show that runs, until a picture or sound has come whole to the
    /// server, ms.
    #[expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]
    fn first_packet(&mut self, runs: usize) -> Result<f64> {
        let mut times = vec![];
        for _ in 0..runs {
            let before = self.first.arrived().len();
            let begun = Instant::now();
            self.command(&json!({ "command": "go_live", "destinations": ["first"], "record": false }))?;
            let mut came = None;
            let arrived = wait_for(LIMIT, || {
                came = self.first.arrived().get(before).and_then(|a| a.first_media);
                came.is_some()
            });
            let came = came.filter(|_| arrived).context("nothing came to the server")?;
            times.push(came.duration_since(begun).as_secs_f64() * 1e3);
            self.command(&json!({ "command": "stop_destination", "id": "first" }))?;
            self.until("the end of it", |s| s["destinations"][1]["state"] == "stopped")?;
        }
        Ok(median(times.into_iter()))
    }

    fn start_bench(&self) -> Result<()> {
        self.command(&json!({ "command": "start_destination", "id": "bench" }))
    }

    /// Median time from the link's return until the destination is live, ms.
    #[expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]
    fn returns(&mut self, runs: usize) -> Result<f64> {
        let mut times = vec![];
        for _ in 0..runs {
            self.until("it is live", |s| s["destinations"][0]["state"] == "live")?;
            self.link.set(Faults {
                stalled: true,
                ..Faults::default()
            });
            self.link.cut();
            self.until("it is lost", |s| s["destinations"][0]["state"] != "live")?;
            // Nothing becomes true meanwhile: this is the length of the outage.
            let _ = wait_for(GONE, || false);
            self.link.set(Faults::default());
            let begun = Instant::now();
            self.until("it is live again", |s| s["destinations"][0]["state"] == "live")?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        Ok(median(times.into_iter()))
    }

    fn command(&self, command: &Value) -> Result<()> {
        self.ask("POST", "/api/command", &command.to_string()).map(drop)
    }

    fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Result<Value> {
        let mut last = None;
        let ok = wait_for(LIMIT, || {
            last = self.ask("GET", "/api/state", "").ok();
            last.as_ref().is_some_and(&holds)
        });
        match last {
            Some(state) if ok => Ok(state),
            _ => bail!("waited in vain for: {what}"),
        }
    }

    /// One request to the show; gives its JSON.
    fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let mut socket = TcpStream::connect(self.api)?;
        socket.set_read_timeout(Some(LIMIT))?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.api,
            body.len()
        );
        socket.write_all(head.as_bytes())?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
        ensure!(head.contains(" 200 "), "{method} {path}: {head} {body}");
        Ok(serde_json::from_str(body)?)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.show.kill();
        let _ = self.show.wait();
    }
}

/// The bench's project with these destinations, which are not live yet.
fn project_to(work: &Path, places: &[(&str, String)]) -> Result<PathBuf> {
    let case = Case { name: "live", ..CASE };
    let dir = make_project(work, &case)?;
    let file = dir.join("project.json");
    let mut project: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
    project["destinations"] = places
        .iter()
        .map(|(id, url)| json!({ "id": id, "kind": "rtmp", "enabled": false, "settings": { "url": url } }))
        .collect();
    fs::write(&file, project.to_string())?;
    Ok(dir)
}
