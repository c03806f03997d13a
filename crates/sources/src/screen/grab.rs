//! Takes the pictures: one connection to the X server, one area, pictures at a steady rate while something changes.
//!
//! The DAMAGE extension says whether anything was drawn; without it the screen is looked at all the time (and once a second
//! with it, against drivers that forget to report). A picture that equals the last one is not given on.

use super::{
    KIND, ScreenSettings,
    area::{self, Area, Output},
    pointer::Pointer,
    shm::{Pool, Segment},
};
use crate::{
    Device, SourceError,
    capture::{Capture, Link},
};
use media::{AlphaMode, ColorInfo, FrameRate, MediaTime, PixelFormat, Plane, VideoFrame};
use serde_json::{Map, json};
use x11rb::{
    NONE,
    connection::{Connection, RequestConnection},
    errors::{ConnectError, ConnectionError, ReplyError},
    protocol::{
        Event,
        damage::{self, ConnectionExt as _, ReportLevel},
        randr::{self, ConnectionExt as _, NotifyMask},
        shm::ConnectionExt as _,
        xfixes,
        xproto::{ImageFormat, ImageOrder, Screen, Window},
    },
    rust_connection::RustConnection,
};

/// How often an unchanged screen is looked at although DAMAGE says nothing happened.
const AUDIT: MediaTime = MediaTime::from_millis(1000);

/// The capture of the kind `screen`.
pub struct ScreenCapture;

impl Capture for ScreenCapture {
    type Settings = ScreenSettings;

    fn run(&mut self, settings: &ScreenSettings, link: &Link) -> Result<(), String> {
        while !link.interrupted() {
            let mut grab = Grab::open(settings)?;
            let rate = settings.fps.unwrap_or(link.ctx.rate);
            grab.run(link, rate).map_err(|e| lost(&settings.display, &e))?;
        }
        Ok(())
    }
}

/// What made a running capture end.
fn lost(display: &str, e: &ReplyError) -> String {
    let which = display_name(display);
    match e {
        ReplyError::ConnectionError(ConnectionError::IoError(_)) => {
            format!("The display {which} has gone. It is captured again as soon as it is back")
        }
        e => format!("The display {which} can't be captured: {e}"),
    }
}

fn display_name(display: &str) -> String {
    let own = || std::env::var("DISPLAY").ok().filter(|d| !d.is_empty());
    let given = (!display.is_empty()).then(|| display.to_owned());
    given.or_else(own).unwrap_or_else(|| "of this computer".into())
}

/// Connects to a display; the error is for people.
fn connect(display: &str) -> Result<(RustConnection, usize), String> {
    let wanted = (!display.is_empty()).then_some(display);
    if wanted.is_none() && std::env::var_os("DISPLAY").is_none_or(|d| d.is_empty()) {
        return Err(
            "There is no screen to capture: Footlight runs without a display (DISPLAY is not set). Start it on \
             a desktop, or name a display in the settings"
                .into(),
        );
    }
    RustConnection::connect(wanted).map_err(|e| {
        let which = display_name(display);
        match e {
            ConnectError::DisplayParsingError(_) => {
                format!("`{which}` is not the name of a display. Write it as :0 or :1")
            }
            ConnectError::IoError(_) => {
                format!("The display {which} is not running. It is captured as soon as it is there")
            }
            ConnectError::SetupAuthenticate(_) | ConnectError::SetupFailed(_) => {
                format!("The display {which} lets nobody in: {e}. Start Footlight as the user of that desktop")
            }
            e => format!("The display {which} can't be captured: {e}"),
        }
    })
}

/// Refuses screens whose pictures we could not read.
fn check(conn: &RustConnection, screen: &Screen, outputs: &[Output]) -> Result<(), String> {
    if outputs.iter().any(|o| o.name.starts_with("XWAYLAND")) {
        return Err(
            "This is a Wayland desktop, which does not let programs see the screen through X11. Log in to an \
             “Xorg” session to capture the screen"
                .into(),
        );
    }
    let setup = conn.setup();
    let format = setup.pixmap_formats.iter().find(|f| f.depth == screen.root_depth);
    let visuals = screen.allowed_depths.iter().flat_map(|d| &d.visuals);
    let visual = visuals.clone().find(|v| v.visual_id == screen.root_visual);
    let known = format.is_some_and(|f| f.bits_per_pixel == 32)
        && setup.image_byte_order == ImageOrder::LSB_FIRST
        && visual.is_some_and(|v| (v.red_mask, v.green_mask, v.blue_mask) == (0xff_0000, 0xff00, 0xff));
    known.then_some(()).ok_or_else(|| {
        format!(
            "This display shows colours with {} bits. Switch it to 24 bits (true colour)",
            screen.root_depth
        )
    })
}

