//! Where the tick leaves the frame it has just delivered, for whoever looks at the programme, and where it learns whether
//! anybody does. Nobody looks: the tick reads one flag. Somebody looks: it swaps one small pointer. It never waits.

use arc_swap::ArcSwapOption;
use crossbeam_channel::{Receiver, Sender, bounded};
use media::VideoFrame;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
};

/// A frame as it went out.
pub(crate) struct Delivered {
    pub(crate) frame: Arc<VideoFrame>,
    /// Nothing is on show.
    pub(crate) blank: bool,
}

/// Ticks without anybody asking for the next picture after which nobody looks: about a second. Who draws slowly asks late,
/// and must find a picture that is newer than the last one.
const ATTENTION: u32 = 30;

/// One canvas for those who look.
#[derive(Default)]
struct Shown {
    newest: ArcSwapOption<Delivered>,
    /// Ticks left until nobody looks.
    attention: AtomicU32,
}

/// The newest frame of every canvas, while somebody looks.
pub(crate) struct OnShow {
    canvases: Vec<Shown>,
    /// Somebody looks at a programme.
    kept: AtomicBool,
    /// Somebody waits for the next one.
    awaited: AtomicBool,
    /// One wake may wait; a second says nothing new.
    wake: (Sender<()>, Receiver<()>),
}

impl OnShow {
    /// For this many canvases.
    pub(crate) fn new(canvases: usize) -> Self {
        Self {
            canvases: (0..canvases).map(|_| Shown::default()).collect(),
            kept: AtomicBool::new(false),
            awaited: AtomicBool::new(false),
            wake: bounded(1),
        }
    }

    /// The tick has delivered a frame.
    pub(crate) fn delivered(&self, canvas: usize, frame: &Arc<VideoFrame>, blank: bool) {
        if !self.kept.load(Relaxed) {
            return;
        }
        if let Some(shown) = self.canvases.get(canvas) {
            let frame = frame.clone();
            shown.newest.store(Some(Arc::new(Delivered { frame, blank })));
        }
        if self.awaited.load(Relaxed) {
            self.wake();
        }
    }

    /// The newest frame of a canvas.
    pub(crate) fn frame(&self, canvas: usize) -> Option<Arc<Delivered>> {
        self.canvases.get(canvas)?.newest.load_full()
    }

    /// Asked once by every tick: whether anybody wants to see this one. Who has a wish and does not ask for its pictures, as
    /// a page that is hidden or hangs, looks away; what was kept is then let go, so that the next one to ask gets a new one.
    pub(crate) fn is_wanted(&self, canvas: usize) -> bool {
        let Some(shown) = self.canvases.get(canvas) else {
            return false;
        };
        if !self.kept.load(Relaxed) {
            shown.attention.store(0, Relaxed);
            return false;
        }
        if self.awaited.load(Relaxed) {
            shown.attention.store(ATTENTION, Relaxed);
            return true;
        }
        let left = shown.attention.load(Relaxed).saturating_sub(1);
        shown.attention.store(left, Relaxed);
        if left == 0 {
            shown.newest.store(None);
        }
        left > 0
    }

    /// Says whether frames are to be kept and whether their coming is to be told.
    pub(crate) fn watch(&self, kept: bool, awaited: bool) {
        self.awaited.store(awaited, Relaxed);
        if self.kept.swap(kept, Relaxed) && !kept {
            for shown in &self.canvases {
                shown.newest.store(None);
            }
        }
    }

    /// Wakes the thread that draws for people.
    pub(crate) fn wake(&self) {
        let _ = self.wake.0.try_send(());
    }

    /// Where wakes arrive.
    pub(crate) fn waker(&self) -> Receiver<()> {
        self.wake.1.clone()
    }
}
