//! `POST /api/files?name=…`: a file dropped into the page is stored in the project's `media` folder. It is written as it comes,
//! under a name that can't lead anywhere else, beside what is there and never over it, and is there whole or not at all.

use crate::{Site, answer::problem};
use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use serde::Deserialize;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;

/// The largest file taken, bytes.
const LARGEST: u64 = 2 << 30;
/// Pieces that may wait for the disk.
const WAITING: usize = 4;
/// A sender that says nothing for so long is given up.
const SILENCE: Duration = Duration::from_secs(30);
/// Longest name kept, bytes; file systems take 255.
const LONGEST: usize = 120;

#[derive(Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    name: String,
}

/// Stores the body.
pub(crate) async fn store(State(site): State<Arc<Site>>, Query(q): Query<Named>, body: Body) -> Response {
    let Some(folder) = site.house.folder() else {
        return problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "config",
            "this show has no folder to keep files in",
        );
    };
    let (pieces, arriving) = mpsc::channel(WAITING);
    let name = safe_name(&q.name);
    let writer = tokio::task::spawn_blocking(move || write(&folder.join("media"), &name, arriving));
    let sent = receive(body, &pieces).await;
    let whole = sent.is_ok() && pieces.send(Piece::End).await.is_ok();
    drop(pieces);
    match (sent, writer.await) {
        (Err(e), _) => e,
        (Ok(()), Ok(Ok(path))) if whole => Json(serde_json::json!({ "path": path })).into_response(),
        (Ok(()), Ok(Err(e))) => {
            let text = format!("the file could not be stored in the project's folder: {e}; is the disk full?");
            problem(StatusCode::UNPROCESSABLE_ENTITY, "disk", text)
        }
        _ => problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "bug",
            "storing the file ended in a fault",
        ),
    }
}

enum Piece {
    Data(Bytes),
    /// All of it has come; without this the file is thrown away.
    End,
}

async fn receive(mut body: Body, pieces: &mpsc::Sender<Piece>) -> Result<(), Response> {
    let mut left = LARGEST;
    loop {
        let frame = match tokio::time::timeout(SILENCE, body.frame()).await {
            Ok(None) => return Ok(()),
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) | Err(_) => {
                return Err(problem(
                    StatusCode::BAD_REQUEST,
                    "network",
                    "the file broke off; send it again",
                ));
            }
        };
        let Ok(data) = frame.into_data() else { continue };
        left = left.checked_sub(data.len() as u64).ok_or_else(|| {
            let text = "the file is larger than 2 GB; put it into the project's folder yourself";
            problem(StatusCode::PAYLOAD_TOO_LARGE, "config", text)
        })?;
        // The writer has failed; it says why.
        if pieces.send(Piece::Data(data)).await.is_err() {
            return Ok(());
        }
    }
}

/// Writes what arrives; gives the path from the project's folder.
fn write(folder: &Path, name: &str, mut arriving: mpsc::Receiver<Piece>) -> io::Result<String> {
    fs::create_dir_all(folder)?;
    let mut part = Unfinished::create(folder)?;
    loop {
        match arriving.blocking_recv() {
            Some(Piece::Data(data)) => part.file.write_all(&data)?,
            Some(Piece::End) => break,
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
    part.file.sync_all()?;
    let (path, kept) = reserve(folder, name)?;
    if let Err(e) = fs::rename(&part.path, &path) {
        let _ = fs::remove_file(&path);
        return Err(e);
    }
    part.done = true;
    Ok(format!("media/{kept}"))
}

/// A file that is not whole yet; it goes when it never becomes so.
struct Unfinished {
    path: PathBuf,
    file: File,
    done: bool,
}

impl Unfinished {
    fn create(folder: &Path) -> io::Result<Self> {
        for n in 1..10_000 {
            let path = folder.join(format!(".arriving-{}-{n}", std::process::id()));
            match File::create_new(&path) {
                Ok(file) => {
                    return Ok(Self {
                        path,
                        file,
                        done: false,
                    });
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Takes a name nobody has: `logo.png`, `logo-2.png`, …
fn reserve(folder: &Path, name: &str) -> io::Result<(PathBuf, String)> {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) => (stem, format!(".{ending}")),
        None => (name, String::new()),
    };
    for n in 1..10_000 {
        let kept = if n == 1 {
            name.to_owned()
        } else {
            format!("{stem}-{n}{ending}")
        };
        let path = folder.join(&kept);
        match File::create_new(&path) {
            Ok(_) => return Ok((path, kept)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A file name that is one on every system: no folders, no control characters, no device, not hidden, not too long.
fn safe_name(wish: &str) -> String {
    let last = wish.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if "<>:\"|?*%".contains(c) { '_' } else { c })
        .collect();
    let plain = plain.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let (stem, ending) = match plain.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 10 => (stem, format!(".{ending}")),
        _ => (plain, String::new()),
    };
    let mut end = stem.len().min(LONGEST);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let stem = stem[..end].trim_end_matches([' ', '.']);
    let stem = if stem.is_empty() { "file" } else { stem };
    let guard = if outputs::filename::is_device(stem) { "_" } else { "" };
    format!("{guard}{stem}{ending}")
}

/// Characters that turn or hide others.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lead_nowhere_else() {
        for (wish, want) in [
            ("logo.png", "logo.png"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("/etc/shadow", "shadow"),
            ("C:\\x\\a.png", "a.png"),
            ("..", "file"),
            ("", "file"),
            (".bashrc", "bashrc"),
            ("a\0b\n.png", "ab.png"),
            ("con.png", "_con.png"),
            ("LPT1", "_LPT1"),
            ("what?*.png", "what__.png"),
            ("photo\u{202e}gnp.exe", "photognp.exe"),
            ("舞台 照片.jpg", "舞台 照片.jpg"),
            ("trailing. ", "trailing"),
        ] {
            assert_eq!(safe_name(wish), want, "{wish:?}");
        }
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_file_in_the_folder(wish in ".{0,300}") {
            let name = safe_name(&wish);
            prop_assert!(!name.is_empty() && name.len() <= LONGEST + 12);
            prop_assert!(!name.starts_with('.') && !name.contains(['/', '\\', '\0']));
            prop_assert_eq!(Path::new(&name).components().count(), 1);
        }
    }

    #[test]
    fn nothing_is_written_over_and_nothing_half_stays() {
        let dir = tempfile::tempdir().expect("folder");
        let send = |pieces: Vec<Piece>| {
            let (tx, rx) = mpsc::channel(8);
            for p in pieces {
                assert!(tx.try_send(p).is_ok());
            }
            drop(tx);
            write(dir.path(), "a.png", rx)
        };
        let data = || Piece::Data(Bytes::from_static(b"one"));
        assert_eq!(send(vec![data(), Piece::End]).expect("stored"), "media/a.png");
        assert_eq!(send(vec![data(), data(), Piece::End]).expect("stored"), "media/a-2.png");
        assert!(send(vec![data()]).is_err(), "broke off");
        let mut there: Vec<_> = fs::read_dir(dir.path())
            .expect("folder")
            .map(|e| e.expect("entry").file_name().into_string().expect("text"))
            .collect();
        there.sort();
        assert_eq!(there, ["a-2.png", "a.png"]);
        assert_eq!(fs::read(dir.path().join("a.png")).expect("file"), b"one");
    }
}
