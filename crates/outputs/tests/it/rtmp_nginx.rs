//! The RTMP driver against a real nginx-rtmp: exact counts, wrong keys, restarts, and servers that take nothing.

use crate::show::{Show, until};
use media::{Packet, SystemClock};
use outputs::{
    Backoff, DestinationHandle, DestinationState as State, Env, Fanout, HlsStore, destination_kind, from_url,
};
use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::Arc,
    time::Duration,
};
use test_support::{
    black_hole_tcp, ffprobe,
    nginx_rtmp::{GOOD_KEY, NginxOptions, NginxRtmp},
    refusing_port, wait_for,
};
use tokio::{runtime::Handle, time::Instant};

pub const LIMIT: Duration = Duration::from_secs(20);
pub const RECORD: NginxOptions = NginxOptions {
    record: true,
    ping_s: 0,
};

pub fn go_live(url: &str, fanout: &Fanout, seed: u64) -> DestinationHandle {
    let env = Env {
        hls: Arc::new(HlsStore::new()),
        clock: Arc::new(SystemClock::new()),
        routes: Arc::new(outputs::SystemRoutes),
    };
    let (kind, settings) = from_url(url).expect("an address");
    assert_eq!(kind.info.id, destination_kind("rtmp").expect("rtmp").info.id);
    DestinationHandle::start(
        &Handle::current(),
        kind,
        &settings,
        fanout,
        &env,
        Backoff::standard(seed),
    )
    .expect("starts")
}

pub async fn reaches(d: &DestinationHandle, state: State) {
    until(&format!("{state:?}"), LIMIT, || d.status().state == state).await;
}

/// Sends a second of the show at a time, as fast as these destinations take it.
pub async fn send(fanout: &Fanout, packets: Vec<Packet>, to: &[&DestinationHandle]) {
    let mut video = 0;
    for p in packets {
        video += u32::from(p.is_video());
        fanout.send(Arc::new(p));
        if video == 25 {
            video = 0;
            let taken = || to.iter().all(|d| d.status().queued_ms < 1000);
            until("the queues are short", LIMIT, taken).await;
        }
    }
}

