#!/usr/bin/env bash
# Draws docs/transitions.png: every transition a quarter, half and three quarters of the way, each picture by `footlight render`.
# Needs FFmpeg, which makes the films of the stingers and puts the pictures side by side. `make.sh [FOOTLIGHT] [RENDERER]`
set -euo pipefail
root="$(cd "$(dirname "$0")/../../.." && pwd)"
footlight="${1:-$root/target/release/footlight}"
renderer="${2:-software}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/sheet" "$work/cells"
cp "$root"/docs/contact-sheet/*.png "$work/"
cp "$root/docs/contact-sheet/transitions/project.json" "$work/sheet/"
make() { ffmpeg -v error -y "$@"; }

# A band that crosses the picture, clear beside it.
band="between(X,(T*1.5-0.5)*W+(H-Y)/2,(T*1.5-0.1)*W+(H-Y)/2)"
make -f lavfi -i "color=black:s=640x360:r=30:d=1,format=rgba,geq=r='240':g='180-Y/4':b='40':a='255*$band'" -c:v png "$work/sheet/stinger.mov"
# A ring that grows, and beside it its matte: white inside.
ring="between(hypot(mod(X,640)-320,Y-180),T*420-30,T*420+10)"
make -f lavfi -i "color=black:s=1280x360:r=30:d=1,format=rgba,geq=r='if(lt(X,640),255,255*lt(hypot(X-960,Y-180),T*420))':g='if(lt(X,640),90,255*lt(hypot(X-960,Y-180),T*420))':b='if(lt(X,640),60,255*lt(hypot(X-960,Y-180),T*420))':a='if(lt(X,640),255*$ring,255)'" -c:v png "$work/sheet/matte.mov"
make -f lavfi -i "color=black:s=320x180,format=gray,geq=lum='127+127*sin(atan2(Y-H/2,X-W/2)*3+hypot(X-W/2,Y-H/2)/14)'" -frames:v 1 "$work/sheet/swirl.png"

n=0
names="$(grep -o '"id": "[A-Z][A-Za-z_]*"' "$root/docs/contact-sheet/transitions/project.json" | cut -d'"' -f4)"
for name in $names; do
  for progress in 0.25 0.5 0.75; do
    cell="$(printf '%s/cells/%02d.png' "$work" "$n")"
    "$footlight" render "$work/sheet" --from From --scene To --transition "$name" --progress "$progress" --renderer "$renderer" --out "$work/cell.png" >/dev/null
    label=null
    if [ "$progress" = 0.25 ]; then
      label="drawbox=x=0:y=98:w=iw:h=22:color=black@0.6:t=fill,drawtext=fontfile=$root/assets/fonts/Inter-SemiBold.otf:text='${name//_/ }':fontsize=14:fontcolor=white:x=8:y=103"
    fi
    make -i "$work/cell.png" -vf "scale=213:120:flags=area,$label" "$cell"
    n=$((n + 1))
  done
done
make -i "$work/cells/%02d.png" -frames:v 1 -vf "tile=6x$(((n + 5) / 6)):padding=2:color=0x14161a" "$root/docs/transitions.png"
echo "docs/transitions.png: $n pictures"
