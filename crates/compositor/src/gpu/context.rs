//! The graphics card: instance, adapter, device and queue that the engine and (later) the projector windows share. It draws
//! nothing itself. Everybody submits through [`GpuContext::submit`] and configures windows through
//! [`GpuContext::configure_surface`]: a configure waits for an idle queue and fails when someone submits meanwhile, so the
//! two exclude each other by a lock.

use super::sources::SourceTextures;
use crate::CompositorError;
use parking_lot::{Mutex, RwLock};
use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// What a renderer would run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterSummary {
    /// The driver's name for it.
    pub name: String,
    /// The programming interface: `vulkan`, `gl`, `metal` or `dx12`.
    pub backend: String,
    /// Whether it is no graphics card but a program that imitates one on the processor.
    pub is_cpu: bool,
}

impl AdapterSummary {
    fn of(info: &wgpu::AdapterInfo) -> Self {
        Self {
            name: info.name.clone(),
            backend: info.backend.to_string(),
            is_cpu: info.device_type == wgpu::DeviceType::Cpu,
        }
    }
}

/// The best adapter of this computer; `None` when there is not even a software one. Takes some tens of milliseconds.
pub fn adapter_summary() -> Option<AdapterSummary> {
    best_adapter().map(|(_, a)| AdapterSummary::of(&a.get_info()))
}

/// Whether this computer can have a graphics card at all. On Linux a card shows as a device node (DRM, NVIDIA's own, or
/// WSL's); without one there is no need to load drivers to find out.
pub fn may_exist() -> bool {
    let nodes = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"];
    !cfg!(target_os = "linux") || nodes.iter().any(|n| std::path::Path::new(n).exists())
}

/// One device with its queue, and whether it still works.
pub struct GpuContext {
    instance: wgpu::Instance,
    adapter: wgpu::Adapter,
    device: wgpu::Device,
    queue: wgpu::Queue,
    submitting: RwLock<()>,
    lost: Arc<AtomicBool>,
    complaint: Arc<Mutex<Option<String>>>,
    summary: AdapterSummary,
    /// Frames of sources, uploaded once for all canvases. Held from planning a picture until it is submitted.
    sources: Mutex<SourceTextures>,
    /// How many canvases draw with them.
    canvases: AtomicUsize,
}

/// The one of this process' canvases.
static SHARED: Mutex<Weak<GpuContext>> = Mutex::new(Weak::new());

impl GpuContext {
    /// The device that all canvases of this process share, opened when there is none that works.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn shared() -> Result<Arc<Self>, CompositorError> {
        let mut shared = SHARED.lock();
        if let Some(there) = shared.upgrade().filter(|c| !c.is_lost()) {
            return Ok(there);
        }
        let made = Self::new()?;
        *shared = Arc::downgrade(&made);
        Ok(made)
    }
    /// The textures of sources' frames.
    pub(super) fn sources(&self) -> &Mutex<SourceTextures> {
        &self.sources
    }
    /// One more canvas draws, or one less.
    pub(super) fn count_canvas(&self, more: bool) {
        let now = match more {
            true => self.canvases.fetch_add(1, Ordering::AcqRel) + 1,
            false => self.canvases.fetch_sub(1, Ordering::AcqRel).saturating_sub(1),
        };
        self.sources.lock().share(now);
    }

    /// Opens the best adapter.
    ///
    /// # Errors
    /// [`CompositorError::NoGpu`] when there is none or it gives no device.
    pub fn new() -> Result<Arc<Self>, CompositorError> {
        let no_gpu = |reason: String| CompositorError::NoGpu { reason };
        let (instance, adapter) = best_adapter().ok_or_else(|| no_gpu("no adapter was found".into()))?;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("footlight"),
            required_limits: wgpu::Limits::downlevel_defaults().using_resolution(adapter.limits()),
            memory_hints: wgpu::MemoryHints::Performance,
            ..Default::default()
        };
        let (device, queue) =
            pollster::block_on(adapter.request_device(&descriptor)).map_err(|e| no_gpu(e.to_string()))?;
        let (lost, complaint) = <(Arc<AtomicBool>, Arc<Mutex<Option<String>>>)>::default();
        watch(&device, &lost, &complaint);
        let summary = AdapterSummary::of(&adapter.get_info());
        Ok(Arc::new(Self {
            instance,
            adapter,
            device,
            queue,
            submitting: RwLock::new(()),
            lost,
            complaint,
            summary,
            sources: Mutex::default(),
            canvases: AtomicUsize::new(0),
        }))
    }

    /// The instance: surfaces must come from it.
    pub fn instance(&self) -> &wgpu::Instance {
        &self.instance
    }
    /// The adapter.
    pub fn adapter(&self) -> &wgpu::Adapter {
        &self.adapter
    }
    /// The device.
    pub fn device(&self) -> &wgpu::Device {
        &self.device
    }
    /// The queue, for writing to buffers and textures and for presenting; submit with [`Self::submit`].
    pub fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }
    /// What it runs on.
    pub fn summary(&self) -> &AdapterSummary {
        &self.summary
    }
    /// Whether the device is gone (driver reset, card removed). It never comes back: make a new context.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }
    /// What the device complained about first: a mistake of ours or a failed driver. Nothing is to be heard of a healthy one.
    pub fn complaint(&self) -> Option<String> {
        self.complaint.lock().clone()
    }
    /// Gives the device up, so that [`Self::is_lost`] says so.
    pub fn give_up(&self) {
        self.lost.store(true, Ordering::Release);
    }
    /// Submits commands; excluded from [`Self::configure_surface`].
    pub fn submit(&self, commands: impl IntoIterator<Item = wgpu::CommandBuffer>) -> wgpu::SubmissionIndex {
        let _shared = self.submitting.read();
        self.queue.submit(commands)
    }
    /// Configures a window's surface while nobody submits.
    pub fn configure_surface(&self, surface: &wgpu::Surface<'_>, config: &wgpu::SurfaceConfiguration) {
        let _alone = self.submitting.write();
        surface.configure(&self.device, config);
    }
}

