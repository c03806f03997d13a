//! What would fail, before it does: `footlight check` and, later, the list beside the Go live button.

use crate::{
    EngineError, Plan, ShowOptions,
    encode::{CanvasFormat, needs_probing},
    plan,
    planner::{self, Known},
    stage::{Stage, StageSetting, state_words},
};
use media::{Clock, MediaTime, SystemClock};
use project::{Project, VideoCodecName};
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    net::{TcpStream, ToSocketAddrs},
    path::Path,
    sync::Arc,
    time::Duration,
};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingLevel {
    /// Looked at, and it is well.
    Pass,
    /// The show would run, but something is missing or odd.
    Warn,
    /// This part would not work.
    Fail,
}

/// One thing that was checked.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// How it stands.
    pub level: FindingLevel,
    /// What it is about: `project`, `source:cam`, `destination:yt`, `recording`, `encoder:main`.
    pub subject: String,
    /// In words.
    pub message: String,
    /// What to do about it, where that is not said yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

const SOURCE_LIMIT: MediaTime = MediaTime::from_millis(4000);
const CONNECT_LIMIT: Duration = Duration::from_secs(4);

/// Opens every source, reaches every destination and tries every folder, in well under ten seconds.
pub fn check(project: &Project, project_dir: &Path, options: &ShowOptions) -> Vec<Finding> {
    let mut found = Findings(vec![]);
    let project = match plan::apply_options(project.clone(), options) {
        Ok(p) => p,
        Err(e) => {
            found.add(FindingLevel::Fail, "project", e.to_string());
            return found.0;
        }
    };
    check_sources(&project, project_dir, &mut found);
    check_outputs(&project, project_dir, options, &mut found);
    if let Ok(plan) = plan_of(
        &project,
        &ShowOptions {
            extra_destinations: vec![],
            ..options.clone()
        },
    ) {
        report_plan(&plan, &mut found);
    }
    found.0
}

/// Everything but the sources: what a show that runs can't tell of itself.
pub(crate) fn check_outputs(project: &Project, project_dir: &Path, options: &ShowOptions, found: &mut Findings) {
    check_encoders(project, options, found);
    check_destinations(project, found);
    check_recording(project, project_dir, options, found);
}

/// What was found so far.
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(crate) fn add(&mut self, level: FindingLevel, subject: impl Into<String>, message: impl Into<String>) {
        self.0.push(Finding {
            level,
            subject: subject.into(),
            message: message.into(),
            remedy: None,
        });
    }
}

fn check_sources(project: &Project, project_dir: &Path, found: &mut Findings) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let setting = StageSetting::new(project, project_dir, clock.clone(), MediaTime::ZERO);
    let mut opened = vec![];
    for s in &project.sources {
        let subject = format!("source:{}", s.id);
        if crate::stage::kind_of(&s.kind).is_none() {
            let message = format!("{}: this version has no source of kind `{}`", s.label(), s.kind);
            found.add(FindingLevel::Warn, subject, message);
            continue;
        }
        match Stage::open(project, &setting, None, false, |id| id == s.id) {
            Ok(stage) => opened.push((s, subject, stage)),
            Err(e) => found.add(FindingLevel::Fail, subject, e.to_string()),
        }
    }
    // All open at the same time, so they share the wait.
    let deadline = clock.now() + SOURCE_LIMIT;
    for (s, subject, stage) in &opened {
        stage.wait_ready(&*clock, deadline - clock.now());
        for live in stage.sources().values() {
            let source = live.source.lock();
            for n in source.notices() {
                found.add(FindingLevel::Warn, subject.as_str(), format!("{}: {n}", s.label()));
            }
            match state_words(&source.state()) {
                (_, Some(reason)) => {
                    found.add(FindingLevel::Fail, subject.as_str(), format!("{}: {reason}", s.label()))
                }
                _ => found.add(FindingLevel::Pass, subject.as_str(), format!("{} is there", s.label())),
            }
        }
    }
    for (.., stage) in &opened {
        stage.stop();
    }
}

/// What the encoders of each codec do here; nothing is known without a program to try them with.
pub(crate) fn probes(options: &ShowOptions) -> impl Fn(VideoCodecName) -> Vec<codec::Availability> {
    let exe = options.probe_exe.clone();
    move |codec| {
        exe.as_deref()
            .map(|exe| codec::probe_codec(exe, codec, Duration::from_secs(5)))
            .unwrap_or_default()
    }
}

fn check_encoders(project: &Project, options: &ShowOptions, found: &mut Findings) {
    let probes = probes(options);
    let sizes = plan::output_sizes(project, options);
    for e in &project.encoders {
        let subject = format!("encoder:{}", e.id);
        let Some(i) = project.canvases.iter().position(|c| c.id == e.canvas) else {
            found.add(
                FindingLevel::Fail,
                subject,
                format!("there is no canvas `{}`", e.canvas),
            );
            continue;
        };
        let known = if needs_probing(&e.video) {
            probes(e.video.codec)
        } else {
            vec![]
        };
        let opened = codec::choose(e.video.codec, &e.video.implementation, &known).and_then(|(id, why)| {
            codec::VideoEncoder::open(&id, &e.video, sizes[i].0, sizes[i].1, project.canvases[i].fps).map(|_| (id, why))
        });
        match opened {
            Ok((id, None)) => found.add(
                FindingLevel::Pass,
                subject,
                format!("{}×{} encodes with {id}", sizes[i].0, sizes[i].1),
            ),
            Ok((_, Some(why))) => found.add(FindingLevel::Warn, subject, why),
            Err(e) => found.add(FindingLevel::Fail, subject, e.to_string()),
        }
    }
}

