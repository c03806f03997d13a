//! Stingers: when the scenes change, what the matte shows, what is heard, and what is left without a film.

use super::{
    super::tests::{SIZE, list, luma as drawn},
    *,
};
use media::{AlphaMode, ColorInfo, Plane};

const BLACK: [u8; 4] = [0, 0, 0, 255];
const WHITE: [u8; 4] = [255; 4];

fn ms(ms: i64) -> MediaTime {
    MediaTime::from_millis(ms)
}

fn film(length_ms: i64) -> Option<FilmLength> {
    Some(FilmLength {
        length: ms(length_ms),
        picture_time: ms(40),
    })
}

fn on(s: Stinger, film: Option<FilmLength>) -> (Arc<dyn Transition>, MediaTime) {
    s.on_film(film, ms(20)).expect("it plays a film")
}

/// A grey film of `size` whose luma (limited) is `of(x, y)`.
fn frame((w, h): (u32, u32), of: impl Fn(u32, u32) -> u8) -> Arc<VideoFrame> {
    let plane = |data: Vec<u8>, stride: u32| Plane {
        data: data.into(),
        stride: stride as usize,
    };
    let y: Vec<u8> = (0..w * h).map(|i| of(i % w, i / w)).collect();
    let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
    let chroma = || plane(vec![128; (cw * ch) as usize], cw);
    let planes = vec![plane(y, w), chroma(), chroma()];
    let color = ColorInfo::BT709_LIMITED;
    let made = VideoFrame::new(
        PixelFormat::I420,
        w,
        h,
        planes,
        color,
        AlphaMode::Opaque,
        MediaTime::ZERO,
    );
    Arc::new(made.expect("frame"))
}

fn seen(t: &dyn Transition, p: f32, films: &FilmPictures) -> Vec<Vec<u8>> {
    drawn(&cull(t.list_with(list(BLACK, vec![]), list(WHITE, vec![]), p, films)))
}

#[test]
fn the_point_counts_in_time_or_in_pictures_of_the_film() {
    let by = |point_by, point_ms, point_frame| Stinger {
        point_by,
        point_ms,
        point_frame,
        ..Stinger::default()
    };
    let none = FilmPictures::default();
    for (s, point) in [(by(PointBy::Time, 300, 0), 0.3), (by(PointBy::Frame, 0, 15), 0.6)] {
        let (t, length) = on(s, film(1000));
        assert_eq!(length, ms(1000), "as long as the film");
        assert!(seen(&*t, point - 0.01, &none)[9][9] < 20);
        assert!(seen(&*t, point + 0.01, &none)[9][9] > 230);
    }
    // Beyond the film's end is its end.
    let (t, _) = on(by(PointBy::Time, 9000, 0), film(1000));
    assert!(seen(&*t, 0.99, &none)[9][9] < 20 && seen(&*t, 1.0, &none)[9][9] > 230);
    // A film nobody wants to wait for is cut off.
    assert_eq!(on(by(PointBy::Time, 1, 0), film(3_600_000)).1, ms(20_000));
}

#[test]
fn without_its_film_it_is_a_cut_at_the_same_moment() {
    let s = Stinger {
        point_by: PointBy::Frame,
        point_frame: 10,
        ..Stinger::default()
    };
    let (t, length) = on(s, None);
    assert_eq!(length, ms(200), "ten pictures of the canvas");
    assert!(seen(&*t, 0.99, &FilmPictures::default())[9][9] < 20);
    let (_, length) = on(Stinger::default(), None);
    assert_eq!(length, ms(500));
}

#[test]
fn the_film_lies_over_the_whole_canvas() {
    let (t, _) = on(Stinger::default(), film(1000));
    // Wider than the canvas: its middle is seen.
    let picture = frame((96, 32), |x, _| if (32..64).contains(&x) { 126 } else { 235 });
    let films = FilmPictures {
        picture: Some(picture),
        matte: None,
    };
    for p in [0.1, 0.9] {
        assert!(seen(&*t, p, &films).iter().flatten().all(|v| *v == 126), "at {p}");
    }
}

