//! One window: its surface, the pictures in it and what is drawn over them.

use crate::{
    Board, Gallery, MonitorError, Picture, Target, View,
    blit::{Blitter, Planes},
    gpu::{Gpu, surface_settings},
    grid::{self, Area},
    overlay::Overlay,
};
use std::sync::Arc;
use winit::window::Window;

/// A window of ours. The surface goes before the window it draws into: fields are dropped in order.
pub(crate) struct Screen {
    surface: wgpu::Surface<'static>,
    settings: wgpu::SurfaceConfiguration,
    blitter: Arc<Blitter>,
    overlay: Option<Overlay>,
    panes: Vec<Pane>,
    board: Board,
    board_changed: bool,
    /// Something must be drawn although no new picture came.
    stale: bool,
    pub(crate) view: View,
    pub(crate) window: Arc<Window>,
}

/// One picture in the window.
struct Pane {
    target: Target,
    area: Area,
    picture: Box<dyn Picture>,
    planes: Option<Planes>,
}

/// Makes a waker for a window.
pub(crate) type Wakes<'a> = &'a dyn Fn() -> crate::Wake;

impl Screen {
    pub(crate) fn new(
        gpu: &mut Gpu,
        surface: wgpu::Surface<'static>,
        window: Arc<Window>,
        view: View,
    ) -> Result<Self, MonitorError> {
        let settings = surface_settings(&surface, &gpu.adapter, window.inner_size().into())?;
        surface.configure(&gpu.device, &settings);
        let overlay = (view == View::Multiview).then(|| Overlay::new(gpu, settings.format));
        Ok(Self {
            blitter: gpu.blitter(settings.format),
            surface,
            settings,
            overlay,
            panes: vec![],
            board: Board::default(),
            board_changed: true,
            stale: true,
            view,
            window,
        })
    }

    fn size(&self) -> (u32, u32) {
        (self.settings.width, self.settings.height)
    }

    /// The window has another size: the pictures there are go to their new places at once.
    pub(crate) fn resize(&mut self, gpu: &Gpu, (width, height): (u32, u32)) {
        if width == 0 || height == 0 || (width, height) == self.size() {
            return;
        }
        self.settings.width = width;
        self.settings.height = height;
        self.surface.configure(&gpu.device, &self.settings);
        for (pane, area) in self
            .panes
            .iter_mut()
            .zip(areas(&self.view, (width, height), &self.board))
        {
            pane.area = area;
        }
        self.board_changed = true;
        self.stale = true;
    }

    /// Asks for the pictures again in the size they are shown in. What is on the screen stays until they come.
    pub(crate) fn watch(&mut self, gallery: &dyn Gallery, fps: u32, wakes: Wakes<'_>) {
        let mut before = std::mem::take(&mut self.panes);
        let targets = match &self.view {
            View::One(target) => vec![target.clone()],
            View::Multiview => {
                let tiles = self.board.tiles.iter().take(grid::MOST_TILES).map(|t| t.target.clone());
                [Target::Preview, Target::Program(None)]
                    .into_iter()
                    .chain(tiles)
                    .collect()
            }
        };
        for (i, (target, area)) in targets
            .into_iter()
            .zip(areas(&self.view, self.size(), &self.board))
            .enumerate()
        {
            let (width, height) = area.even();
            // Small pictures are for a glance.
            let fps = if i < 2 { fps } else { fps.min(TILE_FPS) };
            let known = before.iter_mut().find(|p| p.target == target && p.planes.is_some());
            self.panes.push(Pane {
                planes: known.and_then(|p| p.planes.take()),
                picture: gallery.watch(&target, width, height, fps, wakes()),
                target,
                area,
            });
        }
        self.board_changed = true;
        self.stale = true;
    }

    /// The system has lost what was drawn.
    pub(crate) fn redraw(&mut self) {
        self.stale = true;
    }

    /// Whether it must be drawn again without anything new.
    pub(crate) fn is_stale(&self) -> bool {
        self.stale
    }

    /// Stops asking: nobody can see the window.
    pub(crate) fn rest(&mut self) {
        self.panes.clear();
    }

    /// Takes a newer board; true when it shows other pictures than before.
    pub(crate) fn take_board(&mut self, board: Board) -> bool {
        if board == self.board {
            return false;
        }
        let targets = |b: &Board| b.tiles.iter().map(|t| t.target.clone()).collect::<Vec<_>>();
        let others = targets(&board) != targets(&self.board);
        self.board = board;
        self.board_changed = true;
        self.stale = true;
        others
    }

    /// Draws if there is anything new.
    pub(crate) fn refresh(&mut self, gpu: &Gpu) {
        let mut fresh = std::mem::take(&mut self.stale);
        for pane in &mut self.panes {
            if let Some(frame) = pane.picture.newest() {
                pane.planes = self.blitter.upload(&gpu.device, &gpu.queue, pane.planes.take(), &frame);
                fresh = true;
            }
        }
        if fresh {
            self.draw(gpu);
        }
    }

    fn draw(&mut self, gpu: &Gpu) {
        use wgpu::CurrentSurfaceTexture as Now;
        let texture = match self.surface.get_current_texture() {
            Now::Success(t) | Now::Suboptimal(t) => t,
            Now::Timeout | Now::Occluded => return,
            _ => {
                self.surface.configure(&gpu.device, &self.settings);
                self.stale = true;
                return;
            }
        };
        let size = self.size();
        let mut encoder = gpu
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        if let Some(overlay) = &mut self.overlay {
            if std::mem::take(&mut self.board_changed) {
                let areas: Vec<_> = self.panes.iter().map(|p| p.area).collect();
                overlay.arrange(gpu, size, &areas, &self.board);
            }
            overlay.prepare(gpu, &mut encoder, size);
        }
        let view = texture.texture.create_view(&wgpu::TextureViewDescriptor::default());
        let mut pass = begin(&mut encoder, &view);
        for pane in &self.panes {
            if let Some(planes) = &pane.planes {
                let (w, h) = planes.size();
                let at = pane.area.fit(w, h);
                pass.set_viewport(at.x, at.y, at.width, at.height, 0.0, 1.0);
                self.blitter.draw(&mut pass, planes);
            }
        }
        if let Some(overlay) = &mut self.overlay {
            overlay.paint(&mut pass, size);
        }
        drop(pass);
        gpu.queue.submit([encoder.finish()]);
        self.window.pre_present_notify();
        gpu.queue.present(texture);
    }
}

/// Pictures a second of the small ones.
const TILE_FPS: u32 = 10;

fn areas(view: &View, size: (u32, u32), board: &Board) -> Vec<Area> {
    match view {
        View::One(_) => vec![Area::of_size(size)],
        View::Multiview => grid::multiview(size, board.tiles.len()),
    }
}

fn begin(encoder: &mut wgpu::CommandEncoder, view: &wgpu::TextureView) -> wgpu::RenderPass<'static> {
    encoder
        .begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("window"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: wgpu::StoreOp::Store,
                },
            })],
            ..Default::default()
        })
        .forget_lifetime()
}
