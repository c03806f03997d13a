//! Snapshots and the report: reading a running show, never changing it.

use crate::{
    AudioReport, CanvasReport, CanvasState, Command, DestinationReport, DestinationView, EncoderReport, EncoderState,
    EngineError, Event, Level, Outcome, PictureTap, PictureWish, ProcessReport, RecordingReport, Report, SceneView,
    Snapshot, SourceView, encode::VideoLane, films::is_film, process::process_use, show::Shared, stage::state_words,
    visible::visible_sources,
};
use outputs::{HlsStore, RecordingStatus, destination_kind};
use std::sync::{Arc, atomic::Ordering::Relaxed};

/// A handle on a running show for servers: reads it and sends it commands. Clones are cheap.
#[derive(Clone)]
pub struct Remote(pub(crate) Arc<Shared>);

impl Remote {
    /// The state at this moment. Its levels are true from the second time on that somebody asks within two seconds, and while
    /// on the air: sound that nobody asks for rests.
    pub fn snapshot(&self) -> Snapshot {
        self.0.sound.lock().asked = self.0.clock.now();
        self.0.snapshot()
    }
    /// The state at this moment for somebody who looks at no level.
    pub fn glance(&self) -> Snapshot {
        self.0.snapshot()
    }
    /// What happened after event number `seq`.
    pub fn events_since(&self, seq: u64) -> Vec<Event> {
        self.0.log.since(seq)
    }
    /// The document with what the window shows about it.
    pub fn document(&self) -> crate::DocumentState {
        self.0.document()
    }
    /// Goes up with every change of the document; cheap to ask.
    pub fn revision(&self) -> u64 {
        self.0.revision.load(Relaxed)
    }
    /// Whether at least one destination gets the show or is about to.
    pub fn is_on_air(&self) -> bool {
        self.0.is_on_air()
    }
    /// The report of the time on the air: of that under way, else of the last one.
    pub fn show_report(&self) -> Option<Arc<crate::ShowReport>> {
        self.0.show_report()
    }
    /// Everything measured of the master track, a few times a second; none before the first block.
    pub fn loudness(&self) -> Option<mixer::Loudness> {
        self.0.sound.lock().loudness
    }
    /// Carries out a command.
    ///
    /// # Errors
    /// A sentence naming what is not there or out of range; the show is unchanged then.
    pub fn command(&self, command: Command) -> Result<Outcome, EngineError> {
        self.0.conduct(command)
    }
    /// A wish for pictures; `waker` is called when one that was asked for is there. Nothing comes after the show's end.
    pub fn pictures(&self, wish: PictureWish, waker: impl Fn() + Send + Sync + 'static) -> PictureTap {
        self.0.pictures.tap(wish, waker)
    }
    /// The pictures of the local destination.
    pub fn hls(&self) -> Arc<HlsStore> {
        self.0.env.hls.clone()
    }
}

const SILENCE: Level = Level {
    peak_db: [-120.0; 2],
    rms_db: [-120.0; 2],
};

impl Shared {
    pub(crate) fn elapsed_s(&self) -> f64 {
        let rate = self.canvases[0].rate;
        rate.time_of(self.counters[0].due.load(Relaxed) as i64).as_secs_f64()
    }

