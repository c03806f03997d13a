//! What this process uses.

/// CPU and memory of this process so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessUse {
    /// CPU seconds, user and system.
    pub cpu_s: f64,
    /// Resident memory now, MiB.
    pub rss_mib: f64,
    /// Highest resident memory, MiB.
    pub peak_rss_mib: f64,
}

/// Reads the counters of the operating system (zero where it has none).
pub fn process_use() -> ProcessUse {
    ProcessUse {
        cpu_s: cpu_seconds(),
        rss_mib: status_mib("VmRSS:").unwrap_or_default(),
        peak_rss_mib: status_mib("VmHWM:").unwrap_or_default(),
    }
}

#[cfg(unix)]
fn cpu_seconds() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    t.tv_sec as f64 + t.tv_nsec as f64 / 1e9
}

#[cfg(not(unix))]
fn cpu_seconds() -> f64 {
    0.0
}

/// A line of /proc/self/status (Linux), in MiB.
fn status_mib(name: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix(name))?;
    line.split_whitespace()
        .next()?
        .parse::<f64>()
        .ok()
        .map(|kib| kib / 1024.0)
}
