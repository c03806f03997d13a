//! Which part of an X11 screen is meant by the settings, and which monitors there are. Asks the server; draws nothing.

use super::ScreenSettings;
use x11rb::{
    connection::RequestConnection,
    errors::ReplyError,
    protocol::{
        randr::{self, ConnectionExt as _},
        xproto::{ConnectionExt as _, Window},
    },
    rust_connection::RustConnection,
};

/// A rectangle of the root window, pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub x: u16,
    /// Top edge.
    pub y: u16,
    /// Width, at least 1.
    pub width: u16,
    /// Height, at least 1.
    pub height: u16,
}

/// A connected monitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// RandR's name, as `HDMI-1`.
    pub name: String,
    /// Where it shows the root window; `None` when it is switched off.
    pub area: Option<Area>,
}

/// The size of the whole screen right now.
pub fn whole(conn: &RustConnection, root: Window) -> Result<Area, ReplyError> {
    let g = conn.get_geometry(root)?.reply()?;
    Ok(Area {
        x: 0,
        y: 0,
        width: g.width,
        height: g.height,
    })
}

/// The connected monitors; none when the server has no RandR 1.3.
pub fn outputs(conn: &RustConnection, root: Window) -> Result<Vec<Output>, ReplyError> {
    if conn.extension_information(randr::X11_EXTENSION_NAME)?.is_none() {
        return Ok(vec![]);
    }
    let version = conn.randr_query_version(1, 3)?.reply()?;
    if (version.major_version, version.minor_version) < (1, 3) {
        return Ok(vec![]);
    }
    let resources = conn.randr_get_screen_resources_current(root)?.reply()?;
    let mut found = vec![];
    for id in resources.outputs {
        let o = conn.randr_get_output_info(id, resources.config_timestamp)?.reply()?;
        if o.connection == randr::Connection::DISCONNECTED {
            continue;
        }
        let area = match o.crtc {
            0 => None,
            crtc => {
                let c = conn.randr_get_crtc_info(crtc, resources.config_timestamp)?.reply()?;
                let (x, y) = (u16::try_from(c.x), u16::try_from(c.y));
                match (x, y, c.width, c.height) {
                    (Ok(x), Ok(y), width @ 1.., height @ 1..) => Some(Area { x, y, width, height }),
                    _ => None,
                }
            }
        };
        found.push(Output {
            name: String::from_utf8_lossy(&o.name).into_owned(),
            area,
        });
    }
    Ok(found)
}

/// What the settings mean on this screen.
///
/// # Errors
/// For people: the monitor is missing or off, or the region lies outside it.
pub fn find(settings: &ScreenSettings, whole: Area, outputs: &[Output]) -> Result<Area, String> {
    let name = &settings.output;
    let base = if name.is_empty() {
        whole
    } else {
        let output = outputs.iter().find(|o| &o.name == name).ok_or_else(|| {
            let names: Vec<_> = outputs.iter().map(|o| o.name.as_str()).collect();
            let there = if names.is_empty() {
                "no monitor".to_owned()
            } else {
                names.join(", ")
            };
            format!(
                "The monitor {name} is not connected (there is {there}). Plug it in, or choose another in the settings"
            )
        })?;
        let area = output
            .area
            .ok_or_else(|| format!("The monitor {name} is switched off. Switch it on"))?;
        clip(area, whole).ok_or_else(|| format!("The monitor {name} shows no part of the desktop. Switch it on"))?
    };
    let Some(r) = settings.region else { return Ok(base) };
    let (x, y) = (
        u32::from(base.x).saturating_add(r.x),
        u32::from(base.y).saturating_add(r.y),
    );
    let side = |v: u32| u16::try_from(v).unwrap_or(u16::MAX);
    let wanted = Area {
        x: side(x),
        y: side(y),
        width: side(r.width),
        height: side(r.height),
    };
    clip(wanted, base).ok_or_else(|| {
        format!(
            "The chosen part of the screen starts at {}, {}, outside the {}×{} pixels there are. Choose another part",
            r.x, r.y, base.width, base.height
        )
    })
}

/// The part of `a` that lies in `b`.
fn clip(a: Area, b: Area) -> Option<Area> {
    let span = |start: u16, len: u16, from: u16, room: u16| {
        let first = start.max(from);
        let end = u32::from(start) + u32::from(len);
        let end = end.min(u32::from(from) + u32::from(room));
        let len = end.checked_sub(u32::from(first)).filter(|l| *l > 0)?;
        Some((first, u16::try_from(len).unwrap_or(u16::MAX)))
    };
    let (x, width) = span(a.x, a.width, b.x, b.width)?;
    let (y, height) = span(a.y, a.height, b.y, b.height)?;
    Some(Area { x, y, width, height })
}

#[cfg(test)]
mod tests {
    use super::{super::Region, *};

    const WHOLE: Area = Area {
        x: 0,
        y: 0,
        width: 3840,
        height: 1080,
    };

    fn check(output: &str, region: Option<[u32; 4]>, expected: Result<[u16; 4], &str>) {
        let right = Area {
            x: 1920,
            y: 0,
            width: 1920,
            height: 1080,
        };
        let outputs = [
            Output {
                name: "A".into(),
                area: Some(Area { width: 1920, ..WHOLE }),
            },
            Output {
                name: "B".into(),
                area: Some(right),
            },
            Output {
                name: "C".into(),
                area: None,
            },
        ];
        let region = region.map(|[x, y, width, height]| Region { x, y, width, height });
        let settings = ScreenSettings {
            output: output.into(),
            region,
            ..Default::default()
        };
        match (find(&settings, WHOLE, &outputs), expected) {
            (Ok(a), Ok(e)) => assert_eq!([a.x, a.y, a.width, a.height], e),
            (Err(a), Err(e)) => assert!(a.contains(e), "{a}"),
            (a, e) => panic!("{a:?} instead of {e:?}"),
        }
    }

    #[test]
    fn settings_mean_one_place_and_no_other() {
        check("", None, Ok([0, 0, 3840, 1080]));
        check("B", None, Ok([1920, 0, 1920, 1080]));
        check("B", Some([100, 50, 640, 480]), Ok([2020, 50, 640, 480]));
        check("B", Some([1900, 1000, 640, 480]), Ok([3820, 1000, 20, 80]));
        check("A", Some([1920, 0, 10, 10]), Err("outside"));
        check("A", Some([u32::MAX, 0, 10, 10]), Err("outside"));
        check("C", None, Err("switched off"));
        check("D", None, Err("D is not connected (there is A, B, C)"));
    }
}
