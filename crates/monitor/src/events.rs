//! The windows' event loop: opens, draws and closes them. It sleeps until a picture comes, a person does something, or a
//! multiview's labels are due.

use crate::{
    Display, Gallery, MonitorError, Opened, View,
    gpu::Gpu,
    thread::{Order, open_settings},
    window::Screen,
};
use media::{Clock, MediaTime, SystemClock};
use std::{collections::BTreeMap, sync::Arc};
use winit::{
    application::ApplicationHandler,
    event::{ElementState, KeyEvent, MouseButton, WindowEvent},
    event_loop::{ActiveEventLoop, ControlFlow, EventLoopProxy, OwnedDisplayHandle},
    keyboard::{Key, NamedKey},
    monitor::MonitorHandle,
    window::{Fullscreen, WindowId},
};

/// How often a multiview's labels and meters are read.
const BOARD_PERIOD: MediaTime = MediaTime::from_millis(66);
/// How long a window's size must rest before pictures are asked for in it.
const SETTLE: MediaTime = MediaTime::from_millis(200);
/// When to draw again after a surface was lost.
const RETRY: MediaTime = MediaTime::from_millis(50);
/// Two clicks within this are one double click.
const DOUBLE_CLICK: MediaTime = MediaTime::from_millis(400);

/// All windows.
pub(crate) struct Windows {
    gallery: Arc<dyn Gallery>,
    proxy: EventLoopProxy<Order>,
    display: OwnedDisplayHandle,
    clock: SystemClock,
    // Windows go before the device that draws them.
    open: BTreeMap<u64, Shown>,
    gpu: Option<Gpu>,
    next_id: u64,
    board_at: MediaTime,
}

struct Shown {
    screen: Screen,
    hidden: bool,
    /// When pictures are to be asked for in the new size.
    rewatch_at: Option<MediaTime>,
    clicked_at: Option<MediaTime>,
}

impl Windows {
    pub(crate) fn new(gallery: Arc<dyn Gallery>, proxy: EventLoopProxy<Order>, display: OwnedDisplayHandle) -> Self {
        Self {
            gallery,
            proxy,
            display,
            clock: SystemClock::new(),
            open: BTreeMap::new(),
            gpu: None,
            next_id: 1,
            board_at: MediaTime::ZERO,
        }
    }

    fn open(
        &mut self,
        events: &ActiveEventLoop,
        view: View,
        display: Option<usize>,
        title: &str,
    ) -> Result<u64, MonitorError> {
        let on = match display {
            Some(n) => Some(events.available_monitors().nth(n).ok_or(MonitorError::NoDisplay(n))?),
            None => None,
        };
        let window = events
            .create_window(open_settings(title, on.as_ref()))
            .map_err(|e| MonitorError::Window(e.to_string()))?;
        let window = Arc::new(window);
        window.set_cursor_visible(on.is_none());
        let (gpu, surface) = match self.gpu.take() {
            Some(gpu) => {
                let surface = gpu.instance.create_surface(window.clone());
                (gpu, surface.map_err(|e| MonitorError::Graphics(e.to_string()))?)
            }
            None => Gpu::open(self.display.clone(), &window)?,
        };
        let gpu = self.gpu.insert(gpu);
        let mut screen = Screen::new(gpu, surface, window, view)?;
        if screen.view == View::Multiview {
            screen.take_board(self.gallery.board());
        }
        let fps = if gpu.is_cpu() { 30 } else { 60 };
        screen.watch(&*self.gallery, fps, &|| wake(&self.proxy));
        let id = self.next_id;
        self.next_id += 1;
        let shown = Shown {
            screen,
            hidden: false,
            rewatch_at: None,
            clicked_at: None,
        };
        self.open.insert(id, shown);
        Ok(id)
    }

    fn watch_again(&mut self, id: u64) {
        let fps = if self.gpu.as_ref().is_none_or(Gpu::is_cpu) {
            30
        } else {
            60
        };
        if let Some(shown) = self.open.get_mut(&id).filter(|s| !s.hidden) {
            shown.rewatch_at = None;
            shown.screen.watch(&*self.gallery, fps, &|| wake(&self.proxy));
        }
    }

    fn read_board(&mut self, now: MediaTime) {
        let multiview = |s: &Shown| s.screen.view == View::Multiview && !s.hidden;
        if now < self.board_at || !self.open.values().any(multiview) {
            return;
        }
        self.board_at = now + BOARD_PERIOD;
        let board = self.gallery.board();
        let mut others = vec![];
        for (&id, shown) in self.open.iter_mut().filter(|(_, s)| multiview(s)) {
            if shown.screen.take_board(board.clone()) {
                others.push(id);
            }
        }
        for id in others {
            self.watch_again(id);
        }
    }

    fn id_of(&self, window: WindowId) -> Option<u64> {
        self.open
            .iter()
            .find(|(_, s)| s.screen.window.id() == window)
            .map(|(&id, _)| id)
    }