pub fn frames_at(server: &NginxRtmp, recording: usize, frames: u64) -> bool {
    wait_for(LIMIT, || {
        let files = server.recordings();
        files.get(recording).and_then(|f| ffprobe::count_frames(f, "v:0").ok()) == Some(frames)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_gets_every_frame() {
    let show = Show::new(200);
    let server = NginxRtmp::start(RECORD).expect("nginx");
    let fanout = Fanout::new(show.info.clone());
    let d = go_live(&server.url("show"), &fanout, 1);
    send(&fanout, show.packets.clone(), &[&d]).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    let s = d.status();
    assert_eq!((s.frames_sent, s.frames_dropped, s.reconnects), (200, 0, 0), "{s:?}");
    assert_eq!(s.last_error, None);
    let first = s.first_packet_ms.expect("something was sent");
    assert!(first < 2000.0, "{first}");
    let payload: u64 = show.packets.iter().map(|p| p.data.len() as u64).sum();
    assert!(
        s.bytes_sent > payload && s.bytes_sent < payload * 5 / 4 + 10_000,
        "{} for {payload}",
        s.bytes_sent
    );
    assert!(frames_at(&server, 0, 200), "{}", server.log());
    let file = &server.recordings()[0];
    assert_eq!(ffprobe::decode_errors(file).expect("ffmpeg"), "");
    let audio = show.packets.iter().filter(|p| !p.is_video()).count();
    assert_eq!(ffprobe::packets(file, "a:0").expect("ffprobe").len(), audio);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stop_in_the_middle_says_goodbye() {
    let show = Show::new(100);
    let server = NginxRtmp::start(RECORD).expect("nginx");
    let fanout = Fanout::new(show.info.clone());
    let d = go_live(&server.url("show"), &fanout, 1);
    reaches(&d, State::Live).await;
    send(&fanout, show.part(0, 50), &[&d]).await;
    d.stop().await;
    let sent = d.status().frames_sent;
    assert_eq!((d.status().state, sent), (State::Stopped, 50));
    assert!(frames_at(&server, 0, sent), "{}", server.log());
    assert!(server.log().contains("deleteStream"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_and_comes_back_gets_the_show_from_a_keyframe() {
    let show = Show::new(500);
    let mut server = NginxRtmp::start(RECORD).expect("nginx");
    let fanout = Fanout::new(show.info.clone());
    let d = go_live(&server.url("show"), &fanout, 1);
    reaches(&d, State::Live).await;
    send(&fanout, show.part(0, 250), &[&d]).await;
    until("all sent", LIMIT, || d.status().frames_sent == 250).await;
    // nginx names recordings by the second.
    let begun = server.recordings()[0]
        .metadata()
        .and_then(|m| m.created())
        .expect("recording");
    assert!(wait_for(LIMIT, || begun
        .elapsed()
        .is_ok_and(|e| e > Duration::from_millis(1100))));
    server.kill();
    reaches(&d, State::Retrying).await;
    let s = d.status();
    assert!(s.reason.is_some() && s.retry_in_s.is_some(), "{s:?}");
    fanout.send_all(show.part(250, 375));
    server.restart().expect("nginx again");
    reaches(&d, State::Live).await;
    send(&fanout, show.part(375, 500), &[&d]).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    let s = d.status();
    assert_eq!((s.frames_sent, s.frames_dropped, s.reconnects), (375, 125, 1), "{s:?}");
    assert!(frames_at(&server, 1, 125), "{}", server.log());
    let packets = ffprobe::packets(&server.recordings()[1], "v:0").expect("ffprobe");
    assert!(packets[0].key && packets[0].dts_s.abs() < 0.001, "{:?}", packets[0]);
    assert_eq!(ffprobe::decode_errors(&server.recordings()[1]).expect("ffmpeg"), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_are_refused_and_ports_where_nobody_is() {
    let show = Show::new(25);
    let server = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let nobody = refusing_port().expect("port");
    let fanout = Fanout::new(show.info.clone());
    let wrong = go_live(&server.url_in("locked", "s3cret"), &fanout, 1);
    let away = go_live(&format!("rtmp://127.0.0.1:{}/live/s3cret", nobody.port()), &fanout, 2);
    let nameless = go_live("rtmp://no-such-host.invalid/live/s3cret", &fanout, 3);
    let good = go_live(&server.url_in("locked", GOOD_KEY), &fanout, 4);
    reaches(&good, State::Live).await;
    for (d, words) in [
        (&wrong, "key"),
        (&away, "nothing answers there"),
        (&nameless, "no server named"),
    ] {
        until("a reason", LIMIT, || d.status().reason.is_some()).await;
        let s = d.status();
        assert!(matches!(s.state, State::Retrying | State::Failed), "{s:?}");
        let reason = s.reason.expect("a sentence");
        assert!(reason.contains(words) && !reason.contains("s3cret"), "{reason}");
    }
    send(&fanout, show.packets.clone(), &[&good]).await;
    fanout.end();
    reaches(&good, State::Stopped).await;
    assert_eq!(good.status().frames_sent, 25);
}

/// Says the handshake (Adobe RTMP 1.0, 5.2, the simple form), then pings without end and reads no answer.
fn flooding_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    let port = listener.local_addr().expect("address").port();
    let flood = move || -> std::io::Result<()> {
        let (mut s, _) = listener.accept()?;
        let mut hello = vec![0; 1537];
        s.read_exact(&mut hello)?;
        s.write_all(&[&[3][..], &[0; 1536], &hello[1..]].concat())?;
        s.read_exact(&mut hello[1..])?;
        let ping = [2, 0, 0, 0, 0, 0, 6, 4, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0];
        let pings = ping.repeat(4096);
        loop {
            s.write_all(&pings)?;
        }
    };
    std::thread::Builder::new()
        .name("flood".into())
        .spawn(flood)
        .expect("thread");
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_floods_us_can_be_stopped_and_costs_the_others_nothing() {
    let show = Show::new(100);
    let server = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let fanout = Fanout::new(show.info.clone());
    let flooded = go_live(&format!("rtmp://127.0.0.1:{}/live/key", flooding_server()), &fanout, 1);
    let good = go_live(&server.url("show"), &fanout, 2);
    // Answers to its pings show that the flood is on.
    until("the flood", LIMIT, || flooded.status().bytes_sent > 20_000).await;
    send(&fanout, show.packets.clone(), &[&good]).await;
    until("the other has it all", LIMIT, || good.status().frames_sent == 100).await;
    let begun = Instant::now();
    flooded.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(flooded.status().frames_sent, 0);
    good.stop().await;
    assert_eq!(good.status().frames_dropped, 0);
}

/// Six destinations: four good ones, one whose server freezes in the middle, one that never says a word. Takes the ten
/// seconds of the time limits in real time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_take_nothing_are_given_up_and_cost_the_others_nothing() {
    let show = Show::new(750).inflated(12_000);
    let server = NginxRtmp::start(RECORD).expect("nginx");
    let mut frozen = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let hole = black_hole_tcp().expect("black hole");
    let fanout = Fanout::new(show.info.clone());
    let live = |n| go_live(&server.url(&format!("show{n}")), &fanout, n);
    let good: Vec<_> = (0..4).map(live).collect();
    let good: Vec<_> = good.iter().collect();
    let stalls = go_live(&frozen.url("show"), &fanout, 5);
    let silent = go_live(&format!("rtmp://127.0.0.1:{}/live/key", hole.port()), &fanout, 6);
    for d in good.iter().chain([&&stalls]) {
        reaches(d, State::Live).await;
    }
    send(&fanout, show.part(0, 25), &good).await;
    until("the frozen one has its part", LIMIT, || {
        stalls.status().frames_sent == 25
    })
    .await;
    frozen.freeze();

    // The show goes on until each was seen to wait for its next try (which does not last).
    let (mut seconds, mut why) = (1, [None, None]);
    while why.iter().any(Option::is_none) {
        assert!(seconds < 600, "{:?} {:?}", stalls.status(), silent.status());
        send(&fanout, show.second(seconds), &good).await;
        seconds += 1;
        let pause = Instant::now() + Duration::from_millis(100);
        until("a tenth of a second", LIMIT, || {
            for (d, why) in [&stalls, &silent].into_iter().zip(&mut why) {
                let s = d.status();
                if s.state == State::Retrying && why.is_none() {
                    *why = s.reason;
                }
            }
            Instant::now() >= pause
        })
        .await;
    }
    let frames = seconds as u64 * 25;
    let [why_stalls, why_silent] = why.map(Option::unwrap_or_default);
    assert!(why_stalls.contains("stopped taking the stream"), "{why_stalls}");
    assert!(why_silent.contains("did not answer"), "{why_silent}");
    assert!(hole.accepted() >= 1);

    fanout.end();
    for d in good {
        reaches(d, State::Stopped).await;
        let s = d.status();
        assert_eq!((s.frames_sent, s.frames_dropped, s.reconnects), (frames, 0, 0), "{s:?}");
    }
    for n in 0..4 {
        assert!(frames_at(&server, n, frames), "{}", server.log());
    }
    for d in [stalls, silent] {
        d.stop().await;
        let s = d.status();
        assert_eq!(s.frames_sent + s.frames_dropped, frames, "all is counted: {s:?}");
        assert!(s.frames_dropped > frames / 2, "{s:?}");
    }
}
