//! What the page's drawing needs to know about this computer's graphics, settled before the window system starts.

/// On a computer without a graphics card, WebKit's sharing of pictures with the card costs three times the processor time
/// of plain copies; NVIDIA's driver shows an empty window with it. The switch is a variable that WebKit reads when it
/// starts: this program begins anew with it set, since a process can't safely change its own.
#[cfg(target_os = "linux")]
pub(crate) fn prepare() {
    use std::os::unix::process::CommandExt;
    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    let nvidia = std::path::Path::new("/proc/driver/nvidia/version").exists();
    if std::env::var_os(SWITCH).is_some() || !(nvidia || no_card()) {
        return;
    }
    let Ok(own) = std::env::current_exe() else { return };
    // Returns only when it fails; the window then opens, and costs more.
    let error = std::process::Command::new(own)
        .args(std::env::args_os().skip(1))
        .env(SWITCH, "1")
        .exec();
    tracing::warn!(%error, "the page is drawn the dear way");
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn prepare() {}

/// No card's device is there. Asking wgpu would start threads and cost a tenth of a second.
#[cfg(target_os = "linux")]
fn no_card() -> bool {
    let is_card = |e: &std::fs::DirEntry| e.file_name().to_string_lossy().starts_with("renderD");
    std::fs::read_dir("/dev/dri").map_or(true, |dir| !dir.flatten().any(|e| is_card(&e)))
}