    /// Draws what is new and gives the time to look again, whatever happens.
    fn turn(&mut self) -> Option<MediaTime> {
        let now = self.clock.now();
        self.read_board(now);
        let due: Vec<u64> = self
            .open
            .iter()
            .filter(|(_, s)| s.rewatch_at.is_some_and(|t| t <= now))
            .map(|(&id, _)| id)
            .collect();
        for id in due {
            self.watch_again(id);
        }
        if let Some(gpu) = &self.gpu {
            for shown in self.open.values_mut().filter(|s| !s.hidden) {
                shown.screen.refresh(gpu);
            }
        }
        let settling = self.open.values().filter_map(|s| s.rewatch_at).min();
        let board = self
            .open
            .values()
            .any(|s| s.screen.view == View::Multiview && !s.hidden)
            .then_some(self.board_at);
        // A surface that was lost on the way is tried again soon.
        let lost = self
            .open
            .values()
            .any(|s| s.screen.is_stale() && !s.hidden)
            .then_some(now + RETRY);
        [settling, board, lost].into_iter().flatten().min()
    }
}

fn wake(proxy: &EventLoopProxy<Order>) -> crate::Wake {
    let proxy = proxy.clone();
    Box::new(move || {
        // The loop has ended: nobody is left to be told.
        let _ = proxy.send_event(Order::Fresh);
    })
}

impl ApplicationHandler<Order> for Windows {
    fn resumed(&mut self, _events: &ActiveEventLoop) {}

    fn user_event(&mut self, events: &ActiveEventLoop, order: Order) {
        match order {
            Order::Fresh => {}
            Order::Again => {
                self.board_at = MediaTime::ZERO;
                let all: Vec<u64> = self.open.keys().copied().collect();
                for id in all {
                    self.watch_again(id);
                }
            }
            Order::Open {
                view,
                display,
                title,
                reply,
            } => {
                let _ = reply.send(self.open(events, view, display, &title));
            }
            Order::Close(id) => {
                self.open.remove(&id);
            }
            Order::List(reply) => {
                let open = |(&id, s): (&u64, &Shown)| Opened {
                    id,
                    view: s.screen.view.clone(),
                };
                let _ = reply.send(self.open.iter().map(open).collect());
            }
            Order::Displays(reply) => {
                let first = events.primary_monitor();
                let displays = events.available_monitors().enumerate();
                let _ = reply.send(displays.map(|(i, m)| display(i, &m, first.as_ref())).collect());
            }
            Order::End => {
                self.open.clear();
                events.exit();
            }
        }
    }

    fn window_event(&mut self, _events: &ActiveEventLoop, window: WindowId, event: WindowEvent) {
        let Some(id) = self.id_of(window) else { return };
        let now = self.clock.now();
        let (Some(shown), Some(gpu)) = (self.open.get_mut(&id), &self.gpu) else {
            return;
        };
        match event {
            WindowEvent::CloseRequested | WindowEvent::Destroyed => {
                self.open.remove(&id);
            }
            WindowEvent::Resized(size) => {
                shown.screen.resize(gpu, size.into());
                shown.rewatch_at = Some(now + SETTLE);
            }
            WindowEvent::RedrawRequested => shown.screen.redraw(),
            WindowEvent::Occluded(true) => {
                shown.hidden = true;
                shown.screen.rest();
            }
            WindowEvent::Occluded(false) if shown.hidden => {
                shown.hidden = false;
                self.watch_again(id);
            }
            WindowEvent::MouseInput {
                state: ElementState::Pressed,
                button: MouseButton::Left,
                ..
            } => {
                if shown.clicked_at.is_some_and(|t| now - t < DOUBLE_CLICK) {
                    toggle_full_screen(shown);
                }
                shown.clicked_at = Some(now);
            }
            WindowEvent::KeyboardInput { event, .. } => match key(&event) {
                Some(Wish::Close) => {
                    self.open.remove(&id);
                }
                Some(Wish::FullScreen) => toggle_full_screen(shown),
                None => {}
            },
            _ => {}
        }
    }

    fn about_to_wait(&mut self, events: &ActiveEventLoop) {
        events.set_control_flow(match self.turn() {
            Some(t) => ControlFlow::WaitUntil(self.clock.instant_of(t)),
            None => ControlFlow::Wait,
        });
    }
}

enum Wish {
    Close,
    FullScreen,
}

/// Escape closes, F and F11 go to full screen and back.
fn key(event: &KeyEvent) -> Option<Wish> {
    if event.state != ElementState::Pressed || event.repeat {
        return None;
    }
    match &event.logical_key {
        Key::Named(NamedKey::Escape) => Some(Wish::Close),
        Key::Named(NamedKey::F11) => Some(Wish::FullScreen),
        Key::Character(c) if c.eq_ignore_ascii_case("f") => Some(Wish::FullScreen),
        _ => None,
    }
}

fn toggle_full_screen(shown: &Shown) {
    let window = &shown.screen.window;
    let full = window.fullscreen().is_none();
    window.set_fullscreen(full.then_some(Fullscreen::Borderless(None)));
    window.set_cursor_visible(!full);
}

fn display(index: usize, m: &MonitorHandle, first: Option<&MonitorHandle>) -> Display {
    let (size, at) = (m.size(), m.position());
    Display {
        index,
        name: m.name().unwrap_or_default(),
        width: size.width,
        height: size.height,
        x: at.x,
        y: at.y,
        primary: first == Some(m),
    }
}