/// A running capture of one area.
struct Grab {
    conn: RustConnection,
    settings: ScreenSettings,
    root: Window,
    area: Area,
    pool: Pool,
    pointer: Option<Pointer>,
    damage: Option<damage::Damage>,
    /// Something was drawn since the last picture.
    dirty: bool,
    /// Monitors may have changed.
    moved: bool,
    /// The last picture given on.
    last: Option<Plane>,
    /// When the screen was last looked at.
    looked: MediaTime,
}

impl Grab {
    /// # Errors
    /// For people: why there is nothing to capture.
    fn open(settings: &ScreenSettings) -> Result<Self, String> {
        let failed = |e: ReplyError| lost(&settings.display, &e);
        let (conn, number) = connect(&settings.display)?;
        let screen = conn.setup().roots.get(number).cloned();
        let screen = screen.ok_or_else(|| format!("The display {} has no screen {number}", settings.display))?;
        let root = screen.root;
        let (size, outputs) = (
            area::whole(&conn, root).map_err(failed)?,
            area::outputs(&conn, root).map_err(failed)?,
        );
        check(&conn, &screen, &outputs)?;
        let area = area::find(settings, size, &outputs)?;
        let (pointer, damage) = listen(&conn, root, settings.cursor).map_err(failed)?;
        Ok(Self {
            pool: Pool::new(usize::from(area.width) * usize::from(area.height) * 4),
            settings: settings.clone(),
            conn,
            root,
            area,
            pointer,
            damage,
            dirty: true,
            moved: false,
            last: None,
            looked: MediaTime(i64::MIN),
        })
    }

    /// Captures until told to end, or until the area is another one (then it has to be opened again).
    fn run(&mut self, link: &Link, rate: FrameRate) -> Result<(), ReplyError> {
        loop {
            self.read_events()?;
            if std::mem::take(&mut self.moved) && !self.same_area()? {
                return Ok(());
            }
            let pointed = match &mut self.pointer {
                Some(p) => p.moved(&self.conn, self.area)?,
                None => false,
            };
            let drawn = self.dirty && self.damage.is_some();
            let audit = self.damage.is_none() || link.now() - self.looked >= AUDIT;
            if drawn || pointed || audit {
                self.picture(link)?;
            }
            let next = rate.time_of(rate.index_at(link.now()) + 1);
            if !link.wait_until(next) {
                return Ok(());
            }
        }
    }

    fn read_events(&mut self) -> Result<(), ReplyError> {
        while let Some(event) = self.conn.poll_for_event()? {
            match event {
                Event::DamageNotify(_) => self.dirty = true,
                Event::XfixesCursorNotify(_) => {
                    if let Some(p) = &mut self.pointer {
                        p.stale = true;
                    }
                }
                Event::RandrNotify(_) | Event::RandrScreenChangeNotify(_) => self.moved = true,
                Event::Error(e) => return Err(ReplyError::X11Error(e)),
                _ => {}
            }
        }
        Ok(())
    }

    fn same_area(&self) -> Result<bool, ReplyError> {
        let (size, outputs) = (
            area::whole(&self.conn, self.root)?,
            area::outputs(&self.conn, self.root)?,
        );
        Ok(area::find(&self.settings, size, &outputs) == Ok(self.area))
    }

    /// Takes a picture and gives it on if it differs from the last one: programs also draw what is there already.
    fn picture(&mut self, link: &Link) -> Result<(), ReplyError> {
        let segment = self.pool.take(&self.conn);
        let Some(mut segment) = segment.map_err(ConnectionError::IoError)? else {
            tracing::debug!(source = %link.ctx.id, "all screen pictures are in use, one is left out");
            return Ok(());
        };
        let time = link.now();
        self.fill(&mut segment)?;
        self.looked = time;
        self.dirty = false;
        let same = |last: &Plane| last.data[..] == *segment.as_ref();
        if self.last.as_ref().is_some_and(same) {
            self.pool.give_back(segment);
            return Ok(());
        }
        let plane = Plane {
            data: self.pool.publish(segment),
            stride: usize::from(self.area.width) * 4,
        };
        self.last = Some(plane.clone());
        let (width, height) = (self.area.width.into(), self.area.height.into());
        let frame = VideoFrame::new(
            PixelFormat::Bgrx,
            width,
            height,
            vec![plane],
            ColorInfo::SRGB,
            AlphaMode::Opaque,
            time,
        );
        match frame {
            Ok(frame) => link.show(frame),
            Err(e) => tracing::warn!(source = %link.ctx.id, "a screen picture was left out: {e}"),
        }
        Ok(())
    }

