//! What would fail, before it does: `footlight check` and, later, the list beside the Go live button.

use crate::{
    EngineError, Plan, ShowOptions,
    encode::{CanvasFormat, needs_probing},
    films, plan,
    planner::{self, Known},
    preflight_ask::ask_destinations,
    stage::{Stage, StageSetting, state_words},
};
use media::{Clock, MediaTime, SystemClock};
use project::{Project, VideoCodecName};
use schemars::JsonSchema;
use serde::Serialize;
use std::{path::Path, sync::Arc, time::Duration};

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
    let asked = ask_destinations(&project, options);
    check_sources(&project, project_dir, &mut found);
    check_encoders(&project, options, &mut found);
    asked.gather(&mut found);
    check_recording(&project, project_dir, options, &mut found);
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
    let asked = ask_destinations(project, options);
    check_encoders(project, options, found);
    asked.gather(found);
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
    let films = Stage::open(project, &setting, None, true, films::is_film).ok();
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
    if let Some(stage) = &films {
        stage.wait_ready(&*clock, deadline - clock.now());
        for (id, live) in stage.sources().iter() {
            films::report(live, id, found);
        }
        stage.stop();
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
    if let Some(why) = misfit(project, options) {
        found.add(FindingLevel::Fail, "recording", why);
    }
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

/// Why what is encoded does not fit the kind of file; none when it does, or when that can't be said beforehand.
fn misfit(project: &Project, options: &ShowOptions) -> Option<String> {
    let encoder = project.encoder(&project.recording.encoder)?;
    let given = options.record.as_ref().and_then(|f| f.extension()?.to_str());
    let container = given
        .and_then(codec::Container::of_ending)
        .unwrap_or(project.recording.format.into());
    let name = |v: serde_json::Result<serde_json::Value>| Some(v.ok()?.as_str()?.to_owned());
    let video = name(serde_json::to_value(encoder.video.codec))?;
    let audio = name(serde_json::to_value(encoder.audio.codec))?;
    container.refusal_by_name(&video, &audio)
}

fn writable(folder: &Path) -> Result<(), EngineError> {
    // The recording makes the folder itself; its nearest parent that is there has to allow it.
    let folder = folder.ancestors().find(|f| f.is_dir()).unwrap_or(Path::new("."));
    let probe = folder.join(format!(".footlight-{}", std::process::id()));
    std::fs::write(&probe, b"x")?;
    std::fs::remove_file(&probe)?;
    Ok(())
}
