//! Carrying out commands. A command that changes the document makes a new one; readers see it at their next frame.

use crate::{Command, EngineError, EventLevel, Outcome, ShowOptions, plan::hint, show::Shared};
use outputs::{Backoff, DestinationHandle, DestinationState, Recorder, destination_kind, filename};
use project::{Destination, Project};
use serde_json::{Map, Value};
use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering::Relaxed},
};

impl Shared {
    /// Carries out a command; what it made is in the outcome.
    pub(crate) fn conduct(&self, command: Command) -> Result<Outcome, EngineError> {
        if self.ended.load(Relaxed) {
            return Err(EngineError::Ended);
        }
        match command {
            c @ (Command::SetScene { .. }
            | Command::SetStudioMode { .. }
            | Command::SetPreview { .. }
            | Command::SetTransition { .. }
            | Command::Take
            | Command::Cut) => self.desk_command(c),
            other => self.carry_out(other).map(|()| Outcome::none()),
        }
    }

    fn carry_out(&self, command: Command) -> Result<(), EngineError> {
        match command {
            Command::SetSourceAudio {
                source,
                volume_db,
                muted,
                balance,
                sync_offset_ms,
                gesture: _,
            } => {
                range("volume_db", volume_db, -100.0, 26.0)?;
                range("balance", balance, -1.0, 1.0)?;
                range("sync_offset_ms", sync_offset_ms.map(f64::from), -950.0, 20_000.0)?;
                self.edit(|p| {
                    let s = find(&mut p.sources, "source", &source, |s| &s.id)?;
                    s.audio.volume_db = volume_db.unwrap_or(s.audio.volume_db);
                    s.audio.muted = muted.unwrap_or(s.audio.muted);
                    s.audio.balance = balance.unwrap_or(s.audio.balance);
                    s.audio.sync_offset_ms = sync_offset_ms.unwrap_or(s.audio.sync_offset_ms);
                    Ok(())
                })
            }
            Command::SetSourceSettings { source, settings, .. } => self.set_source_settings(&source, settings),
            Command::SetItem {
                scene, item, changes, ..
            } => self.set_item(&scene, &item, changes),
            Command::SetBackground { canvas, color, .. } => self.edit(|p| {
                let i = canvas_index(p, canvas.as_deref())?;
                p.canvases[i].background = color;
                Ok(())
            }),
            Command::SetMasterVolume { volume_db, .. } => {
                range("volume_db", Some(volume_db), -100.0, 26.0)?;
                self.edit(|p| {
                    p.audio.master_db = volume_db;
                    Ok(())
                })
            }
            Command::StartDestination { id } => {
                let d = self.destination(&id)?;
                self.start_destination(&d)
            }
            Command::StopDestination { id } => {
                let d = self.destination(&id)?;
                if let Some(handle) = self.destinations.lock().get(&d.id).cloned() {
                    self.rt.spawn(async move { handle.stop().await });
                }
                Ok(())
            }
            Command::RetryDestination { id } => {
                let d = self.destination(&id)?;
                match self.destinations.lock().get(&d.id) {
                    Some(handle) if handle.status().state != DestinationState::Stopped => handle.retry_now(),
                    _ => {
                        return Err(EngineError::BadValue(format!(
                            "`{}` is not started; start it first",
                            d.label()
                        )));
                    }
                }
                Ok(())
            }
            Command::StartRecording { path } => self.start_recording(path),
            Command::StopRecording => {
                self.stop_recordings();
                Ok(())
            }
            Command::SaveProject => self.save_project(),
            Command::EndShow => {
                self.stop.store(true, Relaxed);
                Ok(())
            }
            _ => Err(EngineError::Unsupported("this version can't do that yet".into())),
        }
    }

    /// Makes and publishes the next document; nothing changes when `change` refuses.
    fn edit(&self, change: impl Fn(&mut Project) -> Result<(), EngineError>) -> Result<(), EngineError> {
        loop {
            let now = self.project.load_full();
            let mut next = (*now).clone();
            change(&mut next)?;
            let before = self.project.compare_and_swap(&now, Arc::new(next));
            if Arc::ptr_eq(&before, &now) {
                return Ok(());
            }
        }
    }

    /// Puts a scene on show at once.
    pub(crate) fn put_on_show(&self, canvas: Option<&str>, scene: &str) -> Result<(), EngineError> {
        self.edit(|p| {
            let i = canvas_index(p, canvas)?;
            let known = p.scene(scene).map(|s| s.id.clone());
            let id = known.ok_or_else(|| EngineError::NotFound {
                what: "scene",
                id: scene.into(),
                hint: hint(p.scenes.iter().map(|s| s.id.as_str())),
            })?;
            p.canvases[i].scene = id;
            Ok(())
        })
    }

