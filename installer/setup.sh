#!/usr/bin/env bash
# Installs what building, running and testing Footlight needs. Safe to run again: says nothing and does nothing when
# nothing is missing. `setup.sh run` leaves out what only the tests need, `setup.sh package` too but for what makes packages.
set -euo pipefail

# FFmpeg is linked to the GnuTLS build of libsrt: the other one (libsrt-openssl-dev) would be a second copy in one process.
build=(build-essential pkg-config clang libclang-dev libavcodec-dev libavformat-dev libavfilter-dev libavdevice-dev
  libavutil-dev libswscale-dev libswresample-dev libsrt-gnutls-dev libasound2-dev libwebkit2gtk-4.1-dev libgtk-3-dev librsvg2-dev)
run=(libvulkan1 mesa-vulkan-drivers fonts-dejavu-core libayatana-appindicator3-1 curl ca-certificates xz-utils)
tests=(ffmpeg srt-tools rist-tools icecast2 xvfb nginx-light libnginx-mod-rtmp libnginx-mod-stream pulseaudio pulseaudio-utils chromium fonts-noto-core fonts-noto-cjk
  webkit2gtk-driver dbus python3-aiortc python3-aiohttp python3-pip coturn janus
  valgrind gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gstreamer1.0-plugins-ugly gstreamer1.0-libav)
package=(dpkg-dev librsvg2-bin rpm file)
# What Vite needs. Where the system's own is older, this one comes from nodejs.org into .tools/, beside the sources.
node_least=20
node_version=v22.20.0
tools="$(cd "$(dirname "$0")/.." && pwd)/.tools"

other_systems() {
  cat >&2 <<'TEXT'
This script knows Debian and Ubuntu. On other systems install these, then run make again:
  Fedora   dnf install gcc clang-devel pkgconf ffmpeg-devel (RPM Fusion) srt-devel alsa-lib-devel vulkan-loader mesa-vulkan-drivers
           webkit2gtk4.1-devel gtk3-devel librsvg2-devel libayatana-appindicator-gtk3 nodejs npm
           for the tests: ffmpeg xorg-x11-server-Xvfb nginx nginx-mod-rtmp nginx-mod-stream pulseaudio chromium google-noto-sans-cjk-fonts
           for make package: rpm-build librsvg2-tools
  Arch     pacman -S base-devel clang pkgconf ffmpeg srt alsa-lib vulkan-icd-loader vulkan-swrast webkit2gtk-4.1 gtk3 librsvg
           libayatana-appindicator nodejs npm
           for the tests: xorg-server-xvfb nginx nginx-mod-rtmp nginx-mod-stream pulseaudio chromium noto-fonts-cjk
  macOS    brew install ffmpeg srt pkg-config llvm node
  Windows  LLVM, and FFmpeg's shared development build with FFMPEG_DIR pointing to it (winget install LLVM.LLVM
           OpenJS.NodeJS.LTS); WebView2 is part of Windows 11
Rust 1.95 or newer comes from https://rustup.rs everywhere.
TEXT
}

need_rust() {
  command -v cargo >/dev/null 2>&1 && return
  if [ -x "$HOME/.cargo/bin/cargo" ]; then
    echo 'Rust is installed but not on the PATH: run  . "$HOME/.cargo/env"  and try again.' >&2
  else
    echo 'Rust 1.95 or newer is missing: get it from https://rustup.rs and try again.' >&2
  fi
  exit 1
}

# Whether this `node` is new enough and has npm beside it.
node_fits() {
  command -v "$1" >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
    [ "$("$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge "$node_least" ]
}

