//! One canvas at another size, for all encoders that want it: each picture is scaled once, on the thread of whichever encoder
//! comes first; the others take the result. An encoder that has fallen behind finds its picture gone and scales it itself.

use codec::{CodecError, Rescaler};
use media::{MediaTime, VideoFrame};
use parking_lot::Mutex;
use project::ScaleFilter;
use std::{collections::VecDeque, sync::Arc};

/// Scaled pictures kept for the other encoders.
const KEPT: usize = 4;

/// What makes pictures the same.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct ScaleKey {
    pub(crate) canvas: usize,
    pub(crate) size: (u32, u32),
    pub(crate) filter: ScaleFilter,
}

/// A canvas at another size.
pub(crate) struct Scaled {
    pub(crate) key: ScaleKey,
    state: Mutex<State>,
}

struct State {
    rescaler: Rescaler,
    done: VecDeque<(MediaTime, Arc<VideoFrame>)>,
    /// Pictures really scaled.
    count: u64,
}

impl Scaled {
    pub(crate) fn new(key: ScaleKey) -> Result<Self, CodecError> {
        Ok(Self {
            key,
            state: Mutex::new(State {
                rescaler: Rescaler::new(key.size.0, key.size.1, key.filter)?,
                done: VecDeque::new(),
                count: 0,
            }),
        })
    }

    /// `frame` at this size. Waits only while another encoder's thread is scaling, never for an encoder.
    pub(crate) fn picture(&self, frame: &VideoFrame) -> Result<Arc<VideoFrame>, CodecError> {
        let mut s = self.state.lock();
        if let Some((_, done)) = s.done.iter().find(|(t, _)| *t == frame.time) {
            return Ok(done.clone());
        }
        let done = Arc::new(s.rescaler.run(frame)?);
        s.count += 1;
        s.done.push_back((frame.time, done.clone()));
        if s.done.len() > KEPT {
            s.done.pop_front();
        }
        Ok(done)
    }

    /// Runs `f` while every encoder that scales here has to wait.
    #[cfg(test)]
    pub(crate) fn while_held(&self, f: impl FnOnce()) {
        let _held = self.state.lock();
        f();
    }

    /// Pictures really scaled so far.
    #[cfg(test)]
    pub(crate) fn count(&self) -> u64 {
        self.state.lock().count
    }
}
