//! How the computer does: what this process uses, and the room on the disk that recordings go to. Measured by the watch
//! thread about once a second, so that a disk that does not answer holds up nobody who asks.

use crate::{ProcessView, process_use, show::Shared};
use media::MediaTime;
use std::path::Path;

const PERIOD: MediaTime = MediaTime::from_millis(1000);

/// The last measurement.
#[derive(Default)]
pub(crate) struct Health {
    pub(crate) process: ProcessView,
    pub(crate) disk_free_bytes: Option<u64>,
    /// When, and CPU seconds then.
    last: Option<(MediaTime, f64)>,
}

impl Shared {
    /// Measures when the last time is long enough ago.
    pub(crate) fn look_at_health(&self) {
        let now = self.clock.now();
        let before = self.health.lock().last;
        if before.is_some_and(|(t, _)| now - t < PERIOD) {
            return;
        }
        let used = process_use();
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let cpu_percent = before.map_or(0.0, |(t, cpu_s)| {
            (used.cpu_s - cpu_s) / (now - t).as_secs_f64().max(0.001) * 100.0 / cores
        });
        let folder = self.project_dir.join(&self.project.load().recording.folder);
        let free = free_bytes(&folder);
        let mut health = self.health.lock();
        health.process = ProcessView {
            cpu_percent: cpu_percent.clamp(0.0, 100.0),
            rss_mib: used.rss_mib,
        };
        health.disk_free_bytes = free;
        health.last = Some((now, used.cpu_s));
    }
}

/// Bytes free for this user where `folder` is or would be.
#[cfg(unix)]
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|f| f.is_dir())?;
    let fs = rustix::fs::statvfs(there).ok()?;
    Some(fs.f_bavail.saturating_mul(fs.f_frsize))
}

#[cfg(not(unix))]
pub(crate) fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}
