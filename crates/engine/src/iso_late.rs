//! What comes to be recorded on its own while a recording runs already: a source that is added, or an entry of the list. It gets
//! a file that begins with the next picture, on the same clock, and in the manifest it begins as much later than the rest.

use crate::{
    EventLevel,
    iso::{Part, Place, Session, begin_sounds, parts},
    otio::Row,
    recording::{Base, Tape, plan_beside},
    show::Shared,
};
use media::MediaTime;
use outputs::{Recorder, RecordingPlan};
use project::Project;
use std::sync::{Arc, OnceLock};

/// How long the first picture of a new source is waited for; its file has the canvas' size then.
const PATIENCE: MediaTime = MediaTime::from_millis(3000);

/// A recording that runs, and what a file that joins it has to know.
struct Running {
    base: Arc<Base>,
    session: Arc<Session>,
}

impl Shared {
    /// Looks whether the document wants more to be recorded than is; called a few times a second.
    pub(crate) fn look_at_iso(&self) {
        let project = self.project.load_full();
        if project.recording.iso.is_empty() {
            return;
        }
        let Some(running) = self.running_programme() else {
            return;
        };
        for part in self.new_parts(&project, &running.session) {
            running.session.subjects.lock().push(part.subject.clone());
            let name = part.name.clone();
            let (level, text) = match self.join(&project, &running, part) {
                Ok(()) => (EventLevel::Info, format!("{name} is recorded on its own from here on")),
                Err(e) => (EventLevel::Error, format!("{name} is not recorded on its own: {e}")),
            };
            self.log.add(level, "recording", text);
        }
    }

    /// The programme's recording, unless it is paused or has not begun; it belongs to a session from now on.
    fn running_programme(&self) -> Option<Running> {
        let mut tapes = self.recorders.lock();
        let t = tapes.iter_mut().find(|t| t.is_programme() && t.base.is_some())?;
        let goes = t.recorder.status().is_running() && !t.recorder.is_paused();
        let base = t.base.clone().filter(|_| goes)?;
        t.recorder.elapsed(self.clock.now())?;
        let session = match &t.place {
            Some(p) => p.session.clone(),
            None => {
                let session = self.session(&base.programme(&t.lease), &[]);
                t.place = Some(Place {
                    session: session.clone(),
                    row: 0,
                    programme: true,
                });
                session
            }
        };
        Some(Running { base, session })
    }

    /// What is wanted and not recorded yet, of which enough is known.
    fn new_parts(&self, project: &Project, session: &Session) -> Vec<Part> {
        let now = self.clock.now();
        let known = session.subjects.lock().clone();
        let mut waiting = session.waiting.lock();
        let mut ready = vec![];
        for part in parts(project, &self.canvases, &|id| self.shows(id)) {
            if known.contains(&part.subject) {
                continue;
            }
            let shows = part.subject.strip_prefix("source:").and_then(|id| self.shows(id));
            let unsure = match (&part.want, shows) {
                (Err(_), _) => true,
                (Ok(_), Some(s)) => s.picture && s.size.is_none(),
                (Ok(_), None) => false,
            };
            let since = *waiting.entry(part.subject.clone()).or_insert(now);
            if !unsure || now - since > PATIENCE {
                waiting.remove(&part.subject);
                ready.push(part);
            }
        }
        ready
    }

    fn join(&self, project: &Arc<Project>, running: &Running, mut part: Part) -> Result<(), String> {
        let beginning = Arc::new(OnceLock::new());
        begin_sounds(std::slice::from_mut(&mut part), &beginning);
        let lease = self.encoders.lease(&part.want?).map_err(|e| e.to_string())?;
        let info = lease.feed.fanout.info().clone();
        let base = &running.base;
        let beside = plan_beside(&base.plan, project, &part.name, (base.path.as_deref(), base.at), &lease);
        let plan = RecordingPlan {
            begins: Some(beginning.clone()),
            later: (base.lead - codec::lead(&info)).max(MediaTime::ZERO),
            ..beside
        };
        let recorder = Recorder::start_plan(plan, &lease.feed.fanout, self.env.clock.clone());
        let recorder = recorder.map_err(|e| e.to_string())?;
        let at = self.picture_soon();
        lease.key_at(at);
        let mut tapes = self.recorders.lock();
        // It may have ended meanwhile.
        let programme = tapes.iter().position(|t| t.is_programme());
        let elapsed = programme.and_then(|i| tapes[i].recorder.elapsed(at));
        let (Some(i), Some(elapsed)) = (programme, elapsed) else {
            return Err("the recording has ended".into());
        };
        let _ = beginning.set(at);
        let row = running.session.add(Row {
            name: part.name,
            rate: info.video.as_ref().map(|v| v.rate),
            sound: !info.audio.is_empty(),
            begins_s: elapsed.as_secs_f64(),
            files: vec![],
        });
        let place = Place {
            session: running.session.clone(),
            row,
            programme: false,
        };
        tapes.insert(
            i,
            Tape {
                recorder,
                lease,
                place: Some(place),
                base: None,
            },
        );
        Ok(())
    }
}