    fn bitrate(&self, bytes: u64) -> f64 {
        let s = self.elapsed_s();
        if s > 0.0 { bytes as f64 * 8.0 / 1000.0 / s } else { 0.0 }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let project = self.project.load();
        // Before the sound's lock: whoever holds the one of the air may want that next.
        let since = self.on_air_since();
        let on_air = self.is_on_air();
        let destinations = self.destination_views();
        let desk = self.desk_state();
        let in_preview = visible_sources(&project, [desk.preview.as_str()]);
        // Where the programme shows a copy, what that shows counts.
        let copy = self.desk.copy_on_show(&project);
        let main = copy.as_deref().unwrap_or(&project);
        let shown = |i: usize, c: &project::Canvas| (i > 0 && c.follow.is_none()).then(|| c.scene.clone());
        let others: Vec<_> = project
            .canvases
            .iter()
            .enumerate()
            .filter_map(|(i, c)| shown(i, c))
            .collect();
        let mut in_program = visible_sources(&project, others.iter().map(String::as_str));
        in_program.extend(visible_sources(
            main,
            project.canvases.first().map(|c| c.scene.as_str()),
        ));
        // In a statement of its own: inside the expression below the lock would be held to its end.
        let recording = self.recorders.lock().last().map(|t| t.recorder.status());
        let replay = self.replay_status();
        let health = self.health.lock();
        let sound = self.sound.lock();
        let fps_now = self.fps_now.lock();
        Snapshot {
            generation: self.studio.as_ref().map_or(0, |s| s.generation),
            project: project.name.clone(),
            on_air,
            on_air_s: since
                .filter(|_| on_air)
                .map(|t| (self.clock.now() - t).as_secs_f64().max(0.0)),
            upload_kbps: destinations.iter().map(|d| d.status.bitrate_kbps).sum(),
            disk_free_bytes: health.disk_free_bytes,
            process: health.process,
            recording,
            replay,
            running: !self.ended.load(Relaxed),
            elapsed_s: self.elapsed_s(),
            renderer: self.renderer.0.clone(),
            adapter: self.renderer.1.clone(),
            canvases: self
                .canvas_reports()
                .into_iter()
                .enumerate()
                .map(|(i, c)| CanvasState {
                    scene: project.canvases[i].scene.clone(),
                    fps_now: fps_now[i],
                    id: c.id,
                    width: c.width,
                    height: c.height,
                    fps: c.fps,
                    frames_due: c.frames_due,
                    frames_rendered: c.frames_rendered,
                    frames_repeated: c.frames_repeated,
                    frames_unseen: c.frames_unseen,
                    frames_late: c.frames_late,
                    frames_skipped: c.frames_skipped,
                })
                .collect(),
            encoders: self
                .encoder_reports()
                .into_iter()
                .map(|e| EncoderState {
                    id: e.id,
                    codec: e.codec,
                    implementation: e.implementation,
                    width: e.width,
                    height: e.height,
                    fps: e.fps,
                    encode_ms: e.encode_ms,
                    frames_out: e.frames_out,
                    frames_dropped: e.frames_dropped,
                    bitrate_kbps: e.bitrate_kbps,
                    target_kbps: e.target_kbps,
                })
                .collect(),
            destinations,
            recordings: self.recording_states(),
            sources: self
                .stage
                .sources()
                .iter()
                .filter(|(id, _)| !is_film(id))
                .map(|(id, s)| {
                    let (state, reason) = s
                        .source
                        .try_lock()
                        .map_or(("ready", None), |src| state_words(&src.state()));
                    let size = s.size();
                    SourceView {
                        width: size.map(|s| s.0),
                        height: size.map(|s| s.1),
                        in_program: in_program.contains(&**id),
                        in_preview: in_preview.contains(&**id),
                        id: id.to_string(),
                        name: s.name(),
                        kind: s.kind.clone(),
                        state,
                        reason,
                        heard: s.feed.is_some() && sound.heard.contains(&**id),
                        level: sound.sources.get(&**id).copied().unwrap_or(SILENCE),
                    }
                })
                .collect(),
            master: sound.master.unwrap_or(SILENCE),
            tracks: project
                .audio
                .all_tracks()
                .into_iter()
                .map(|t| crate::TrackView {
                    level: sound.tracks.iter().find(|(id, _)| *id == t.id).map_or(SILENCE, |l| l.1),
                    name: t.label().to_owned(),
                    id: t.id,
                })
                .collect(),
            lufs: sound.lufs,
            captions: self.captions_view(),
            desk,
            scenes: project
                .scenes
                .iter()
                .map(|s| SceneView {
                    id: s.id.clone(),
                    name: s.label().to_owned(),
                })
                .collect(),
        }
    }

    /// Every destination of the project, started or not.
    pub(crate) fn destination_views(&self) -> Vec<DestinationView> {
        let project = self.project.load();
        project
            .destinations
            .iter()
            .map(|d| DestinationView {
                id: d.id.clone(),
                name: d.label().to_owned(),
                kind: d.kind.clone(),
                url: destination_kind(&d.kind)
                    .ok()
                    .map(|k| (k.redacted_url)(&d.settings))
                    .unwrap_or_default(),
                status: self.destination_status(&d.id),
            })
            .collect()
    }

    pub(crate) fn recording_states(&self) -> Vec<RecordingStatus> {
        let mut all = self.recorded.lock().clone();
        for t in self.recorders.lock().iter() {
            let files = t.recorder.files();
            if files.is_empty() {
                all.push(t.recorder.status());
            }
            all.extend(files);
        }
        all
    }

