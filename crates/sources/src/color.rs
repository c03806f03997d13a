//! The `color` kind: one colour, or two that run into each other, standing or slowly turning. For backgrounds.
//!
//! Opaque ones are made straight in the canvas's own format and size, so that drawing them is a copy.

use crate::{
    Source, SourceContext, SourceError, SourceKind, SourceState,
    still::{hold, release},
    worker::{Link, Plan, start},
    yuv::{Planes, bt709},
};
use media::{AlphaMode, FramePool, FrameRate, MediaTime, VideoFrame};
use project::{KindInfo, Rgba, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Settings of the `color` kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ColorSettings {
    /// The colour.
    pub color: Rgba,
    /// A second colour: makes a gradient from the first to this one.
    pub color2: Option<Rgba>,
    /// Direction of the gradient, degrees: 0 from left to right, 90 from top to bottom.
    #[schemars(range(min = -360.0, max = 360.0))]
    pub angle_deg: f64,
    /// Seconds in which the gradient turns once; 0 keeps it still.
    #[schemars(range(min = 0.0, max = 3600.0))]
    pub motion_s: f64,
    /// Width in pixels; 0 takes the canvas's.
    #[schemars(range(min = 0, max = 8192))]
    pub width: u32,
    /// Height in pixels; 0 takes the canvas's.
    #[schemars(range(min = 0, max = 8192))]
    pub height: u32,
}

impl Default for ColorSettings {
    fn default() -> Self {
        Self {
            color: Rgba([32, 36, 48, 255]),
            color2: None,
            angle_deg: 90.0,
            motion_s: 0.0,
            width: 0,
            height: 0,
        }
    }
}

impl Settings for ColorSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        let bad = |field: &str, rule: &str| Err((field.to_owned(), rule.to_owned()));
        if self.width > 8192 || self.height > 8192 {
            let field = if self.width > 8192 { "width" } else { "height" };
            return bad(field, "a size is 0 (the canvas's) to 8192 pixels");
        }
        if !(0.0..=3600.0).contains(&self.motion_s) {
            return bad("motion_s", "one turn takes 0 (still) to 3600 seconds");
        }
        if !self.angle_deg.is_finite() {
            return bad("angle_deg", "the angle is a number of degrees");
        }
        Ok(())
    }
}

/// The registered kind.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<ColorSettings>(
        "color",
        "Colour",
        "One colour or a gradient, standing or slowly turning.",
    ),
    video: true,
    audio: false,
    open,
    devices: None,
};

fn open(settings: &Map<String, Value>, ctx: SourceContext) -> Result<Box<dyn Source>, SourceError> {
    start::<ColorSettings>(
        settings,
        ctx,
        Plan {
            pictures: 4,
            sound: false,
            run,
        },
    )
}

/// Moving backgrounds need no more pictures a second than this.
const FASTEST: u32 = 30;

fn run(link: &Link<ColorSettings>, mut s: ColorSettings) {
    loop {
        let painter = Painter::new(&s, link.ctx.canvas);
        let moving = s.motion_s > 0.0 && s.color2.is_some();
        if moving {
            turn(link, &painter, &s);
        } else {
            if let Some((slot, frame)) = link.slot.as_ref().zip(painter.paint(s.angle_deg)) {
                hold(slot, &frame, link.now());
            }
            link.set_state(SourceState::Ready);
            while !link.interrupted() {
                link.stop.wait(std::time::Duration::from_secs(1));
            }
        }
        match link.take_settings() {
            Some(new) => s = new,
            None => return,
        }
    }
}

fn turn(link: &Link<ColorSettings>, painter: &Painter, s: &ColorSettings) {
    let rate = if link.ctx.rate.as_f64() > f64::from(FASTEST) {
        FrameRate::whole(FASTEST)
    } else {
        link.ctx.rate
    };
    let mut next = 0;
    let mut painted = None;
    link.slot.iter().for_each(release);
    while !link.interrupted() {
        if !link.is_worth_a_picture(painted) || !link.picture_room() {
            link.look_again();
            continue;
        }
        painted = Some(link.now());
        next = next.max(rate.index_at(link.now() - link.ctx.start));
        let at = rate.time_of(next);
        let angle = s.angle_deg + 360.0 * (at.as_secs_f64() / s.motion_s).rem_euclid(1.0);
        if let Some(frame) = painter.paint(angle) {
            link.push(frame.at(link.ctx.start + at));
        }
        link.set_state(SourceState::Ready);
        next += 1;
    }
}

struct Painter {
    size: (u32, u32),
    colors: (Rgba, Rgba),
    pool: FramePool,
}

/// Steps of a gradient: finer than 8 bits, so that dithering has something to spread.
const STEPS: usize = 1024;
/// Ordered dithering (Bayer 4×4), in 1/256 of a code.
const BAYER: [[u16; 4]; 4] = [
    [8, 136, 40, 168],
    [200, 72, 232, 104],
    [56, 184, 24, 152],
    [248, 120, 216, 88],
];

