//! The real window on a display in memory, steered as a person's hands and eyes would: it opens with the page, the preview
//! moves, the show goes live, and closing it while live is asked about, by the page and, where that hangs, by the system.
#![cfg(target_os = "linux")]

mod desk;
mod measure;
mod package;

use desk::{ASK, Desk, Driven, LIMIT, STUDIO};
use media::{Clock, MediaTime, SystemClock};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    time::Duration,
};
use test_support::{process::ChildGuard, wait_for};

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
        "{ASK} send({{command: 'add_destination', kind: 'local', name: 'Here'}})
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

/// The last button that reads so and can be pressed, within `inside`.
fn button(inside: &str, name: &str) -> String {
    format!(
        "return [...document.querySelectorAll('{inside} button')].filter((b) => b.innerText.trim() === '{name}' && !b.disabled && !b.closest('[inert]')).pop()"
    )
}

#[test]
fn goes_live_to_this_computer_by_clicks_and_ends_the_show() {
    let desk = Desk::new();
    let page = opened(&desk, "Clicked");
    page.click("the big button", &button("", "Go live"));
    page.click("after the check", &button("[role=dialog]", "Go live now"));
    page.until("on the air", "return document.title.startsWith('●')");
    let watched = format!(
        "{ASK} const look = () => fetch(base + '/hls/master.m3u8').then((r) => r.ok ? r.text().then(done) : setTimeout(look, 200)); look()"
    );
    let list = page.wait(&watched);
    assert!(list.as_str().is_some_and(|l| l.starts_with("#EXTM3U")), "{list}");
    // The dialog leaves by itself once the lamp is lit.
    page.until("back at work", &format!("return !{DIALOG}"));
    page.click("the end", &button("", "End show"));
    page.click("it is asked about", &button("[role=alertdialog]", "End show"));
    page.until("off the air", "return !document.title.startsWith('●')");
    let sent = page.wait(&format!(
        "{ASK} ask('GET', '/api/show-report').then((r) => done(r.destinations[0].frames_sent))"
    ));
    assert!(sent.as_u64().is_some_and(|n| n > 0), "{sent}");
    page.end();
}

#[test]
fn a_room_opens_once_in_a_window_of_its_own_and_closes_alone() {
    let desk = Desk::new();
    let page = opened(&desk, "Rooms");
    let open = |room: &str| {
        page.wait(&format!(
            "window.__TAURI_INTERNALS__.invoke('open_room', {{room: '{room}'}}).then(() => arguments[0]('opened'), (e) => arguments[0](String(e)))"
        ))
    };
    let mixers = || {
        desk.windows()
            .iter()
            .filter(|(_, name)| name.starts_with("Mixer · Rooms"))
            .count()
    };
    assert_eq!(open("mixer"), "opened");
    // Its title comes from the page in it: the room alone is drawn, and knows the show.
    assert!(wait_for(LIMIT, || mixers() == 1), "{:?}", desk.windows());
    assert_eq!(open("mixer"), "opened", "it comes to the front");
    assert_eq!(open("scenes"), "opened");
    assert!(
        wait_for(LIMIT, || desk.has_window("Scenes · Rooms")),
        "{:?}",
        desk.windows()
    );
    assert_eq!(mixers(), 1, "{:?}", desk.windows());
    for wrong in ["", "../api", "Mixer", "mixer&token=1", &"a".repeat(41)] {
        let said = open(wrong);
        assert!(
            said.as_str().is_some_and(|s| s.ends_with("is no room of the studio")),
            "{wrong}: {said}"
        );
    }
    desk.ask_to_close("Mixer · Rooms");
    assert!(wait_for(LIMIT, || mixers() == 0), "{:?}", desk.windows());
    assert_eq!(open("mixer"), "opened", "and again");
    assert!(wait_for(LIMIT, || mixers() == 1), "{:?}", desk.windows());
    assert!(
        page.run("return document.title")
            .as_str()
            .is_some_and(|t| t.starts_with("Rooms")),
        "the studio stays"
    );
    page.end();
}

