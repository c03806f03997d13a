//! The `text` kind: words from the settings or a file, set in any script, with outline, shadow and background. A file is
//! looked at twice a second; `{time}`, `{date}` and `{elapsed}` make it a clock. Drawn only when something changed.

mod paint;
mod wall;
mod words;

use self::{
    wall::Wall,
    words::{Words, expand},
};
use crate::{
    Source, SourceContext, SourceError, SourceKind, SourceState,
    still::{has_room, hold, release},
    watch::{Watch, complaint, name},
    worker::{Link, Plan, start},
};
use media::{MediaTime, VideoFrame};
use project::{KindInfo, Rgba, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{path::Path, time::Duration};

/// How lines stand against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextAlign {
    /// Flush left.
    #[default]
    Left,
    /// Centred.
    Center,
    /// Flush right.
    Right,
}

/// A line around the letters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Outline {
    /// Its width, pixels.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub width_px: f64,
    /// Its colour.
    pub color: Rgba,
}

impl Default for Outline {
    fn default() -> Self {
        Self {
            width_px: 3.0,
            color: Rgba::BLACK,
        }
    }
}

/// A shadow behind the letters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Shadow {
    /// To the right, pixels.
    #[schemars(range(min = -200.0, max = 200.0))]
    pub x_px: f64,
    /// Downwards, pixels.
    #[schemars(range(min = -200.0, max = 200.0))]
    pub y_px: f64,
    /// How far it is blurred, pixels.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub blur_px: f64,
    /// Its colour.
    pub color: Rgba,
}

impl Default for Shadow {
    fn default() -> Self {
        Self {
            x_px: 0.0,
            y_px: 3.0,
            blur_px: 8.0,
            color: Rgba([0, 0, 0, 170]),
        }
    }
}

/// A plate behind the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Background {
    /// Its colour.
    pub color: Rgba,
    /// Room between its edge and the text, pixels.
    #[schemars(range(min = 0, max = 500))]
    pub padding_px: u32,
    /// Radius of its corners, pixels.
    #[schemars(range(min = 0.0, max = 500.0))]
    pub radius_px: f64,
}

impl Default for Background {
    fn default() -> Self {
        Self {
            color: Rgba([16, 18, 24, 220]),
            padding_px: 20,
            radius_px: 12.0,
        }
    }
}

/// Settings of the `text` kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TextSettings {
    /// The text. `{time}`, `{time:%H:%M}`, `{date}`, `{date:%d.%m.%Y}` and `{elapsed}` are filled in.
    pub text: String,
    /// A text file to show instead, read again when it changes; empty for none.
    pub file: String,
    /// Font family; empty for the one that comes with Footlight.
    pub family: String,
    /// Font size, pixels.
    #[schemars(range(min = 4.0, max = 1000.0))]
    pub size_px: f64,
    /// Weight: 400 regular, 600 semibold, 700 bold.
    #[schemars(range(min = 100, max = 900))]
    pub weight: u16,
    /// Slanted letters.
    pub italic: bool,
    /// Colour of the letters.
    pub color: Rgba,
    /// Distance of lines, as a factor of the size.
    #[schemars(range(min = 0.5, max = 4.0))]
    pub line_height: f64,
    /// Lines break at this width, pixels; 0 for line ends only.
    #[schemars(range(min = 0, max = 4096))]
    pub wrap_px: u32,
    /// How lines stand against each other.
    pub align: TextAlign,
    /// A line around the letters.
    pub outline: Option<Outline>,
    /// A shadow behind the letters.
    pub shadow: Option<Shadow>,
    /// A plate behind the text.
    pub background: Option<Background>,
}

impl Default for TextSettings {
    fn default() -> Self {
        Self {
            text: "Text".into(),
            file: String::new(),
            family: String::new(),
            size_px: 64.0,
            weight: 600,
            italic: false,
            color: Rgba::WHITE,
            line_height: 1.25,
            wrap_px: 0,
            align: TextAlign::Left,
            outline: None,
            shadow: None,
            background: None,
        }
    }
}

impl Settings for TextSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        let shadow = self.shadow.as_ref();
        let outline = self.outline.as_ref().map_or(0.0, |o| o.width_px);
        let rules = [
            (
                "size_px",
                (4.0..=1000.0).contains(&self.size_px),
                "the font size is 4 to 1000 pixels",
            ),
            (
                "weight",
                (100..=900).contains(&self.weight),
                "the weight is 100 (thin) to 900 (black)",
            ),
            (
                "line_height",
                (0.5..=4.0).contains(&self.line_height),
                "the line height is 0.5 to 4 times the size",
            ),
            (
                "wrap_px",
                self.wrap_px <= 4096,
                "lines break at 0 (never) to 4096 pixels",
            ),
            (
                "outline.width_px",
                (0.0..=100.0).contains(&outline),
                "the outline is 0 to 100 pixels wide",
            ),
            (
                "shadow.x_px",
                shadow.is_none_or(|s| s.x_px.abs() <= 200.0),
                "the shadow lies -200 to 200 pixels off",
            ),
            (
                "shadow.y_px",
                shadow.is_none_or(|s| s.y_px.abs() <= 200.0),
                "the shadow lies -200 to 200 pixels off",
            ),
            (
                "shadow.blur_px",
                shadow.is_none_or(|s| (0.0..=100.0).contains(&s.blur_px)),
                "the blur is 0 to 100 pixels",
            ),
            (
                "background.padding_px",
                self.background.as_ref().is_none_or(|b| b.padding_px <= 500),
                "the padding is 0 to 500 pixels",
            ),
        ];
        match rules.into_iter().find(|(_, kept, _)| !kept) {
            Some((field, _, rule)) => Err((field.into(), rule.into())),
            None => Ok(()),
        }
    }
}

