//! The `test_pattern` kind: pictures and sound whose every pixel and sample is known, to check a whole show with. Drawn
//! straight in the canvas's format by its own thread, a few pictures ahead; frame n is due at `start + rate.time_of(n)`.

mod bars;
mod counter;
mod flash;
mod zone_plate;

pub use counter::read_counter;

use crate::{
    Source, SourceContext, SourceError, SourceKind, SourceState,
    sound::{Flashes, Synth},
    still::{hold, release},
    tone::SoundLine,
    worker::{Link, Plan, start},
};
use media::{FrameRate, MediaTime, VideoFrame};
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Colour bars after SMPTE RP 219, 75 %.
    #[default]
    Bars,
    /// Moving rings of every fineness: shows bad scaling.
    ZonePlate,
    /// The number of the frame, for people and (as a row of black and white fields) for programs.
    Counter,
    /// White for one frame at every full period, with a beep at the same moment: measures lip sync.
    FlashBeep,
}

/// What is to be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatternSound {
    /// Beeps with `flash_beep`, silence with the others.
    #[default]
    Auto,
    /// Silence.
    None,
    /// 100 ms of 1 kHz at every full period.
    Beep,
    /// 1 kHz without end.
    Tone,
    /// A quiet music bed.
    Music,
}

/// Settings of the `test_pattern` kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TestPatternSettings {
    /// What is to be seen.
    pub pattern: Pattern,
    /// What is to be heard.
    pub sound: PatternSound,
    /// Seconds between flashes and beeps.
    #[schemars(range(min = 0.2, max = 60.0))]
    pub period_s: f64,
    /// Level of beep and tone: their peak, dB of full scale; a gain for music.
    #[schemars(range(min = -100.0, max = 0.0))]
    pub level_db: f64,
    /// Width in pixels; 0 takes the canvas's.
    #[schemars(range(min = 0, max = 8192))]
    pub width: u32,
    /// Height in pixels; 0 takes the canvas's.
    #[schemars(range(min = 0, max = 8192))]
    pub height: u32,
}

impl Default for TestPatternSettings {
    fn default() -> Self {
        Self {
            pattern: Pattern::Bars,
            sound: PatternSound::Auto,
            period_s: 1.0,
            level_db: -18.0,
            width: 0,
            height: 0,
        }
    }
}

impl Settings for TestPatternSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        let bad = |field: &str, rule: &str| Err((field.to_owned(), rule.to_owned()));
        if !(0.2..=60.0).contains(&self.period_s) {
            return bad("period_s", "the period is 0.2 to 60 seconds");
        }
        if !(-100.0..=0.0).contains(&self.level_db) {
            return bad("level_db", "the level is -100 to 0 dB");
        }
        match (self.width, self.height) {
            (0 | 16..=8192, 0 | 16..=8192) => Ok(()),
            (0 | 16..=8192, _) => bad("height", "a size is 0 (the canvas's) or 16 to 8192 pixels"),
            _ => bad("width", "a size is 0 (the canvas's) or 16 to 8192 pixels"),
        }
    }
}

impl TestPatternSettings {
    fn flashes(&self, rate: FrameRate) -> Flashes {
        Flashes {
            rate,
            period: MediaTime::from_secs_f64(self.period_s),
        }
    }
    fn synth(&self, rate: FrameRate) -> Option<Synth> {
        match (self.sound, self.pattern) {
            (PatternSound::Beep, _) | (PatternSound::Auto, Pattern::FlashBeep) => Some(Synth::Beep(self.flashes(rate))),
            (PatternSound::Auto | PatternSound::None, _) => None,
            (PatternSound::Tone, _) => Some(Synth::Sine(1000.0)),
            (PatternSound::Music, _) => Some(Synth::Music(Box::default())),
        }
    }
}

/// The registered kind.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<TestPatternSettings>(
        "test_pattern",
        "Test pattern",
        "Colour bars, moving rings, a frame counter or flash and beep, made here and exactly known.",
    ),
    video: true,
    audio: true,
    open,
    devices: None,
};

fn open(settings: &Map<String, Value>, ctx: SourceContext) -> Result<Box<dyn Source>, SourceError> {
    start::<TestPatternSettings>(
        settings,
        ctx,
        Plan {
            pictures: 4,
            sound: true,
            run,
        },
    )
}

/// Draws frame `n`, time zero. `None` only for impossible sizes.
trait Painter {
    fn paint(&mut self, n: i64) -> Option<VideoFrame>;
    /// Whether all frames are the same.
    fn still(&self) -> bool {
        false
    }
}

fn painter(s: &TestPatternSettings, ctx: &SourceContext) -> Box<dyn Painter> {
    let side = |own: u32, canvas: u32| (if own == 0 { canvas.clamp(16, 8192) } else { own }) as usize;
    let size = (side(s.width, ctx.canvas.0), side(s.height, ctx.canvas.1));
    match s.pattern {
        Pattern::Bars => Box::new(bars::Bars(size)),
        Pattern::ZonePlate => Box::new(zone_plate::ZonePlate::new(size, ctx.rate)),
        Pattern::Counter => Box::new(counter::Counter::new(size, ctx.rate)),
        Pattern::FlashBeep => Box::new(flash::Flash::new(size, s.flashes(ctx.rate))),
    }
}

/// Pictures that are further back than this are skipped; less is made up for, so that no flash is lost to a hiccup.
const TOO_LATE: MediaTime = MediaTime::from_millis(250);

fn run(link: &Link<TestPatternSettings>, mut s: TestPatternSettings) {
    let rate = link.ctx.rate;
    let mut sound = SoundLine::default();
    loop {
        let mut painter = painter(&s, &link.ctx);
        let mut synth = s.synth(rate);
        let gain = 10_f64.powf(s.level_db / 20.0) as f32;
        if let Some(slot) = &link.slot {
            match painter.still().then(|| painter.paint(0)).flatten() {
                Some(frame) => hold(slot, &frame, link.now().min(link.ctx.start)),
                None => release(slot),
            }
        }
        let mut next = (!painter.still()).then(|| rate.index_at(link.now() - link.ctx.start).max(0));
        while !link.interrupted() {
            let drawn = next.as_mut().is_some_and(|n| picture(link, &mut *painter, n));
            let heard = sound.pump(link, synth.as_mut().map(|s| (s, gain)));
            if !drawn && !heard {
                link.set_state(SourceState::Ready);
                link.look_again();
            }
        }
        match link.take_settings() {
            Some(new) => s = new,
            None => return,
        }
    }
}

/// Draws the next picture if there is room for it.
fn picture(link: &Link<TestPatternSettings>, painter: &mut dyn Painter, next: &mut i64) -> bool {
    if !link.picture_room() {
        return false;
    }
    let (rate, position) = (link.ctx.rate, link.now() - link.ctx.start);
    if rate.time_of(*next) < position - TOO_LATE {
        *next = rate.index_at(position);
    }
    if let Some(frame) = painter.paint(*next) {
        link.push(frame.at(link.ctx.start + rate.time_of(*next)));
    }
    *next += 1;
    true
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
