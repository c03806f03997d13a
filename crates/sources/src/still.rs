//! Pictures that stay until they are replaced: images, text, slates. They never make offline drawing wait for "a later
//! picture": the same picture is queued a second time at the end of time, which is never shown but counts as later.

use media::{FrameSlot, MediaTime, VideoFrame};
use std::{sync::Arc, time::Duration};

/// Makes `slot` show `frame` from `from` on, until somebody calls this again or [`release`]s it. Only for the slot's one
/// maker, and slots of capacity 2 or more.
pub fn hold(slot: &FrameSlot, frame: &VideoFrame, from: MediaTime) {
    release(slot);
    slot.push(Arc::new(frame.at(from)));
    slot.push(Arc::new(frame.at(MediaTime::MAX)));
}

/// Makes room for new pictures without a moment of emptiness: the last queued picture becomes the one on show.
pub fn release(slot: &FrameSlot) {
    slot.at(MediaTime::MAX);
}

/// Whether a push would not have to wait.
pub fn has_room(slot: &FrameSlot) -> bool {
    // Nothing is later than MAX, so only a full (or closed) slot answers yes.
    !slot.wait_beyond(MediaTime::MAX, Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{AlphaMode, SlotPolicy};

    fn frame(v: u8) -> VideoFrame {
        VideoFrame::rgba(1, 1, vec![v; 4], AlphaMode::Opaque).expect("frame")
    }

    #[test]
    fn a_still_never_waits_and_is_replaced_at_once() {
        let s = FrameSlot::new(2, SlotPolicy::Wait);
        let t = MediaTime::from_millis;
        let (a, b) = (frame(1), frame(2));
        hold(&s, &a, t(0));
        for ms in [0, 40, 3_600_000] {
            assert!(s.wait_beyond(t(ms), Duration::ZERO));
            assert_eq!(s.at(t(ms)).map(|f| f.id), Some(a.id));
        }
        hold(&s, &b, t(3_600_010));
        assert_eq!(s.at(t(3_600_000)).map(|f| f.id), Some(a.id), "not before its time");
        assert_eq!(s.at(t(3_600_010)).map(|f| f.id), Some(b.id));
        assert!(s.wait_beyond(t(9_999_999), Duration::ZERO));
    }

    #[test]
    fn room_is_seen_without_waiting() {
        let slot = FrameSlot::new(2, SlotPolicy::Wait);
        assert!(has_room(&slot));
        slot.push(Arc::new(frame(1)));
        assert!(has_room(&slot));
        slot.push(Arc::new(frame(2)));
        assert!(!has_room(&slot));
    }
}
