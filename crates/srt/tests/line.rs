//! Connections between two ends in one process: what is sent arrives, who may not connect is told why, waits end when told
//! to, and closing one connection leaves the others alone. Foreign programs as the other end: see `outputs`.

use media::{Clock, ErrorKind, MediaError, MediaTime, Secret, SystemClock};
use srt::{Connection, KeyLength, Listener, Mode, Options, Refusal, SrtError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::JoinHandle,
    time::Duration,
};
use test_support::ports::free_udp;

fn caller(port: u16) -> Options {
    Options {
        host: "127.0.0.1".into(),
        port,
        latency_ms: 100,
        connect_limit: Duration::from_secs(3),
        ..Options::default()
    }
}

fn listener(o: &Options) -> Listener {
    let o = Options {
        mode: Mode::Listener,
        ..o.clone()
    };
    Listener::bind(&o).expect("listens")
}

fn accept(l: Listener, stop: &Arc<AtomicBool>) -> JoinHandle<(Listener, Result<Connection, SrtError>)> {
    let stop = stop.clone();
    let work = move || {
        let c = l.accept(&|| stop.load(Relaxed));
        (l, c)
    };
    std::thread::Builder::new()
        .name("accept".into())
        .spawn(work)
        .expect("thread")
}

/// Both ends of a connection.
fn pair(o: &Options) -> (Connection, Connection, Listener) {
    let stop = Arc::new(AtomicBool::new(false));
    let waiting = accept(listener(o), &stop);
    let near = Connection::open(o, &|| false).expect("connects");
    let (l, far) = waiting.join().expect("thread");
    (near, far.expect("a caller"), l)
}

fn exchange(near: &Connection, far: &Connection, text: &[u8]) {
    assert!(near.send(text).expect("sends"));
    let mut room = [0; 1500];
    let clock = SystemClock::new();
    loop {
        match far.receive(&mut room).expect("is open") {
            Some(n) => return assert_eq!(&room[..n], text),
            None => assert!(clock.now() < MediaTime::from_millis(3000), "nothing came"),
        }
    }
}

#[test]
fn what_is_sent_arrives_with_every_strength_of_encryption() {
    for key_length in [
        None,
        Some(KeyLength::Aes128),
        Some(KeyLength::Aes192),
        Some(KeyLength::Aes256),
    ] {
        let o = Options {
            passphrase: Secret::new(if key_length.is_some() { "correct horse" } else { "" }),
            key_length: key_length.unwrap_or_default(),
            stream_id: Secret::new("#!::r=live/show,m=publish"),
            ..caller(free_udp().expect("port"))
        };
        let (near, far, _listener) = pair(&o);
        exchange(&near, &far, b"hello");
        assert_eq!(near.is_encrypted(), key_length.is_some());
        assert_eq!(near.latency_ms(), 100);
        near.drain(Duration::from_secs(2), &|| false);
        let s = near.stats().expect("open");
        assert_eq!((s.packets_sent, s.packets_late), (1, 0));
        assert!(s.rtt_ms > 0.0 && s.unacknowledged_ms == 0, "{s:?}");
        drop(near);
        let clock = SystemClock::new();
        while !far.has_ended() {
            assert!(clock.now() < MediaTime::from_millis(3000), "the other end notices");
            clock.sleep_until(clock.now() + MediaTime::from_millis(5));
        }
    }
}

#[test]
fn who_may_not_connect_is_told_why() {
    let o = Options {
        passphrase: Secret::new("correct horse"),
        ..caller(free_udp().expect("port"))
    };
    let stop = Arc::new(AtomicBool::new(false));
    let waiting = accept(listener(&o), &stop);
    for (passphrase, refusal) in [("wrong horse!", Refusal::WrongPassphrase), ("", Refusal::Unsecure)] {
        let wrong = Options {
            passphrase: Secret::new(passphrase),
            ..o.clone()
        };
        let e = Connection::open(&wrong, &|| false).err().expect("refused");
        assert_eq!(e, SrtError::Refused { refusal });
        assert!(
            e.kind() == ErrorKind::Auth && !e.retryable() && e.to_string().contains("passphrase"),
            "{e}"
        );
        assert!(!e.to_string().contains("horse"), "{e}");
    }
    // The listener goes on waiting, and ends at once when told to.
    let clock = SystemClock::new();
    stop.store(true, Relaxed);
    let (_, ended) = waiting.join().expect("thread");
    assert_eq!(ended.err(), Some(SrtError::Stopped));
    assert!(clock.now() < MediaTime::from_millis(200), "{:?}", clock.now());
}