/// Logs what the device complains about, which would otherwise end the process, and notes when it is lost.
fn watch(device: &wgpu::Device, lost: &Arc<AtomicBool>, complaint: &Arc<Mutex<Option<String>>>) {
    let (failed, first) = (lost.clone(), complaint.clone());
    let last = Mutex::new(String::new());
    device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| {
        let text = e.to_string();
        let mut last = last.lock();
        // The same mistake thirty times a second is one line.
        if *last != text {
            tracing::error!(target: "gpu", "the graphics card reports: {text}");
            first.lock().get_or_insert_with(|| text.clone());
            *last = text;
        }
        if !matches!(e, wgpu::Error::Validation { .. }) {
            failed.store(true, Ordering::Release);
        }
    }));
    let lost = lost.clone();
    device.set_device_lost_callback(move |reason, text| {
        // Dropping a device ends in this callback too; the flag then has no reader.
        if reason != wgpu::DeviceLostReason::Destroyed {
            tracing::warn!(target: "gpu", "the graphics card was lost ({reason:?}): {text}");
        }
        lost.store(true, Ordering::Release);
    });
}

/// A real card by the system's own interface, else one by GL, else a software rasteriser. `WGPU_BACKEND` narrows the choice.
fn best_adapter() -> Option<(wgpu::Instance, wgpu::Adapter)> {
    if let Some(wanted) = wgpu::Backends::from_env() {
        return best_of(wanted);
    }
    let first = best_of(wgpu::Backends::PRIMARY);
    let is_real = |a: &(wgpu::Instance, wgpu::Adapter)| a.1.get_info().device_type != wgpu::DeviceType::Cpu;
    if first.as_ref().is_some_and(is_real) {
        return first;
    }
    // GL is asked only when needed: without a display it writes warnings to the terminal.
    let gl = best_of(wgpu::Backends::GL);
    if gl.as_ref().is_some_and(is_real) {
        gl
    } else {
        first.or(gl)
    }
}

fn best_of(backends: wgpu::Backends) -> Option<(wgpu::Instance, wgpu::Adapter)> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        flags: wgpu::InstanceFlags::empty().with_env(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let adapters = pollster::block_on(instance.enumerate_adapters(backends));
    let best = adapters.into_iter().min_by_key(|a| rank(a.get_info().device_type))?;
    Some((instance, best))
}

fn rank(kind: wgpu::DeviceType) -> u8 {
    match kind {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}