    fn set_source_settings(&self, id: &str, settings: Map<String, Value>) -> Result<(), EngineError> {
        let live = self.stage.sources.get(id).ok_or_else(|| EngineError::NotFound {
            what: "source",
            id: id.into(),
            hint: hint(self.stage.sources.keys().map(String::as_str)),
        })?;
        let mut merged = self
            .project
            .load()
            .source(id)
            .map(|s| s.settings.clone())
            .unwrap_or_default();
        merged.extend(settings);
        live.source
            .lock()
            .update(&merged)
            .map_err(|error| EngineError::Source {
                name: live.name.clone(),
                error,
            })?;
        self.edit(|p| {
            find(&mut p.sources, "source", id, |s| &s.id)?.settings = merged.clone();
            Ok(())
        })
    }

    fn set_item(&self, scene: &str, item: &str, changes: Map<String, Value>) -> Result<(), EngineError> {
        self.edit(|p| {
            let scene_id = p.scene(scene).map(|s| s.id.clone()).unwrap_or_else(|| scene.to_owned());
            let s = find(&mut p.scenes, "scene", &scene_id, |s| &s.id)?;
            let i = find(&mut s.items, "item", item, |i| &i.id)?;
            check_item(&changes, item)?;
            let mut whole = serde_json::to_value(&*i).map_err(|e| EngineError::BadValue(e.to_string()))?;
            merge(&mut whole, &changes);
            let next: project::SceneItem =
                serde_json::from_value(whole).map_err(|e| EngineError::BadValue(format!("item `{item}`: {e}")))?;
            if next.id != i.id || next.source != i.source || next.scene != i.scene {
                return Err(EngineError::BadValue(
                    "an item's id, source and scene can't be changed while the show runs".into(),
                ));
            }
            *i = next;
            Ok(())
        })?;
        Ok(())
    }

    fn destination(&self, id: &str) -> Result<Destination, EngineError> {
        let project = self.project.load();
        let found = project.destinations.iter().find(|d| d.id == id).cloned();
        found.ok_or_else(|| EngineError::NotFound {
            what: "destination",
            id: id.into(),
            hint: hint(project.destinations.iter().map(|d| d.id.as_str())),
        })
    }

    /// Starts what begins with the show: enabled destinations and the recording.
    pub(crate) fn start_outputs(&self, options: &ShowOptions) -> Result<(), EngineError> {
        let project = self.project.load_full();
        for d in project.destinations.iter().filter(|d| d.enabled) {
            if destination_kind(&d.kind).is_err() {
                let text = format!(
                    "{}: this version has no destination of kind `{}`, so nothing goes there",
                    d.label(),
                    d.kind
                );
                self.log.add(EventLevel::Error, format!("destination:{}", d.id), text);
                continue;
            }
            self.start_destination(d)?;
        }
        if options.record.is_some() || project.recording.enabled {
            self.start_recording(options.record.clone())?;
        }
        Ok(())
    }

    fn start_destination(&self, d: &Destination) -> Result<(), EngineError> {
        let fail = |error| EngineError::Destination {
            name: d.label().to_owned(),
            error,
        };
        let kind = destination_kind(&d.kind).map_err(fail)?;
        let feed = self.encoders.feed(&self.project.load(), &d.encoder)?;
        let mut running = self.destinations.lock();
        let over = |h: &Arc<DestinationHandle>| {
            matches!(h.status().state, DestinationState::Stopped | DestinationState::Failed)
        };
        if running.get(&d.id).is_some_and(|h| !over(h)) {
            return Ok(());
        }
        // Destinations that were lost together must not come back in step.
        let seed =
            d.id.bytes()
                .fold(self.clock.now().0 as u64, |h, b| h.wrapping_mul(31) ^ u64::from(b));
        let handle = DestinationHandle::start(
            &self.rt,
            kind,
            &d.settings,
            &feed.fanout,
            &self.env,
            Backoff::standard(seed),
        )
        .map_err(fail)?;
        running.insert(d.id.clone(), Arc::new(handle));
        Ok(())
    }

    fn start_recording(&self, path: Option<PathBuf>) -> Result<(), EngineError> {
        self.put_away_ended_recordings();
        if !self.recorders.lock().is_empty() {
            return Err(EngineError::BadValue(
                "a recording is running already; stop it first".into(),
            ));
        }
        let project = self.project.load();
        let feed = self.encoders.feed(&project, &project.recording.encoder)?;
        let named = || filename::recording_name(&project.recording.file_name, &project.name, wall_time()) + ".mkv";
        let path = match path {
            Some(folder) if folder.is_dir() => folder.join(named()),
            Some(file) => file,
            None => self.project_dir.join(&project.recording.folder).join(named()),
        };
        let recorder = Recorder::start(path, &feed.fanout, self.env.clock.clone())
            .map_err(|e| EngineError::BadValue(e.to_string()))?;
        self.recorders.lock().push(recorder);
        Ok(())
    }

