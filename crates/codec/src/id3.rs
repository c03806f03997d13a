//! Timed metadata as HLS carries it: an ID3v2.4 tag (id3.org), which goes as it is into MPEG-TS, and in an event message box
//! (`emsg`, ISO/IEC 23009-1, 5.10.3.3; AOM's "Carriage of ID3 Timed Metadata in CMAF") into fragmented MP4.

use media::MediaTime;

/// Says that an event message holds an ID3 tag.
const SCHEME: &str = "https://aomedia.org/emsg/ID3";
/// Ticks a second of an event message's times.
const TICKS: u32 = 90_000;

/// A tag with the fields of a JSON object: one text frame for each (`TXXX`, the name in its description), and the frames
/// that players show for `title` and `artist`. None when it is no such object.
pub(crate) fn tag(json: &[u8]) -> Option<Vec<u8>> {
    let serde_json::Value::Object(fields) = serde_json::from_slice(json).ok()? else {
        return None;
    };
    let mut frames = vec![];
    for (name, value) in &fields {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match name.as_str() {
            "title" => frame(&mut frames, b"TIT2", &text),
            "artist" => frame(&mut frames, b"TPE1", &text),
            _ => {}
        }
        frame(&mut frames, b"TXXX", &format!("{}\0{text}", name.replace('\0', "")));
    }
    let mut tag = b"ID3\x04\0\0".to_vec();
    tag.extend(synchsafe(frames.len()));
    tag.extend(frames);
    Some(tag)
}

/// A text frame: UTF-8, ended by a zero.
fn frame(out: &mut Vec<u8>, id: &[u8; 4], text: &str) {
    out.extend_from_slice(id);
    out.extend(synchsafe(text.len() + 2));
    out.extend_from_slice(&[0, 0, 3]);
    out.extend_from_slice(text.as_bytes());
    out.push(0);
}

/// A length of at most 28 bits, seven in a byte.
fn synchsafe(n: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (n >> shift) as u8 & 0x7f)
}

/// The event message box (version 1) of a tag at `time` of the file's own timeline.
pub(crate) fn event(id: u32, time: MediaTime, tag: &[u8]) -> Vec<u8> {
    let mut body = vec![1, 0, 0, 0];
    body.extend(TICKS.to_be_bytes());
    body.extend(u64::try_from(time.to_ticks(TICKS)).unwrap_or(0).to_be_bytes());
    // It lasts until who knows when.
    body.extend(u32::MAX.to_be_bytes());
    body.extend(id.to_be_bytes());
    body.extend_from_slice(SCHEME.as_bytes());
    body.extend_from_slice(&[0, 0]);
    body.extend_from_slice(tag);
    let mut out = u32::try_from(body.len() + 8).unwrap_or(0).to_be_bytes().to_vec();
    out.extend_from_slice(b"emsg");
    out.extend(body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_and_its_box_say_how_long_they_are() {
        let t = tag(br#"{"title":"X","score":3}"#).expect("an object");
        assert_eq!(&t[..6], b"ID3\x04\0\0");
        assert_eq!(usize::from(t[9]), t.len() - 10);
        assert!(t.windows(8).any(|w| w == b"score\x003\0"));
        assert!(tag(b"[]").is_none() && tag(b"{").is_none());
        let e = event(1, MediaTime::from_millis(2000), &t);
        assert_eq!(e.len(), u32::from_be_bytes([e[0], e[1], e[2], e[3]]) as usize);
        assert_eq!(e[16..24], 180_000u64.to_be_bytes());
    }
}
