//! What is drawn over the pictures of a multiview: labels, tally frames and meters, by egui. Shapes are made again only
//! when the board or the window's size changes, and painted with every picture.

use crate::{Board, Tally, fonts, gpu::Gpu, grid::Area};
use egui::{Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2};

/// The studio's colours of state (`ui`'s tokens): red is what the public sees, green what comes next.
const AIR: Color32 = Color32::from_rgb(0xFF, 0x4A, 0x41);
const AIR_FILL: Color32 = Color32::from_rgb(0xD6, 0x23, 0x1F);
const NEXT: Color32 = Color32::from_rgb(0x35, 0xC7, 0x7A);
const CALM: Color32 = Color32::from_gray(0xB4);
const TEXT: Color32 = Color32::from_gray(0xF2);
const SHADE: Color32 = Color32::from_black_alpha(0xB4);
const TRACK: Color32 = Color32::from_black_alpha(0x90);
const LEVEL: Color32 = Color32::from_rgb(0xFF, 0xE3, 0xB3);
const HOT: Color32 = Color32::from_rgb(0xF5, 0xA5, 0x24);
/// The meters' ends, dBFS, and where they turn warm.
const QUIET_DB: f32 = -60.0;
const HOT_DB: f32 = -9.0;

/// egui's side of one window.
pub(crate) struct Overlay {
    context: egui::Context,
    renderer: egui_wgpu::Renderer,
    jobs: Vec<egui::ClippedPrimitive>,
    east_asian: bool,
    /// Textures egui has done with, to be let go after the next painting.
    free: Vec<egui::TextureId>,
}

impl Overlay {
    pub(crate) fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        let context = egui::Context::default();
        context.set_fonts(fonts::latin());
        let options = egui_wgpu::RendererOptions {
            dithering: false,
            ..Default::default()
        };
        Self {
            context,
            renderer: egui_wgpu::Renderer::new(&gpu.device, format, options),
            jobs: vec![],
            east_asian: false,
            free: vec![],
        }
    }

    /// Makes the shapes for this board.
    pub(crate) fn arrange(&mut self, gpu: &Gpu, size: (u32, u32), areas: &[Area], board: &Board) {
        let mut labels = board
            .tiles
            .iter()
            .map(|t| &t.label)
            .chain([&board.preview, &board.program]);
        if !self.east_asian && labels.any(|l| fonts::needs_more(l)) {
            self.east_asian = true;
            self.context.set_fonts(fonts::with_east_asian());
        }
        let input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::new(size.0 as f32, size.1 as f32))),
            ..Default::default()
        };
        // Points are pixels here: sizes follow the pictures, not the desktop's scale.
        self.context.set_pixels_per_point(1.0);
        let mut out = self.context.run_ui(input, |ui| paint(ui.painter(), areas, board));
        for (id, deltas) in out.textures_delta.set.drain() {
            for delta in deltas {
                self.renderer.update_texture(&gpu.device, &gpu.queue, id, &delta);
            }
        }
        self.free.extend(out.textures_delta.free.drain());
        self.jobs = self.context.tessellate(out.shapes, out.pixels_per_point);
    }

    /// Brings the shapes to the device; before the pass they are painted in.
    pub(crate) fn prepare(&mut self, gpu: &Gpu, encoder: &mut wgpu::CommandEncoder, size: (u32, u32)) {
        let screen = screen(size);
        // Only paint callbacks give command buffers, and there are none.
        let _ = self
            .renderer
            .update_buffers(&gpu.device, &gpu.queue, encoder, &self.jobs, &screen);
    }

    /// Paints over what the pass holds.
    pub(crate) fn paint(&mut self, pass: &mut wgpu::RenderPass<'static>, size: (u32, u32)) {
        self.renderer.render(pass, &self.jobs, &screen(size));
        for id in self.free.drain(..) {
            self.renderer.free_texture(&id);
        }
    }
}

fn screen((width, height): (u32, u32)) -> egui_wgpu::ScreenDescriptor {
    egui_wgpu::ScreenDescriptor {
        size_in_pixels: [width, height],
        pixels_per_point: 1.0,
    }
}

