//! The thread between the encoder's packets and the files: it decides which packet goes into which file, and never waits
//! for a disk.
//!
//! * A split happens at a keyframe: the picture and all after it go into the next file, sound goes by its own time, so
//!   that no packet is lost or doubled.
//! * A pause cuts the time between two keyframes out; what comes after is moved forward by it.
//! * When a file fails or its disk stalls, what may not be safe in it begins the next file, in the next folder.

use super::{
    RecordingPlan, RecordingState, Shared,
    tape::{OpenSink, Tape, TapeSetup},
};
use crate::{Fanout, OutputError};
use media::{Clock, MediaTime, Packet, PacketReceiver, StreamInfo, queue::Received};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// How often it looks up when no packets come.
const LOOK: Duration = Duration::from_millis(250);
/// A disk that takes nothing for this long is left for the next folder.
const STALL: MediaTime = MediaTime::from_millis(5000);
/// What was written last may still be in buffers.
const UNSAFE: MediaTime = MediaTime::from_millis(3000);
/// Most bytes kept for the next folder.
const MOST_KEPT: usize = 256 << 20;
/// A file is cut this long before it would reach its largest size.
const SPLIT_AHEAD_S: f64 = 2.5;

/// Where a pause was made and ended: sound between is left out, and what is after is moved.
#[derive(Clone, Copy)]
struct Gap {
    from: MediaTime,
    to: MediaTime,
    /// What was subtracted before it.
    before: MediaTime,
}

pub(super) struct Director {
    pub(super) plan: RecordingPlan,
    pub(super) shared: Arc<Shared>,
    pub(super) info: StreamInfo,
    pub(super) packets: PacketReceiver,
    pub(super) fanout: Fanout,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) open: OpenSink,
    pub(super) now: Now,
}

/// Where it stands.
#[derive(Default)]
pub(super) struct Now {
    tape: Option<Tape>,
    /// A file that still gets the sound of before the cut.
    closing: Option<(Tape, MediaTime)>,
    folder: usize,
    part: u32,
    /// Subtracted from all times.
    offset: MediaTime,
    paused_at: Option<MediaTime>,
    gap: Option<Gap>,
    /// What the next folder would need.
    kept: VecDeque<Arc<Packet>>,
    kept_bytes: usize,
    /// Bytes given to the file under way.
    given: usize,
    /// The keyframe for a cut was asked for.
    asked: bool,
    /// The cut goes to the next folder.
    moving: bool,
    warned: bool,
    /// The time from which on things belong to the recording has come.
    begun: bool,
    /// Only the sound before this time is still to come.
    ending: Option<MediaTime>,
    /// Everything has come.
    complete: bool,
}

impl Director {
    /// From the first packet to the last.
    pub(super) fn run(mut self) {
        // The file is made before the first picture: a folder that can't be written is told at once.
        let mut result = self.begin(None);
        while result.is_ok() {
            match self.packets.recv_timeout(LOOK) {
                Received::Packet(p) => result = self.take(&p),
                Received::End => break,
                Received::TimedOut => {}
            }
            result = result.and_then(|()| self.look());
            if result.is_err() || self.shared.is_over() || self.now.complete {
                break;
            }
        }
        self.marks(None);
        // The files complete themselves; whoever ends the recording waits for them.
        self.now.closing = None;
        self.now.tape = None;
        self.shared.end(result.err());
    }

    fn take(&mut self, p: &Arc<Packet>) -> Result<(), OutputError> {
        let leads = p.is_video() || self.info.video.is_none();
        if !self.has_begun(p, leads) || self.is_beyond_end(p, leads) {
            return Ok(());
        }
        if leads && p.keyframe {
            self.at_keyframe(p)?;
        }
        if let Some(from) = self.now.paused_at
            && (p.is_video() || p.pts >= from)
        {
            return Ok(());
        }
        let Some(offset) = self.offset_of(p) else { return Ok(()) };
        let p = moved(p, offset);
        if leads {
            self.marks(Some(p.dts));
            self.ask_when_due(&p);
        }
        self.route(p);
        Ok(())
    }

    /// Whether the packet is not from before the recording.
    fn has_begun(&mut self, p: &Packet, leads: bool) -> bool {
        let Some(begins) = &self.plan.begins else { return true };
        let Some(from) = begins.get().filter(|from| p.pts >= **from) else {
            // Once begun, this is sound that came after the picture of its time.
            return leads && self.now.begun;
        };
        if let Some(t) = self
            .now
            .tape
            .as_mut()
            .filter(|_| !self.now.begun && leads && p.keyframe)
        {
            t.state.begins_at(*from);
            t.origin = Some(*from);
            self.shared.zero.lock().get_or_insert(*from);
            self.now.begun = true;
        }
        self.now.begun
    }

