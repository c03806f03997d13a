//! The show as HLS in a folder, for a web server of one's own to hand out: fMP4 segments, the newest ones also in parts as they
//! come (low latency, RFC 8216bis), and the playlists. What is cut is cut as for the watch page (`local`), into a store of its
//! own; this copies what is new into the folder, and takes away what it has put there once no player wants it any more.
//!
//! Every file appears whole, by its last name. A plain web server can't hold a request back until the next part is there, so
//! players are not told that it could; they look again after each part's time.

use super::local::Segmenter;
use crate::{
    HlsStore, Link, OutputError,
    error::io_words,
    kind::{DestinationKind, Driver, DriverFuture, Env, ProbeFuture, ProbeWish, Probed, Wants},
};
use media::{MediaTime, PacketReceiver, StreamInfo};
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Segments for which files stay after they have left the playlist.
const KEPT: u64 = 10;

/// `hls_folder`: HLS for a web server.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo::of::<HlsFolderSettings>(
        "hls_folder",
        "HLS folder",
        "Writes the show as low-latency HLS into a folder that a web server of yours hands out.",
    ),
    schemes: &["hls+file"],
    from_url,
    redacted_url: |map| {
        project::kind::parse::<HlsFolderSettings>(map, "")
            .map_or_else(|_| "a folder".into(), |p| p.settings.folder.trim().to_owned())
    },
    endpoint: |_| Ok(None),
    wants: |_| Wants::HLS,
    check_streams: super::local::check_streams,
    open,
};

/// Settings of a folder of HLS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct HlsFolderSettings {
    /// The folder, as a whole path: `/srv/www/show`. Players open `master.m3u8` in it. It is made when it is not there.
    pub folder: String,
    /// Length of a segment in seconds. A segment ends at the first keyframe after it.
    #[schemars(range(min = 0.5, max = 10.0))]
    pub segment_s: f64,
    /// Length of a part in seconds, for players of low-latency HLS: they are about three parts behind. 0: whole segments only.
    #[schemars(range(min = 0.0, max = 2.0))]
    pub part_s: f64,
    /// Delete this show's segments from the folder once they are no longer in the playlist. Nothing else is ever deleted.
    pub delete_old: bool,
}

impl Default for HlsFolderSettings {
    fn default() -> Self {
        Self {
            folder: String::new(),
            segment_s: 2.0,
            part_s: 0.33,
            delete_old: true,
        }
    }
}

impl Settings for HlsFolderSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        if !(0.5..=10.0).contains(&self.segment_s) {
            return Err(("segment_s".into(), "a segment lasts 0.5 to 10 seconds".into()));
        }
        if self.part_s != 0.0 && !(0.1..=2.0).contains(&self.part_s) {
            return Err(("part_s".into(), "a part lasts 0.1 to 2 seconds, or 0 for none".into()));
        }
        Ok(())
    }
}

fn from_url(url: &str) -> Result<Map<String, Value>, OutputError> {
    let settings = HlsFolderSettings {
        folder: url.trim().trim_start_matches("hls+file://").to_owned(),
        ..HlsFolderSettings::default()
    };
    settings.place()?;
    Ok(match serde_json::to_value(settings) {
        Ok(Value::Object(m)) => m,
        _ => Map::new(),
    })
}

impl HlsFolderSettings {
    fn place(&self) -> Result<PathBuf, OutputError> {
        let folder = PathBuf::from(self.folder.trim());
        if folder.is_absolute() {
            return Ok(folder);
        }
        Err(OutputError::Config {
            to: "The HLS folder".into(),
            problem: "name the whole path of the folder, such as /srv/www/show".into(),
        })
    }
}

fn open(map: &Map<String, Value>, _env: &Env) -> Result<Box<dyn Driver>, OutputError> {
    let settings = project::kind::parse::<HlsFolderSettings>(map, "settings")?.settings;
    Ok(Box::new(HlsFolder {
        folder: settings.place()?,
        store: None,
        settings,
    }))
}

struct HlsFolder {
    settings: HlsFolderSettings,
    folder: PathBuf,
    /// Made once, so that numbers go on rising when it has to begin again.
    store: Option<Arc<HlsStore>>,
}

