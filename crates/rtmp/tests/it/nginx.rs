//! The session over a real socket to a real nginx-rtmp, whose recording ffprobe then counts.

use crate::flv;
use media::{ErrorKind, MediaError, Packet, Secret, StreamInfo};
use rtmp::{PublishSession, PublishUrl, RtmpError, SessionState};
use std::{
    io::{ErrorKind as Io, Read, Write},
    net::TcpStream,
    time::Duration,
};
use test_support::{
    ffprobe,
    media_files::MediaFiles,
    nginx_rtmp::{GOOD_KEY, NginxOptions, NginxRtmp},
    wait_for,
};

const FPS: u32 = 30;
const FRAMES: u32 = 150;

/// A blocking driver: the least that carries a session over TCP.
struct Driver {
    socket: TcpStream,
    session: PublishSession,
}

impl Driver {
    /// Connects and waits until the server lets us publish, or says why not.
    fn connect(url: &PublishUrl, info: &StreamInfo) -> Result<Self, RtmpError> {
        let socket = TcpStream::connect((url.host.as_str(), url.port)).expect("nginx listens");
        socket.set_read_timeout(Some(Duration::from_secs(10))).expect("option");
        let session = PublishSession::new(url, info);
        let mut driver = Self { socket, session };
        while driver.session.state() != SessionState::Publishing {
            driver.flush();
            driver.read()?;
        }
        driver.flush();
        Ok(driver)
    }

    fn flush(&mut self) {
        while let Some(b) = self.session.take_output() {
            self.socket.write_all(&b).expect("nginx reads");
        }
    }

    fn read(&mut self) -> Result<(), RtmpError> {
        let mut buffer = [0; 4096];
        match self.socket.read(&mut buffer) {
            Ok(0) => Err(self.session.hung_up()),
            Ok(n) => self.session.feed(&buffer[..n]),
            Err(e) if e.kind() == Io::ConnectionReset => Err(self.session.hung_up()),
            Err(e) => panic!("no answer from nginx: {e}"),
        }
    }

    fn send(&mut self, packet: &Packet) {
        self.session.send(packet).expect("live");
        self.flush();
    }

    /// Goodbye, and on to the server's end of the connection.
    fn close(mut self) {
        self.session.close();
        self.flush();
        self.socket.shutdown(std::net::Shutdown::Write).expect("shutdown");
        let mut rest = Vec::new();
        self.socket.read_to_end(&mut rest).expect("nginx hangs up");
    }
}

fn film() -> (StreamInfo, Vec<Packet>) {
    let files = MediaFiles::new().expect("folder");
    let path = files.h264_flv("film", 320, 180, FPS, FRAMES).expect("flv");
    let (info, packets) = flv::read(&std::fs::read(path).expect("flv"), 320, 180, FPS);
    rtmp::check_streams(&info).expect("H.264 and AAC");
    assert_eq!(packets.iter().filter(|p| p.is_video()).count(), FRAMES as usize);
    (info, packets)
}

fn server(record: bool) -> NginxRtmp {
    NginxRtmp::start(NginxOptions { record, ping_s: 1 }).expect("nginx")
}

fn address(url: &str) -> PublishUrl {
    PublishUrl::parse(url, None).expect("address")
}

#[test]
fn nginx_records_every_frame_at_its_time() {
    let (info, packets) = film();
    let server = server(true);
    let mut driver = Driver::connect(&address(&server.url("show?token=x")), &info).expect("accepted");
    packets.iter().for_each(|p| driver.send(p));
    driver.close();

    assert!(wait_for(Duration::from_secs(5), || !server.recordings().is_empty()));
    let file = &server.recordings()[0];
    let complete = || ffprobe::count_frames(file, "v:0").is_ok_and(|n| n == u64::from(FRAMES));
    assert!(
        wait_for(Duration::from_secs(10), complete),
        "{:?}",
        ffprobe::count_frames(file, "v:0")
    );
    assert_eq!(ffprobe::decode_errors(file).expect("ffmpeg"), "");

    for (stream, is_video) in [("v:0", true), ("a:0", false)] {
        let sent: Vec<&Packet> = packets.iter().filter(|p| p.is_video() == is_video).collect();
        let got = ffprobe::packets(file, stream).expect("packets");
        assert_eq!(got.len(), sent.len());
        for (g, s) in got.iter().zip(sent) {
            let off = |a: f64, b: i64| (a - b as f64 / 1000.0).abs() > 0.0006;
            assert!(
                !off(g.dts_s, s.dts.as_millis()) && !off(g.pts_s, s.pts.as_millis()),
                "{g:?} {s:?}"
            );
            assert_eq!((g.size, g.key), (s.data.len() as u64, s.keyframe));
        }
    }
    let shown = ffprobe::streams(file).expect("streams");
    assert_eq!(shown["streams"][0]["r_frame_rate"], "30/1");
}

#[test]
fn nginx_pings_and_keeps_us() {
    let (info, packets) = film();
    let server = server(false);
    let mut driver = Driver::connect(&address(&server.url("idle")), &info).expect("accepted");
    // nginx pings after each idle second and hangs up a second later unless answered: three pings prove us heard.
    for _ in 0..3 {
        let answer = loop {
            driver.read().expect("still connected");
            if let Some(b) = driver.session.take_output() {
                break b;
            }
        };
        driver.socket.write_all(&answer).expect("nginx reads");
    }
    driver.send(&packets[0]);
    driver.close();
}

#[test]
fn nginx_refuses_a_second_publisher_and_a_bad_key() {
    let (info, _) = film();
    let server = server(false);
    let first = Driver::connect(&address(&server.url("show")), &info).expect("accepted");
    let e = Driver::connect(&address(&server.url("show")), &info)
        .err()
        .expect("refused");
    assert_eq!((e.kind(), e.retryable()), (ErrorKind::Auth, true), "{e}");
    assert!(e.to_string().contains("Already publishing"), "{e}");
    first.close();

    let e = Driver::connect(&address(&server.url_in("refuse", "any")), &info)
        .err()
        .expect("refused");
    assert_eq!(e.kind(), ErrorKind::Auth, "{e}");
    let locked = server.url_in("locked", "");
    let url = |key: &str| PublishUrl::parse(&locked, Some(&Secret::new(key))).expect("address");
    let e = Driver::connect(&url("wrong-key"), &info).err().expect("refused");
    assert!(
        e.kind() == ErrorKind::Auth && !e.to_string().contains("wrong-key"),
        "{e}"
    );
    Driver::connect(&url(GOOD_KEY), &info).expect("accepted").close();

    let e = Driver::connect(&address(&server.url_in("no-such-app", "key")), &info)
        .err()
        .expect("refused");
    assert!(e.to_string().contains("application"), "{e}");
}