    /// Whether the packet is from after the recording.
    fn is_beyond_end(&mut self, p: &Packet, leads: bool) -> bool {
        let end = self.shared.wishes.lock().end;
        if self.now.ending.is_none() && leads && p.keyframe {
            self.now.ending = end.filter(|e| p.pts >= *e);
        }
        let Some(end) = self.now.ending else { return false };
        self.now.complete = self.info.audio.is_empty() || self.info.video.is_none() || p.dts >= end;
        leads || p.pts >= end
    }

    /// What is subtracted from a packet's times; none when it lies in a pause.
    fn offset_of(&self, p: &Packet) -> Option<MediaTime> {
        match self.now.gap {
            Some(g) if !p.is_video() && p.pts < g.from => Some(g.before),
            Some(g) if !p.is_video() && p.pts < g.to => None,
            _ => Some(self.now.offset),
        }
    }

    /// Only here files begin and end.
    fn at_keyframe(&mut self, p: &Packet) -> Result<(), OutputError> {
        let mut wishes = self.shared.wishes.lock();
        let reached = |t: Option<MediaTime>| t.is_some_and(|t| p.pts >= t);
        if let Some(from) = self.now.paused_at {
            if reached(wishes.resume) {
                (wishes.pause, wishes.resume) = (None, None);
                self.now.gap = Some(Gap {
                    from,
                    to: p.pts,
                    before: self.now.offset,
                });
                self.now.offset += p.pts - from;
                if let Some(zero) = &mut *self.shared.zero.lock() {
                    *zero += p.pts - from;
                }
                self.now.paused_at = None;
                self.shared.set_paused(false);
            }
        } else if reached(wishes.pause) && self.now.tape.as_ref().is_some_and(|t| t.origin.is_some()) {
            self.now.paused_at = Some(p.pts);
        }
        let by_hand = self.now.paused_at.is_none() && reached(wishes.split);
        if by_hand {
            wishes.split = None;
        }
        let waiting = wishes.is_waiting(self.now.paused_at.is_some());
        drop(wishes);
        if waiting {
            self.fanout.request_keyframe();
        }
        if self.now.paused_at.is_some() {
            return Ok(());
        }
        let at = p.pts - self.now.offset;
        match &mut self.now.tape {
            None => self.begin(Some(at)),
            Some(t) if t.origin.is_none() => {
                t.origin = Some(at);
                self.shared.zero.lock().get_or_insert(at);
                Ok(())
            }
            Some(t) if (by_hand || self.now.asked) && t.origin.is_some_and(|o| at > o) => {
                let old = self.now.tape.take();
                self.now.closing = old.map(|t| (t, at));
                if std::mem::take(&mut self.now.moving) {
                    self.now.folder += 1;
                    self.now.warned = false;
                }
                self.begin(Some(at))
            }
            Some(_) => Ok(()),
        }
    }

    /// Begins the next file, whose zero is `origin`, or its first picture.
    fn begin(&mut self, origin: Option<MediaTime>) -> Result<(), OutputError> {
        self.now.part += 1;
        self.now.asked = false;
        self.now.given = 0;
        self.now.kept.clear();
        self.now.kept_bytes = 0;
        let tape = Tape::start(TapeSetup {
            path: self.plan.path(self.now.folder, self.now.part),
            part: self.now.part,
            origin,
            info: self.info.clone(),
            later: self.plan.later,
            open: self.open.clone(),
            free: self.plan.free.clone(),
            clock: self.clock.clone(),
        })?;
        self.shared.files.lock().push(tape.state.clone());
        self.now.tape = Some(tape);
        Ok(())
    }

    /// Gives a packet to its file.
    fn route(&mut self, p: Arc<Packet>) {
        if let Some((old, until)) = &self.now.closing {
            if !p.is_video() && p.pts < *until {
                old.queue.send(p);
                return;
            }
            if p.dts >= *until {
                self.now.closing = None;
            }
        }
        if let Some(t) = &self.now.tape {
            t.queue.send(p.clone());
            self.now.given += p.data.len();
            if self.plan.folders.len() > self.now.folder + 1 {
                self.keep(p);
            }
        }
    }

    /// Keeps what might have to begin a file in the next folder: from the keyframe on before what is surely on the disk.
    fn keep(&mut self, p: Arc<Packet>) {
        let n = &mut self.now;
        if p.keyframe && p.is_video() {
            let written = n.tape.as_ref().and_then(|t| t.state.progress().written);
            let safe = written.map(|w| w - UNSAFE);
            let key_at = |kept: &VecDeque<Arc<Packet>>| {
                kept.iter()
                    .skip(1)
                    .position(|q| q.is_video() && q.keyframe)
                    .map(|i| i + 1)
            };
            while let Some(next) = key_at(&n.kept) {
                let unneeded = safe.is_some_and(|s| n.kept[next].dts <= s);
                if !unneeded && n.kept_bytes <= MOST_KEPT {
                    break;
                }
                n.kept_bytes -= n.kept.drain(..next).map(|q| q.data.len()).sum::<usize>();
            }
        }
        n.kept_bytes += p.data.len();
        n.kept.push_back(p);
    }

