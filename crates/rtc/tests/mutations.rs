//! Answers of WebRTC servers, changed a hundred thousand times: the same way in as the fuzz target `sdp`, with a fixed seed.

use rtc_peer::hostile;
use test_support::mutate::cases;

#[test]
fn changed_descriptions_break_nothing() {
    let answer = b"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=ice-lite\r\nm=video 9 UDP/TLS/RTP/SAVPF 102 103\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=recvonly\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 00:11:22\r\na=setup:passive\r\na=rtcp-mux\r\na=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\na=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\na=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\na=candidate:2 1 udp 1 abc.local 5001 typ host\r\na=end-of-candidates\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=rtpmap:111 opus/48000/2\r\n";
    let refused =
        b"v=0\no=- 1 1 IN IP6 ::1\ns=-\nt=0 0\nm=video 0 UDP/TLS/RTP/SAVPF 96\na=inactive\na=rtpmap:96 VP8/90000\n";
    cases(&[answer.to_vec(), refused.to_vec()], 7, 100_000, hostile::description);
}