    /// Lets the server write the area into `segment`, and draws the pointer over it.
    fn fill(&self, segment: &mut Segment) -> Result<(), ReplyError> {
        let a = self.area;
        if let Some(damage) = self.damage {
            // Before the picture: what is drawn after this is reported again.
            self.conn.damage_subtract(damage, NONE, NONE)?;
        }
        let format = ImageFormat::Z_PIXMAP.into();
        let (x, y) = (a.x as i16, a.y as i16);
        self.conn
            .shm_get_image(self.root, x, y, a.width, a.height, !0, format, segment.id, 0)?
            .reply()?;
        if let Some(p) = &self.pointer {
            p.draw(a, segment.bytes_mut());
        }
        Ok(())
    }
}

/// Asks for news of monitors, drawing and the pointer's shape, as far as the server can tell.
fn listen(
    conn: &RustConnection,
    root: Window,
    cursor: bool,
) -> Result<(Option<Pointer>, Option<damage::Damage>), ReplyError> {
    let has = |name| conn.extension_information(name).map(|i| i.is_some());
    if has(randr::X11_EXTENSION_NAME)? {
        let mask = NotifyMask::SCREEN_CHANGE | NotifyMask::CRTC_CHANGE | NotifyMask::OUTPUT_CHANGE;
        conn.randr_select_input(root, mask)?;
    }
    let pointer = match cursor && has(xfixes::X11_EXTENSION_NAME)? {
        true => Some(Pointer::new(conn, root)?),
        false => None,
    };
    let damage = match has(damage::X11_EXTENSION_NAME)? && has(xfixes::X11_EXTENSION_NAME)? {
        true => {
            conn.damage_query_version(1, 1)?.reply()?;
            let id = conn.generate_id().map_err(|_| ConnectionError::UnknownError)?;
            // Waits for the answer: the server reports all of a new window as damaged, which is to be read before the first
            // picture and not after it.
            conn.damage_create(id, root, ReportLevel::NON_EMPTY)?.check()?;
            Some(id)
        }
        false => None,
    };
    Ok((pointer, damage))
}

/// The whole screen of `$DISPLAY` and each of its monitors.
pub fn devices() -> Result<Vec<Device>, SourceError> {
    let failed = |reason: String| SourceError::Device {
        device: "The screen".into(),
        reason,
    };
    let (conn, number) = connect("").map_err(failed)?;
    let gone = |e: ReplyError| failed(lost("", &e));
    let Some(screen) = conn.setup().roots.get(number) else {
        return Ok(vec![]);
    };
    let whole = area::whole(&conn, screen.root).map_err(gone)?;
    let outputs = area::outputs(&conn, screen.root).map_err(gone)?;
    check(&conn, screen, &outputs).map_err(failed)?;
    let size = |a: Area| format!("{} × {} pixels", a.width, a.height);
    let mut found = vec![device("", "Whole screen".into(), size(whole), Some(whole))];
    for o in &outputs {
        let detail = match o.area {
            Some(a) => format!("{}, {} from the left, {} from the top", size(a), a.x, a.y),
            None => "switched off".into(),
        };
        found.push(device(&o.name, format!("Monitor {}", o.name), detail, o.area));
    }
    Ok(found)
}

fn device(output: &str, name: String, detail: String, area: Option<Area>) -> Device {
    let mut settings = Map::new();
    settings.insert("output".into(), json!(output));
    // One that is switched off has no size.
    let a = area.unwrap_or(Area {
        x: 0,
        y: 0,
        width: 0,
        height: 0,
    });
    let facts = [("width", a.width), ("height", a.height), ("x", a.x), ("y", a.y)];
    Device {
        kind: KIND.info.id.into(),
        id: if output.is_empty() {
            "screen".into()
        } else {
            format!("output:{output}")
        },
        name,
        detail,
        settings,
        facts: facts.into_iter().map(|(k, v)| (k.to_owned(), json!(v))).collect(),
    }
}
