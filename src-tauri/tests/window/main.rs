//! The real window on a display in memory, steered as a person's hands and eyes would: it opens with the page, the preview
//! moves, the show goes live, and closing it while live is asked about, by the page and, where that hangs, by the system.
#![cfg(target_os = "linux")]

mod desk;
mod package;

use desk::{Desk, Driven, LIMIT, STUDIO};
use media::{Clock, MediaTime, SystemClock};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use test_support::{process::ChildGuard, wait_for};

/// Sends a command as the page does.
const SEND: &str = "
const [done] = [arguments[arguments.length - 1]], {base, token} = window.__FOOTLIGHT__;
const send = (body) => fetch(base + '/api/command', {method: 'POST', body: JSON.stringify(body),
  headers: {'Content-Type': 'application/json', Authorization: 'Bearer ' + token}}).then((r) => r.json());
";
const DIALOG: &str = "document.querySelector('[role=alertdialog], [role=dialog], dialog[open]')";
const MONITOR: &str =
    "return [...document.querySelectorAll('canvas')].sort((a, b) => b.width * b.height - a.width * a.height)[0]";

fn opened(desk: &Desk, project: &str) -> Driven {
    let path = desk.project(project);
    let clock = SystemClock::new();
    let page = Driven::open(desk, &[&path.to_string_lossy()]);
    page.until(
        "the page is there",
        &format!("return document.title.includes('{project}')"),
    );
    page.until(
        "it can be used",
        "return [...document.querySelectorAll('button')].some((b) => b.innerText.includes('Go live') && !b.disabled)",
    );
    let took = (clock.now() - MediaTime::ZERO).as_millis();
    let _ = writeln!(std::io::stdout(), "usable after {took} ms, the driver's start included");
    page
}

/// Goes live on this computer alone.
fn go_live(page: &Driven) {
    let live = page.wait(&format!(
        "{SEND} send({{command: 'add_destination', kind: 'local', name: 'Here'}})
           .then((d) => send({{command: 'go_live', destinations: [d.destination]}})).then(done, (e) => done(String(e)))"
    ));
    assert_eq!(live["ok"], Value::Bool(true), "{live}");
    page.until("the page says so", "return document.title.startsWith('●')");
}

#[test]
fn it_opens_shows_moving_pictures_and_asks_before_a_live_show_is_closed() {
    let desk = Desk::new();
    let page = opened(&desk, "Evening show");
    assert_eq!(page.run("return location.search"), "", "no token in the address");
    let other = page.wait("fetch(window.__FOOTLIGHT__.base + '/api/project').then((r) => arguments[0](r.status))");
    assert_ne!(other, 200, "nothing without the token");
    let refused = page.wait("window.__TAURI_INTERNALS__.invoke('plugin:dialog|open', {}).then(() => arguments[0]('done'), () => arguments[0]('refused'))");
    assert_eq!(refused, "refused", "the page may call what is listed, nothing else");

    let first = page.picture_of(MONITOR);
    assert!(first.len() > 1000, "there is a picture");
    assert!(wait_for(LIMIT, || page.picture_of(MONITOR) != first), "it moves");

    go_live(&page);
    assert!(
        wait_for(LIMIT, || desk.has_window("●")),
        "the title says so: {:?}",
        desk.windows()
    );
    desk.ask_to_close("Evening show");
    page.until("the page asks", &format!("return !!{DIALOG}"));
    page.until(
        "and keeps the show",
        &format!("const d = {DIALOG}; if (d) [...d.querySelectorAll('button')].find((b) => b.innerText.includes('Stay'))?.click(); return !d && document.title.startsWith('●')"),
    );

    desk.ask_to_close("Evening show");
    page.until("the page asks again", &format!("return !!{DIALOG}"));
    page.run(&format!("const b = [...{DIALOG}.querySelectorAll('button')].find((b) => b.innerText.includes('End and close')); b.click()"));
    assert!(
        wait_for(LIMIT, || desk.windows().is_empty()),
        "it ends: {:?}",
        desk.windows()
    );
    page.end();
}

#[test]
fn projectors_open_from_the_page_and_close() {
    let desk = Desk::new();
    let page = opened(&desk, "Projected");
    let ask = |call: &str| {
        page.wait(&format!(
            "window.__TAURI_INTERNALS__.invoke({call}).then(arguments[0], (e) => arguments[0](String(e)))"
        ))
    };
    let displays = ask("'displays'");
    assert_eq!(
        (&displays[0]["width"], &displays[0]["height"]),
        (&Value::from(1400), &Value::from(950)),
        "{displays}"
    );
    for target in ["program", "preview", "multiview", "scene:test-card"] {
        let id = ask(&format!(
            "'open_projector', {{target: '{target}', title: 'Out {target}', display: null}}"
        ));
        assert!(id.is_u64(), "{target}: {id}");
        assert!(
            wait_for(LIMIT, || desk.has_window(&format!("Out {target}"))),
            "{:?}",
            desk.windows()
        );
    }
    let wrong = ask("'open_projector', {target: 'nothing', title: '', display: null}");
    assert!(wrong.as_str().is_some_and(|w| w.contains("scene:ID")), "{wrong}");
    let open = ask("'projectors'");
    assert_eq!(open.as_array().map(Vec::len), Some(4), "{open}");
    ask(&format!("'close_projector', {{id: {}}}", open[0]["id"]));
    assert!(wait_for(LIMIT, || !desk.has_window("Out program")));
    desk.ask_to_close("Projected");
    assert!(
        wait_for(LIMIT, || desk.windows().is_empty()),
        "all end with the window: {:?}",
        desk.windows()
    );
    page.end();
}

#[test]
fn a_second_start_hands_its_project_to_the_first() {
    let desk = Desk::new();
    let mut bus = desk.command("dbus-daemon");
    bus.args(["--session", "--nofork", "--print-address=1"]);
    let mut bus = ChildGuard::spawn(bus, &desk.dir.path().join("bus"), true).expect("dbus-daemon");
    let mut address = String::new();
    BufReader::new(bus.take_output().expect("output"))
        .read_line(&mut address)
        .expect("an address");
    let start = |project: &str| {
        let mut c = desk.command(STUDIO);
        c.arg(desk.project(project))
            .env("DBUS_SESSION_BUS_ADDRESS", address.trim());
        desk.start(c, &format!("{project}.log"))
    };
    let mut first = start("Morning");
    assert!(
        wait_for(LIMIT, || desk.has_window("Morning")),
        "{:?} {}",
        desk.windows(),
        first.log()
    );
    let mut second = start("Noon");
    let ended = second.wait(LIMIT).expect("it ends");
    assert!(ended.success(), "{}", second.log());
    assert!(
        wait_for(LIMIT, || desk.has_window("Noon")),
        "{:?} {}",
        desk.windows(),
        first.log()
    );
    first.terminate();
    assert!(!first.is_running());
}

#[test]
fn a_project_that_is_none_is_told() {
    let desk = Desk::new();
    let mut c = desk.command(STUDIO);
    c.arg(desk.dir.path().join("nothing-here"));
    let mut studio = desk.start(c, "log");
    assert_eq!(studio.wait(LIMIT).and_then(|s| s.code()), Some(3));
    assert!(studio.log().contains("nothing-here"), "{}", studio.log());
}
