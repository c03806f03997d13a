//! Effects for whoever has no graphics card of his own: the software renderer hands in a sheet, it is worked on by the best
//! adapter there is, a program that stands in for one included, and waited for. One workshop serves the process.

use super::{GpuContext, effects::Effect, painter::Painter};
use crate::{
    CompositorError,
    filters::{Layer, Sheet},
};
use media::MediaTime;
use parking_lot::Mutex;
use std::sync::Arc;

/// Sheets that go unchanged before a lost device is asked for again.
const PAUSE: u32 = 60;

#[derive(Default)]
struct Workshop {
    painter: Option<Painter>,
    pause: u32,
}

static WORKSHOP: Mutex<Workshop> = Mutex::new(Workshop {
    painter: None,
    pause: 0,
});

impl Workshop {
    fn painter(&mut self) -> Result<&mut Painter, CompositorError> {
        if self.painter.as_ref().is_some_and(|p| p.context().is_lost()) {
            self.painter = None;
        }
        let painter = match self.painter.take() {
            Some(p) => p,
            // It draws no picture of its own.
            None => Painter::new(GpuContext::new()?, (2, 2))?,
        };
        Ok(self.painter.insert(painter))
    }
}

/// Opens an adapter, which takes a moment, before the first sheet comes.
///
/// # Errors
/// Why there is none.
pub fn workshop_ready() -> Result<(), String> {
    WORKSHOP.lock().painter().map(drop).map_err(|e| match e {
        CompositorError::NoGpu { reason } | CompositorError::Gpu { reason, .. } => reason,
        e => e.to_string(),
    })
}

/// A sheet after some effects; `None` when they could not be done (the log says why).
pub fn run_effects(sheet: &Sheet, effects: &[Effect], time: MediaTime) -> Option<Sheet> {
    let mut workshop = WORKSHOP.lock();
    if workshop.pause > 0 {
        workshop.pause -= 1;
        return None;
    }
    let frame = Arc::new(sheet.clone().into_frame().ok()?);
    let done = workshop.painter().and_then(|p| p.run(&frame, effects, time));
    match done {
        Ok(planes) => Some(planes),
        Err(e) => {
            tracing::warn!(target: "gpu", "a filter is left out for a moment: {e}");
            *workshop = Workshop {
                painter: None,
                pause: PAUSE,
            };
            None
        }
    }
}

/// A sheet of the planes of a nested canvas as they come back: rows of `strides` bytes of (Y, alpha) and (U, V, -, alpha).
pub fn sheet_of(size: (u32, u32), bytes: &[u8], strides: [usize; 2]) -> Sheet {
    let (w, h) = (size.0 as usize, size.1 as usize);
    let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
    let second = strides[0] * h;
    let row = |start: usize, stride: usize, y: usize| bytes.get(start + y * stride..).unwrap_or(&[]);
    let straight = |v: u8, a: u8, neutral: u8| match a {
        0 => neutral,
        255 => v,
        _ => ((u32::from(v) * 255 + u32::from(a) / 2) / u32::from(a)).min(255) as u8,
    };
    let chroma = |at: usize| {
        Layer::make(cw, ch, |y, out| {
            for (o, px) in out.iter_mut().zip(row(second, strides[1], y).chunks_exact(4)) {
                *o = straight(px[at], px[3], 128);
            }
        })
    };
    let luma = |f: fn(u8, u8) -> u8| {
        Layer::make(w, h, |y, out| {
            for (o, px) in out.iter_mut().zip(row(0, strides[0], y).chunks_exact(2)) {
                *o = f(px[0], px[1]);
            }
        })
    };
    Sheet {
        y: luma(|v, a| match a {
            0 => 16,
            255 => v,
            _ => ((u32::from(v) * 255 + u32::from(a) / 2) / u32::from(a)).min(255) as u8,
        }),
        u: chroma(0),
        v: chroma(1),
        a: Some(luma(|_, a| a)),
    }
}
