//! What is read out of session descriptions (SDP, RFC 8866) before the stack gets them, for plainer words than the stack's.

use crate::{RtcError, ice::is_local_name};

/// Longest description taken from the other side, bytes.
pub const MAX_DESCRIPTION: usize = 64 * 1024;

/// Whether it is a description of a length that is worth reading.
pub(crate) fn check_length(sdp: &str) -> Result<(), RtcError> {
    if sdp.len() > MAX_DESCRIPTION {
        return Err(RtcError::description("it is far too long"));
    }
    if !sdp.trim_start().starts_with("v=") {
        return Err(RtcError::description("it is no session description (SDP)"));
    }
    Ok(())
}

/// Browsers hide their addresses behind mDNS names; there is nothing in them for us, and they call us.
pub(crate) fn without_local_names(sdp: &str) -> String {
    let keep = |l: &&str| {
        !l.trim()
            .strip_prefix("a=")
            .is_some_and(|c| c.starts_with("candidate:") && is_local_name(c))
    };
    sdp.lines().filter(keep).flat_map(|l| [l.trim_end(), "\r\n"]).collect()
}

/// The number that an answer gives to a codec in its first section of this kind; none when it refused the section or the
/// codec.
pub(crate) fn payload_type(answer: &str, section: &str, codec: &str) -> Option<u8> {
    let mut lines = answer.lines().map(str::trim);
    let head = lines.find_map(|l| l.strip_prefix("m=")?.strip_prefix(section)?.strip_prefix(' '))?;
    let mut words = head.split_whitespace();
    if words.next()? == "0" {
        return None;
    }
    let offered: Vec<u8> = words.skip(1).filter_map(|w| w.parse().ok()).collect();
    let body = lines.take_while(|l| !l.starts_with("m="));
    let mut found = None;
    for l in body {
        if l == "a=inactive" {
            return None;
        }
        let Some((number, name)) = l.strip_prefix("a=rtpmap:").and_then(|m| m.split_once(' ')) else {
            continue;
        };
        let number = number.parse().ok().filter(|n| offered.contains(n));
        let is_it = name.split('/').next().is_some_and(|n| n.eq_ignore_ascii_case(codec));
        found = found.or(number.filter(|_| is_it));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_says_which_number_a_codec_has() {
        let answer = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 102\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:102 H264/90000\r\n\
                      m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 OPUS/48000/2\r\n";
        assert_eq!(payload_type(answer, "video", "H264"), Some(102));
        assert_eq!(payload_type(answer, "audio", "opus"), Some(111));
        assert_eq!(
            payload_type(&answer.replace("video 9", "video 0"), "video", "H264"),
            None
        );
        assert_eq!(payload_type(&answer.replace("H264", "VP9"), "video", "H264"), None);
        assert_eq!(
            payload_type(&answer.replace("m=audio 9", "a=inactive\r\nm=audio 9"), "video", "H264"),
            None
        );
    }

    #[test]
    fn hidden_addresses_are_taken_out() {
        let sdp = "v=0\r\na=candidate:1 1 udp 1 x.local 9 typ host\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
        let left = without_local_names(sdp);
        assert!(!left.contains(".local") && left.contains("192.0.2.1"));
    }
}
