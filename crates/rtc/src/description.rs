//! What is read out of session descriptions (SDP, RFC 8866) before the stack gets them, for plainer words than the stack's.

use crate::{
    RtcError,
    ice::{candidates_of, is_local_name},
};

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

/// An answer with the ICE name, password and candidates of a fragment (RFC 8840, RFC 9725, 4.3.3) in the place of its own; none
/// when the fragment lacks them or is too long.
pub(crate) fn restarted(answer: &str, fragment: &str) -> Option<String> {
    if fragment.len() > MAX_DESCRIPTION {
        return None;
    }
    let find = |head: &str| fragment.lines().map(str::trim).find(|l| l.starts_with(head));
    let (name, password) = (find("a=ice-ufrag:")?, find("a=ice-pwd:")?);
    let mut out = String::with_capacity(answer.len() + fragment.len());
    let mut first = true;
    let mut put = |l: &str| {
        out += l;
        out += "\r\n";
    };
    for line in answer.lines().map(str::trim_end) {
        match line {
            l if l.starts_with("a=candidate:") || l == "a=end-of-candidates" => {}
            l if l.starts_with("a=ice-ufrag:") => put(name),
            l if l.starts_with("a=ice-pwd:") => {
                put(password);
                // All sections share the first one's transport.
                if std::mem::take(&mut first) {
                    candidates_of(fragment).iter().for_each(|c| put(&format!("a={c}")));
                    put("a=end-of-candidates");
                }
            }
            l => put(l),
        }
    }
    Some(out)
}

/// The lines of the first video section.
fn video_section(sdp: &str) -> impl Iterator<Item = &str> {
    let lines = sdp.lines().map(str::trim).skip_while(|l| !l.starts_with("m=video "));
    lines.skip(1).take_while(|l| !l.starts_with("m="))
}

/// The name of the first video section.
pub(crate) fn mid_of_video(sdp: &str) -> Option<String> {
    video_section(sdp)
        .find_map(|l| l.strip_prefix("a=mid:"))
        .map(str::to_owned)
}

/// How many of these layers, from the first on, an answer takes (`a=simulcast:recv`, RFC 8853); 0 when it says nothing of them.
pub(crate) fn taken_layers(answer: &str, rids: &[&str]) -> usize {
    let said = video_section(answer).find_map(|l| l.strip_prefix("a=simulcast:"));
    let mut words = said.unwrap_or_default().split_whitespace();
    let taken = words
        .find(|w| *w == "recv")
        .and_then(|_| words.next())
        .unwrap_or_default();
    // Alternatives of one stream stand behind commas, a tilde marks one that is paused.
    let has = |rid: &&&str| {
        taken
            .split(';')
            .any(|s| s.split(',').any(|r| r.trim_start_matches('~') == **rid))
    };
    rids.iter().take_while(has).count()
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
    fn a_restart_changes_the_way_and_nothing_else() {
        let answer = "v=0\r\nm=video 9 X 102\r\na=ice-ufrag:old\r\na=ice-pwd:oldword\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n\
                      a=mid:0\r\nm=audio 9 X 111\r\na=ice-ufrag:old\r\na=ice-pwd:oldword\r\na=mid:1\r\n";
        let fragment =
            "a=ice-ufrag:new\na=ice-pwd:newword\nm=video 9 X 0\na=mid:0\na=candidate:2 1 udp 1 192.0.2.2 9 typ host\n";
        let got = restarted(answer, fragment).expect("an answer");
        assert_eq!(
            got,
            "v=0\r\nm=video 9 X 102\r\na=ice-ufrag:new\r\na=ice-pwd:newword\r\na=candidate:2 1 udp 1 192.0.2.2 9 typ host\r\n\
             a=end-of-candidates\r\na=mid:0\r\nm=audio 9 X 111\r\na=ice-ufrag:new\r\na=ice-pwd:newword\r\na=mid:1\r\n"
        );
        assert_eq!(restarted(answer, "a=ice-ufrag:new\n"), None);
        assert_eq!(restarted(answer, ""), None);
    }

    #[test]
    fn the_answer_says_which_layers_it_takes() {
        let answer = |line: &str| {
            format!("v=0\r\nm=audio 9 X 1\r\na=mid:0\r\nm=video 9 X 2\r\na=mid:1\r\n{line}\r\nm=video 9 X 3\r\n")
        };
        let rids = ["h", "m", "l"];
        for (line, taken) in [
            ("a=simulcast:recv h;m;l", 3),
            ("a=simulcast:recv l;~m,x;h", 3),
            ("a=simulcast:send z recv h;m", 2),
            ("a=simulcast:recv l", 0),
            ("a=simulcast:send h;m;l", 0),
            ("a=x", 0),
        ] {
            assert_eq!(taken_layers(&answer(line), &rids), taken, "{line}");
        }
        assert_eq!(mid_of_video(&answer("")).as_deref(), Some("1"));
    }

    #[test]
    fn hidden_addresses_are_taken_out() {
        let sdp = "v=0\r\na=candidate:1 1 udp 1 x.local 9 typ host\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
        let left = without_local_names(sdp);
        assert!(!left.contains(".local") && left.contains("192.0.2.1"));
    }
}