    pub(crate) fn canvas_reports(&self) -> Vec<CanvasReport> {
        let project = self.project.load();
        self.counters
            .iter()
            .enumerate()
            .map(|(i, c)| {
                let rendered = c.rendered.load(Relaxed);
                CanvasReport {
                    id: project.canvases[i].id.clone(),
                    width: self.canvases[i].size.0,
                    height: self.canvases[i].size.1,
                    fps: self.canvases[i].rate.as_f64(),
                    frames_due: c.due.load(Relaxed),
                    frames_rendered: rendered,
                    frames_repeated: c.repeated.load(Relaxed),
                    frames_unseen: c.unseen.load(Relaxed),
                    frames_late: c.late.load(Relaxed),
                    frames_skipped: c.skipped.load(Relaxed),
                    compose_ms: c.compose_ns.load(Relaxed) as f64 / 1e6 / rendered.max(1) as f64,
                }
            })
            .collect()
    }

    fn encoder_reports(&self) -> Vec<EncoderReport> {
        let lanes = self.encoders.video.load();
        lanes.iter().map(|l| self.encoder_report(l)).collect()
    }

    fn encoder_report(&self, l: &VideoLane) -> EncoderReport {
        EncoderReport {
            id: l.id.clone(),
            codec: l.want.settings.codec.id().into(),
            implementation: l.implementation.clone(),
            width: l.want.size.0,
            height: l.want.size.1,
            fps: l.want.rate(l.rate).as_f64(),
            encode_ms: l.encode_ms(),
            frames_in: l.frames_in.load(Relaxed),
            frames_out: l.frames_out.load(Relaxed),
            frames_dropped: l.dropped.load(Relaxed),
            bitrate_kbps: self.bitrate(l.bytes.load(Relaxed)),
            target_kbps: Some(l.target_kbps.load(Relaxed)).filter(|k| *k > 0),
        }
    }

    /// What was sent in all, with the state each destination was in when the show was ended.
    fn destination_reports(&self) -> Vec<DestinationReport> {
        let last = self.final_views.lock();
        let before = |id: &str| last.iter().flatten().find(|v| v.id == id).map(|v| &v.status);
        self.destination_views()
            .into_iter()
            .map(|d| {
                let standing = before(&d.id).unwrap_or(&d.status);
                DestinationReport {
                    state: standing.state.name().to_owned(),
                    connected_s: standing.connected_s,
                    id: d.id,
                    name: d.name,
                    url: d.url,
                    bytes_sent: d.status.bytes_sent,
                    frames_sent: d.status.frames_sent,
                    frames_dropped: d.status.frames_dropped,
                    reconnects: d.status.reconnects,
                    first_packet_ms: d.status.first_packet_ms,
                    last_error: d.status.last_error,
                }
            })
            .collect()
    }

    pub(crate) fn report(&self) -> Report {
        let sound = self.sound.lock();
        let used = process_use();
        let first = self
            .counters
            .iter()
            .map(|c| c.first_done.load(Relaxed))
            .filter(|&t| t > 0)
            .min()
            .unwrap_or(0);
        Report {
            version: env!("CARGO_PKG_VERSION").into(),
            duration_s: self.elapsed_s(),
            renderer: self.renderer.0.clone(),
            adapter: self.renderer.1.clone(),
            canvases: self.canvas_reports(),
            encoders: {
                let ended = self.encoders.ended.lock();
                let ended = ended.iter().map(|l| self.encoder_report(l));
                ended.chain(self.encoder_reports()).collect()
            },
            destinations: self.destination_reports(),
            recordings: self
                .recording_states()
                .into_iter()
                .map(|r| RecordingReport {
                    path: r.path.display().to_string(),
                    bytes: r.bytes,
                    frames: r.frames,
                    duration_s: r.duration_s,
                    error: r.error,
                })
                .collect(),
            audio: AudioReport {
                master_lufs: sound.lufs,
                peak_dbfs: sound.peak_dbfs,
                xruns: sound.xruns,
            },
            process: ProcessReport {
                cpu_s: used.cpu_s,
                peak_rss_mib: used.peak_rss_mib,
                startup_ms: first as f64 / 1e6,
            },
        }
    }
}
