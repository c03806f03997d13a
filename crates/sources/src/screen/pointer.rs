//! The mouse pointer, which the X server leaves out of a picture of the screen: where it is, what it looks like, and
//! drawing it into a captured picture.

use super::area::Area;
use x11rb::{
    errors::ReplyError,
    protocol::{
        xfixes::{ConnectionExt as _, CursorNotifyMask},
        xproto::{ConnectionExt as _, Window},
    },
    rust_connection::RustConnection,
};

/// The pointer as last seen.
pub struct Pointer {
    root: Window,
    /// Its shape may have changed.
    pub stale: bool,
    /// Where its hotspot is on the root window; `None` before the first look.
    position: Option<(i16, i16)>,
    shape: Shape,
}

/// A picture of a pointer: premultiplied `0xAARRGGBB`.
#[derive(Default)]
pub struct Shape {
    width: usize,
    height: usize,
    hotspot: (i32, i32),
    argb: Vec<u32>,
}

impl Pointer {
    /// Asks the server to tell about new shapes.
    pub fn new(conn: &RustConnection, root: Window) -> Result<Self, ReplyError> {
        conn.xfixes_query_version(5, 0)?.reply()?;
        conn.xfixes_select_cursor_input(root, CursorNotifyMask::DISPLAY_CURSOR)?;
        Ok(Self {
            root,
            stale: true,
            position: None,
            shape: Shape::default(),
        })
    }

    /// Looks where the pointer is; true when a picture of `area` would look different now.
    pub fn moved(&mut self, conn: &RustConnection, area: Area) -> Result<bool, ReplyError> {
        let p = conn.query_pointer(self.root)?.reply()?;
        let now = p.same_screen.then_some((p.root_x, p.root_y));
        let before = self.seen(area);
        let changed = self.position != now || self.stale;
        self.position = now;
        if self.stale {
            let c = conn.xfixes_get_cursor_image()?.reply()?;
            self.shape = Shape {
                width: c.width.into(),
                height: c.height.into(),
                hotspot: (c.xhot.into(), c.yhot.into()),
                argb: c.cursor_image,
            };
            self.stale = false;
        }
        Ok(changed && (before || self.seen(area)))
    }

    /// Top left corner of the shape within a picture of `area`.
    fn corner(&self, area: Area) -> Option<(i32, i32)> {
        let (x, y) = self.position?;
        let (hx, hy) = self.shape.hotspot;
        Some((
            i32::from(x) - hx - i32::from(area.x),
            i32::from(y) - hy - i32::from(area.y),
        ))
    }

    fn seen(&self, area: Area) -> bool {
        self.corner(area).is_some_and(|(x, y)| {
            let (w, h) = (self.shape.width as i32, self.shape.height as i32);
            x < area.width.into() && y < area.height.into() && x + w > 0 && y + h > 0
        })
    }

    /// Draws the pointer into a picture of `area`: tight BGRX rows.
    pub fn draw(&self, area: Area, bgrx: &mut [u8]) {
        if let Some(corner) = self.corner(area) {
            self.shape.draw(corner, (area.width.into(), area.height.into()), bgrx);
        }
    }
}

impl Shape {
    /// Blends the shape over a picture of `size`, its top left pixel at `corner`.
    fn draw(&self, corner: (i32, i32), size: (usize, usize), bgrx: &mut [u8]) {
        if self.width == 0 {
            return;
        }
        for (row, line) in self.argb.chunks_exact(self.width).take(self.height).enumerate() {
            let y = usize::try_from(corner.1 + row as i32).ok().filter(|y| *y < size.1);
            let Some(y) = y else { continue };
            for (column, &argb) in line.iter().enumerate() {
                let x = usize::try_from(corner.0 + column as i32).ok().filter(|x| *x < size.0);
                let at = x.map(|x| (y * size.0 + x) * 4);
                if let Some(pixel) = at.and_then(|at| bgrx.get_mut(at..at + 3)) {
                    over(pixel, argb);
                }
            }
        }
    }
}

/// A premultiplied pixel over an opaque one.
fn over(bgr: &mut [u8], argb: u32) {
    let [b, g, r, a] = argb.to_le_bytes();
    let left = 255 - u32::from(a);
    for (under, top) in bgr.iter_mut().zip([b, g, r]) {
        // Rounded division by 255.
        let v = u32::from(*under) * left + 127;
        *under = (u32::from(top) + v / 255).min(255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_blends_and_is_cut_at_the_edges() {
        let shape = Shape {
            width: 2,
            height: 2,
            hotspot: (0, 0),
            argb: vec![0xff11_2233, 0x8000_0080, 0x0000_0000, 0xffff_ffff],
        };
        let mut picture = vec![100u8; 3 * 2 * 4];
        shape.draw((0, 0), (3, 2), &mut picture);
        assert_eq!(picture[0..3], [0x33, 0x22, 0x11], "opaque replaces");
        assert_eq!(picture[4..7], [128 + 50, 50, 50], "half is half");
        assert_eq!(picture[12..15], [100; 3], "clear leaves");
        assert_eq!(picture[16..19], [255; 3]);

        for corner in [(-1, -1), (2, 1), (-5, 0), (3, 9)] {
            let mut p = vec![7u8; 3 * 2 * 4];
            shape.draw(corner, (3, 2), &mut p);
            match corner {
                (-1, -1) => assert_eq!(p[0..4], [255, 255, 255, 7]),
                (2, 1) => assert_eq!(p[20..23], [0x33, 0x22, 0x11]),
                _ => assert!(p.iter().all(|v| *v == 7), "outside"),
            }
        }
    }
}
