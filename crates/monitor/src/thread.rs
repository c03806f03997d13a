//! The thread of the windows, and the handle the rest of the program holds.

use crate::{Gallery, MonitorError, View, events::Windows};
use crossbeam_channel::{Sender, bounded};
use std::{sync::Arc, thread::JoinHandle, time::Duration};
use winit::{
    dpi::LogicalSize,
    event_loop::{EventLoop, EventLoopProxy},
    monitor::MonitorHandle,
    window::{Fullscreen, Window, WindowAttributes},
};

/// Opening a first window opens the graphics device too; more than this is a driver that hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// A display windows can fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Display {
    /// What [`Monitors::open`] takes.
    pub index: usize,
    /// As the system calls it; may be empty.
    pub name: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Of its left edge on the desktop, pixels.
    pub x: i32,
    /// Of its upper edge on the desktop, pixels.
    pub y: i32,
    /// Whether it is the main one.
    pub primary: bool,
}

/// A window that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What [`Monitors::close`] takes.
    pub id: u64,
    /// What it shows.
    pub view: View,
}

/// What the thread is told.
pub(crate) enum Order {
    /// A picture has come.
    Fresh,
    Again,
    Open {
        view: View,
        display: Option<usize>,
        title: String,
        reply: Sender<Result<u64, MonitorError>>,
    },
    Close(u64),
    List(Sender<Vec<Opened>>),
    Displays(Sender<Vec<Display>>),
    End,
}

/// Projector and multiview windows. Dropping it closes them all.
pub struct Monitors {
    proxy: EventLoopProxy<Order>,
    thread: Option<JoinHandle<()>>,
}

impl Monitors {
    /// Starts the windows' thread. `None` where there is no display, where the system wants all windows on the main thread
    /// (macOS), or when it was started before: a process can have one.
    pub fn start(gallery: Arc<dyn Gallery>) -> Option<Self> {
        let (tell, told) = bounded(1);
        let thread = std::thread::Builder::new().name("projectors".into()).spawn(move || {
            let events = match event_loop() {
                Ok(events) => events,
                Err(e) => {
                    tracing::info!(error = %e, "no projector windows here");
                    return;
                }
            };
            let proxy = events.create_proxy();
            let mut windows = Windows::new(gallery, proxy.clone(), events.owned_display_handle());
            let _ = tell.send(proxy);
            if let Err(e) = events.run_app(&mut windows) {
                tracing::error!(error = %e, "projector windows ended");
            }
        });
        let thread = thread.ok()?;
        // The sender is dropped, and this returns, when there is no display.
        let proxy = told.recv().ok()?;
        Some(Self {
            proxy,
            thread: Some(thread),
        })
    }

    /// Opens a window: on a display it fills it, else it is an ordinary one. Gives its id.
    ///
    /// # Errors
    /// The display is gone, or nothing here can draw into a window.
    pub fn open(&self, view: View, display: Option<usize>, title: &str) -> Result<u64, MonitorError> {
        let title = title.to_owned();
        self.ask(|reply| Order::Open {
            view,
            display,
            title,
            reply,
        })?
    }

    /// Closes a window; nothing happens when it is not open any more.
    pub fn close(&self, id: u64) {
        let _ = self.proxy.send_event(Order::Close(id));
    }

    /// Asks the gallery for every picture again: another show has begun.
    pub fn watch_again(&self) {
        let _ = self.proxy.send_event(Order::Again);
    }

    /// The windows that are open, oldest first. People close them too.
    pub fn opened(&self) -> Vec<Opened> {
        self.ask(Order::List).unwrap_or_default()
    }

    /// The displays of this computer.
    pub fn displays(&self) -> Vec<Display> {
        self.ask(Order::Displays).unwrap_or_default()
    }

    fn ask<T>(&self, order: impl FnOnce(Sender<T>) -> Order) -> Result<T, MonitorError> {
        let (reply, answer) = bounded(1);
        self.proxy.send_event(order(reply)).map_err(|_| MonitorError::Ended)?;
        answer.recv_timeout(PATIENCE).map_err(|_| MonitorError::Ended)
    }
}

impl Drop for Monitors {
    fn drop(&mut self) {
        let _ = self.proxy.send_event(Order::End);
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

/// How a window is made. It is given the display's place and size as well: without a window manager nobody else does.
pub(crate) fn open_settings(title: &str, on: Option<&MonitorHandle>) -> WindowAttributes {
    let settings = Window::default_attributes().with_title(title);
    match on {
        Some(m) => settings
            .with_position(m.position())
            .with_inner_size(m.size())
            .with_decorations(false)
            .with_fullscreen(Some(Fullscreen::Borderless(Some(m.clone())))),
        None => settings.with_inner_size(LogicalSize::new(960, 540)),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn event_loop() -> Result<EventLoop<Order>, String> {
    // winit panics rather than fails when neither is set.
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    if !["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"].into_iter().any(set) {
        return Err("there is no display".into());
    }
    let mut builder = EventLoop::with_user_event();
    // One trait does it for both systems.
    winit::platform::x11::EventLoopBuilderExtX11::with_any_thread(&mut builder, true);
    builder.build().map_err(|e| e.to_string())
}

#[cfg(windows)]
fn event_loop() -> Result<EventLoop<Order>, String> {
    let mut builder = EventLoop::with_user_event();
    winit::platform::windows::EventLoopBuilderExtWindows::with_any_thread(&mut builder, true);
    builder.build().map_err(|e| e.to_string())
}

#[cfg(target_os = "macos")]
fn event_loop() -> Result<EventLoop<Order>, String> {
    Err("macOS gives windows to the main thread only".into())
}
