//! Where the tick leaves the frame it has just delivered, for whoever looks at the programme. Nobody looks: the tick reads
//! one flag. Somebody looks: it swaps one pointer. It never waits.

use arc_swap::ArcSwapOption;
use crossbeam_channel::{Receiver, Sender, bounded};
use media::VideoFrame;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// The newest frame of every canvas, while somebody looks.
pub(crate) struct OnShow {
    canvases: Vec<ArcSwapOption<VideoFrame>>,
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
            canvases: (0..canvases).map(|_| ArcSwapOption::empty()).collect(),
            kept: AtomicBool::new(false),
            awaited: AtomicBool::new(false),
            wake: bounded(1),
        }
    }

    /// The tick has delivered a frame.
    pub(crate) fn delivered(&self, canvas: usize, frame: &Arc<VideoFrame>) {
        if !self.kept.load(Relaxed) {
            return;
        }
        if let Some(slot) = self.canvases.get(canvas) {
            slot.store(Some(frame.clone()));
        }
        if self.awaited.load(Relaxed) {
            self.wake();
        }
    }

    /// The newest frame of a canvas.
    pub(crate) fn frame(&self, canvas: usize) -> Option<Arc<VideoFrame>> {
        self.canvases.get(canvas)?.load_full()
    }

    /// Says whether frames are to be kept and whether their coming is to be told.
    pub(crate) fn watch(&self, kept: bool, awaited: bool) {
        self.awaited.store(awaited, Relaxed);
        if self.kept.swap(kept, Relaxed) && !kept {
            for slot in &self.canvases {
                slot.store(None);
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
