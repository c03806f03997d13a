//! The window's figures, measured rather than tested: how soon it can be used, what it costs while nothing happens, how many
//! pictures are really drawn, how soon a key changes the programme. They say something only on a machine with nothing else
//! to do, so they run only when asked for (`cargo xtask measure window`), and print medians. `FOOTLIGHT_STUDIO` names another
//! program than the one built beside the test.

use crate::desk::{ASK, Desk, Driven, LIMIT, STUDIO};
use media::{Clock, MediaTime, SystemClock};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, io::Write, path::PathBuf};
use test_support::wait_for;

/// How long processor time and pictures are counted.
const STRETCH: MediaTime = MediaTime::from_millis(20_000);
/// Ticks of processor time in a second: 100 on every Linux.
const TICKS: f64 = 100.0;
const USABLE: &str =
    "return [...document.querySelectorAll('button')].some((b) => b.innerText.includes('Go live') && !b.disabled)";
/// What a page that nobody can see is told by its window.
const HIDE: &str = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => true});
document.dispatchEvent(new Event('visibilitychange'))";
/// Counts what is really drawn on the largest canvas, and in how many of the page's own frames there was something new; notes
/// when the picture's middle changed after a key.
const COUNT: &str = "
const gl = WebGL2RenderingContext.prototype, draw = gl.drawArrays, load = gl.texSubImage2D;
const m = window.m = {drawn: 0, shown: 0, fresh: false, width: 0, height: 0, pressed: 0, middle: null, took: []};
gl.drawArrays = function (...a) {
  if (this.canvas.width >= m.width) { [m.width, m.height] = [this.canvas.width, this.canvas.height]; m.drawn++; m.fresh = true; }
  return draw.apply(this, a);
};
gl.texSubImage2D = function (...a) {
  const bytes = a[8], [w, h] = [a[4], a[5]];
  if (w === this.canvas.width && w >= m.width) {
    const middle = bytes[(h >> 1) * w + (w >> 1)];
    if (m.pressed && Math.abs(middle - m.middle) > 40) { m.took.push(performance.now() - m.pressed); m.pressed = 0; }
    m.middle = middle;
  }
  return load.apply(this, a);
};
addEventListener('keydown', () => { m.pressed = performance.now(); }, true);
const frame = () => { if (m.fresh) m.shown++; m.fresh = false; requestAnimationFrame(frame); };
requestAnimationFrame(frame);
return true";

fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

fn program() -> String {
    std::env::var("FOOTLIGHT_STUDIO").unwrap_or_else(|_| STUDIO.to_owned())
}

/// The demo as people get it: 1920 × 1080, 30 pictures a second.
fn demo(desk: &Desk, change: impl FnOnce(&mut Value)) -> PathBuf {
    let folder = desk.project("Measured");
    let file = folder.join("project.json");
    let mut project: Value = serde_json::from_slice(&fs::read(&file).expect("demo")).expect("json");
    let canvas = &mut project["canvases"][0];
    (canvas["width"], canvas["height"], canvas["fps"]) = (json!(1920), json!(1080), json!(30));
    change(&mut project);
    fs::write(&file, project.to_string()).expect("written");
    folder
}

fn open(desk: &Desk, project: &std::path::Path) -> Driven {
    let page = Driven::open_program(desk, &program(), &[&project.to_string_lossy()]);
    page.until("usable", USABLE);
    page
}

/// A stretch of time in which nothing is asked of anybody.
fn pass(time: MediaTime) {
    let clock = SystemClock::new();
    clock.sleep_until(clock.now() + time);
}

/// Processor time in ticks by name, of a process and all that came from it.
fn used(root: u32) -> BTreeMap<String, f64> {
    let stat = |pid: &str| {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let name = text[text.find('(')? + 1..text.rfind(')')?].to_owned();
        let rest: Vec<i64> = text[text.rfind(')')? + 1..]
            .split_whitespace()
            .skip(1)
            .filter_map(|n| n.parse().ok())
            .collect();
        // After the state (some are negative): ppid is the first number, utime and stime the 11th and 12th.
        Some((
            pid.parse::<i64>().ok()?,
            *rest.first()?,
            name,
            (rest.get(10)? + rest.get(11)?) as f64,
        ))
    };
    let all: Vec<_> = fs::read_dir("/proc")
        .expect("proc")
        .flatten()
        .filter_map(|e| stat(&e.file_name().to_string_lossy()))
        .collect();
    let mut family = vec![i64::from(root)];
    let mut seen = 0;
    while seen < family.len() {
        let parent = family[seen];
        family.extend(all.iter().filter(|(_, ppid, ..)| *ppid == parent).map(|(pid, ..)| *pid));
        seen += 1;
    }
    let mut out = BTreeMap::new();
    for (pid, _, name, ticks) in all {
        if family.contains(&pid) && !name.contains("driver") && !name.contains("Driver") {
            *out.entry(name).or_default() += ticks;
        }
    }
    out
}

/// Percent of one core over a stretch: in all, and what each process took.
fn cost(page: &Driven) -> (f64, String) {
    let before = used(page.pid());
    pass(STRETCH);
    let percent = |(name, ticks): (String, f64)| {
        let spent = ticks - before.get(&name).copied().unwrap_or_default();
        (name, spent / TICKS / STRETCH.as_secs_f64() * 100.0)
    };
    let each: Vec<_> = used(page.pid()).into_iter().map(percent).collect();
    let words: Vec<_> = each.iter().map(|(name, p)| format!("{name} {p:.1}")).collect();
    (each.iter().map(|(_, p)| p).sum(), words.join(", "))
}