# The page of the window is built with Node. Debian 12's is too old: the official build is taken then, checked against the
# sums published with it.
need_node() {
  PATH="$tools/node/bin:$PATH"
  node_fits node && return
  case "$(uname -m)" in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) echo "Node $node_least or newer is missing: get it from https://nodejs.org and run make again." >&2; exit 1 ;;
  esac
  local name="node-$node_version-linux-$arch.tar.xz" site="https://nodejs.org/dist/$node_version" work
  echo "Fetching Node $node_version into .tools"
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' RETURN
  curl --proto '=https' --tlsv1.2 -fsSL -o "$work/$name" "$site/$name"
  curl --proto '=https' --tlsv1.2 -fsSL -o "$work/sums" "$site/SHASUMS256.txt"
  (cd "$work" && grep -F " $name" sums | sha256sum --check --quiet -)
  mkdir -p "$tools/node"
  tar -xJf "$work/$name" -C "$tools/node" --strip-components=1
  node_fits node
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else echo "Run this as root, or install sudo: $*" >&2; exit 1
  fi
}

wanted=("${build[@]}" "${run[@]}")
case "${1:-all}" in
  run) ;;
  package) wanted+=("${package[@]}") ;;
  *) wanted+=("${tests[@]}" "${package[@]}") ;;
esac
# Distributions that have a new enough Node give it with npm in one package or two.
if ! PATH="$tools/node/bin:$PATH" node_fits node && command -v apt-cache >/dev/null 2>&1; then
  candidate="$(apt-cache policy nodejs 2>/dev/null | sed -n 's/ *Candidate: *\([0-9]*\).*/\1/p')"
  if [ "${candidate:-0}" -ge "$node_least" ]; then wanted+=(nodejs npm); fi
fi

if ! command -v apt-get >/dev/null 2>&1; then
  # Packages have other names here; trust what pkg-config finds.
  pkg-config --exists libavcodec libavformat 2>/dev/null || { other_systems; exit 1; }
  [ "$(uname -s)" != Linux ] || pkg-config --exists webkit2gtk-4.1 2>/dev/null || { other_systems; exit 1; }
  node_fits node || { other_systems; exit 1; }
  need_rust
  exit 0
fi

missing=()
for p in "${wanted[@]}"; do
  [ "$(dpkg-query -W -f='${Status}' "$p" 2>/dev/null)" = 'install ok installed' ] || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  # Debian may start nginx and icecast2 when they are installed; our tests start their own, on their own ports.
  if printf '%s\n' "${missing[@]}" | grep -qx nginx-light; then
    command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ] && as_root systemctl disable --now nginx >/dev/null 2>&1 || true
  fi
  if printf '%s\n' "${missing[@]}" | grep -qx icecast2; then
    command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ] && as_root systemctl disable --now icecast2 >/dev/null 2>&1 || true
  fi
fi
if printf '%s\n' "${missing[@]:-}" | grep -qx janus; then
  command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ] && as_root systemctl disable --now janus >/dev/null 2>&1 || true
fi
need_rust
need_node
# Servers by others that the tests publish to.
peers="$(cd "$(dirname "$0")/.." && pwd)/tests/peers"
if [ "${1:-all}" = all ] && [ "$peers/package-lock.json" -nt "$peers/node_modules/.package-lock.json" ]; then
  echo 'Installing node-media-server into tests/peers'
  (cd "$peers" && npm ci --no-audit --no-fund --loglevel=error >/dev/null && touch node_modules/.package-lock.json)
fi
# An FFmpeg newer than Debian's, for tests only: it listens for Enhanced RTMP and reads HEVC and AV1 over RTP.
pyav=18.1.0
if [ "${1:-all}" = all ] && [ ! -d "$peers/python/av-$pyav.dist-info" ]; then
  echo 'Installing PyAV into tests/peers'
  rm -rf "$peers/python"
  /usr/bin/python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --only-binary :all: \
    --target "$peers/python" "av==$pyav"
fi
if [ "${1:-all}" = all ] && ! command -v tauri-driver >/dev/null 2>&1; then
  echo 'Installing tauri-driver'
  cargo install --locked --quiet --debug tauri-driver@2.1.0
fi
if [ "${1:-all}" = all ] && ! cargo nextest --version >/dev/null 2>&1; then
  echo 'Installing cargo-nextest'
  cargo install --locked --quiet cargo-nextest
fi
