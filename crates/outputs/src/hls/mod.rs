//! The live playlist of the programme in memory: an init segment and the last few media segments (fMP4, HLS, RFC 8216), the
//! newest ones also in parts as they come (low latency, RFC 8216bis), for the server to hand to browsers and players on the
//! local network. The texts are in `playlist`.
//!
//! It is bounded to a window, written by the `local` destination and read by anybody. Numbers of segments go on rising
//! when a new show starts, so that a player that stayed never takes a new segment for an old one. It knows no HTTP and
//! makes no segments itself.

mod codecs;
mod playlist;

pub use self::codecs::codecs;
use bytes::{Bytes, BytesMut};
use media::{MediaTime, StreamInfo};
use parking_lot::Mutex;
use std::{collections::VecDeque, time::Duration};
use tokio::{sync::watch, time};

/// Segments in the playlist.
const WINDOW: usize = 6;
/// Segments kept beyond the playlist's end, for players that read it a moment ago (RFC 8216, 6.2.2 asks for the
/// segment's own length plus the playlist's; two are enough on a local network).
const KEPT_BESIDES: usize = 2;
/// The media playlist's file name.
const MEDIA_PLAYLIST: &str = "live.m3u8";
/// The master playlist's file name.
const MASTER_PLAYLIST: &str = "master.m3u8";

/// A file of the playlist, as served.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// The file.
    pub bytes: Bytes,
    /// Its media type for `Content-Type`.
    pub content_type: &'static str,
    /// It never changes under this name.
    pub immutable: bool,
}

/// The live playlist.
pub struct HlsStore {
    state: Mutex<State>,
    /// Where the show is: number of the segment under way and how many parts of it are there.
    next: watch::Sender<(u64, u64)>,
}

/// Why a file can't be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotServed {
    /// It is not there, and will not be soon.
    Missing,
    /// What was asked for lies too far in the future to be waited for.
    TooFar,
    /// It did not come in time.
    Late,
}

#[derive(Default)]
struct State {
    init: Option<Bytes>,
    /// Which show's init segment it is.
    show: u64,
    info: StreamInfo,
    segments: VecDeque<Segment>,
    next: u64,
    /// The segment under way, in parts.
    open: Vec<Part>,
    /// Whole seconds; never falls while a show runs.
    target_s: u64,
    /// No part is longer; zero when there are no parts.
    part: MediaTime,
    ended: bool,
    /// Nobody is there to hold a request back until what it asks for has come.
    plain: bool,
}

struct Segment {
    number: u64,
    bytes: Bytes,
    duration: MediaTime,
    parts: Vec<Part>,
}

struct Part {
    bytes: Bytes,
    duration: MediaTime,
    /// It begins with a keyframe.
    independent: bool,
}

impl Default for HlsStore {
    fn default() -> Self {
        Self::new()
    }
}

