//! `cargo xtask count`: the instructions of the hot loops, counted by valgrind's callgrind on fixed inputs. Times differ from run
//! to run and from machine to machine; these do not, so they guard against loops that became slower without anybody noticing.
//! The limits are in `bench/counts.json`: what was counted when they were written (`--write`), and [`SLACK`] more is an error.
//!
//! This program runs itself under callgrind. Nothing is collected but inside the functions here whose names begin with `counted_`;
//! callgrind's own reader then says how many instructions each of them took with all it called.

use crate::bench::compose::{Show, frame, next, scaled};
use anyhow::{Context, Result, bail, ensure};
use compositor::{
    DrawItem, DrawList, Picture, Renderer as _,
    filters::{Store, filtered},
    software::SoftwareRenderer,
};
use media::{AlphaMode, AudioBlock, ColorInfo, MediaTime, PixelFormat, VideoFrame};
use mixer::{AudioFeed, FeedPolicy, Mixer, SourceMix};
use project::{Project, Rgba, Scene, SceneItem, Source};
use std::{
    collections::BTreeMap,
    fs,
    hint::black_box,
    process::{Command, Stdio},
    sync::Arc,
};

/// Where the limits are.
const LIMITS: &str = "bench/counts.json";
/// How much more than the limit is let pass.
const SLACK: f64 = 1.05;

/// The loops, by the names of their functions.
const LOOPS: [&str; 6] = ["blend", "scale", "convert", "key", "draw_list", "mixer"];

/// Counts, prints and compares; `--write` makes what was counted the new limits.
pub(crate) fn run(args: &[String]) -> Result<()> {
    match args {
        [inside_one] if inside_one == "--inside" => inside(),
        [] | [_] if args.iter().all(|a| a == "--write") => {
            if !std::arch::is_x86_feature_detected!("avx2") {
                println!("this computer has no AVX2, which the limits were counted with: nothing is counted");
                return Ok(());
            }
            let counted = counted()?;
            if args.is_empty() {
                compare(&counted)
            } else {
                fs::write(LIMITS, format!("{}\n", serde_json::to_string_pretty(&counted)?))?;
                println!("{LIMITS} is written");
                Ok(())
            }
        }
        _ => bail!("cargo xtask count [--write]"),
    }
}

fn compare(counted: &BTreeMap<String, u64>) -> Result<()> {
    let text = fs::read_to_string(LIMITS).with_context(|| format!("{LIMITS}: run cargo xtask count --write"))?;
    let limits: BTreeMap<String, u64> = serde_json::from_str(&text).with_context(|| LIMITS.to_owned())?;
    let mut worse = vec![];
    for (name, now) in counted {
        let limit = limits.get(name).copied().unwrap_or_default();
        let part = *now as f64 / limit.max(1) as f64;
        println!("{name:<10} {now:>12} instructions, {part:.3} of the limit");
        if part > SLACK {
            worse.push(format!("{name} takes {part:.2} times the instructions it took"));
        }
    }
    ensure!(
        worse.is_empty(),
        "{}; make it as fast again, or, where that is meant, run cargo xtask count --write",
        worse.join("; ")
    );
    Ok(())
}

/// Runs this program under callgrind and reads what it wrote.
fn counted() -> Result<BTreeMap<String, u64>> {
    let dir = tempfile::tempdir()?;
    let out = dir.path().join("counts");
    let exe = std::env::current_exe()?;
    let done = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .arg("--toggle-collect=*counted_*")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(exe)
        .args(["count", "--inside"])
        .stdin(Stdio::null())
        .output()
        .context("valgrind is needed; installer/setup.sh installs it")?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "the counted program failed:\n{said}");
    let read = Command::new("callgrind_annotate")
        .args(["--inclusive=yes", "--auto=no", "--threshold=100"])
        .arg(&out)
        .stdin(Stdio::null())
        .output()
        .context("callgrind_annotate comes with valgrind")?;
    let table = String::from_utf8_lossy(&read.stdout);
    let one = |name: &&str| {
        let count = inclusive(&table, &format!("counted_{name}"));
        let count = count.with_context(|| format!("nothing was counted of {name}:\n{said}"))?;
        Ok(((*name).to_owned(), count))
    };
    LOOPS.iter().map(one).collect()
}

/// The most instructions a line of callgrind's table gives for a function with all it called: other lines of it are parts that
/// were inlined. A line is ` 37,512,724 (36.37%)  FILE:xtask::count::counted_convert [PROGRAM]`.
fn inclusive(table: &str, function: &str) -> Option<u64> {
    let of_it = |l: &&str| {
        l.split_whitespace()
            .any(|word| word.ends_with(&format!("::{function}")))
    };
    let count = |l: &str| l.split_whitespace().next()?.replace(',', "").parse::<u64>().ok();
    table.lines().filter(of_it).filter_map(count).max()
}

/// What is counted, once each.
fn inside() -> Result<()> {
    let show = Show::new();
    counted_blend(&mut Stage::of(|_| show.list((1920, 1080), 1.0, 0.0))?);
    let film = frame(
        PixelFormat::I420,
        (1280, 720),
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
    );
    counted_scale(&mut Stage::of(|_| plain(vec![scaled(next(&film), 1.5, 0.0, 0.0)]))?);
    let screen = frame(PixelFormat::Bgrx, (1920, 1080), ColorInfo::SRGB, AlphaMode::Opaque);
    counted_convert(&mut Stage::of(|_| {
        plain(vec![DrawItem::whole(next(&screen), 0.0, 0.0)])
    })?);
    counted_key(&mut Stage::of(keyed())?);
    let (project, picture) = scenes();
    counted_draw_list(&project, &|_| Some(picture.clone()));
    let (mut mixer, mut time) = mix();
    counted_mixer(&mut mixer, &mut time);
    Ok(())
}

