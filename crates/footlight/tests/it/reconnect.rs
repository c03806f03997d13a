//! A server dies in the middle of a show and comes back: the show goes on, and so does the destination, by itself.

use crate::common::{KEY, LIMIT, Show, film, recording_server};
use test_support::{ffprobe, wait_for};

#[test]
fn a_server_that_dies_and_comes_back_gets_the_show_again() {
    let mut server = recording_server();
    let show = Show::counter().rtmp("server", &server.url(KEY)).record().seconds(12);
    let mut running = show.start();
    running.waits_for_destination("server", "live");
    let grows = |n: usize| {
        let files = server.recordings();
        files.len() == n && files[n - 1].metadata().is_ok_and(|m| m.len() > 100_000)
    };
    assert!(wait_for(LIMIT, || grows(1)), "the show arrives: {}", running.output());
    server.kill();
    running.waits_for_destination("server", "retrying");
    server.restart().expect("nginx again");
    running.waits_for_destination("server", "live");
    let ended = running.ended().with_code(0);

    let d = ended.destination("server");
    assert!(d["reconnects"].as_u64().is_some_and(|n| n >= 1), "{d}");
    assert!(d["frames_dropped"].as_u64().is_some_and(|n| n > 0), "{d}");
    assert!(d["last_error"].is_string(), "{d}");
    assert_eq!(d["state"], "live", "{d}");

    let recording = ended.recording();
    assert_eq!(
        ffprobe::count_frames(&recording, "v:0").expect("count"),
        ended.frames_out(),
        "{ended}"
    );
    assert_eq!(ended.report["canvases"][0]["frames_due"], 360, "{ended}");
    film::is_gapless(&recording);

    let files = server.recordings();
    assert_eq!(files.len(), 2, "{files:?}");
    let whole = || ffprobe::packets(&files[1], "v:0").is_ok_and(|p| p.len() > 60);
    assert!(wait_for(LIMIT, whole), "{}", server.log());
    let packets = ffprobe::packets(&files[1], "v:0").expect("packets");
    assert!(packets[0].key, "the second file begins with a keyframe");
    assert!(packets[0].dts_s < 0.2, "and near time 0: {}", packets[0].dts_s);
    assert_eq!(ffprobe::decode_errors(&files[1]).expect("decode"), "");
    film::is_gapless(&files[1]);
    let (first, last) = (film::counters(&files[1])[0], film::counters(&files[1]).pop().flatten());
    assert!(first > Some(30), "it is the later part of the show: {first:?}");
    assert_eq!(last, film::counters(&recording).pop().flatten(), "to its very end");
}
