//! Screenshots: the picture of the programme, a canvas, a scene or a source as it is now, as a PNG in the recording folder.

use crate::{
    EngineError, EventLevel, Outcome, PictureWish, Target,
    recording::{folder_of, free_name, name_by, wall_time},
    show::Shared,
};
use std::{fs, path::Path, time::Duration};

/// As large as pictures for people come.
const LARGEST: u32 = 4096;
/// Longest for a picture to be drawn.
const PATIENCE: Duration = Duration::from_secs(5);

impl Shared {
    /// Writes the picture of `target` (`program` when absent). Gives `file`.
    pub(crate) fn screenshot(&self, target: Option<&str>) -> Result<Outcome, EngineError> {
        let text = target.unwrap_or("program");
        let target: Target = text.parse().map_err(EngineError::BadValue)?;
        self.known(&target)?;
        let (tell, told) = crossbeam_channel::bounded(1);
        let wish = PictureWish {
            target,
            width: LARGEST,
            height: LARGEST,
            fps: 60,
        };
        let tap = self.pictures.tap(wish, move || {
            let _ = tell.try_send(());
        });
        tap.ask();
        let picture = told.recv_timeout(PATIENCE).ok().and_then(|()| tap.take());
        let picture = picture
            .filter(|p| !p.blank)
            .ok_or_else(|| EngineError::BadValue(format!("{text} has no picture now; try again when it shows one")))?;
        let project = self.project.load();
        let what = text.replace(':', " ");
        let name = format!("{} {what}.png", name_by(&project, &what, 1, wall_time()));
        let folder = folder_of(&project, &self.project_dir);
        fs::create_dir_all(&folder)?;
        let path = free_name(&folder.join(name.replace(['/', '\\'], "-")));
        let rgba = compositor::to_rgba(&picture.frame);
        save(&path, &rgba, picture.frame.width, picture.frame.height)?;
        let file = path.display().to_string();
        self.log
            .add(EventLevel::Info, "screenshot", format!("screenshot: {file}"));
        Ok(Outcome::none().with("file", file))
    }

    /// A picture of something that is not there would never come.
    fn known(&self, target: &Target) -> Result<(), EngineError> {
        let project = self.project.load();
        let (what, id, there) = match target {
            Target::Program(Some(id)) => ("canvas", id, project.canvases.iter().any(|c| c.id == *id)),
            Target::Scene(id) => ("scene", id, project.scenes.iter().any(|s| s.id == *id)),
            Target::Layout(id, _) => ("canvas", id, project.canvases.iter().any(|c| c.id == *id)),
            Target::Source(id) => ("source", id, self.stage.sources().contains_key(id.as_str())),
            Target::Program(None) | Target::Preview => return Ok(()),
        };
        if there {
            return Ok(());
        }
        Err(EngineError::NotFound {
            what,
            id: id.clone(),
            hint: String::new(),
        })
    }
}

fn save(path: &Path, rgba: &[u8], width: u32, height: u32) -> Result<(), EngineError> {
    let saved = image::save_buffer(path, rgba, width, height, image::ExtendedColorType::Rgba8);
    saved.map_err(|e| {
        let _ = fs::remove_file(path);
        EngineError::BadValue(format!(
            "{} can't be written: {e}; check the folder and the space left",
            path.display()
        ))
    })
}