    /// Asks the encoder for a keyframe when the file has its length or size.
    fn ask_when_due(&mut self, p: &Packet) {
        let Some(t) = self.now.tape.as_ref().filter(|_| !self.now.asked) else {
            return;
        };
        let Some(origin) = t.origin else { return };
        let length = p.pts - origin;
        let long = self.plan.split_after.is_some_and(|most| length + p.duration >= most);
        let large = self.plan.split_bytes.is_some_and(|most| {
            let bytes = self.now.given as f64;
            let seconds = length.as_secs_f64().max(1.0);
            bytes + bytes / seconds * SPLIT_AHEAD_S >= most as f64
        });
        if long || large || self.now.moving {
            self.now.asked = true;
            self.fanout.request_keyframe();
        }
    }

    /// Puts the marks before `until` into the file under way.
    fn marks(&self, until: Option<MediaTime>) {
        let Some(t) = &self.now.tape else { return };
        let mut wishes = self.shared.wishes.lock();
        let offset = self.now.offset;
        let pause = self.now.paused_at;
        let (due, later): (Vec<_>, Vec<_>) = wishes
            .marks
            .drain(..)
            .partition(|(at, _)| until.is_none_or(|u| *at - offset <= u));
        wishes.marks = later;
        drop(wishes);
        let mut chapters = t.state.chapters.lock();
        for (at, name) in due {
            chapters.push((at.min(pause.unwrap_or(at)) - offset, name));
        }
    }

    /// Looks after the file under way: has it failed, does its disk answer, is there room?
    fn look(&mut self) -> Result<(), OutputError> {
        let Some(t) = &self.now.tape else { return Ok(()) };
        let state = t.state.clone();
        let failed = state.status().state == RecordingState::Failed;
        let last = self.now.folder + 1 >= self.plan.folders.len();
        let p = state.progress();
        let stalled = !last && state.queued() > MediaTime::ZERO && self.clock.now() - p.at >= STALL;
        if stalled {
            state.note(|s| {
                s.error = Some(format!(
                    "The disk has taken nothing for {} s: {} ends here, the recording goes on in the second folder.",
                    STALL.as_millis() / 1000,
                    s.path.display()
                ));
                s.state = RecordingState::Failed;
            });
        }
        if failed && last {
            return Err(OutputError::Given(state.status().error.unwrap_or_default()));
        }
        if failed || stalled {
            return self.take_over();
        }
        self.look_at_room(&state, p.free, last);
        Ok(())
    }

    /// Goes on in the next folder with what may not be safe in this one.
    fn take_over(&mut self) -> Result<(), OutputError> {
        self.now.folder += 1;
        self.now.closing = None;
        let kept = std::mem::take(&mut self.now.kept);
        let marks = self.now.tape.as_ref().map(|t| t.state.chapters.lock().clone());
        // Its thread may hang for ever: it is left to itself.
        self.now.tape = None;
        let Some(first) = kept
            .iter()
            .find(|p| p.keyframe && (p.is_video() || self.info.video.is_none()))
        else {
            // Nothing yet: the next keyframe is its first picture.
            self.begin(None)?;
            self.fanout.request_keyframe();
            return Ok(());
        };
        let origin = first.pts;
        self.begin(Some(origin))?;
        if let Some(t) = &self.now.tape {
            let later = marks.unwrap_or_default().into_iter().filter(|m| m.0 >= origin);
            t.state.chapters.lock().extend(later);
        }
        for p in kept {
            self.route(p);
        }
        Ok(())
    }

    fn look_at_room(&mut self, state: &super::tape::TapeState, free: Option<u64>, last: bool) {
        let Some(free) = free else { return };
        let mib = free >> 20;
        if free <= self.plan.stop_disk && self.plan.stop_disk > 0 {
            let ends = if last {
                "the recording ended here, complete"
            } else {
                "the recording goes on in the second folder"
            };
            state.note(|s| {
                s.warning = Some(format!(
                    "The disk is nearly full ({mib} MiB are free): {ends}. Free some space."
                ))
            });
            if last {
                self.shared.finish_early();
            } else if !self.now.moving {
                self.now.moving = true;
                self.now.asked = false;
            }
        } else if free <= self.plan.low_disk && !self.now.warned {
            self.now.warned = true;
            state.note(|s| {
                s.warning = Some(format!(
                    "The disk fills up: {mib} MiB are free where the recording goes. Free some space."
                ));
            });
        }
    }
}

/// The packet with all times earlier by `offset`.
fn moved(p: &Arc<Packet>, offset: MediaTime) -> Arc<Packet> {
    if offset == MediaTime::ZERO {
        return p.clone();
    }
    Arc::new(Packet {
        pts: p.pts - offset,
        dts: p.dts - offset,
        ..Packet::clone(p)
    })
}
