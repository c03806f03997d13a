//! The sound thread: mixes 10 ms blocks on the engine's sample grid and hands them to the audio encoders.
//!
//! A block is mixed [`LATENCY`] after its end, so that devices have delivered it; its samples carry their own times, so
//! this delay shifts nothing between picture and sound.

use crate::{encode::AudioLane, heard::heard, snapshot::Level, stage::Stage};
use arc_swap::ArcSwap;
use media::{
    Clock, MediaTime,
    audio::{BLOCK_FRAMES, SAMPLE_RATE},
};
use mixer::{Meter, Mixer, SourceMix};
use parking_lot::Mutex;
use project::{Project, SourceAudio};
use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

/// How long after its end a block is mixed.
const LATENCY: MediaTime = MediaTime::from_millis(120);

/// What others may read of the mix.
pub(crate) struct SoundState {
    /// Engine time at which the picture ended; `i64::MAX` until known.
    pub(crate) end: Arc<AtomicI64>,
    pub(crate) master: Option<Level>,
    pub(crate) sources: BTreeMap<String, Level>,
    pub(crate) heard: HashSet<String>,
    pub(crate) lufs: Option<f64>,
    pub(crate) peak_dbfs: Option<f64>,
    pub(crate) xruns: u64,
}

impl Default for SoundState {
    fn default() -> Self {
        Self {
            end: Arc::new(AtomicI64::new(i64::MAX)),
            master: None,
            sources: BTreeMap::new(),
            heard: HashSet::new(),
            lufs: None,
            peak_dbfs: None,
            xruns: 0,
        }
    }
}

/// What the sound thread needs to know.
pub(crate) struct SoundThread {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) start: MediaTime,
    /// Engine time at which the picture ended; `i64::MAX` until known.
    pub(crate) end: Arc<AtomicI64>,
    pub(crate) project: Arc<ArcSwap<Project>>,
    pub(crate) stage: Arc<Stage>,
    pub(crate) lanes: Arc<ArcSwap<Vec<Arc<AudioLane>>>>,
    pub(crate) state: Arc<Mutex<SoundState>>,
}

impl SoundThread {
    /// Runs until the time of the picture's end is reached.
    pub(crate) fn run(self) {
        crate::tick::raise_priority();
        let mut project = self.project.load_full();
        let mut mixer = self.build_mixer(&project);
        self.apply(&mut mixer, &project);
        let mut block = (self.start.to_ticks(SAMPLE_RATE)).div_euclid(BLOCK_FRAMES as i64);
        loop {
            let time = MediaTime::from_ticks(block * BLOCK_FRAMES as i64, SAMPLE_RATE);
            if time.0 >= self.end.load(Relaxed) {
                return;
            }
            let done = MediaTime::from_ticks((block + 1) * BLOCK_FRAMES as i64, SAMPLE_RATE);
            self.clock.sleep_until(done + LATENCY);
            let now = self.project.load_full();
            if !Arc::ptr_eq(&now, &project) {
                project = now;
                self.apply(&mut mixer, &project);
            }
            let mixed = Arc::new(mixer.mix(time));
            for lane in self.lanes.load().iter() {
                lane.offer(&mixed);
            }
            // Ten times a second is enough for people.
            if block % 5 == 0 {
                self.publish(&mixer);
            }
            block += 1;
        }
    }

    fn build_mixer(&self, project: &Project) -> Mixer {
        let mut mixer = Mixer::new(project.audio.limiter_dbfs as f32);
        for (id, s) in &self.stage.sources {
            if let Some(feed) = &s.feed {
                mixer.add(id, feed.clone(), SourceMix::default());
            }
        }
        mixer
    }

    fn apply(&self, mixer: &mut Mixer, project: &Project) {
        mixer.set_master_db(project.audio.master_db as f32);
        mixer.set_limiter(project.audio.limiter_dbfs as f32);
        let scenes: Vec<String> = project.canvases.iter().map(|c| c.scene.clone()).collect();
        let heard = heard(project, &scenes);
        for s in &project.sources {
            mixer.set(&s.id, source_mix(&s.audio, heard.contains(&s.id)));
        }
        self.state.lock().heard = heard;
    }

    fn publish(&self, mixer: &Mixer) {
        let loudness = mixer.loudness();
        let mut state = self.state.lock();
        state.master = Some(level(mixer.master_meter()));
        state.sources = mixer.meters().into_iter().map(|(id, m)| (id, level(m))).collect();
        state.lufs = audible(loudness.integrated_lufs);
        state.peak_dbfs = audible(loudness.peak_dbfs);
        state.xruns = mixer.underruns();
    }
}

/// A level that says something; silence is absent.
fn audible(db: f64) -> Option<f64> {
    (db.is_finite() && db > -119.0).then_some(db)
}

fn level(m: Meter) -> Level {
    Level {
        peak_db: m.peak_db,
        rms_db: m.rms_db,
    }
}

fn source_mix(a: &SourceAudio, heard: bool) -> SourceMix {
    SourceMix {
        volume_db: a.volume_db as f32,
        muted: a.muted || !heard,
        balance: a.balance as f32,
        sync_offset: MediaTime::from_millis(a.sync_offset_ms.into()),
    }
}