/// Adds what people ought to know of the plan.
pub(crate) fn report_plan(plan: &Plan, found: &mut Findings) {
    for problem in &plan.problems {
        found.add(FindingLevel::Fail, "plan", problem.clone());
    }
    for (doubt, text) in plan.remarks() {
        let level = if doubt { FindingLevel::Warn } else { FindingLevel::Pass };
        found.add(level, "plan", text);
    }
}

/// The plan of a show that does not run.
pub fn plan_of(project: &Project, options: &ShowOptions) -> Result<Plan, EngineError> {
    let project = plan::apply_options(project.clone(), options)?;
    let formats: Vec<_> = plan::output_sizes(&project, options)
        .into_iter()
        .zip(&project.canvases)
        .map(|(size, c)| CanvasFormat { size, rate: c.fps })
        .collect();
    let known = Known {
        formats: &formats,
        probes: &probes(options),
        measured: &|_| None,
    };
    Ok(planner::plan(&project, &known))
}

fn check_destinations(project: &Project, found: &mut Findings) {
    if project.destinations.iter().all(|d| !d.enabled) {
        found.add(
            FindingLevel::Warn,
            "project",
            "no destination is on: nobody would see this show",
        );
    }
    let mut asked = vec![];
    for d in project.destinations.iter().filter(|d| d.enabled) {
        let subject = format!("destination:{}", d.id);
        let endpoint = match outputs::destination_kind(&d.kind) {
            Ok(kind) => (kind.open)(&d.settings, &env()).and_then(|_| (kind.endpoint)(&d.settings)),
            Err(e) => {
                found.add(FindingLevel::Warn, subject, format!("{}: {e}", d.label()));
                continue;
            }
        };
        // Each on its own thread: a host that does not answer takes its whole time.
        let answer = std::thread::Builder::new()
            .name("reach".into())
            .spawn(move || match endpoint {
                Ok(Some((host, port))) => reach(&host, port),
                Ok(None) => Ok(()),
                Err(e) => Err(e.to_string()),
            });
        asked.push((d, subject, answer));
    }
    for (d, subject, answer) in asked {
        let fault = |_| Err("the check ended in a fault".to_owned());
        match answer
            .map_err(|e| e.to_string())
            .and_then(|t| t.join().unwrap_or_else(fault))
        {
            Ok(()) => found.add(FindingLevel::Pass, subject, format!("{} answers", d.label())),
            Err(e) => found.add(FindingLevel::Fail, subject, format!("{}: {e}", d.label())),
        }
    }
}

/// What a destination needs to take its settings apart; nothing is sent.
fn env() -> outputs::Env {
    outputs::Env {
        hls: Arc::new(outputs::HlsStore::new()),
        clock: Arc::new(SystemClock::new()),
    }
}

fn reach(host: &str, port: u16) -> Result<(), String> {
    let addresses: Vec<_> = (host, port)
        .to_socket_addrs()
        .map_err(|_| format!("`{host}` is not known; check the address and this computer's network"))?
        .collect();
    let mut last = format!("`{host}` has no address");
    for a in addresses {
        match TcpStream::connect_timeout(&a, CONNECT_LIMIT) {
            Ok(_) => return Ok(()),
            Err(e) => last = format!("nothing answers at {host}:{port} ({e}); is the server running?"),
        }
    }
    Err(last)
}

fn check_recording(project: &Project, project_dir: &Path, options: &ShowOptions, found: &mut Findings) {
    let folder = match &options.record {
        Some(file) => file.parent().map(Path::to_owned).unwrap_or_default(),
        None if project.recording.enabled => project_dir.join(&project.recording.folder),
        None => return,
    };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".").to_owned()
    } else {
        folder
    };
    match writable(&folder) {
        Ok(()) => found.add(
            FindingLevel::Pass,
            "recording",
            format!("{} can be written", folder.display()),
        ),
        Err(e) => found.add(
            FindingLevel::Fail,
            "recording",
            format!("{} can't be written: {e}; choose another folder", folder.display()),
        ),
    }
}

fn writable(folder: &Path) -> Result<(), EngineError> {
    // The recording makes the folder itself; its nearest parent that is there has to allow it.
    let folder = folder.ancestors().find(|f| f.is_dir()).unwrap_or(Path::new("."));
    let probe = folder.join(format!(".footlight-{}", std::process::id()));
    std::fs::write(&probe, b"x")?;
    std::fs::remove_file(&probe)?;
    Ok(())
}