fn paint(painter: &Painter, areas: &[Area], board: &Board) {
    let mut areas = areas
        .iter()
        .map(|a| Rect::from_min_size(Pos2::new(a.x, a.y), Vec2::new(a.width, a.height)));
    if let Some(at) = areas.next() {
        frame(painter, at, Tally::Next, board.on_air);
        label(painter, at, &board.preview, Tally::Next, board.on_air);
    }
    if let Some(at) = areas.next() {
        frame(painter, at, Tally::Program, board.on_air);
        label(painter, at, &board.program, Tally::Program, board.on_air);
        meter(painter, at, board.level_db);
    }
    for (at, tile) in areas.zip(&board.tiles) {
        frame(painter, at, tile.tally, board.on_air);
        label(painter, at, &tile.label, tile.tally, board.on_air);
        if let Some(db) = tile.level_db {
            meter(painter, at, db);
        }
    }
}

/// Solid red where the public sees it, solid grey for a programme nobody outside sees, dashed green for what comes next:
/// told apart by shape as well.
fn frame(painter: &Painter, at: Rect, tally: Tally, on_air: bool) {
    let width = (at.height() / 90.0).clamp(2.0, 6.0);
    match tally {
        Tally::Off => {}
        Tally::Program => {
            let color = if on_air { AIR } else { CALM };
            painter.rect_stroke(at, CornerRadius::ZERO, Stroke::new(width, color), StrokeKind::Inside);
        }
        Tally::Next => {
            let r = at.shrink(width / 2.0);
            let path = [
                r.left_top(),
                r.right_top(),
                r.right_bottom(),
                r.left_bottom(),
                r.left_top(),
            ];
            painter.extend(Shape::dashed_line(
                &path,
                Stroke::new(width, NEXT),
                width * 5.0,
                width * 3.0,
            ));
        }
    }
}

/// A name in the lower middle, cut to the picture's width; on air on red.
fn label(painter: &Painter, at: Rect, text: &str, tally: Tally, on_air: bool) {
    if text.is_empty() || at.height() < 40.0 {
        return;
    }
    let size = (at.height() / 16.0).clamp(10.0, 26.0);
    let most = at.width() * 0.8;
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), FontId::proportional(size), TEXT);
    job.wrap = egui::text::TextWrapping::truncate_at_width(most);
    let galley = painter.layout_job(job);
    let pad = Vec2::new(size * 0.5, size * 0.2);
    let foot = at.center_bottom() - Vec2::new(0.0, size * 0.7);
    let back = Align2::CENTER_BOTTOM.anchor_size(foot, galley.size() + pad * 2.0);
    let fill = if tally == Tally::Program && on_air {
        AIR_FILL
    } else {
        SHADE
    };
    painter.rect_filled(back, CornerRadius::same(3), fill);
    painter.galley(back.min + pad, galley, TEXT);
}

/// Two bars at the right edge, from the bottom up.
fn meter(painter: &Painter, at: Rect, level_db: [f32; 2]) {
    let bar = (at.width() / 80.0).clamp(2.0, 8.0);
    let inner = at.shrink(at.height() * 0.06);
    for (i, db) in level_db.into_iter().enumerate() {
        let right = inner.right() - (1 - i) as f32 * (bar + 2.0);
        let track = Rect::from_min_max(Pos2::new(right - bar, inner.top()), Pos2::new(right, inner.bottom()));
        painter.rect_filled(track, CornerRadius::ZERO, TRACK);
        let y = |db: f32| inner.bottom() - inner.height() * height_of(db);
        let to = |low: f32, high: f32, color| {
            let part = Rect::from_min_max(Pos2::new(track.left(), y(high)), Pos2::new(track.right(), y(low)));
            painter.rect_filled(part, CornerRadius::ZERO, color);
        };
        if db > QUIET_DB {
            to(QUIET_DB, db.min(HOT_DB), LEVEL);
        }
        if db > HOT_DB {
            to(HOT_DB, db.min(0.0), HOT);
        }
    }
}

/// 0 at the quiet end, 1 at full scale.
fn height_of(db: f32) -> f32 {
    if db.is_finite() {
        ((db - QUIET_DB) / -QUIET_DB).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meters_end_where_they_should() {
        assert_eq!(height_of(0.0), 1.0);
        assert_eq!(height_of(12.0), 1.0);
        assert_eq!(height_of(-60.0), 0.0);
        assert_eq!(height_of(-120.0), 0.0);
        assert_eq!(height_of(f32::NAN), 0.0);
        assert!((height_of(-30.0) - 0.5).abs() < 1e-6);
    }
}
