//! What a running show knows that no check beforehand can: whether the microphone is heard, whether the computer keeps up,
//! whether there is anything to see, and room on the disk. Nothing is opened for it.

use crate::{Finding, FindingLevel, preflight::Findings, show::Shared, visible::visible_sources, wants::Want};
use project::Project;
use std::sync::atomic::Ordering::Relaxed;

/// A device quieter than this is taken for silent, dBFS.
const SILENT_DB: f32 = -70.0;
/// Recording time below which people are warned, hours, and below which it makes no sense to begin.
const SHORT_HOURS: f64 = 2.0;
const TOO_SHORT_HOURS: f64 = 0.1;

impl Shared {
    /// Adds what can be said of the show that runs.
    pub(crate) fn look_ahead(&self, project: &Project, found: &mut Findings) {
        self.look_at_microphones(project, found);
        self.look_at_picture(project, found);
        self.look_at_load(found);
        self.look_at_room(project, found);
    }

    fn look_at_microphones(&self, project: &Project, found: &mut Findings) {
        let (peaks, heard) = {
            let sound = self.sound.lock();
            (sound.recent_peaks.clone(), sound.heard.clone())
        };
        let open = self.stage.sources();
        for s in &project.sources {
            let device = crate::stage::kind_of(&s.kind).is_some_and(|k| k.audio && !k.video && k.devices.is_some());
            // One of another scene has no level now.
            if !device || !open.contains_key(s.id.as_str()) || !heard.contains(&s.id) {
                continue;
            }
            let subject = format!("source:{}", s.id);
            let peak = peaks.get(&s.id).copied().unwrap_or(-120.0);
            if s.audio.muted {
                found.push(Finding {
                    remedy: Some("Unmute it in the mixer.".into()),
                    ..finding(FindingLevel::Warn, subject, format!("{} is muted", s.label()))
                });
            } else if peak < SILENT_DB {
                let text = format!("{}: nothing was heard in the last seconds", s.label());
                found.push(Finding {
                    remedy: Some(
                        "Say something; if its meter stays still, choose another device or raise its level.".into(),
                    ),
                    ..finding(FindingLevel::Warn, subject, text)
                });
            } else {
                found.push(finding(FindingLevel::Pass, subject, format!("{} is heard", s.label())));
            }
        }
    }

    fn look_at_picture(&self, project: &Project, found: &mut Findings) {
        let Some(main) = project.canvases.first() else { return };
        let open = self.stage.sources();
        let seen = visible_sources(project, [main.scene.as_str()]);
        let pictures = seen.iter().any(|id| open.get(*id).is_some_and(|s| s.slot.is_some()));
        if pictures {
            found.push(finding(FindingLevel::Pass, "program", "there is something to see"));
        } else {
            found.push(Finding {
                remedy: Some("Put something into the scene on show, or put another scene on show.".into()),
                ..finding(FindingLevel::Warn, "program", "nothing is visible in the programme")
            });
        }
    }

    /// Late and lost pictures since the last look say whether the computer keeps up.
    fn look_at_load(&self, found: &mut Findings) {
        let cpu = self.health.lock().process.cpu_percent;
        let sum = |f: fn(&crate::tick::CanvasCounters) -> u64| self.counters.iter().map(|c| f(c)).sum::<u64>();
        let due = sum(|c| c.due.load(Relaxed));
        let bad = sum(|c| c.late.load(Relaxed) + c.skipped.load(Relaxed));
        let share = bad as f64 / due.max(1) as f64;
        if share > 0.02 || cpu > 85.0 {
            let text =
                format!("the computer is busy: Footlight uses {cpu:.0} % of it, {bad} of {due} pictures were late");
            found.push(Finding {
                remedy: Some("Close other programs, or choose a smaller size or a lower frame rate.".into()),
                ..finding(FindingLevel::Warn, "computer", text)
            });
        } else {
            let text = format!("the computer keeps up (Footlight uses {cpu:.0} % of it)");
            found.push(finding(FindingLevel::Pass, "computer", text));
        }
    }

    fn look_at_room(&self, project: &Project, found: &mut Findings) {
        let Some(free) = self.health.lock().disk_free_bytes.filter(|_| project.recording.enabled) else {
            return;
        };
        let Ok(want) = Want::of_encoder(project, &self.canvases, &project.recording.encoder) else {
            return;
        };
        let kbps = f64::from(want.kbps(&self.canvases));
        let hours = free as f64 * 8.0 / 1000.0 / kbps.max(1.0) / 3600.0;
        let gib = free as f64 / f64::from(1 << 30);
        let text = format!("{gib:.1} GiB are free for the recording, about {hours:.1} hours");
        let level = match hours {
            h if h < TOO_SHORT_HOURS => FindingLevel::Fail,
            h if h < SHORT_HOURS => FindingLevel::Warn,
            _ => FindingLevel::Pass,
        };
        let remedy =
            (level != FindingLevel::Pass).then(|| "Make room on the disk, or record into another folder.".into());
        found.push(Finding {
            remedy,
            ..finding(level, "recording", text)
        });
    }
}

fn finding(level: FindingLevel, subject: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding {
        level,
        subject: subject.into(),
        message: message.into(),
        remedy: None,
    }
}