impl Painter {
    fn new(s: &ColorSettings, canvas: (u32, u32)) -> Self {
        let side = |own: u32, canvas: u32| if own == 0 { canvas.clamp(1, 8192) } else { own };
        Self {
            size: (side(s.width, canvas.0), side(s.height, canvas.1)),
            colors: (s.color, s.color2.unwrap_or(s.color)),
            pool: FramePool::new(),
        }
    }

    fn opaque(&self) -> bool {
        self.colors.0.0[3] == 255 && self.colors.1.0[3] == 255
    }

    /// The picture of an angle, time zero. `None` only if its size is impossible.
    fn paint(&self, angle_deg: f64) -> Option<VideoFrame> {
        if self.opaque() {
            self.paint_yuv(angle_deg)
        } else {
            self.paint_rgba(angle_deg)
        }
    }

    /// Colour at `t` (0–1) of the way, straight RGBA.
    fn mix(&self, t: f64) -> [f64; 4] {
        let (a, b) = (self.colors.0.0, self.colors.1.0);
        // Eased at both ends: the corners rest, no hard turn of the gradient.
        let t = t * t * (3.0 - 2.0 * t);
        [0, 1, 2, 3].map(|i| f64::from(a[i]) + (f64::from(b[i]) - f64::from(a[i])) * t)
    }

    /// Position along the gradient: 16.16 fixed-point index into the steps at the first pixel, and the change per pixel
    /// to the right and downwards.
    fn slope(&self, angle_deg: f64) -> (i64, i64, i64) {
        let (w, h) = (f64::from(self.size.0), f64::from(self.size.1));
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        let span = (w * cos.abs() + h * sin.abs()).max(1.0);
        let unit = (STEPS - 1) as f64 * 65536.0;
        let fixed = |v: f64| (v * unit) as i64;
        let first = 0.5 + ((0.5 - w / 2.0) * cos + (0.5 - h / 2.0) * sin) / span;
        (fixed(first), fixed(cos / span), fixed(sin / span))
    }

    fn paint_yuv(&self, angle_deg: f64) -> Option<VideoFrame> {
        let (w, h) = (self.size.0 as usize, self.size.1 as usize);
        let table: Vec<[u16; 3]> = (0..STEPS)
            .map(|i| {
                let [r, g, b, _] = self.mix(i as f64 / (STEPS - 1) as f64);
                bt709([r, g, b]).map(|v| (v * 256.0).round() as u16)
            })
            .collect();
        let flat = self.colors.0 == self.colors.1;
        let (first, right, down) = self.slope(angle_deg);
        let pick = |x: usize, y: usize| {
            let at = (first + right * x as i64 + down * y as i64) >> 16;
            table[at.clamp(0, STEPS as i64 - 1) as usize]
        };
        // A single colour is not dithered: it must be exact.
        let dither = |x: usize, y: usize| if flat { 128 } else { BAYER[y & 3][x & 3] };
        let mut p = Planes::new(&self.pool, w, h);
        for (y, row) in p.y.chunks_exact_mut(w).enumerate() {
            for (x, v) in row.iter_mut().enumerate() {
                *v = ((pick(x, y)[0] + dither(x, y)) >> 8) as u8;
            }
        }
        let cw = w.div_ceil(2);
        for (y, (u, v)) in p.u.chunks_exact_mut(cw).zip(p.v.chunks_exact_mut(cw)).enumerate() {
            for (x, (u, v)) in u.iter_mut().zip(v).enumerate() {
                let c = pick(2 * x, 2 * y);
                *u = ((c[1] + dither(x, y)) >> 8) as u8;
                *v = ((c[2] + dither(x, y)) >> 8) as u8;
            }
        }
        p.freeze(&self.pool, MediaTime::ZERO)
    }

    fn paint_rgba(&self, angle_deg: f64) -> Option<VideoFrame> {
        let (w, h) = (self.size.0 as usize, self.size.1 as usize);
        let table: Vec<[u8; 4]> = (0..STEPS)
            .map(|i| self.mix(i as f64 / (STEPS - 1) as f64).map(|v| v.round() as u8))
            .collect();
        let (first, right, down) = self.slope(angle_deg);
        let mut data = self.pool.take(w * h * 4);
        for (y, row) in data.chunks_exact_mut(w * 4).enumerate() {
            for (x, px) in row.chunks_exact_mut(4).enumerate() {
                let at = (first + right * x as i64 + down * y as i64) >> 16;
                px.copy_from_slice(&table[at.clamp(0, STEPS as i64 - 1) as usize]);
            }
        }
        VideoFrame::rgba(self.size.0, self.size.1, self.pool.freeze(data), AlphaMode::Straight).ok()
    }
}

#[cfg(test)]
#[path = "color_tests.rs"]
mod tests;
