//! What a window shows, and how it is written: `program`, `preview`, `program:CANVAS`, `scene:ID`, `source:ID`,
//! `multiview`. The same words are used by the page and by the picture socket.

use std::{fmt, str::FromStr};

/// One picture of the show.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// The programme of a canvas; the first when `None`.
    Program(Option<String>),
    /// What comes next.
    Preview,
    /// A scene, by id.
    Scene(String),
    /// A source alone, by id.
    Source(String),
}

/// What a window shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// One picture, clean: nothing is drawn over it.
    One(Target),
    /// Preview, programme and the tiles of the [`crate::Board`].
    Multiview,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, id) = text.split_once(':').unwrap_or((text, ""));
        match (kind, id) {
            ("program", "") => Ok(Self::Program(None)),
            ("program", canvas) => Ok(Self::Program(Some(canvas.to_owned()))),
            ("preview", "") => Ok(Self::Preview),
            ("scene", id) if !id.is_empty() => Ok(Self::Scene(id.to_owned())),
            ("source", id) if !id.is_empty() => Ok(Self::Source(id.to_owned())),
            _ => Err(format!(
                "`{text}` names no picture: use program, program:CANVAS, preview, scene:ID or source:ID"
            )),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(None) => f.write_str("program"),
            Self::Program(Some(canvas)) => write!(f, "program:{canvas}"),
            Self::Preview => f.write_str("preview"),
            Self::Scene(id) => write!(f, "scene:{id}"),
            Self::Source(id) => write!(f, "source:{id}"),
        }
    }
}

impl FromStr for View {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "multiview" => Ok(Self::Multiview),
            one => one.parse().map(Self::One),
        }
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Multiview => f.write_str("multiview"),
            Self::One(target) => target.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were() {
        for text in [
            "program",
            "program:vertical",
            "preview",
            "scene:main",
            "source:camera-2",
            "multiview",
            "scene:a:b",
        ] {
            assert_eq!(text.parse::<View>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for text in ["", "scene", "scene:", "source:", "preview:x", "programme", ":"] {
            let error = text.parse::<View>().expect_err(text);
            assert!(error.contains("scene:ID"), "{error}");
        }
    }
}
