//! RTMPS against a real TLS front (nginx's stream module) before a real nginx-rtmp: good and bad certificates, each with
//! its state and its sentence, and nothing trusted by default that nobody vouches for.

use crate::{
    rtmp_nginx::{LIMIT, RECORD, frames_at, reaches, send},
    show::{Show, until},
};
use media::SystemClock;
use outputs::{Backoff, DestinationHandle, DestinationState as State, Env, Fanout, HlsStore, destination_kind};
use serde_json::json;
use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::Arc,
};
use test_support::{
    ffprobe,
    nginx_rtmp::{NginxOptions, NginxRtmp},
    tls_front::{Certificate, TestAuthority, TlsFront},
};
use tokio::runtime::Handle;

fn go_live(url: &str, ca_file: &str, fanout: &Fanout) -> DestinationHandle {
    let env = Env {
        hls: Arc::new(HlsStore::new()),
        clock: Arc::new(SystemClock::new()),
        routes: Arc::new(outputs::SystemRoutes),
    };
    let kind = destination_kind("rtmp").expect("rtmp");
    let settings = json!({"url": url, "key": "s3cret", "ca_file": ca_file});
    let settings = settings.as_object().expect("object");
    DestinationHandle::start(&Handle::current(), kind, settings, fanout, &env, Backoff::standard(1)).expect("starts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_behind_tls_gets_every_frame() {
    let show = Show::new(150);
    let server = NginxRtmp::start(RECORD).expect("nginx");
    let authority = TestAuthority::new().expect("authority");
    let front = TlsFront::start(&authority, Certificate::Good, server.port()).expect("front");
    let fanout = Fanout::new(show.info.clone());
    let url = format!("rtmps://localhost:{}/live", front.port());
    let d = go_live(&url, &authority.file().display().to_string(), &fanout);
    reaches(&d, State::Live).await;
    send(&fanout, show.packets.clone(), &[&d]).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    let s = d.status();
    assert_eq!((s.frames_sent, s.frames_dropped, s.reconnects), (150, 0, 0), "{s:?}");
    assert_eq!(s.last_error, None);
    assert!(frames_at(&server, 0, 150), "{} {}", server.log(), front.log());
    assert_eq!(ffprobe::decode_errors(&server.recordings()[0]).expect("ffmpeg"), "");
}

/// Waits for a reason and gives (state, reason).
async fn outcome(url: &str, ca_file: &str, fanout: &Fanout) -> (State, String) {
    let d = go_live(url, ca_file, fanout);
    until("a reason", LIMIT, || d.status().reason.is_some()).await;
    let s = d.status();
    d.stop().await;
    let reason = s.reason.expect("a sentence");
    assert!(!reason.contains("s3cret"), "{reason}");
    (s.state, reason)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_that_are_no_good_are_told_apart() {
    let fanout = Fanout::new(Show::new(1).info);
    let server = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let authority = TestAuthority::new().expect("authority");
    let stranger = TestAuthority::new().expect("authority");
    let ours = authority.file().display().to_string();
    for (certificate, trusted, words) in [
        (Certificate::Expired, ours.clone(), "expired"),
        (Certificate::Future, ours.clone(), "not valid yet"),
        (Certificate::OtherName, ours.clone(), "elsewhere.example.com"),
        (
            Certificate::Good,
            stranger.file().display().to_string(),
            "an authority that is not trusted",
        ),
        (Certificate::Good, String::new(), "an authority that is not trusted"),
        (Certificate::Good, "/no/such/file.pem".into(), "can't be read"),
        (Certificate::Good, "/dev/null".into(), "holds no certificate"),
    ] {
        let front = TlsFront::start(&authority, certificate, server.port()).expect("front");
        let url = format!("rtmps://127.0.0.1:{}/live", front.port());
        let (state, reason) = outcome(&url, &trusted, &fanout).await;
        assert_eq!(state, State::Failed, "{reason}");
        assert!(reason.contains(words), "{certificate:?}: {reason}");
    }
}

/// Reads a client's first words and answers with these, then hangs up.
fn answering(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    let port = listener.local_addr().expect("address").port();
    let serve = move || {
        while let Ok((mut s, _)) = listener.accept() {
            let mut hello = [0; 5];
            let _ = s.read_exact(&mut hello);
            let _ = s.write_all(answer);
            // To the end of what the client says, so that the answer is not lost in a reset.
            let _ = s.set_read_timeout(Some(std::time::Duration::from_millis(300)));
            let _ = s.read_to_end(&mut Vec::new());
        }
    };
    std::thread::Builder::new()
        .name("answer".into())
        .spawn(serve)
        .expect("thread");
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_without_tls_or_that_refuse_it_are_told() {
    let fanout = Fanout::new(Show::new(1).info);
    let authority = TestAuthority::new().expect("authority");
    let ca = authority.file().display().to_string();
    let plain = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let refuses = answering(&[21, 3, 3, 0, 2, 2, 40]); // alert: fatal, handshake_failure
    let http = answering(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let silent = answering(b"");
    for (port, state, words) in [
        (http, State::Failed, "does not speak TLS"),
        (refuses, State::Retrying, "refused the encrypted connection"),
        (silent, State::Retrying, "before it was encrypted"),
    ] {
        let (got, reason) = outcome(&format!("rtmps://127.0.0.1:{port}/live"), &ca, &fanout).await;
        assert!(reason.contains(words), "{reason}");
        assert_eq!(got, state, "{reason}");
    }
    // And the other way about: TLS where plain RTMP was asked for.
    let front = TlsFront::start(&authority, Certificate::Good, plain.port()).expect("front");
    let (state, reason) = outcome(&format!("rtmp://127.0.0.1:{}/live", front.port()), "", &fanout).await;
    assert_eq!(state, State::Retrying);
    assert!(reason.contains("rtmps://"), "{reason}");
}
