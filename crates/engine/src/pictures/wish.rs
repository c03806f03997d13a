//! What somebody wants to see: which picture, how large at most, how often at most.

use media::MediaTime;

/// Which picture.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// What goes out: of this canvas, of the first when none is named.
    Program(Option<String>),
    /// The scene in preview.
    Preview,
    /// A scene by id.
    Scene(String),
    /// A source by id, as it is, placed nowhere.
    Source(String),
    /// A scene as a canvas lays it out that follows the main one: ids of the canvas and the scene.
    Layout(String, String),
}

impl std::str::FromStr for Target {
    type Err = String;

    /// Reads `program`, `program:CANVAS`, `preview`, `scene:ID`, `source:ID`, `layout:CANVAS:SCENE`.
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text.split_once(':') {
            None if text == "program" => Self::Program(None),
            None if text == "preview" => Self::Preview,
            Some(("program", id)) => Self::Program(Some(id.to_owned())),
            Some(("scene", id)) => Self::Scene(id.to_owned()),
            Some(("source", id)) => Self::Source(id.to_owned()),
            Some(("layout", both)) if both.contains(':') => {
                let (canvas, scene) = both.split_once(':').unwrap_or_default();
                Self::Layout(canvas.to_owned(), scene.to_owned())
            }
            _ => {
                return Err(format!(
                    "`{text}` is no picture; there are program, program:CANVAS, preview, scene:ID, source:ID and \
                     layout:CANVAS:SCENE"
                ));
            }
        })
    }
}

/// The largest picture made for people, pixels to a side.
const LARGEST: u32 = 4096;
/// Pictures a second at most.
const FASTEST: u32 = 60;

/// A wish. The picture keeps its own shape inside `width` × `height`, is never enlarged, and has an even size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PictureWish {
    /// Which picture.
    pub target: Target,
    /// Pixels at most.
    pub width: u32,
    /// Pixels at most.
    pub height: u32,
    /// Pictures a second at most, 1 to 60.
    pub fps: u32,
}

impl PictureWish {
    /// The wish within what is made.
    pub(crate) fn sane(self) -> Self {
        Self {
            width: self.width.clamp(2, LARGEST),
            height: self.height.clamp(2, LARGEST),
            fps: self.fps.clamp(1, FASTEST),
            ..self
        }
    }

    /// From one picture to the next.
    pub(crate) fn period(&self) -> MediaTime {
        MediaTime(1_000_000_000 / i64::from(self.fps.max(1)))
    }

    /// The size of a picture that is `native` pixels large itself.
    pub(crate) fn fit(&self, native: (u32, u32)) -> (u32, u32) {
        let (w, h) = (f64::from(native.0.max(1)), f64::from(native.1.max(1)));
        let scale = (f64::from(self.width) / w).min(f64::from(self.height) / h).min(1.0);
        let even = |side: f64, most: u32| (((side * scale / 2.0).round() as u32) * 2).clamp(2, (most & !1).max(2));
        (even(w, self.width), even(h, self.height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(width: u32, height: u32) -> PictureWish {
        PictureWish {
            target: Target::Preview,
            width,
            height,
            fps: 30,
        }
    }

    #[test]
    fn sizes_are_even_and_keep_the_shape() {
        for (native, most, want) in [
            ((1920, 1080), (960, 540), (960, 540)),
            ((1920, 1080), (641, 2000), (640, 360)),
            ((1080, 1920), (960, 540), (304, 540)),
            ((320, 180), (960, 540), (320, 180)),
            ((1, 1), (960, 540), (2, 2)),
            ((1921, 1081), (4096, 4096), (1922, 1082)),
            ((8192, 16), (100, 100), (100, 2)),
        ] {
            assert_eq!(wish(most.0, most.1).fit(native), want, "{native:?} in {most:?}");
        }
        let wild = PictureWish {
            fps: 0,
            ..wish(0, u32::MAX)
        }
        .sane();
        assert_eq!((wild.width, wild.height, wild.fps), (2, 4096, 1));
    }

    #[test]
    fn targets_are_read() {
        for (text, want) in [
            ("program", Target::Program(None)),
            ("program:side", Target::Program(Some("side".into()))),
            ("preview", Target::Preview),
            ("scene:a:b", Target::Scene("a:b".into())),
            ("source:~try-1", Target::Source("~try-1".into())),
            ("layout:tall:a:b", Target::Layout("tall".into(), "a:b".into())),
        ] {
            assert_eq!(text.parse(), Ok(want));
        }
        for text in ["", "programme", "scene", "preview:x", "layout:tall", "file:/etc/passwd"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
