//! Who is let in.

use crate::rig::{Rig, TOKEN};
use tungstenite::client::IntoClientRequest;

#[test]
fn the_token_decides_and_other_sites_are_refused() {
    let bearer = format!("Bearer {TOKEN}");
    for required in [false, true] {
        let rig = Rig::with(required);
        let here = format!("http://{}", rig.address());
        let status = |headers: &[(&str, &str)], query: &str| {
            let reading = rig.ask("GET", &format!("/api/project{query}"), headers, b"").status;
            let body = br#"{"command":"set_scene","scene":"a"}"#;
            let commanding = rig.ask("POST", &format!("/api/command{query}"), headers, body).status;
            assert_eq!(reading, commanding, "{headers:?} {query}");
            commanding
        };
        let without = if required { 403 } else { 200 };
        assert_eq!(status(&[], ""), without);
        assert_eq!(status(&[("Origin", &here)], ""), without);
        assert_eq!(status(&[("Authorization", &bearer)], ""), 200);
        assert_eq!(status(&[], &format!("?token={TOKEN}")), 200);
        assert_eq!(
            status(&[("Authorization", &bearer), ("Origin", "tauri://localhost")], ""),
            200
        );
        assert_eq!(
            status(&[("Origin", "tauri://localhost")], ""),
            403,
            "a window without the token"
        );
        for wrong in ["Bearer wrong", "Bearer ", "Bearer", "right-toke", "Basic cmlnaHQ="] {
            assert_eq!(status(&[("Authorization", wrong)], ""), 403, "{wrong}");
        }
        assert_eq!(status(&[], "?token=wrong"), 403);
        for origin in [
            "https://evil.example",
            "null",
            "http://127.0.0.1:1",
            "http://localhost.evil.example",
        ] {
            assert_eq!(
                status(&[("Origin", origin), ("Authorization", &bearer)], ""),
                403,
                "{origin}"
            );
        }
        for host in ["evil.example", "127.0.0.1.evil.example:80", ""] {
            assert_eq!(status(&[("Host", host), ("Authorization", &bearer)], ""), 403, "{host}");
        }
        assert_eq!(rig.get("/api/state").status, 200, "watching is open");
        assert_eq!(rig.get("/").status, 200);
        assert_eq!(rig.get("/?token=wrong").status, 403);
    }
}

#[test]
fn sockets_have_the_same_doors() {
    let rig = Rig::with(true);
    for path in ["/api/ui", "/api/pictures"] {
        for (query, origin) in [
            ("", None),
            ("?token=wrong", None),
            ("?token=right-token", Some("https://evil.example")),
        ] {
            let mut request = format!("ws://{}{path}{query}", rig.address())
                .into_client_request()
                .expect("request");
            if let Some(o) = origin {
                request.headers_mut().insert("Origin", o.parse().expect("header"));
            }
            let stream = std::net::TcpStream::connect(rig.address()).expect("connect");
            match tungstenite::client(request, stream) {
                Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                    assert_eq!(answer.status(), 403, "{path}{query}");
                }
                other => panic!("{path}{query}: {:?}", other.map(|_| ())),
            }
        }
    }
}

#[test]
fn only_the_window_may_ask_across_origins_and_pages_run_only_our_scripts() {
    let rig = Rig::new();
    let ask = |method, origin| rig.ask(method, "/api/command", &[("Origin", origin)], b"");
    let asked = ask("OPTIONS", "tauri://localhost");
    assert_eq!(
        (asked.status, asked.header("access-control-allow-origin")),
        (204, "tauri://localhost")
    );
    assert!(asked.header("access-control-allow-headers").contains("authorization"));
    let evil = ask("OPTIONS", "https://evil.example");
    assert_eq!((evil.status, evil.header("access-control-allow-origin")), (403, ""));
    let page = rig.get("/");
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self';",
        "img-src 'self' blob: data:",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(policy.contains(&format!("ws://{}", rig.address())), "{policy}");
    assert!(!policy.contains("script-src 'self' 'unsafe"), "{policy}");
    assert_eq!(rig.get("/../Cargo.toml").status, 404);
}