/// A renderer that has drawn a picture, and the next lists.
struct Stage {
    renderer: SoftwareRenderer,
    lists: Vec<DrawList>,
}

impl Stage {
    fn of(list: impl Fn(u32) -> DrawList) -> Result<Self> {
        let mut renderer = SoftwareRenderer::new(1920, 1080)?;
        // What is made once (converted stills, pools) is not counted.
        for n in 0..2 {
            renderer.render(&list(n), MediaTime::ZERO)?;
        }
        let lists = (2..4).map(list).collect();
        Ok(Self { renderer, lists })
    }

    fn draw(&mut self) {
        for list in &self.lists {
            let _ = black_box(self.renderer.render(list, MediaTime::ZERO));
        }
    }
}

#[inline(never)]
fn counted_blend(stage: &mut Stage) {
    stage.draw();
}

#[inline(never)]
fn counted_scale(stage: &mut Stage) {
    stage.draw();
    black_box(1);
}

#[inline(never)]
fn counted_convert(stage: &mut Stage) {
    stage.draw();
    black_box(2);
}

#[inline(never)]
fn counted_key(stage: &mut Stage) {
    stage.draw();
    black_box(3);
}

/// No closure may be made in here: its name would begin like this function's, which callgrind would take for another one.
#[inline(never)]
fn counted_draw_list(project: &Project, frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>) {
    for _ in 0..20 {
        let list = compositor::draw_list(project, (1920, 1080), Rgba::BLACK, "main", frames);
        black_box(list);
    }
}

/// A tenth of a second.
#[inline(never)]
fn counted_mixer(mixer: &mut Mixer, time: &mut MediaTime) {
    for _ in 0..10 {
        black_box(mixer.mix_tracks(*time));
        *time += MediaTime::from_millis(10);
    }
}

fn plain(items: Vec<DrawItem>) -> DrawList {
    DrawList {
        width: 1920,
        height: 1080,
        background: Rgba::BLACK,
        items,
    }
}

fn keyed() -> impl Fn(u32) -> DrawList {
    let camera = frame(
        PixelFormat::I420,
        (640, 360),
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
    );
    let store = Store::default();
    let key = project::Filter {
        kind: "chroma_key".into(),
        ..project::Filter::default()
    };
    move |_| {
        let picture = filtered(
            Picture::Frame(next(&camera)),
            std::slice::from_ref(&key),
            &store,
            MediaTime::ZERO,
        );
        let item = picture.map(|picture| DrawItem {
            picture,
            ..DrawItem::whole(next(&camera), 40.0, 40.0)
        });
        plain(item.into_iter().collect())
    }
}

/// A scene of forty items, half of them in a nested one.
fn scenes() -> (Project, Arc<VideoFrame>) {
    let item = |n: u32| SceneItem {
        id: format!("i{n}"),
        source: Some(format!("s{}", n % 10)),
        position: project::Point {
            x: f64::from(n * 37 % 1900),
            y: f64::from(n * 53 % 1000),
        },
        rotation_deg: f64::from(u8::from(n.is_multiple_of(5))) * 10.0,
        ..SceneItem::default()
    };
    let nested = SceneItem {
        id: "inner".into(),
        scene: Some("inner".into()),
        ..SceneItem::default()
    };
    let scene = |id: &str, items| Scene {
        id: id.into(),
        items,
        ..Scene::default()
    };
    let p = Project {
        sources: (0..10)
            .map(|n| Source {
                id: format!("s{n}"),
                ..Source::default()
            })
            .collect(),
        scenes: vec![
            scene("main", (0..20).map(item).chain([nested]).collect()),
            scene("inner", (20..40).map(item).collect()),
        ],
        ..Project::default()
    };
    let picture = frame(PixelFormat::I420, (64, 36), ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
    (p, Arc::new(picture))
}

/// Eight sources in two tracks, mixed for a second before anything is counted.
fn mix() -> (Mixer, MediaTime) {
    let mut mixer = Mixer::new(-1.0);
    mixer.set_tracks(&[0.0, -3.0]);
    for n in 0..8u16 {
        let feed = AudioFeed::new(MediaTime::from_millis(5000), FeedPolicy::DropOldest);
        let mut block = AudioBlock::silence(MediaTime::ZERO, 48_000 * 2);
        for (i, s) in block.samples.iter_mut().enumerate() {
            *s = ((i / 2) as f32 * 0.01 * f32::from(n + 1)).sin() * 0.2;
        }
        feed.push(&block);
        mixer.add(&format!("s{n}"), feed, SourceMix::default());
    }
    let mut time = MediaTime::ZERO;
    for _ in 0..100 {
        black_box(mixer.mix_tracks(time));
        time += MediaTime::from_millis(10);
    }
    (mixer, time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let table = " 37,512,724 (36.37%)  /x/count.rs:xtask::count::counted_key [/t/xtask]\n\
                     \u{20}    12,980 ( 0.01%)  /y/mod.rs:xtask::count::counted_key\n\
                     \u{20} 9,999,999 (10.00%)  /x/count.rs:xtask::count::counted_keys [/t/xtask]\n";
        assert_eq!(inclusive(table, "counted_key"), Some(37_512_724));
        assert_eq!(inclusive(table, "counted_keys"), Some(9_999_999));
        assert_eq!(inclusive(table, "counted_mixer"), None);
    }
}
