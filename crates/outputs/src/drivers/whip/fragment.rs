//! Pieces of descriptions that go in a `PATCH` (RFC 9725, 4.3; RFC 8840): candidates found late.

/// A trickle fragment with these candidates for the first section of our offer; none when the offer lacks what it needs.
pub(super) fn of(offer: &str, candidates: &[String], last: bool) -> Option<String> {
    let find = |head: &str| offer.lines().map(str::trim).find(|l| l.starts_with(head));
    let mut out = String::new();
    for line in [find("a=ice-ufrag:")?, find("a=ice-pwd:")?, find("m=")?, find("a=mid:")?] {
        out += line;
        out += "\r\n";
    }
    for c in candidates {
        out += "a=";
        out += c;
        out += "\r\n";
    }
    if last {
        out += "a=end-of-candidates\r\n";
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_fragment_names_the_session_and_the_section() {
        let offer = "v=0\r\nm=video 9 X 102\r\na=mid:0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\nm=audio 9 X 1\r\na=mid:1\r\n";
        let f = super::of(offer, &["candidate:1 1 udp 1 192.0.2.1 9 typ host".into()], true).expect("a fragment");
        assert_eq!(
            f,
            "a=ice-ufrag:u\r\na=ice-pwd:p\r\nm=video 9 X 102\r\na=mid:0\r\n\
             a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n"
        );
        assert!(super::of("v=0", &[], true).is_none());
    }
}