/// The registered kind.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<TextSettings>("text", "Text", "Words, a text file or a clock, in any script."),
    video: true,
    audio: false,
    open,
    devices: None,
};

fn open(settings: &Map<String, Value>, ctx: SourceContext) -> Result<Box<dyn Source>, SourceError> {
    start::<TextSettings>(
        settings,
        ctx,
        Plan {
            pictures: 3,
            sound: false,
            run,
        },
    )
}

/// How often the file is looked at.
const LOOK_EVERY: MediaTime = MediaTime::from_millis(500);
/// How often (real time) a clock looks whether its next picture is needed.
const TICK: Duration = Duration::from_millis(25);

fn run(link: &Link<TextSettings>, mut s: TextSettings) {
    let wall = Wall::now(&*link.ctx.clock);
    loop {
        let mut writer = Writer {
            link,
            s: &s,
            wall,
            last: None,
        };
        if s.file.is_empty() {
            writer.show(&Words::of(&s.text), None);
        } else {
            writer.follow(&mut Watch::new(link.ctx.path(&s.file)));
        }
        match link.take_settings() {
            Some(new) => s = new,
            None => return,
        }
    }
}

/// Writes the text of one set of settings.
struct Writer<'a> {
    link: &'a Link<TextSettings>,
    s: &'a TextSettings,
    wall: Wall,
    /// The text drawn last, and its picture.
    last: Option<(String, VideoFrame)>,
}

impl Writer<'_> {
    /// Shows the file and its later versions until interrupted.
    fn follow(&mut self, watch: &mut Watch) {
        let mut shown = false;
        while !self.link.interrupted() {
            match read(watch.path()) {
                Ok(text) => {
                    shown = true;
                    self.show(&Words::of(&text), Some(watch));
                }
                Err(reason) => {
                    if shown {
                        self.link
                            .set_notices(vec![format!("The last text stays on show. {reason}")]);
                    } else {
                        self.link.wait_under_slate(reason);
                    }
                    while self.rest(None) && !watch.changed() {}
                }
            }
        }
    }

    /// Waits until the file has to be looked at; false when interrupted.
    fn rest(&self, until: Option<MediaTime>) -> bool {
        let until = until.unwrap_or(self.link.now() + LOOK_EVERY);
        self.link.stop.wait_until(&*self.link.ctx.clock, until) && !self.link.interrupted()
    }

    /// Shows words until they change (in the file) or it is interrupted.
    fn show(&mut self, words: &Words, mut watch: Option<&mut Watch>) {
        let Some(slot) = self.link.slot.as_ref() else { return };
        let mut next = self.link.now();
        let picture = self.picture(words, next);
        if words.moving() {
            release(slot);
        } else {
            hold(slot, &picture, next);
        }
        self.link.set_state(SourceState::Ready);
        let mut look = next + LOOK_EVERY;
        while !self.link.interrupted() {
            if let Some(w) = watch.as_deref_mut()
                && self.link.now() >= look
            {
                if w.changed() {
                    return;
                }
                look = self.link.now() + LOOK_EVERY;
            }
            if words.moving() && has_room(slot) {
                let picture = self.picture(words, next);
                self.link.push(picture.at(next));
                next = words.next_change(next.max(self.link.now()), self.link.ctx.start, self.wall);
            } else if words.moving() {
                self.link.stop.wait(TICK);
            } else if watch.is_some() {
                self.rest(Some(look));
            } else {
                self.link.stop.wait(Duration::from_secs(1));
            }
        }
    }

    /// The picture of the words at an engine time; the same one while the text is the same.
    fn picture(&mut self, words: &Words, t: MediaTime) -> VideoFrame {
        let text = expand(words, t, self.link.ctx.start, self.wall);
        if let Some((_, frame)) = self.last.as_ref().filter(|(last, _)| *last == text) {
            return frame.clone();
        }
        let painted = paint::paint(&text, self.s, words.moving());
        let mut notices = Vec::new();
        if let Some(family) = painted.missing_family {
            notices.push(format!(
                "The font {family} is not on this computer; another one stands in. Install it here."
            ));
        }
        if painted.clipped {
            notices.push("The text is too long to be shown whole; its end is cut off. Shorten it.".into());
        }
        self.link.set_notices(notices);
        self.last = Some((text, painted.frame.clone()));
        painted.frame
    }
}

/// A text file: UTF-8, or UTF-16 as Windows editors mark it.
fn read(path: &Path) -> Result<String, String> {
    /// More than can be shown in any size.
    const MOST: u64 = 1024 * 1024;
    // An empty text file is a text without words.
    if let Some(reason) = complaint(path).filter(|_| std::fs::metadata(path).map_or(true, |m| m.len() > 0)) {
        return Err(reason);
    }
    let mut data = Vec::new();
    std::fs::File::open(path)
        .and_then(|f| std::io::Read::read_to_end(&mut std::io::Read::take(f, MOST), &mut data))
        .map_err(|e| format!("The file {} can't be read: {e}.", name(path)))?;
    let wide = |data: &[u8], read: fn([u8; 2]) -> u16| {
        String::from_utf16_lossy(&data.chunks_exact(2).map(|p| read([p[0], p[1]])).collect::<Vec<_>>())
    };
    let text = match &data[..] {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        all => String::from_utf8_lossy(all).into_owned(),
    };
    Ok(text.trim_end_matches(['\r', '\n']).replace("\r\n", "\n"))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