#[test]
fn nobody_there_and_names_that_lead_nowhere() {
    let mut o = caller(free_udp().expect("port"));
    o.connect_limit = Duration::from_secs(1);
    let e = Connection::open(&o, &|| false).err().expect("nobody");
    assert_eq!(e, SrtError::NoAnswer { seconds: 1 });
    assert!(e.retryable() && e.to_string().contains("UDP"), "{e}");
    o.host = "no-such-host.invalid".into();
    let e = Connection::open(&o, &|| false).err().expect("nobody");
    assert!(
        matches!(&e, SrtError::NoSuchHost { host } if host == "no-such-host.invalid"),
        "{e}"
    );
    let taken = listener(&caller(o.port));
    let e = Listener::bind(&Options {
        mode: Mode::Listener,
        host: String::new(),
        ..o.clone()
    })
    .err();
    assert!(
        matches!(&e, Some(SrtError::Port { port, .. }) if *port == o.port),
        "{e:?}"
    );
    drop(taken);
    // A caller that is told to stop does not wait for its time limit.
    let clock = SystemClock::new();
    let o = Options {
        connect_limit: Duration::from_secs(30),
        ..caller(free_udp().expect("port"))
    };
    assert_eq!(Connection::open(&o, &|| true).err(), Some(SrtError::Stopped));
    assert!(clock.now() < MediaTime::from_millis(500), "{:?}", clock.now());
}

#[test]
fn both_call_each_other_in_rendezvous() {
    let (here, there) = (free_udp().expect("port"), free_udp().expect("port"));
    let end = |to, local_port| Options {
        mode: Mode::Rendezvous,
        local_port,
        ..caller(to)
    };
    let (one, other) = (end(there, here), end(here, there));
    let far = std::thread::Builder::new().name("far".into());
    let far = far.spawn(move || Connection::open(&other, &|| false)).expect("thread");
    let near = Connection::open(&one, &|| false).expect("connects");
    let far = far.join().expect("thread").expect("connects");
    exchange(&near, &far, b"from here");
    exchange(&far, &near, b"from there");
}

#[test]
fn closing_one_connection_harms_no_other() {
    let o = caller(free_udp().expect("port"));
    let (near, far, l) = pair(&o);
    let (other_near, other_far, other_l) = pair(&caller(free_udp().expect("port")));
    let stop = Arc::new(AtomicBool::new(false));
    for n in 0..20_u8 {
        let waiting = accept(listener(&caller(free_udp().expect("port"))), &stop);
        drop(waiting);
        let extra = pair(&caller(free_udp().expect("port")));
        exchange(&extra.0, &extra.1, &[n; 100]);
        drop(extra);
        exchange(&near, &far, &[n; 1316]);
        exchange(&other_near, &other_far, &[n; 200]);
    }
    drop((other_near, other_far, other_l));
    // Nor does closing the listener end who came through it.
    drop(l);
    exchange(&near, &far, b"still here");
    stop.store(true, Relaxed);
}

#[test]
fn a_listener_with_a_stream_id_takes_only_who_gives_it() {
    let mut o = caller(free_udp().expect("port"));
    o.stream_id = Secret::new("show");
    let stop = Arc::new(AtomicBool::new(false));
    let waiting = accept(listener(&o), &stop);
    let other = Options {
        stream_id: Secret::new("other"),
        ..o.clone()
    };
    let clock = SystemClock::new();
    // It may be sent away before it has seen that it was connected.
    if let Ok(stranger) = Connection::open(&other, &|| false) {
        while !stranger.has_ended() {
            assert!(clock.now() < MediaTime::from_millis(3000), "the stranger is sent away");
            clock.sleep_until(clock.now() + MediaTime::from_millis(5));
        }
    }
    // While the stranger is being sent away a newcomer may have to try again.
    let near = loop {
        match Connection::open(&o, &|| false) {
            Ok(near) => break near,
            Err(e) => assert!(clock.now() < MediaTime::from_millis(10_000), "{e}"),
        }
        clock.sleep_until(clock.now() + MediaTime::from_millis(20));
    };
    let far = waiting.join().expect("thread").1.expect("taken");
    exchange(&near, &far, b"ours");
}
