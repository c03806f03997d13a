//! The sound thread: mixes 10 ms blocks on the engine's sample grid and hands them to the audio encoders.
//!
//! A block is mixed once everything that is open has delivered it (see [`crate::patience`]); its samples carry their own times,
//! so this delay shifts nothing between picture and sound.
//!
//! In a studio, while nothing is encoded and nobody has asked for a level for a while, the sound rests: ten times a second
//! the feeds are read past and one block in ten is measured, so that whoever looks again finds levels and sound in step.

use crate::{
    alone::Solos,
    desk::Desk,
    encode::{AudioLane, Mixed},
    films,
    heard::shares,
    patience,
    snapshot::Level,
    stage::{Sources, Stage},
};
use arc_swap::ArcSwap;
use media::{
    Clock, MediaTime,
    audio::{BLOCK_FRAMES, SAMPLE_RATE},
};
use mixer::{Loudness, Meter, Mixer, SourceMix};
use parking_lot::Mutex;
use project::{AudioTrack, Project, SourceAudio};
use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

/// Blocks from one look to the next while the sound rests.
const NAP: i64 = 10;
/// How long after a level was asked for last the sound rests.
const ATTENTION: MediaTime = MediaTime::from_millis(2000);

/// What others may read of the mix.
pub(crate) struct SoundState {
    /// Engine time at which the picture ended; `i64::MAX` until known.
    pub(crate) end: Arc<AtomicI64>,
    pub(crate) master: Option<Level>,
    /// Each track after its limiter, in the document's order.
    pub(crate) tracks: Vec<(String, Level)>,
    pub(crate) sources: BTreeMap<String, Level>,
    pub(crate) heard: HashSet<String>,
    /// Highest peak of each source lately, dBFS: it falls by 10 dB a second.
    pub(crate) recent_peaks: BTreeMap<String, f32>,
    pub(crate) lufs: Option<f64>,
    /// Somebody wants the loudness measured anew.
    pub(crate) reset_loudness: bool,
    /// Everything that is measured of the master track.
    pub(crate) loudness: Option<Loudness>,
    pub(crate) peak_dbfs: Option<f64>,
    pub(crate) xruns: u64,
    /// Engine time at which somebody asked for levels last.
    pub(crate) asked: MediaTime,
}