fn load() -> String {
    fs::read_to_string("/proc/loadavg")
        .unwrap_or_default()
        .split(' ')
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
#[ignore = "a measurement"]
fn measure_start() {
    let mut all = vec![];
    for _ in 0..5 {
        let desk = Desk::new();
        desk.prefer(&json!({"firstrun.done": true}));
        let project = demo(&desk, |_| {});
        let clock = SystemClock::new();
        let page = open(&desk, &project);
        let took = clock.now().as_secs_f64() * 1000.0;
        // How long the window has been there itself: the page's clock begins with its first byte.
        let page_took = page.run("return performance.now()").as_f64().unwrap_or_default();
        say(&format!(
            "start: usable after {took:.0} ms with the driver's start; the page had {page_took:.0} ms of it (load {})",
            load()
        ));
        all.push(took);
        page.end();
    }
    say(&format!(
        "start, median of {}: {:.0} ms, the driver's own start included",
        all.len(),
        median(all)
    ));
}

#[test]
#[ignore = "a measurement"]
fn measure_idle() {
    let desk = Desk::new();
    desk.prefer(&json!({"firstrun.done": true}));
    let project = demo(&desk, |_| {});
    let page = open(&desk, &project);
    pass(MediaTime::from_millis(5000));
    let (all, each) = cost(&page);
    say(&format!(
        "idle, pictures and meters to be seen: {all:.1} % of a core ({each}; load {})",
        load()
    ));
    page.run(HIDE);
    // The socket for pictures goes after four seconds, and makers rest after one.
    pass(MediaTime::from_millis(8000));
    let runs: Vec<f64> = (0..3)
        .map(|_| {
            let (all, each) = cost(&page);
            say(&format!("idle, hidden: {all:.1} % of a core ({each}; load {})", load()));
            all
        })
        .collect();
    say(&format!("idle, hidden, median of 3: {:.1} % of a core", median(runs)));
    page.end();
}

/// What the running show has lost so far.
fn lost(page: &Driven) -> Value {
    page.wait(&format!(
        "{ASK} ask('GET', '/api/state').then((s) => done({{due: s.canvases[0].frames_due, late: s.canvases[0].frames_late, skipped: s.canvases[0].frames_skipped, encoder: s.encoders.map((e) => e.frames_dropped), sent: s.destinations.map((d) => d.frames_sent), dropped: s.destinations.map((d) => d.frames_dropped), renderer: s.renderer}}))"
    ))
}

fn go_live(page: &Driven) {
    let live = page.wait(&format!(
        "{ASK} send({{command: 'go_live'}}).then(done, (e) => done(String(e)))"
    ));
    assert_eq!(live["ok"], true, "{live}");
    page.until("on the air", "return document.title.startsWith('●')");
}

#[test]
#[ignore = "a measurement"]
fn measure_preview() {
    let desk = Desk::new();
    desk.prefer(&json!({"firstrun.done": true, "layout.kind": "simple"}));
    let project = demo(&desk, |_| {});
    let page = open(&desk, &project);
    page.run(COUNT);
    go_live(&page);
    pass(MediaTime::from_millis(6000));
    let mut all = vec![];
    for _ in 0..3 {
        let before = lost(&page);
        page.run("m.drawn = 0; m.shown = 0");
        let (percent, each) = cost(&page);
        let m = page.run("return {...window.m}");
        let per = |key: &str| m[key].as_f64().unwrap_or_default() / STRETCH.as_secs_f64();
        say(&format!(
            "preview {}x{}: {:.1} drawn a second, new in {:.1} of the page's frames ({percent:.0} % of a core: {each}; load {})\n  the show before: {before}\n  and after: {}",
            m["width"],
            m["height"],
            per("drawn"),
            per("shown"),
            load(),
            lost(&page)
        ));
        all.push(per("shown").min(per("drawn")));
    }
    say(&format!("preview, median of 3: {:.1} pictures a second", median(all)));
    page.end();
}

#[test]
#[ignore = "a measurement"]
fn measure_key_to_programme() {
    let desk = Desk::new();
    desk.prefer(&json!({"firstrun.done": true, "layout.kind": "simple"}));
    let project = demo(&desk, |p| {
        let scene = |id: &str, source: &str| json!({"id": id, "name": id, "items": [{"id": "it", "source": source}]});
        p["sources"] = json!([
            {"id": "dark", "kind": "color", "settings": {"color": "#101010"}},
            {"id": "light", "kind": "color", "settings": {"color": "#f0f0f0"}},
        ]);
        p["scenes"] = json!([scene("a", "dark"), scene("b", "light")]);
        p["canvases"][0]["scene"] = json!("a");
    });
    let page = open(&desk, &project);
    page.run(COUNT);
    let cut = format!("{ASK} send({{command: 'set_transition', kind: 'cut', duration_ms: 300}}).then(done)");
    assert_eq!(page.wait(&cut)["ok"], true);
    go_live(&page);
    pass(MediaTime::from_millis(6000));
    page.run("document.activeElement?.blur(); m.took = []");
    for n in 0..30_u64 {
        page.press(if n % 2 == 0 { "2" } else { "1" });
        let came = wait_for(LIMIT, || page.run("return m.took.length").as_u64() > Some(n));
        assert!(came, "no change after key {n}: {}", page.run("return {...m}"));
        // Not in step with the frames.
        pass(MediaTime::from_millis(300 + 37 * (n as i64 % 7)));
    }
    let took = page.run("return m.took");
    let all: Vec<f64> = took
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    let worst = all.iter().copied().fold(0.0, f64::max);
    say(&format!(
        "key to changed programme picture in the page, {} presses: median {:.0} ms, worst {worst:.0} ms (load {})\n  the show: {}",
        all.len(),
        median(all),
        load(),
        lost(&page)
    ));
    page.end();
}