#[test]
fn files_are_chosen_in_the_systems_own_dialog() {
    let desk = Desk::new();
    let page = opened(&desk, "Choosing");
    for (command, title) in [
        ("pick_file", "Choose a film"),
        ("pick_folder", "Choose a folder"),
        ("save_file", "Keep it"),
    ] {
        page.run(&format!(
            "window.chosen = 'open'; window.__TAURI_INTERNALS__.invoke('{command}', {{title: '{title}', filters: [{{name: 'Films', extensions: ['mkv']}}]}}).then((p) => (window.chosen = p), (e) => (window.chosen = String(e)))"
        ));
        assert!(
            wait_for(LIMIT, || desk.has_window(title)),
            "{title}: {:?}",
            desk.windows()
        );
        assert_eq!(page.run("return window.chosen"), "open", "{title}: the page waits");
        desk.ask_to_close(title);
        page.until("nothing was chosen", "return window.chosen === null");
        assert!(wait_for(LIMIT, || !desk.has_window(title)));
    }
    page.end();
}

#[test]
fn a_page_that_hangs_does_not_keep_the_window_open_or_close_it_unasked() {
    const NATIVE: &str = "You are on air";
    let desk = Desk::new();
    let page = opened(&desk, "Hanging");
    go_live(&page);
    assert!(wait_for(LIMIT, || desk.has_window("●")), "{:?}", desk.windows());
    desk.ask_to_close("Hanging");
    page.until("the page asks", &format!("return !!{DIALOG}"));
    // A double click is one question.
    desk.ask_to_close("Hanging");
    assert!(
        !wait_for(Duration::from_millis(2500), || desk.has_window(NATIVE)),
        "the page has it"
    );
    page.run("setTimeout(() => { for (;;) {} }, 50)");
    // It heard once and hears no more.
    let asked = || {
        desk.ask_to_close("Hanging");
        wait_for(Duration::from_secs(4), || desk.has_window(NATIVE))
    };
    assert!(wait_for(LIMIT, asked), "the system asks: {:?}", desk.windows());
    assert_eq!(desk.windows().iter().filter(|(_, n)| n == NATIVE).count(), 1);
    desk.ask_to_close(NATIVE);
    assert!(wait_for(LIMIT, || !desk.has_window(NATIVE)));
    assert!(
        desk.has_window("● Hanging"),
        "it stays on the air: {:?}",
        desk.windows()
    );
    // And again, from a page that hears nothing at all.
    desk.ask_to_close("Hanging");
    assert!(wait_for(LIMIT, || desk.has_window(NATIVE)), "{:?}", desk.windows());
}

#[test]
fn a_first_start_that_was_broken_off_begins_again_and_a_skipped_one_does_not() {
    let desk = Desk::new();
    let first = "return !!document.querySelector('.fr[role=dialog]')";
    let begin = || {
        let page = Driven::open(&desk, &[]);
        page.until("the page is there", "return document.title.includes('Untitled')");
        page
    };
    let page = begin();
    page.until("the first steps", first);
    desk.ask_to_close("Untitled");
    assert!(
        wait_for(LIMIT, || desk.windows().is_empty()),
        "off air nothing is asked: {:?}",
        desk.windows()
    );
    page.end();

    let page = begin();
    page.until("the first steps again", first);
    page.click("skip", &button(".fr", "Skip set-up"));
    page.until("the studio", &format!("return !{DIALOG}"));
    assert!(
        wait_for(LIMIT, || desk.preferences()["firstrun.done"] == true),
        "kept: {}",
        desk.preferences()
    );
    desk.ask_to_close("Untitled");
    assert!(wait_for(LIMIT, || desk.windows().is_empty()));
    page.end();

    let page = begin();
    page.until(
        "usable",
        "return [...document.querySelectorAll('button')].some((b) => b.innerText.includes('Go live') && !b.disabled)",
    );
    // What would open them has looked by now: it waits for the person's settings, as this does.
    let settings = page.wait(&format!("{ASK} ask('GET', '/api/preferences').then(done)"));
    assert_eq!(settings["firstrun.done"], true, "{settings}");
    assert_eq!(page.run(first), false);
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