#[test]
fn the_matte_says_which_scene_is_seen() {
    let with = |matte, invert_matte| Stinger {
        matte,
        invert_matte,
        matte_file: "matte.webm".into(),
        ..Stinger::default()
    };
    let half = SIZE / 2;
    // The matte is white in the lower half of the canvas; what is seen of the film is nothing (transparent).
    let white = |y: u32| if y >= half { 235 } else { 16 };
    let clear = VideoFrame::rgba(SIZE, SIZE, vec![0; (SIZE * SIZE * 4) as usize], AlphaMode::Straight);
    let clear = Arc::new(clear.expect("frame"));
    let separate = FilmPictures {
        picture: Some(clear),
        matte: Some(frame((SIZE, SIZE), |_, y| white(y))),
    };
    let only = FilmPictures {
        picture: separate.matte.clone(),
        matte: None,
    };
    for (s, films) in [
        (with(Matte::File, false), &separate),
        (with(Matte::Only, false), &only),
        (with(Matte::Only, true), &only),
    ] {
        let invert = s.invert_matte;
        let (t, _) = on(s, film(1000));
        let now = seen(&*t, 0.1, films);
        let (new, old) = if invert { (4, SIZE - 4) } else { (SIZE - 4, 4) };
        assert!(
            now[new as usize].iter().all(|v| *v > 230),
            "the new scene where it is white"
        );
        assert!(
            now[old as usize].iter().all(|v| *v < 20),
            "the old one where it is black"
        );
    }
}

#[test]
fn a_matte_in_half_of_the_picture_is_not_seen_itself() {
    let half = SIZE / 2;
    let grey = 100;
    let beside = frame((2 * SIZE, SIZE), |x, y| match (x < SIZE, y < half) {
        (true, _) => grey,
        (_, true) => 16,
        _ => 235,
    });
    let below = frame((SIZE, 2 * SIZE), |_, y| match (y < SIZE, y < SIZE + half) {
        (true, _) => grey,
        (_, true) => 16,
        _ => 235,
    });
    for (matte, picture) in [(Matte::Beside, beside), (Matte::Below, below)] {
        let s = Stinger {
            matte,
            ..Stinger::default()
        };
        let (t, _) = on(s, film(1000));
        let films = FilmPictures {
            picture: Some(picture.clone()),
            matte: None,
        };
        assert!(seen(&*t, 0.1, &films).iter().flatten().all(|v| *v == grey), "{matte:?}");
        // Below the film lies what the matte makes of the scenes.
        let mut made = t.list_with(list(BLACK, vec![]), list(WHITE, vec![]), 0.1, &films);
        made.items.pop();
        let under = drawn(&made);
        assert!(under[2].iter().all(|v| *v < 20) && under[SIZE as usize - 2].iter().all(|v| *v > 230));
    }
}

#[test]
fn the_scenes_sound_goes_over_fades_out_and_in_or_changes_at_once() {
    let with = |scenes_sound| {
        let s = Stinger {
            scenes_sound,
            point_ms: 250,
            ..Stinger::default()
        };
        on(s, film(1000)).0
    };
    let at = |t: &dyn Transition, p| (t.heard(p), t.left_of_both(p));
    let over = with(ScenesSound::Crossfade);
    assert_eq!([at(&*over, 0.1), at(&*over, 0.6)], [(0.1, 1.0), (0.6, 1.0)]);
    let cut = with(ScenesSound::Cut);
    assert_eq!([at(&*cut, 0.2), at(&*cut, 0.25)], [(0.0, 1.0), (1.0, 1.0)]);
    let dip = with(ScenesSound::FadeOutIn);
    assert_eq!(
        [at(&*dip, 0.0), at(&*dip, 0.125), at(&*dip, 0.25)],
        [(0.0, 1.0), (0.0, 0.5), (1.0, 0.0)]
    );
    assert_eq!([at(&*dip, 0.625), at(&*dip, 1.0)], [(1.0, 0.5), (1.0, 1.0)]);
}

#[test]
fn a_matte_of_its_own_has_to_be_named() {
    let s = serde_json::json!({"file": "a.webm", "matte": "file"});
    let e = super::super::transition("stinger", s.as_object().expect("map"), "t", std::path::Path::new(""));
    assert!(e.expect("known").is_err_and(|e| e.path == "t.matte_file"));
}