impl HlsStore {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            next: watch::Sender::new((0, 0)),
        }
    }

    /// An empty store whose files a plain web server will hand out, with numbers from `first` on.
    pub(crate) fn for_files(first: u64) -> Self {
        let state = State {
            next: first,
            show: first,
            plain: true,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            next: watch::Sender::new((first, 0)),
        }
    }

    /// Number of the segment under way, and how many parts of it are there.
    pub(crate) fn position(&self) -> (u64, u64) {
        *self.next.borrow()
    }

    /// Begins a show: its init segment, its streams, how long segments are meant to be, and how long a part is at most (zero:
    /// players get whole segments only).
    pub fn begin(&self, info: &StreamInfo, init: Bytes, segment: MediaTime, part: MediaTime) {
        let mut s = self.state.lock();
        s.init = Some(init);
        s.show += 1;
        s.info = info.clone();
        s.segments.clear();
        s.open.clear();
        s.part = part;
        s.target_s = whole_seconds(segment).max(1);
        s.ended = false;
    }

    /// Adds a part to the segment under way.
    pub fn push_part(&self, bytes: Bytes, duration: MediaTime, independent: bool) {
        let now = {
            let mut s = self.state.lock();
            s.open.push(Part {
                bytes,
                duration,
                independent,
            });
            (s.next, s.open.len() as u64)
        };
        self.next.send_replace(now);
    }

    /// Ends the segment under way; the oldest falls out of the window.
    pub fn finish_segment(&self, duration: MediaTime) {
        let next = {
            let mut s = self.state.lock();
            let number = s.next;
            s.next += 1;
            s.target_s = s.target_s.max(whole_seconds(duration));
            let (bytes, parts) = joined(std::mem::take(&mut s.open));
            s.segments.push_back(Segment {
                number,
                bytes,
                duration,
                parts,
            });
            while s.segments.len() > WINDOW + KEPT_BESIDES {
                s.segments.pop_front();
            }
            s.next
        };
        self.next.send_replace((next, 0));
    }

    /// The show is over: the playlist says so, and players stop after the last segment.
    pub fn end(&self) {
        self.state.lock().ended = true;
        self.next.send_modify(|_| {});
    }

    /// Whether a show is going on.
    pub fn is_live(&self) -> bool {
        let s = self.state.lock();
        s.init.is_some() && !s.ended
    }

    /// The init segment; none before the first show.
    pub fn init(&self) -> Option<Bytes> {
        self.state.lock().init.clone()
    }

    fn part(&self, number: u64, i: u64) -> Option<Bytes> {
        let s = self.state.lock();
        let parts = match s.segments.iter().find(|g| g.number == number) {
            Some(segment) => &segment.parts,
            None if number == s.next => &s.open,
            None => return None,
        };
        parts.get(usize::try_from(i).ok()?).map(|p| p.bytes.clone())
    }

    /// A media segment by its number, while it is kept.
    pub fn segment(&self, number: u64) -> Option<Bytes> {
        let s = self.state.lock();
        s.segments.iter().find(|g| g.number == number).map(|g| g.bytes.clone())
    }

    /// Number of the segment that comes next.
    pub fn next_number(&self) -> u64 {
        self.next.borrow().0
    }

    /// A file by its name, as [`HlsStore::file`], waited for where players do so (RFC 8216bis, 6.2.5): the media playlist
    /// with the segment and part asked for, and the part that comes next.
    ///
    /// # Errors
    /// When it is not there, too far ahead, or does not come within three segments' time.
    pub async fn file_soon(&self, name: &str, segment: Option<u64>, part: Option<u64>) -> Result<Served, NotServed> {
        let awaited = match (name, segment) {
            (MEDIA_PLAYLIST, Some(n)) => Some((n, part)),
            (MEDIA_PLAYLIST, None) if part.is_some() => return Err(NotServed::TooFar),
            _ => part_name(name).map(|(n, i)| (n, Some(i))),
        };
        if let Some((n, i)) = awaited {
            self.reached(n, i, name == MEDIA_PLAYLIST).await?;
        }
        self.file(name).ok_or(NotServed::Missing)
    }

    /// Waits until segment `n`, or its part `i`, is there or the show is over.
    async fn reached(&self, n: u64, i: Option<u64>, whole_list: bool) -> Result<(), NotServed> {
        let there = move |(open, parts): (u64, u64)| open > n || i.is_some_and(|i| open == n && parts > i);
        let (now, limit, over) = {
            let s = self.state.lock();
            let now = (s.next, s.open.len() as u64);
            (
                now,
                Duration::from_secs(3 * s.target_s.max(1)),
                s.ended || s.init.is_none(),
            )
        };
        if there(now) || over {
            return Ok(());
        }
        if n > now.0 + u64::from(whole_list) || !whole_list && i != Some(now.1) {
            return Err(if whole_list {
                NotServed::TooFar
            } else {
                NotServed::Missing
            });
        }
        let mut next = self.next.subscribe();
        let come = next.wait_for(|at| there(*at) || self.state.lock().ended);
        time::timeout(limit, come)
            .await
            .map(|_| ())
            .map_err(|_| NotServed::Late)
    }

    /// A file by the name it has in the playlists (`master.m3u8`, `live.m3u8`, `init-…`, `seg-…`, `part-…`); none when it is not
    /// there (yet, or any more).
    pub fn file(&self, name: &str) -> Option<Served> {
        let text = |t: String| Served {
            bytes: t.into(),
            content_type: "application/vnd.apple.mpegurl",
            immutable: false,
        };
        let media = |bytes| Served {
            bytes,
            content_type: "video/mp4",
            immutable: true,
        };
        // A playlist without segments stops some players for good: it is not there before the first one.
        let begun = !self.state.lock().segments.is_empty();
        match name {
            MASTER_PLAYLIST => begun.then(|| text(self.master_playlist())),
            MEDIA_PLAYLIST => begun.then(|| text(self.playlist())),
            _ => {
                if let Some(n) = between(name, "seg-", ".m4s") {
                    return self.segment(n).map(media);
                }
                if let Some((n, i)) = part_name(name) {
                    return self.part(n, i).map(media);
                }
                let show = between(name, "init-", ".mp4")?;
                let s = self.state.lock();
                s.init.clone().filter(|_| show == s.show).map(media)
            }
        }
    }
}

fn between(name: &str, head: &str, tail: &str) -> Option<u64> {
    name.strip_prefix(head)?.strip_suffix(tail)?.parse().ok()
}

/// Segment and part of a part's name.
fn part_name(name: &str) -> Option<(u64, u64)> {
    let (segment, part) = name.strip_prefix("part-")?.strip_suffix(".m4s")?.split_once('.')?;
    Some((segment.parse().ok()?, part.parse().ok()?))
}

/// A segment of its parts, which share its memory from then on.
fn joined(parts: Vec<Part>) -> (Bytes, Vec<Part>) {
    let mut whole = BytesMut::with_capacity(parts.iter().map(|p| p.bytes.len()).sum());
    for p in &parts {
        whole.extend_from_slice(&p.bytes);
    }
    let (whole, mut at) = (whole.freeze(), 0);
    let cut = |p: Part| {
        let begin = at;
        at += p.bytes.len();
        Part {
            bytes: whole.slice(begin..at),
            ..p
        }
    };
    let parts = parts.into_iter().map(cut).collect();
    (whole, parts)
}

/// A duration as the target duration counts it: rounded to the nearest second (RFC 8216, 4.3.3.1).
fn whole_seconds(t: MediaTime) -> u64 {
    u64::try_from(t.to_ticks(1)).unwrap_or(0)
}
