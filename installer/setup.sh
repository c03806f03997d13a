#!/usr/bin/env bash
# Installs what building, running and testing Footlight needs. Safe to run again: says nothing and does nothing when
# nothing is missing. `setup.sh run` leaves out what only the tests need.
set -euo pipefail

build=(build-essential pkg-config clang libclang-dev libavcodec-dev libavformat-dev libavfilter-dev libavdevice-dev
  libavutil-dev libswscale-dev libswresample-dev libasound2-dev)
run=(libvulkan1 mesa-vulkan-drivers fonts-dejavu-core)
tests=(ffmpeg xvfb nginx-light libnginx-mod-rtmp pulseaudio pulseaudio-utils chromium fonts-noto-core fonts-noto-cjk)

other_systems() {
  cat >&2 <<'TEXT'
This script knows Debian and Ubuntu. On other systems install these, then run make again:
  Fedora   dnf install gcc clang-devel pkgconf ffmpeg-devel (RPM Fusion) alsa-lib-devel vulkan-loader mesa-vulkan-drivers
           for the tests: ffmpeg xorg-x11-server-Xvfb nginx nginx-mod-rtmp pulseaudio chromium google-noto-sans-cjk-fonts
  Arch     pacman -S base-devel clang pkgconf ffmpeg alsa-lib vulkan-icd-loader vulkan-swrast
           for the tests: xorg-server-xvfb nginx nginx-mod-rtmp pulseaudio chromium noto-fonts-cjk
  macOS    brew install ffmpeg pkg-config llvm
  Windows  LLVM, and FFmpeg's shared development build with FFMPEG_DIR pointing to it (winget install LLVM.LLVM)
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

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else echo "Run this as root, or install sudo: $*" >&2; exit 1
  fi
}

wanted=("${build[@]}" "${run[@]}")
[ "${1:-all}" = run ] || wanted+=("${tests[@]}")

if ! command -v apt-get >/dev/null 2>&1; then
  # Packages have other names here; trust what pkg-config finds.
  pkg-config --exists libavcodec libavformat 2>/dev/null || { other_systems; exit 1; }
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
  # Debian starts nginx when it is installed; our tests start their own, on their own ports.
  if printf '%s\n' "${missing[@]}" | grep -qx nginx-light; then
    command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ] && as_root systemctl disable --now nginx >/dev/null 2>&1 || true
  fi
fi
need_rust
if [ "${1:-all}" != run ] && ! cargo nextest --version >/dev/null 2>&1; then
  echo 'Installing cargo-nextest'
  cargo install --locked --quiet cargo-nextest
fi
