#!/usr/bin/env python3
"""Writes the icons of src-tauri/icons from assets/logo.svg: run it after the logo has changed. Needs rsvg-convert.

An .ico and an .icns are lists of PNG files with a short head each; nothing more is used of either format.
"""
import pathlib
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
ICONS = ROOT / "src-tauri" / "icons"


def png(size: int) -> bytes:
    command = ["rsvg-convert", "-w", str(size), "-h", str(size), str(ROOT / "assets" / "logo.svg")]
    return subprocess.run(command, check=True, capture_output=True).stdout


def ico(sizes: list[int]) -> bytes:
    pictures = [png(s) for s in sizes]
    head = struct.pack("<HHH", 0, 1, len(sizes))
    at = len(head) + 16 * len(sizes)
    for size, picture in zip(sizes, pictures):
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return head + b"".join(pictures)


def icns(kinds: dict[str, int]) -> bytes:
    parts = b""
    for kind, size in kinds.items():
        picture = png(size)
        parts += kind.encode() + struct.pack(">I", len(picture) + 8) + picture
    return b"icns" + struct.pack(">I", len(parts) + 8) + parts


(ICONS / "icon.png").write_bytes(png(512))
(ICONS / "icon.ico").write_bytes(ico([16, 24, 32, 48, 64, 256]))
(ICONS / "icon.icns").write_bytes(icns({"ic07": 128, "ic08": 256, "ic09": 512, "ic10": 1024, "ic11": 32, "ic12": 64}))