impl Driver for HlsFolder {
    fn run<'a>(&'a mut self, info: &'a StreamInfo, packets: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        Box::pin(async move {
            let folder = self.folder.clone();
            let first = on_disk(&self.folder, move || prepare(&folder)).await?;
            let store = self
                .store
                .get_or_insert_with(|| Arc::new(HlsStore::for_files(first)))
                .clone();
            link.connected();
            let mut files = Files {
                folder: self.folder.clone(),
                written: BTreeMap::new(),
                delete_old: self.settings.delete_old,
            };
            let lengths = [self.settings.segment_s, self.settings.part_s].map(MediaTime::from_secs_f64);
            let mut segmenter: Option<Segmenter<'_>> = None;
            let mut seen = store.position();
            while let Some(p) = packets.recv_with_data().await {
                if p.is_data() && segmenter.is_none() {
                    continue;
                }
                if segmenter.is_none() {
                    segmenter = Some(Segmenter::begin(&store, info, &p, (lengths[0], lengths[1]))?);
                }
                if let Some(s) = &mut segmenter {
                    s.write(&p).map_err(super::local::failed)?;
                }
                if store.position() != seen {
                    seen = store.position();
                    files = put(files, &store, link).await?;
                }
                link.sent(&p);
            }
            if let Some(s) = &mut segmenter {
                s.cut(None).map_err(super::local::failed)?;
            }
            // Ends the playlist, which then is written once more.
            drop(segmenter);
            put(files, &store, link).await?;
            Ok(())
        })
    }

    fn probe<'a>(&'a mut self, _wish: &'a ProbeWish<'a>) -> ProbeFuture<'a> {
        let folder = self.folder.clone();
        Box::pin(async move {
            let there = folder.clone();
            on_disk(&self.folder, move || prepare(&there)).await?;
            Ok(Some(Probed {
                passed: format!("{} can be written", folder.display()),
                doubts: vec![],
            }))
        })
    }
}

/// Does something with the disk, which may be slow, on a thread for that.
async fn on_disk<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, OutputError> {
    let failed = |why: String| OutputError::Write {
        path: folder.to_owned(),
        why,
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|e| failed(e.to_string()))?
        .map_err(|e| failed(io_words(&e)))
}

/// Makes the folder, tries to write, and gives the number after the last segment that lies there.
fn prepare(folder: &Path) -> io::Result<u64> {
    fs::create_dir_all(folder)?;
    let trial = folder.join(".footlight");
    fs::write(&trial, b"")?;
    fs::remove_file(&trial)?;
    let mut next = 0;
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        next = next.max(number_of(&name.to_string_lossy()).map_or(0, |n| n.saturating_add(1)));
    }
    Ok(next)
}

/// The segment that a file belongs to.
fn number_of(name: &str) -> Option<u64> {
    let rest = ["seg-", "part-", "init-"]
        .iter()
        .find_map(|head| name.strip_prefix(head))?;
    rest.split('.').next()?.parse().ok()
}

async fn put(mut files: Files, store: &Arc<HlsStore>, link: &Link) -> Result<Files, OutputError> {
    let (store, folder) = (store.clone(), files.folder.clone());
    let done = on_disk(&folder, move || files.follow(&store).map(|bytes| (files, bytes))).await;
    let (files, bytes) = done?;
    link.wrote(bytes);
    Ok(files)
}

/// What this show has put into the folder.
struct Files {
    folder: PathBuf,
    /// Names with the segment they belong to.
    written: BTreeMap<String, u64>,
    delete_old: bool,
}

impl Files {
    /// Writes what is new, then the playlists; gives the bytes.
    fn follow(&mut self, store: &HlsStore) -> io::Result<usize> {
        let Some(list) = store.file("live.m3u8") else {
            return Ok(0);
        };
        let text = String::from_utf8_lossy(&list.bytes).into_owned();
        let mut bytes = 0;
        for name in named_in(&text) {
            if self.written.contains_key(name) {
                continue;
            }
            let Some(file) = store.file(name) else { continue };
            self.write(name, &file.bytes)?;
            bytes += file.bytes.len();
            self.written.insert(name.to_owned(), number_of(name).unwrap_or(0));
        }
        self.write("live.m3u8", &list.bytes)?;
        if let Some(master) = store.file("master.m3u8") {
            self.write("master.m3u8", &master.bytes)?;
        }
        if self.delete_old {
            self.tidy(&text, store.next_number());
        }
        Ok(bytes)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let part = self.folder.join(format!(".{name}"));
        fs::write(&part, bytes)?;
        fs::rename(part, self.folder.join(name))
    }

    /// A file that can't be deleted is somebody else's by now.
    fn tidy(&mut self, list: &str, next: u64) {
        let folder = &self.folder;
        self.written.retain(|name, number| {
            let stays = number.saturating_add(KEPT) > next || list.contains(name.as_str());
            if !stays {
                let _ = fs::remove_file(folder.join(name));
            }
            stays
        });
    }
}

/// Reads a playlist as [`Files::follow`] does.
pub(crate) fn read_list(list: &str) {
    for name in named_in(list) {
        let _ = number_of(name);
    }
}

/// The files that a playlist names.
fn named_in(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter_map(|l| match l.strip_prefix('#') {
        None => Some(l).filter(|l| !l.is_empty()),
        Some(tag) if tag.starts_with("EXT-X-MAP") || tag.starts_with("EXT-X-PART:") => {
            tag.split_once("URI=\"")?.1.split('"').next()
        }
        Some(_) => None,
    })
}
