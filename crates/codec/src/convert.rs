//! I420 and NV12 into each other, for encoders that take only one of them. Luma is shared, not copied.

use crate::{CodecError, frames::bad};
use media::{FramePool, PixelFormat, Plane, VideoFrame};

/// `frame` (I420 or NV12) in the layout `to` (the other of the two).
pub(crate) fn chroma(frame: &VideoFrame, to: PixelFormat, pool: &FramePool) -> Result<VideoFrame, CodecError> {
    let (cw, ch) = PixelFormat::I420.plane_size(1, frame.width, frame.height);
    let planes = match (frame.format, to) {
        (PixelFormat::I420, PixelFormat::Nv12) => {
            let mut buf = pool.take(cw * 2 * ch);
            for (y, row) in buf.chunks_exact_mut(cw * 2).enumerate() {
                let (u, v) = (frame.planes[1].row(y, cw), frame.planes[2].row(y, cw));
                for ((d, u), v) in row.chunks_exact_mut(2).zip(u).zip(v) {
                    (d[0], d[1]) = (*u, *v);
                }
            }
            let data = pool.freeze(buf);
            vec![frame.planes[0].clone(), Plane { data, stride: cw * 2 }]
        }
        (PixelFormat::Nv12, PixelFormat::I420) => {
            let mut buf = pool.take(cw * ch * 2);
            let (u, v) = buf.split_at_mut(cw * ch);
            for (y, (u, v)) in u.chunks_exact_mut(cw).zip(v.chunks_exact_mut(cw)).enumerate() {
                for ((s, u), v) in frame.planes[1].row(y, cw * 2).chunks_exact(2).zip(u).zip(v) {
                    (*u, *v) = (s[0], s[1]);
                }
            }
            let data = pool.freeze(buf);
            let plane = |range| Plane {
                data: data.slice(range),
                stride: cw,
            };
            vec![frame.planes[0].clone(), plane(0..cw * ch), plane(cw * ch..cw * ch * 2)]
        }
        (from, to) => return Err(bad(format!("{from:?} can't be made {to:?}"))),
    };
    VideoFrame::new(
        to,
        frame.width,
        frame.height,
        planes,
        frame.color,
        frame.alpha,
        frame.time,
    )
    .map_err(bad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{AlphaMode, ColorInfo, MediaTime};

    #[test]
    fn there_and_back_is_the_same_picture() {
        let plane = |from: u8, stride: usize, rows: usize| Plane {
            data: (0..stride * rows)
                .map(|n| from.wrapping_add(n as u8))
                .collect::<Vec<_>>()
                .into(),
            stride,
        };
        let planes = vec![plane(0, 8, 4), plane(100, 4, 2), plane(200, 4, 2)];
        let (color, alpha) = (ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
        let f = VideoFrame::new(PixelFormat::I420, 6, 4, planes, color, alpha, MediaTime::ZERO).expect("valid");
        let pool = FramePool::new();
        let nv12 = chroma(&f, PixelFormat::Nv12, &pool).expect("can");
        assert_eq!(nv12.planes[1].row(1, 6), [104, 204, 105, 205, 106, 206]);
        let back = chroma(&nv12, PixelFormat::I420, &pool).expect("can");
        for i in 0..3 {
            let (bytes, rows) = PixelFormat::I420.plane_size(i, 6, 4);
            for y in 0..rows {
                assert_eq!(back.planes[i].row(y, bytes), f.planes[i].row(y, bytes));
            }
        }
        assert!(chroma(&f, PixelFormat::I444, &pool).is_err());
    }
}
