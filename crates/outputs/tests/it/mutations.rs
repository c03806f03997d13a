//! What web servers and folders say, changed a hundred thousand times: the same ways in as the fuzz targets', with a fixed seed.

use outputs::hostile;
use test_support::mutate::cases;

#[test]
fn changed_answers_of_web_servers_break_nothing() {
    let created = b"HTTP/1.1 201 Created\r\nContent-Type: application/sdp\r\nContent-Length: 2048\r\nLocation: /r/1\r\nLink: <stun:stun.example.com:3478>; rel=\"ice-server\"\r\nLink: <turn:turn.example.com?transport=udp>; rel=\"ice-server\"; username=\"a\\\"b\"; credential=\"c\"; credential-type=\"password\", <https://x>; rel=other\r\n\r\n";
    let busy = b"HTTP/1.0 403 Mountpoint in use\r\nServer: Icecast 2.4.4\r\nConnection: Close\r\n\r\n<html>no</html>";
    let chunked =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    cases(
        &[created.to_vec(), busy.to_vec(), chunked.to_vec()],
        5,
        100_000,
        hostile::web_answer,
    );
}

#[test]
fn changed_playlists_and_names_break_nothing() {
    let live = b"#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n#EXT-X-PART-INF:PART-TARGET=0.33\n#EXT-X-MEDIA-SEQUENCE:41\n#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXTINF:2.0,\nseg-41.m4s\n#EXT-X-PART:DURATION=0.33,URI=\"part-42.0.m4s\",INDEPENDENT=YES\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part-42.1.m4s\"\n";
    let names =
        b"master.m3u8\nlive.m3u8\nseg-0.m4s\npart-0.0.m4s\ninit-1.mp4\n../seg-0.m4s\nseg-18446744073709551615.m4s\n";
    cases(&[live.to_vec(), names.to_vec()], 6, 100_000, hostile::playlist);
}