impl Default for SoundState {
    fn default() -> Self {
        Self {
            end: Arc::new(AtomicI64::new(i64::MAX)),
            master: None,
            tracks: vec![],
            sources: BTreeMap::new(),
            heard: HashSet::new(),
            recent_peaks: BTreeMap::new(),
            lufs: None,
            reset_loudness: false,
            loudness: None,
            peak_dbfs: None,
            xruns: 0,
            asked: MediaTime::ZERO,
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
    pub(crate) desk: Arc<Desk>,
    pub(crate) lanes: Arc<ArcSwap<Vec<Arc<AudioLane>>>>,
    pub(crate) state: Arc<Mutex<SoundState>>,
    /// It may rest while nobody needs it.
    pub(crate) idles: bool,
}

impl SoundThread {
    /// Runs until the time of the picture's end is reached.
    pub(crate) fn run(self) {
        crate::tick::raise_priority();
        let mut project = self.project.load_full();
        let mut open = self.stage.sources();
        let mut mixer = Mixer::new(project.audio.limiter_dbfs as f32);
        let mut audition = Audition::default();
        let mut solos = Solos::default();
        self.change_strips(&mut mixer, &project, &Sources::new(), &open);
        let mut tracks = self.apply(&mut mixer, &project, self.start);
        let (mut fading, mut resting) = (false, false);
        let mut block = (self.start.to_ticks(SAMPLE_RATE)).div_euclid(BLOCK_FRAMES as i64);
        loop {
            let time = block_time(block);
            if time.0 >= self.end.load(Relaxed) {
                return;
            }
            if resting {
                // Whoever wakes up finds the blocks of the nap still to be mixed.
                self.clock.sleep_until(block_time(block + NAP) + patience::MOST);
            } else {
                // The limiter has heard what comes after the block, too.
                let needed = block_time(block + 1) + Mixer::LOOKAHEAD;
                patience::wait(&*self.clock, needed, || reaches(&open, &project));
            }
            let stage = self.stage.sources();
            let now = self.project.load_full();
            if !Arc::ptr_eq(&stage, &open) {
                self.change_strips(&mut mixer, &now, &open, &stage);
                audition.follow(&stage);
                open = stage;
            }
            // While a fade runs every block has its own share; the mixer ramps from one to the next. One more block after it
            // sets the end.
            let fades = self.desk.is_moving(&now, time);
            if !Arc::ptr_eq(&now, &project) || fades || fading {
                project = now;
                tracks = self.apply(&mut mixer, &project, time);
            }
            fading = fades;
            let rests = self.may_rest(&open);
            if rests || resting {
                open.values()
                    .filter_map(|s| s.feed.as_ref())
                    .for_each(|f| f.listen(!rests));
            }
            if rests && resting {
                mixer.glance(block_time(block + NAP - 1), (NAP - 1) as usize * BLOCK_FRAMES);
                self.publish(&mut mixer, &audition, &tracks, NAP);
                block += NAP;
                continue;
            }
            resting = rests;
            let mut blocks: Vec<_> = mixer.mix_tracks(time).into_iter().map(Arc::new).collect();
            audition.listen(time);
            let lanes = self.lanes.load();
            let mut ids = tracks.clone();
            solos.mix(&lanes, &open, &project, time, (&mut ids, &mut blocks));
            let mixed = Mixed {
                ids: &ids,
                blocks: &blocks,
            };
            for lane in lanes.iter() {
                lane.offer(&mixed);
            }
            // Twenty times a second is enough for people.
            if block % 5 == 0 {
                self.publish(&mut mixer, &audition, &tracks, 5);
            }
            if block % 10 == 0 {
                self.publish_loudness(&mut mixer);
            }
            block += 1;
        }
    }

    /// Whether nobody needs the sound: nothing is encoded, no source is tried, nobody looks at a level.
    fn may_rest(&self, open: &Sources) -> bool {
        self.idles
            && self.lanes.load().is_empty()
            && !open.keys().any(|id| is_trial(id))
            && self.clock.now() - self.state.lock().asked > ATTENTION
    }

    /// Takes out what was closed and puts in what was opened; the mixer fades both. What the document does not know (yet)
    /// is not heard.
    fn change_strips(&self, mixer: &mut Mixer, project: &Project, before: &Sources, now: &Sources) {
        let same = |id: &str, s: &Arc<_>, others: &Sources| others.get(id).is_some_and(|o| Arc::ptr_eq(o, s));
        for (id, _) in before.iter().filter(|(id, s)| !same(id, s, now)) {
            mixer.remove(id);
        }
        let heard = self.state.lock().heard.clone();
        for (id, s) in now.iter().filter(|(id, s)| !is_trial(id) && !same(id, s, before)) {
            let Some(feed) = &s.feed else { continue };
            let silent = SourceMix {
                muted: true,
                ..SourceMix::default()
            };
            let of_source = |s: &project::Source| source_mix(&s.audio, f32::from(u8::from(heard.contains(&s.id))));
            let film = films::mix(project, id);
            let mix = film.or_else(|| project.source(id).map(of_source)).unwrap_or(silent);
            mixer.add(id, feed.clone(), mix);
            if let Some(s) = project.source(id) {
                mixer.set_sends(id, &sends(&s.audio, &project.audio.all_tracks()));
            }
        }
    }

    /// Sets gains and memberships as the document has them; gives the tracks' ids.
    fn apply(&self, mixer: &mut Mixer, project: &Project, time: MediaTime) -> Vec<String> {
        let tracks = project.audio.all_tracks();
        let gains: Vec<_> = tracks.iter().map(|t| t.volume_db as f32).collect();
        mixer.set_tracks(&gains);
        mixer.set_master_db(project.audio.master_db as f32);
        mixer.set_limiter(project.audio.limiter_dbfs as f32);
        // What follows the main canvas sounds as that does.
        let canvases = project.canvases.iter().enumerate();
        let leading = canvases.filter(|(i, _)| project.leading_canvas(*i) == *i);
        let layers: Vec<_> = leading.map(|(i, c)| self.desk.layers(i, &c.scene, time)).collect();
        let shares = shares(project, &layers);
        for s in &project.sources {
            let share = shares.get(&s.id).copied().unwrap_or_default();
            mixer.set(&s.id, source_mix(&s.audio, share));
            mixer.set_sends(&s.id, &sends(&s.audio, &tracks));
        }
        for id in self.stage.sources().keys() {
            if let Some(mix) = films::mix(project, id) {
                mixer.set(id, mix);
            }
        }
        let heard = shares.into_keys().collect();
        self.state.lock().heard = heard;
        tracks.into_iter().map(|t| t.id).collect()
    }

    /// After so many blocks.
    fn publish(&self, mixer: &mut Mixer, audition: &Audition, tracks: &[String], blocks: i64) {
        let mut state = self.state.lock();
        if std::mem::take(&mut state.reset_loudness) {
            mixer.reset_loudness();
            state.loudness = None;
        }
        state.master = Some(level(mixer.master_meter()));
        let meters = mixer.track_meters().into_iter().map(level);
        state.tracks = tracks.iter().cloned().zip(meters).collect();
        let meters = mixer.meters().into_iter().chain(audition.meters());
        state.sources = meters.map(|(id, m)| (id, level(m))).collect();
        let before = std::mem::take(&mut state.recent_peaks);
        let held = |id: &String, l: &Level| {
            let fallen = before.get(id).map_or(-120.0, |p| p - 0.1 * blocks as f32);
            (id.clone(), fallen.max(l.peak_db[0]).max(l.peak_db[1]))
        };
        state.recent_peaks = state.sources.iter().map(|(id, l)| held(id, l)).collect();
        state.xruns = mixer.underruns();
    }

    /// Ten times a second, as often as the meter's own window moves: short-term loudness reads three seconds of sound.
    fn publish_loudness(&self, mixer: &mut Mixer) {
        let loudness = mixer.loudness();
        let mut state = self.state.lock();
        state.loudness = Some(loudness);
        state.lufs = audible(loudness.integrated_lufs);
        state.peak_dbfs = audible(loudness.peak_dbfs);
    }
}

fn block_time(block: i64) -> MediaTime {
    MediaTime::from_ticks(block * BLOCK_FRAMES as i64, SAMPLE_RATE)
}

/// How far the sound of each open source reaches, on the timeline of the mix: a source with a sync offset has to have delivered
/// less, or more.
fn reaches(open: &Sources, project: &Project) -> impl Iterator<Item = MediaTime> {
    open.iter().filter_map(|(id, s)| {
        let end = s.feed.as_ref()?.level().end?;
        let offset = project.source(id).map_or(0, |s| s.audio.sync_offset_ms.max(0));
        Some(end + MediaTime::from_millis(offset.into()))
    })
}

/// Whether this is the source that is only being tried, which nobody hears.
pub(crate) fn is_trial(id: &str) -> bool {
    id.starts_with('~')
}

/// Measures the source that is being tried, without anybody hearing it.
#[derive(Default)]
struct Audition(Option<Mixer>);

impl Audition {
    fn follow(&mut self, sources: &Sources) {
        let tried = sources.iter().find(|(id, _)| is_trial(id));
        self.0 = tried.and_then(|(id, s)| {
            let mut alone = Mixer::new(0.0);
            alone.add(id, s.feed.clone()?, SourceMix::default());
            Some(alone)
        });
    }

    fn listen(&mut self, time: MediaTime) {
        if let Some(alone) = &mut self.0 {
            alone.mix(time);
        }
    }

    fn meters(&self) -> Vec<(String, Meter)> {
        self.0.as_ref().map(Mixer::meters).unwrap_or_default()
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

/// What a source adds to each track.
fn sends(a: &SourceAudio, tracks: &[AudioTrack]) -> Vec<Option<f32>> {
    tracks.iter().map(|t| a.gain_in(&t.id).map(|db| db as f32)).collect()
}

/// `share`: how much of its power is heard.
fn source_mix(a: &SourceAudio, share: f32) -> SourceMix {
    SourceMix {
        volume_db: a.volume_db as f32 + 10.0 * share.clamp(f32::MIN_POSITIVE, 1.0).log10(),
        muted: a.muted || share <= 0.0,
        balance: a.balance as f32,
        sync_offset: MediaTime::from_millis(a.sync_offset_ms.into()),
    }
}
