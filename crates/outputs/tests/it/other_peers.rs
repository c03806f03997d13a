//! RIST, FFmpeg addresses, Icecast and HLS uploads against programs that are not ours.

use crate::{
    peers::{LIMIT, ended, ffmpeg_receives, go_live, program, reaches, send_paced, show, start, taken},
    show::until,
};
use media::{Packet, StreamInfo};
use outputs::{DestinationState as State, Fanout};
use serde_json::{Map, json};
use std::{
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    time::Duration,
};
use test_support::{
    black_hole_tcp,
    ffprobe::{count_frames, decode_errors, packets, streams},
    file_server::FileServer,
    icecast::{Icecast, SOURCE_PASSWORD},
    ports::free_udp,
};
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rist_delivers_every_frame_encrypted_or_not() {
    let (show, frames) = show(4);
    for secret in ["", "correct-horse"] {
        let dir = tempfile::tempdir().expect("folder");
        let file = dir.path().join("got.ts");
        let port = free_udp().expect("port");
        let udp = free_udp().expect("port");
        // rist-tools receives and passes the datagrams on; FFmpeg writes them down.
        let url = format!("rist://@127.0.0.1:{port}?buffer=500");
        let to = format!("udp://127.0.0.1:{udp}");
        let mut arguments = vec!["-p", "1", "-i", &url, "-o", &to];
        if !secret.is_empty() {
            arguments.extend(["-e", "128", "-s", secret]);
        }
        let _rist = program("/usr/bin/ristreceiver", &arguments, &dir.path().join("log"));
        let receiver = ffmpeg_receives(
            &format!("udp://127.0.0.1:{udp}?timeout=3000000&fifo_size=100000"),
            &file,
        );
        let fanout = Fanout::new(show.info.clone());
        let d = go_live(
            &format!("rist://127.0.0.1:{port}"),
            json!({"secret": secret, "buffer_ms": 500}),
            &fanout,
        );
        reaches(&d, State::Live).await;
        send_paced(&fanout, show.packets.clone(), 1.0).await;
        taken(&d, frames).await;
        // RIST has no goodbye: what is on its way when we leave is lost. Let it arrive.
        let size = || file.metadata().map_or(0, |m| m.len());
        let mut last = (size(), Instant::now());
        until("all has arrived", LIMIT, || {
            if size() != last.0 {
                last = (size(), Instant::now());
            }
            last.0 > 0 && last.1.elapsed() > Duration::from_millis(1500)
        })
        .await;
        fanout.end();
        reaches(&d, State::Stopped).await;
        ended(receiver).await;
        let got = count_frames(&file, "v:0").expect("a stream");
        // The handshake takes a moment, and RIST queues nothing meanwhile: the first group of pictures may be cut.
        assert!(got >= frames - 25 && got <= frames, "{got} of {frames}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ffmpeg_addresses_take_the_show_and_can_be_left_at_once() {
    let (show, frames) = show(3);
    let dir = tempfile::tempdir().expect("folder");
    let (file, direct) = (dir.path().join("got.ts"), dir.path().join("direct.mkv"));
    let port = test_support::ports::free_tcp().expect("port");
    let receiver = ffmpeg_receives(&format!("tcp://127.0.0.1:{port}?listen=1"), &file);
    let hole = black_hole_tcp().expect("black hole");
    let fanout = Fanout::new(show.info.clone());
    let tcp = go_live(&format!("tcp://127.0.0.1:{port}"), json!({}), &fanout);
    let map = json!({"url": direct.to_str(), "options": "cluster_time_limit=500"});
    let disk = start("custom", map.as_object().expect("map"), &fanout);
    let wrong = start(
        "custom",
        json!({"url": "x.ts", "options": "colour=1"}).as_object().expect("map"),
        &fanout,
    );
    let stuck = go_live(&format!("tcp://127.0.0.1:{}", hole.port()), json!({}), &fanout);
    for d in [&tcp, &disk, &stuck] {
        reaches(d, State::Live).await;
    }
    reaches(&wrong, State::Failed).await;
    let reason = wrong.status().reason.expect("a sentence");
    assert!(reason.contains("no option `colour`"), "{reason}");
    send_paced(&fanout, show.packets.clone(), 1.0).await;
    taken(&tcp, frames).await;
    taken(&disk, frames).await;
    let begun = Instant::now();
    stuck.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    fanout.end();
    reaches(&tcp, State::Stopped).await;
    reaches(&disk, State::Stopped).await;
    ended(receiver).await;
    assert_eq!(count_frames(&file, "v:0").expect("a stream"), frames);
    assert_eq!(count_frames(&direct, "v:0").expect("a file"), frames);
    assert!(tcp.status().bytes_sent > 10_000, "{:?}", tcp.status());
}

/// The show's sound alone.
fn sound_only(info: &StreamInfo, all: &[Packet]) -> (StreamInfo, Vec<Packet>) {
    let info = StreamInfo {
        video: None,
        ..info.clone()
    };
    (info, all.iter().filter(|p| !p.is_video()).cloned().collect())
}

pub fn listen(server: &Icecast, file: &Path) -> test_support::process::ChildGuard {
    let url = server.listen_url("show");
    let arguments = [
        "-nostdin",
        "-v",
        "warning",
        "-y",
        "-i",
        &url,
        "-c",
        "copy",
        "-flush_packets",
        "1",
        file.to_str().expect("text"),
    ];
    program("/usr/bin/ffmpeg", &arguments, &file.with_extension("log"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn icecast_plays_the_sound_and_shows_the_title() {
    let (show, _) = show(10);
    let server = Icecast::start().expect("icecast");
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("heard.aac");
    // With a picture beside it: only the sound is sent.
    let fanout = Fanout::new(show.info.clone());
    let d = go_live(
        &server.source_url("show", SOURCE_PASSWORD),
        json!({"station": "Night Radio", "genre": "talk"}),
        &fanout,
    );
    reaches(&d, State::Live).await;
    d.set_title("A title — with 中文");
    let sending = send_paced(&fanout, show.packets.clone(), 1.0);
    let listening = async {
        until("icecast has the stream and its title", LIMIT, || {
            server
                .status()
                .is_ok_and(|s| s.contains("Night Radio") && s.contains("A title") && s.contains("&#20013;&#25991;"))
        })
        .await;
        let listener = listen(&server, &file);
        until("something is heard", LIMIT, || {
            file.metadata().is_ok_and(|m| m.len() > 8_000)
        })
        .await;
        ended(listener).await;
    };
    tokio::join!(sending, listening);
    fanout.end();
    reaches(&d, State::Stopped).await;
    let heard = packets(&file, "a:0").expect("sound").len();
    assert!(heard > 50, "{heard} packets; {}", server.log());
    let s = streams(&file).expect("sound");
    assert_eq!(
        (
            s["streams"][0]["codec_name"].as_str(),
            s["streams"][0]["sample_rate"].as_str()
        ),
        (Some("aac"), Some("48000"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn icecast_refuses_wrong_passwords_and_a_mount_that_is_taken() {
    let (show, _) = show(2);
    let server = Icecast::start().expect("icecast");
    let (info, sound) = sound_only(&show.info, &show.packets);
    let fanout = Fanout::new(info);
    let good = go_live(&server.source_url("show", SOURCE_PASSWORD), json!({}), &fanout);
    reaches(&good, State::Live).await;
    fanout.send_all(sound[..20].to_vec());
    until("it is on the air", LIMIT, || {
        server.status().is_ok_and(|s| s.contains("/show"))
    })
    .await;
    let wrong = go_live(&server.source_url("other", "battery-staple"), json!({}), &fanout);
    let taken = go_live(&server.source_url("show", SOURCE_PASSWORD), json!({}), &fanout);
    reaches(&wrong, State::Failed).await;
    reaches(&taken, State::Retrying).await;
    for (d, words) in [
        (&wrong, "does not take the password"),
        (&taken, "sending to this mount point already"),
    ] {
        let reason = d.status().reason.expect("a sentence");
        assert!(
            reason.contains(words) && !reason.contains("staple") && !reason.contains(SOURCE_PASSWORD),
            "{reason}"
        );
    }
    fanout.send_all(sound[20..].to_vec());
    fanout.end();
    reaches(&good, State::Stopped).await;
    assert_eq!(
        (good.status().frames_sent, good.status().frames_dropped),
        (sound.len() as u64, 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hls_uploads_play_and_delete_only_their_own() {
    let (show, frames) = show(14);
    for (container, query) in [("ts", true), ("fmp4", false)] {
        let server = FileServer::start().expect("server");
        server.put("somebody-elses.ts", vec![1]);
        let url = if query {
            format!(
                "hls+http://127.0.0.1:{}/upload?cid=KEY&copy=0&file=out.m3u8",
                server.port()
            )
        } else {
            format!("hls+http://127.0.0.1:{}/show/out.m3u8", server.port())
        };
        let fanout = Fanout::new(show.info.clone());
        let d = go_live(
            &url,
            json!({"container": container, "segment_s": 1.0, "delete_old": true}),
            &fanout,
        );
        reaches(&d, State::Live).await;
        send_paced(&fanout, show.packets.clone(), 6.0).await;
        fanout.end();
        reaches(&d, State::Stopped).await;
        let s = d.status();
        assert_eq!((s.frames_sent, s.frames_dropped), (frames, 0), "{s:?}");
        let files = server.files();
        let playlist = String::from_utf8(files["out.m3u8"].clone()).expect("text");
        assert!(
            playlist.contains("#EXT-X-MEDIA-SEQUENCE:9\n") && playlist.ends_with("#EXT-X-ENDLIST\n"),
            "{playlist}"
        );
        assert!(files.contains_key("somebody-elses.ts"), "what is not ours stays");
        let asked = server.asked();
        let deleted = asked.iter().filter(|a| a.starts_with("DELETE")).count();
        assert_eq!(deleted, 4, "{asked:?}");
        assert!(
            !query || asked.iter().all(|a| a.contains("?cid=KEY&copy=0&file=")),
            "{asked:?}"
        );
        // FFmpeg plays what is there: the last five seconds.
        let dir = tempfile::tempdir().expect("folder");
        for (name, bytes) in &files {
            std::fs::write(dir.path().join(name), bytes).expect("write");
        }
        let got = count_frames(&dir.path().join("out.m3u8"), "v:0").expect("plays");
        assert_eq!(got, 125, "{container}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hls_uploads_that_are_refused_get_a_sentence() {
    let (show, _) = show(3);
    let fanout = Fanout::new(show.info.clone());
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    let port = listener.local_addr().expect("address").port();
    let refuse = move || {
        for mut c in listener.incoming().flatten() {
            // All of the request is read first: closing with unread data would reset the connection.
            c.set_read_timeout(Some(Duration::from_millis(300)))
                .expect("a time limit");
            let mut room = [0; 65536];
            while c.read(&mut room).is_ok_and(|n| n > 0) {}
            // Its client may be gone; the next one gets the same answer.
            let _ = c.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    };
    std::thread::Builder::new()
        .name("refuses".into())
        .spawn(refuse)
        .expect("thread");
    let d = go_live(
        &format!("hls+http://127.0.0.1:{port}/x?cid=HUSH&file=o.m3u8"),
        json!({"segment_s": 1.0}),
        &fanout,
    );
    let away = go_live(
        "hls+http://no-such-host.invalid/HUSH/o.m3u8",
        Map::new().into(),
        &fanout,
    );
    reaches(&away, State::Retrying).await;
    reaches(&d, State::Live).await;
    send_paced(&fanout, show.packets.clone(), 4.0).await;
    reaches(&d, State::Failed).await;
    for (d, words) in [(&d, "403 Forbidden"), (&away, "no server named")] {
        let reason = d.status().reason.expect("a sentence");
        assert!(reason.contains(words) && !reason.contains("HUSH"), "{reason}");
    }
}

/// Ten seconds of a tone as Opus.
fn opus_tone() -> (StreamInfo, Vec<Packet>) {
    let settings = project::AudioEncoding {
        codec: project::AudioCodecName::Opus,
        ..project::AudioEncoding::default()
    };
    let mut encoder = codec::AudioEncoder::open(&settings).expect("opens");
    let mut packets = vec![];
    for n in 0..1000_i64 {
        let mut block = media::AudioBlock::silence(media::MediaTime::from_ticks(n * 480, 48_000), 480);
        for (i, s) in block.samples.iter_mut().enumerate() {
            let t = (n * 480 + i as i64 / 2) as f32 / 48_000.0;
            *s = (t * 440.0 * std::f32::consts::TAU).sin() * 0.2;
        }
        encoder.encode(&block, &mut packets).expect("encodes");
    }
    encoder.finish(&mut packets).expect("finishes");
    let info = StreamInfo {
        video: None,
        audio: vec![encoder.stream().clone()],
    };
    (info, packets)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn icecast_gets_opus_in_ogg_whose_title_changes_inside() {
    let (info, sound) = opus_tone();
    let server = Icecast::start().expect("icecast");
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("heard.ogg");
    let fanout = Fanout::new(info);
    let d = go_live(&server.source_url("show", SOURCE_PASSWORD), json!({}), &fanout);
    reaches(&d, State::Live).await;
    let sending = send_paced(&fanout, sound, 1.0);
    let listening = async {
        until("icecast has the stream", LIMIT, || {
            server.status().is_ok_and(|s| s.contains("/show"))
        })
        .await;
        let (url, to) = (server.listen_url("show"), file.to_str().expect("text").to_owned());
        let listener = program("/usr/bin/curl", &["-sN", "-o", &to, &url], &dir.path().join("log"));
        let heard = || std::fs::read(&file).unwrap_or_default();
        until("the tone is heard", LIMIT, || heard().len() > 20_000).await;
        d.set_title("Second half — 下半場");
        let title = "title=Second half — 下半場".as_bytes();
        until("the title comes with the sound", LIMIT, || {
            heard().windows(title.len()).any(|w| w == title)
        })
        .await;
        let size = heard().len();
        until("and the sound goes on", LIMIT, || heard().len() > size + 5_000).await;
        ended(listener).await;
    };
    tokio::join!(sending, listening);
    fanout.end();
    reaches(&d, State::Stopped).await;
    let heard = packets(&file, "a:0").expect("sound").len();
    assert!(heard > 40, "{heard} packets; {}", server.log());
    assert_eq!(decode_errors(&file).expect("decodes"), "");
    assert_eq!(
        streams(&file).expect("sound")["streams"][0]["codec_name"].as_str(),
        Some("opus")
    );
}
