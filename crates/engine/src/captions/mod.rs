//! Closed captions of a show: what is said by command, or read from a followed file or text source, goes by one schedule
//! ([`schedule`]) into the pictures of every canvas' encoders, after encoding. It draws nothing: what viewers see is their
//! player's business, and only who wants captions sees them.

mod follow;
mod schedule;

pub(crate) use follow::Followed;

use crate::{Command, EngineError, EventLevel, Outcome, show::Shared};
use codec::captions::{self, Style, Unit};
use media::{MediaTime, Packet, VideoCodec};
use parking_lot::Mutex;
use project::CaptionStyle;
use schedule::{Cursor, Schedule};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

/// Longest text of one command, characters.
const MOST_TEXT: usize = 1000;
/// Pictures an encoder may hold back with their captions.
const MOST_HELD: usize = 600;

/// The captions in a snapshot.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct CaptionsView {
    /// Whether the pictures carry them.
    pub enabled: bool,
    /// What was said last.
    pub last: String,
    /// Seconds of captions that wait to be said.
    pub waiting_s: f64,
}

/// The captions of a show, shared by its encoders.
#[derive(Default)]
pub(crate) struct Caption {
    enabled: AtomicBool,
    schedule: Mutex<Schedule>,
    last: Mutex<String>,
}

impl Caption {
    /// As the document has it.
    pub(crate) fn set_enabled(&self, on: bool) {
        self.enabled.store(on, Relaxed);
    }
}

/// One encoder's captions: picks up the pairs of each picture that goes in, and puts them into the packet that comes out.
pub(crate) struct Captioner {
    caption: Arc<Caption>,
    codec: VideoCodec,
    cursor: Cursor,
    /// Pairs of pictures that are in the encoder, by time.
    held: BTreeMap<MediaTime, Vec<Unit>>,
}

impl Captioner {
    /// Of an encoder of this codec; none where it can't carry any.
    pub(crate) fn new(caption: &Arc<Caption>, codec: VideoCodec) -> Option<Self> {
        captions::can_carry(codec).then(|| Self {
            caption: caption.clone(),
            codec,
            cursor: Cursor::default(),
            held: BTreeMap::new(),
        })
    }

    /// A picture goes into the encoder. They come in the order they are shown.
    pub(crate) fn goes_in(&mut self, time: MediaTime) {
        if !self.caption.enabled.load(Relaxed) {
            return;
        }
        let pairs = self
            .cursor
            .take(&self.caption.schedule.lock(), time, captions::MOST_PAIRS);
        if !pairs.is_empty() {
            self.held.insert(time, pairs);
        }
        // Pictures that an encoder swallowed.
        while self.held.len() > MOST_HELD {
            self.held.pop_first();
        }
    }

    /// A packet comes out, in any order.
    pub(crate) fn comes_out(&mut self, packet: &mut Packet) {
        if self.held.is_empty() {
            return;
        }
        // Its time may have been rounded.
        let near = MediaTime(packet.duration.0 / 2);
        let found = self
            .held
            .range(packet.pts - near..packet.pts + near)
            .next()
            .map(|(t, _)| *t);
        let Some(pairs) = found.and_then(|t| self.held.remove(&t)) else {
            return;
        };
        match captions::with_captions(self.codec, &packet.data, &pairs) {
            Ok(data) => packet.data = data,
            Err(e) => tracing::warn!("a picture goes without its captions: {e}"),
        }
    }
}

fn style(of: CaptionStyle) -> Style {
    match of {
        CaptionStyle::RollUp2 => Style::RollUp(2),
        CaptionStyle::RollUp3 => Style::RollUp(3),
        CaptionStyle::PopOn => Style::PopOn,
    }
}

impl Shared {
    /// Captions a text; an empty one takes away what is shown and what waits. Gives `missing`, the characters that CEA-608
    /// has no sign for.
    pub(crate) fn caption(&self, text: &str) -> Result<Outcome, EngineError> {
        let project = self.project.load();
        let settings = &project.captions;
        let refuse = |why: String| Err(EngineError::BadValue(why));
        if !settings.enabled {
            return refuse("captions are off; switch them on in the project's settings first".into());
        }
        if text.chars().count() > MOST_TEXT {
            return refuse(format!(
                "a caption has at most {MOST_TEXT} characters; send long texts in parts"
            ));
        }
        let now = self.clock.now();
        if text.trim().is_empty() {
            self.captions.schedule.lock().clear(now);
            self.captions.last.lock().clear();
            return Ok(Outcome::none());
        }
        let missing = captions::what_cannot_be_shown(text);
        let pages = captions::pages(text, style(settings.style));
        if pages.is_empty() {
            return refuse(format!(
                "CEA-608 captions have Western European letters only, so nothing of this can be shown ({missing}); put it \
                 into the picture with a text source instead"
            ));
        }
        let stays = MediaTime::from_secs_f64(settings.clear_after_s.clamp(0.0, 600.0));
        if !self.captions.schedule.lock().say(now, &pages, stays) {
            return refuse(
                "more than half a minute of captions is waiting already, as they take two letters a picture; send less, \
                 or an empty text to start over"
                    .into(),
            );
        }
        text.trim().clone_into(&mut self.captions.last.lock());
        Ok(match missing.as_str() {
            "" => Outcome::none(),
            m => Outcome::none().with("missing", m),
        })
    }

    /// The captions as they are now.
    pub(crate) fn captions_view(&self) -> CaptionsView {
        CaptionsView {
            enabled: self.captions.enabled.load(Relaxed),
            last: self.captions.last.lock().clone(),
            waiting_s: self.captions.schedule.lock().waiting_s(self.clock.now()),
        }
    }

    /// Follows the document: whether there are captions, and what is read.
    pub(crate) fn look_at_captions(self: &Arc<Self>, followed: &mut Followed) {
        let project = self.project.load_full();
        self.captions.set_enabled(project.captions.enabled);
        for line in followed.new_lines(self, &project) {
            // Everything a person can say is a command.
            if let Err(e) = self.conduct(Command::Caption { text: line }) {
                self.log.add(EventLevel::Warning, "captions", e.to_string());
            }
        }
    }
}