    /// Recordings that have failed by themselves make room for a new one.
    fn put_away_ended_recordings(&self) {
        let mut running = self.recorders.lock();
        let (going, ended): (Vec<_>, Vec<_>) = running.drain(..).partition(|r| r.status().is_running());
        *running = going;
        self.recorded.lock().extend(ended.into_iter().map(Recorder::stop));
    }

    fn save_project(&self) -> Result<(), EngineError> {
        let store = self.store.as_ref();
        let store = store.ok_or_else(|| EngineError::BadValue("this show has no folder to be saved in".into()))?;
        let mut project = (*self.project.load_full()).clone();
        // What the command line added is of this run only.
        project
            .destinations
            .retain(|d| !self.added_destinations.contains(&d.id));
        project.canvases[0].fps = self.saved_rate;
        store.save(&project).map_err(|e| EngineError::Project(e.to_string()))
    }

    pub(crate) fn stop_recordings(&self) {
        let running: Vec<Recorder> = self.recorders.lock().drain(..).collect();
        for r in running {
            let status = r.stop();
            self.recorded.lock().push(status);
        }
    }

    /// Lets every destination send what it still has, then closes it.
    pub(crate) fn stop_destinations(&self) {
        let running: Vec<_> = self.destinations.lock().values().cloned().collect();
        let ending: Vec<_> = running
            .into_iter()
            .map(|h| self.rt.spawn(async move { h.stop().await }))
            .collect();
        self.rt.block_on(async {
            for e in ending {
                let _ = e.await;
            }
        });
    }
}

/// Now, where this computer is.
fn wall_time() -> filename::WallTime {
    let now = jiff::Zoned::now();
    filename::WallTime::from_unix(now.timestamp().as_second(), now.offset().seconds())
}

fn canvas_index(p: &Project, id: Option<&str>) -> Result<usize, EngineError> {
    let Some(id) = id else { return Ok(0) };
    p.canvases
        .iter()
        .position(|c| c.id == id)
        .ok_or_else(|| EngineError::NotFound {
            what: "canvas",
            id: id.into(),
            hint: hint(p.canvases.iter().map(|c| c.id.as_str())),
        })
}

fn find<'a, T>(
    all: &'a mut [T],
    what: &'static str,
    id: &str,
    key: impl Fn(&T) -> &String,
) -> Result<&'a mut T, EngineError> {
    let Some(i) = all.iter().position(|x| key(x) == id) else {
        return Err(EngineError::NotFound {
            what,
            id: id.into(),
            hint: hint(all.iter().map(|x| key(x).as_str())),
        });
    };
    Ok(&mut all[i])
}

fn range(name: &str, value: Option<f64>, min: f64, max: f64) -> Result<(), EngineError> {
    match value {
        Some(v) if !(min..=max).contains(&v) => Err(EngineError::BadValue(format!(
            "{name} is {v}; it must lie between {min} and {max}"
        ))),
        _ => Ok(()),
    }
}

/// Refuses fields an item does not have, and values out of range.
fn check_item(changes: &Map<String, Value>, item: &str) -> Result<(), EngineError> {
    let schema = schemars::schema_for!(project::SceneItem).to_value();
    let unknown = project::schema::check(&schema, &Value::Object(changes.clone()), item)
        .map_err(|e| EngineError::BadValue(e.to_string()))?;
    match unknown.first() {
        Some(u) => Err(EngineError::BadValue(format!("{}: an item has no such field", u.path))),
        None => Ok(()),
    }
}

/// Puts `changes` into `into`, objects field by field.
fn merge(into: &mut Value, changes: &Map<String, Value>) {
    let Value::Object(into) = into else { return };
    for (k, v) in changes {
        match (into.get_mut(k), v) {
            (Some(old @ Value::Object(_)), Value::Object(new)) => merge(old, new),
            _ => {
                into.insert(k.clone(), v.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn merge_keeps_what_is_not_named() {
        let mut v = json!({"position": {"x": 1, "y": 2}, "opacity": 1.0});
        merge(&mut v, json!({"position": {"x": 5}}).as_object().expect("object"));
        assert_eq!(v, json!({"position": {"x": 5, "y": 2}, "opacity": 1.0}));
    }

    #[test]
    fn ranges_name_the_field() {
        let e = range("balance", Some(f64::NAN), -1.0, 1.0)
            .expect_err("not a number")
            .to_string();
        assert!(e.contains("balance") && e.contains("-1"), "{e}");
        assert!(range("balance", Some(1.0), -1.0, 1.0).is_ok());
    }
}
