//! The `tone` kind: a sine tone, pink noise or a quiet music bed, made in code. No pictures.

use crate::{
    Source, SourceContext, SourceError, SourceKind, SourceState,
    sound::Synth,
    worker::{Link, Plan, start},
};
use media::{
    AudioBlock, MediaTime,
    audio::{CHANNELS, SAMPLE_RATE},
};
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is to be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToneSound {
    /// A sine tone.
    #[default]
    Sine,
    /// Pink noise, about −18 LUFS at 0 dB.
    Pink,
    /// Slow chords and bells, about −18 LUFS at 0 dB.
    Music,
}

/// Settings of the `tone` kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ToneSettings {
    /// What is to be heard.
    pub sound: ToneSound,
    /// Pitch of the sine tone, Hz.
    #[schemars(range(min = 20.0, max = 20_000.0))]
    pub frequency_hz: f64,
    /// Level, dB: of the sine's peak against full scale; a gain for noise and music.
    #[schemars(range(min = -100.0, max = 0.0))]
    pub level_db: f64,
}

impl Default for ToneSettings {
    fn default() -> Self {
        Self {
            sound: ToneSound::Sine,
            frequency_hz: 440.0,
            level_db: -18.0,
        }
    }
}

impl Settings for ToneSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        if !(20.0..=20_000.0).contains(&self.frequency_hz) {
            return Err(("frequency_hz".into(), "the pitch is 20 to 20000 Hz".into()));
        }
        if !(-100.0..=0.0).contains(&self.level_db) {
            return Err(("level_db".into(), "the level is -100 to 0 dB".into()));
        }
        Ok(())
    }
}

/// The registered kind.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<ToneSettings>("tone", "Tone", "A sine tone, pink noise or a quiet music bed."),
    video: false,
    audio: true,
    open,
    devices: None,
};

fn open(settings: &Map<String, Value>, ctx: SourceContext) -> Result<Box<dyn Source>, SourceError> {
    start::<ToneSettings>(
        settings,
        ctx,
        Plan {
            pictures: 0,
            sound: true,
            run,
        },
    )
}

fn run(link: &Link<ToneSettings>, mut s: ToneSettings) {
    let mut line = SoundLine::default();
    loop {
        let mut synth = match s.sound {
            ToneSound::Sine => Synth::Sine(s.frequency_hz),
            ToneSound::Pink => Synth::Pink,
            ToneSound::Music => Synth::Music(Box::default()),
        };
        let gain = 10_f64.powf(s.level_db / 20.0) as f32;
        while !link.interrupted() {
            if line.pump(link, Some((&mut synth, gain))) {
                link.set_state(SourceState::Ready);
            } else {
                link.look_again();
            }
        }
        match link.take_settings() {
            Some(new) => s = new,
            None => return,
        }
    }
}

/// Samples of one pushed block: 10 ms.
const BLOCK: i64 = SAMPLE_RATE as i64 / 100;
/// What lies further back than this is skipped instead of made up for: more than the mix is behind (120 ms), and less than a feed holds.
const TOO_LATE: MediaTime = MediaTime::from_millis(150);

/// Where a generator is on its line of sound, counted in samples from its start.
#[derive(Default)]
pub struct SoundLine {
    next: i64,
}

impl SoundLine {
    /// Makes the next 10 ms (of silence, without a synth) if there is room; says whether it did.
    pub fn pump<S>(&mut self, link: &Link<S>, synth: Option<(&mut Synth, f32)>) -> bool {
        let Some(feed) = link.feed.as_ref().filter(|_| link.sound_room()) else {
            return false;
        };
        let late = (link.now() - link.ctx.start - TOO_LATE).to_ticks(SAMPLE_RATE);
        if self.next < late {
            // On whole blocks, so that a late start makes the same blocks.
            self.next = late.div_euclid(BLOCK) * BLOCK;
        }
        let mut samples = vec![0.0; BLOCK as usize * CHANNELS];
        if let Some((synth, gain)) = synth {
            synth.fill(self.next, gain, &mut samples);
        }
        let time = link.ctx.start + MediaTime::from_ticks(self.next, SAMPLE_RATE);
        self.next += BLOCK;
        feed.push(&AudioBlock { time, samples })
    }
}

#[cfg(test)]
#[path = "tone_tests.rs"]
mod tests;
