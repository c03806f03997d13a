#!/usr/bin/env bash
# Makes a .deb and an .rpm from built programs: package.sh BUILT_FOLDER OUT_FOLDER [deb|rpm ...]. Needs no network and no
# root. Each is made where its tools are; not finding the tools of one that was asked for by name is an error.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(dirname "$here")"
built="$(cd "$1" && pwd)"
mkdir -p "$2"
out="$(cd "$2" && pwd)"
shift 2

version="$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")"
# The same sources give the same package.
: "${SOURCE_DATE_EPOCH:=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}"
export SOURCE_DATE_EPOCH
day="$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)"
maintainer="The Footlight developers <footlight@localhost>"
summary="broadcasting studio that goes live to many places at once"
programs=(footlight footlight-studio)
# Opened while running, so no tool finds them: the graphics drivers' entry points, and what windows on X11 need.
opened="libvulkan1, libegl1, libx11-6, libx11-xcb1, libxcursor1, libxi6, libxrandr2, libxkbcommon0, libxkbcommon-x11-0, libwayland-client0"
helpful="mesa-vulkan-drivers, libayatana-appindicator3-1, gstreamer1.0-plugins-good, gstreamer1.0-libav, fonts-noto-cjk | fonts-wqy-microhei, fonts-noto-color-emoji, xdg-desktop-portal"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# The files as they lie on the system, under $1.
tree() {
  local to="$1" size
  for p in "${programs[@]}"; do
    install -D -m 755 "$built/$p" "$to/usr/bin/$p"
    strip --strip-unneeded "$to/usr/bin/$p"
  done
  install -D -m 644 "$here/linux/org.footlight.studio.desktop" "$to/usr/share/applications/org.footlight.studio.desktop"
  install -D -m 644 "$here/linux/footlight.xml" "$to/usr/share/mime/packages/footlight.xml"
  mkdir -p "$to/usr/share/metainfo"
  sed "s/@VERSION@/$version/; s/@DATE@/$day/" "$here/linux/org.footlight.studio.metainfo.xml" \
    >"$to/usr/share/metainfo/org.footlight.studio.metainfo.xml"
  install -D -m 644 "$root/assets/logo.svg" "$to/usr/share/icons/hicolor/scalable/apps/footlight.svg"
  for size in 16 22 24 32 48 64 128 256 512; do
    mkdir -p "$to/usr/share/icons/hicolor/${size}x$size/apps"
    rsvg-convert -w "$size" -h "$size" "$root/assets/logo.svg" -o "$to/usr/share/icons/hicolor/${size}x$size/apps/footlight.png"
  done
}

copyright() {
  cat <<TEXT
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Footlight

Files: *
Copyright: The Footlight developers
License: GPL-3.0-or-later
 On Debian systems the full text is in /usr/share/common-licenses/GPL-3.

Files: assets/fonts/Inter-*.otf
Copyright: The Inter Project Authors (https://github.com/rsms/inter)
License: OFL-1.1
$(sed 's/^$/./; s/^/ /' "$root/assets/fonts/Inter-OFL.txt")
TEXT
}

# What the programs are linked with, as packages of this system.
linked() {
  mkdir -p "$work/shlibs/debian"
  printf 'Source: footlight\n\nPackage: footlight\nArchitecture: any\n' >"$work/shlibs/debian/control"
  (cd "$work/shlibs" && dpkg-shlibdeps -O "${programs[@]/#/-e$1/usr/bin/}" 2>/dev/null) | sed -n 's/^shlibs:Depends=//p'
}

make_deb() {
  local to="$work/deb" arch
  arch="$(dpkg --print-architecture)"
  tree "$to"
  mkdir -p "$to/usr/share/doc/footlight" "$to/DEBIAN"
  copyright >"$to/usr/share/doc/footlight/copyright"
  gzip -9n <"$root/CHANGELOG.md" >"$to/usr/share/doc/footlight/changelog.gz"
  cat >"$to/DEBIAN/control" <<TEXT
Package: footlight
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$to" | cut -f1)
Depends: $(linked "$to"), $opened
Recommends: $helpful
Section: video
Priority: optional
Description: $summary
 Compose screens, cameras, films, pictures and text into one programme,
 encode it once, send it to several places and record it. A place that stalls
 never costs another one, or the recording, a single frame.
 .
 footlight-studio is the window; footlight runs the same studio from the
 command line and on servers.
TEXT
  (cd "$to" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$to/DEBIAN/md5sums"
  find "$to" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  chmod -R u=rwX,go=rX "$to"
  dpkg-deb --root-owner-group "-Z${COMPRESS:-xz}" --build "$to" "$out/footlight_${version}_$arch.deb" >/dev/null
  echo "$out/footlight_${version}_$arch.deb"
}

make_rpm() {
  local top="$work/rpm" to="$work/rpm-tree"
  tree "$to"
  install -D -m 644 "$root/LICENSE" "$to/usr/share/licenses/footlight/LICENSE"
  install -D -m 644 "$root/assets/fonts/Inter-OFL.txt" "$to/usr/share/licenses/footlight/Inter-OFL.txt"
  mkdir -p "$top"
  cat >"$top/footlight.spec" <<TEXT
Name: footlight
Version: $version
Release: 1
Summary: ${summary^}
License: GPL-3.0-or-later AND OFL-1.1
Requires: vulkan-loader
Recommends: mesa-vulkan-drivers, libayatana-appindicator-gtk3, google-noto-sans-cjk-fonts, xdg-desktop-portal

%description
Compose screens, cameras, films, pictures and text into one programme, encode it once, send it to several places and
record it. A place that stalls never costs another one, or the recording, a single frame.

%install
cp -a "$to/." %{buildroot}

%files
/usr/bin/footlight
/usr/bin/footlight-studio
/usr/share/applications/org.footlight.studio.desktop
/usr/share/icons/hicolor/*/apps/footlight.*
/usr/share/metainfo/org.footlight.studio.metainfo.xml
/usr/share/mime/packages/footlight.xml
%license /usr/share/licenses/footlight
TEXT
  # Debian's rpmbuild has no database of its own to look dependencies up in, and the programs are stripped already.
  rpmbuild -bb --quiet --nodeps --define "_topdir $top" --define "_rpmdir $out" --define "_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm" \
    --define "__os_install_post %{nil}" --define "debug_package %{nil}" --define "_build_id_links none" \
    --define "use_source_date_epoch_as_buildtime 1" "$top/footlight.spec"
  echo "$out/footlight-$version-1.$(uname -m).rpm"
}

for kind in "${@:-}"; do
  case "$kind" in
    deb) make_deb ;;
    rpm) make_rpm ;;
    "")
      if command -v dpkg-deb >/dev/null 2>&1; then make_deb; fi
      if command -v rpmbuild >/dev/null 2>&1; then make_rpm; fi
      ;;
    *) echo "package.sh makes deb and rpm, not $kind" >&2; exit 2 ;;
  esac
done
