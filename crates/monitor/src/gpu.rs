//! The graphics device of the windows, opened with the first window. See the crate's page for why it is their own.

use crate::{MonitorError, blit::Blitter};
use std::sync::Arc;
use winit::{event_loop::OwnedDisplayHandle, window::Window};

/// Instance, device and queue, used by the windows' thread alone.
pub(crate) struct Gpu {
    pub(crate) instance: wgpu::Instance,
    pub(crate) adapter: wgpu::Adapter,
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    blitters: Vec<(wgpu::TextureFormat, Arc<Blitter>)>,
}

impl Gpu {
    /// Opens the best adapter that can draw into this window, and gives the window's surface with it.
    pub(crate) fn open(
        display: OwnedDisplayHandle,
        window: &Arc<Window>,
    ) -> Result<(Self, wgpu::Surface<'static>), MonitorError> {
        let fail = |e: &dyn std::fmt::Display| MonitorError::Graphics(e.to_string());
        // GL draws into windows only when it knows the display; the others do not look at it.
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            flags: wgpu::InstanceFlags::empty().with_env(),
            ..wgpu::InstanceDescriptor::new_with_display_handle(Box::new(display)).with_env()
        });
        let surface = instance.create_surface(window.clone()).map_err(|e| fail(&e))?;
        let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
        let adapter = adapters
            .into_iter()
            // GL may give a surface it has no format for.
            .filter(|a| a.is_surface_supported(&surface) && !surface.get_capabilities(a).formats.is_empty())
            .min_by_key(|a| rank(&a.get_info()))
            .ok_or_else(|| fail(&"no driver for it was found"))?;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("monitor"),
            required_limits: wgpu::Limits::downlevel_defaults().using_resolution(adapter.limits()),
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).map_err(|e| fail(&e))?;
        // Without this a driver's fault would be a panic.
        device.on_uncaptured_error(Arc::new(
            |e: wgpu::Error| tracing::error!(error = %e, "projector windows"),
        ));
        tracing::info!(adapter = %adapter.get_info().name, "projector windows");
        let gpu = Self {
            instance,
            adapter,
            device,
            queue,
            blitters: vec![],
        };
        Ok((gpu, surface))
    }

    /// Whether the processor draws: then 30 pictures a second have to do.
    pub(crate) fn is_cpu(&self) -> bool {
        self.adapter.get_info().device_type == wgpu::DeviceType::Cpu
    }

    /// The pipelines for a surface's format, made once.
    pub(crate) fn blitter(&mut self, format: wgpu::TextureFormat) -> Arc<Blitter> {
        if let Some((_, b)) = self.blitters.iter().find(|(f, _)| *f == format) {
            return b.clone();
        }
        let made = Arc::new(Blitter::new(&self.device, format));
        self.blitters.push((format, made.clone()));
        made
    }
}

/// A real card first, and Vulkan, Metal or Direct3D before GL.
fn rank(info: &wgpu::AdapterInfo) -> (bool, bool) {
    (
        info.device_type == wgpu::DeviceType::Cpu,
        info.backend == wgpu::Backend::Gl,
    )
}

/// How to put pictures on this surface: 8 bits, values as they are, the newest one rather than a queue of them.
pub(crate) fn surface_settings(
    surface: &wgpu::Surface<'_>,
    adapter: &wgpu::Adapter,
    (width, height): (u32, u32),
) -> Result<wgpu::SurfaceConfiguration, MonitorError> {
    let can = surface.get_capabilities(adapter);
    let mut settings = surface
        .get_default_config(adapter, width.max(1), height.max(1))
        .ok_or_else(|| MonitorError::Graphics("its driver has no picture format for windows".into()))?;
    let plain = [wgpu::TextureFormat::Bgra8Unorm, wgpu::TextureFormat::Rgba8Unorm];
    if let Some(format) = plain.into_iter().find(|f| can.formats.contains(f)) {
        settings.format = format;
    }
    settings.present_mode = if can.present_modes.contains(&wgpu::PresentMode::Mailbox) {
        wgpu::PresentMode::Mailbox
    } else {
        wgpu::PresentMode::Fifo
    };
    Ok(settings)
}
