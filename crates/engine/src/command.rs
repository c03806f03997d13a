//! Everything a person can do to a running show. The command line, the API and the window send these; nobody has a
//! private way in. What each one does is documented in `docs/api.md`; this file is the list.

use project::{FollowRule, RecordingFormat, Rgba, SceneItem, Source, WhenSlow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Fields of something in the document, named as in the project file; absent fields stay.
pub type Changes = Map<String, Value>;

/// The changed fields of one item of a scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemChange {
    /// The item.
    pub item: String,
    /// The changed fields.
    pub changes: Changes,
}

/// A wish of a person. As JSON: `{"command": "set_scene", "scene": "main"}`.
///
/// A `gesture` is any text: edits of the same kind that follow each other with an equal one (a drag, a fader moved) are
/// one step to undo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Puts a scene on show.
    SetScene {
        /// The canvas; the first when absent.
        canvas: Option<String>,
        /// The scene's id or name.
        scene: String,
    },
    /// Changes how a source is mixed; absent fields stay.
    SetSourceAudio {
        /// The source.
        source: String,
        /// Gain, dB, -100 to 26.
        volume_db: Option<f64>,
        /// Not heard.
        muted: Option<bool>,
        /// -1 left to 1 right.
        balance: Option<f64>,
        /// -950 to 20000 ms.
        sync_offset_ms: Option<i32>,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Replaces settings of a source; absent fields stay.
    SetSourceSettings {
        /// The source.
        source: String,
        /// The changed settings.
        settings: Changes,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Changes fields of a scene item, named as in the project file; absent fields stay.
    SetItem {
        /// The scene.
        scene: String,
        /// The item.
        item: String,
        /// The changed fields.
        changes: Changes,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Changes what is behind everything.
    SetBackground {
        /// The canvas; the first when absent.
        canvas: Option<String>,
        /// The colour.
        color: Rgba,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Says which audio tracks a source is in.
    SetSourceTracks {
        /// The source.
        source: String,
        /// Ids of tracks; all of them when absent.
        tracks: Option<Vec<String>>,
    },
    /// Replaces the list of audio tracks; one without an id gets one. Empty means one track, the master.
    SetAudioTracks {
        /// The tracks, the master first; at most eight.
        tracks: Vec<project::AudioTrack>,
    },
    /// Gain of the master track.
    SetMasterVolume {
        /// dB, -100 to 26.
        volume_db: f64,
        /// Joins edits into one step.
        gesture: Option<String>,
    },

    /// Makes an empty scene. Gives `scene`.
    AddScene {
        /// Name for people.
        name: Option<String>,
        /// The scene it comes after; the last when absent.
        after: Option<String>,
    },
    /// Removes a scene, and the items that show it. The last one stays.
    RemoveScene {
        /// The scene's id.
        scene: String,
    },
    /// Renames or colours a scene.
    SetSceneProperties {
        /// The scene's id.
        scene: String,
        /// Name for people.
        name: Option<String>,
        /// `#rrggbb`, or empty for none.
        color: Option<String>,
    },
    /// Copies a scene with its items; the sources are shared. Gives `scene`.
    DuplicateScene {
        /// The scene's id.
        scene: String,
        /// Name of the copy.
        name: Option<String>,
    },
    /// Makes a transition. Gives `transition`.
    AddTransition {
        /// Its kind.
        kind: String,
        /// Name for people; the kind's when absent.
        name: Option<String>,
        /// Settings; the kind's defaults for what is absent.
        settings: Option<Changes>,
    },
    /// Changes fields of a transition: `name`, `duration_ms`, `settings`.
    ChangeTransition {
        /// The transition's id.
        transition: String,
        /// The changed fields.
        changes: Changes,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Removes a transition.
    RemoveTransition {
        /// The transition's id.
        transition: String,
    },
    /// Puts a transition at hand: a button that takes the preview by it. Gives `quick`.
    AddQuickTransition {
        /// A transition's id, `cut` or `fade`.
        transition: String,
        /// What stands on the button; the transition's name when absent.
        name: Option<String>,
        /// How long it takes, ms, 0 to 20000; its own length when absent.
        duration_ms: Option<u32>,
    },
    /// Changes fields of a transition at hand: `name`, `transition`, `duration_ms`; `null` for its own length.
    ChangeQuickTransition {
        /// The button's id.
        quick: String,
        /// The changed fields.
        changes: Changes,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Takes a transition from hand; the transition itself stays.
    RemoveQuickTransition {
        /// The button's id.
        quick: String,
    },
    /// Moves a transition at hand in their row.
    MoveQuickTransition {
        /// The button's id.
        quick: String,
        /// Its place afterwards, from 0.
        index: usize,
    },
    /// Lets a scene come on show by a transition of its own, whatever is chosen.
    SetSceneTransition {
        /// The scene's id.
        scene: String,
        /// A transition's id, `cut` or `fade`; as chosen when absent.
        transition: Option<String>,
        /// How long it takes then, ms; its own length when absent.
        duration_ms: Option<u32>,
    },
    /// Moves a scene in the list.
    MoveScene {
        /// The scene's id.
        scene: String,
        /// Its place afterwards, from 0.
        index: usize,
    },

    /// Makes a source and, with `scene`, an item that shows it. Gives `source` and `item`.
    AddSource {
        /// Its kind.
        kind: String,
        /// Name for people; the kind's when absent.
        name: Option<String>,
        /// Settings; the kind's defaults for what is absent.
        settings: Option<Changes>,
        /// The scene it is placed in.
        scene: Option<String>,
        /// Fields of the item, in place of the sensible ones.
        item: Option<Changes>,
    },
    /// Renames, colours or annotates a source.
    SetSource {
        /// The source.
        source: String,
        /// Name for people.
        name: Option<String>,
        /// `#rrggbb`, or empty for none.
        color: Option<String>,
        /// A note for oneself.
        notes: Option<String>,
    },
    /// Removes a source and its items everywhere.
    RemoveSource {
        /// The source.
        source: String,
    },
    /// Copies a source and, with `scene`, places the copy. Gives `source` and `item`.
    DuplicateSource {
        /// The source.
        source: String,
        /// The scene the copy is placed in.
        scene: Option<String>,
    },
    /// Moves a source in the list (the order of the mixer).
    MoveSource {
        /// The source.
        source: String,
        /// Its place afterwards, from 0.
        index: usize,
    },
    /// Opens a source that is not in the document, to look at it before it is added. Gives `source`. One at a time.
    TrySource {
        /// Its kind.
        kind: String,
        /// Settings; the kind's defaults for what is absent.
        settings: Option<Changes>,
    },
    /// Ends what `try_source` opened.
    DropTry,

    /// Places a source or another scene in a scene. Gives `item`.
    AddItem {
        /// The scene.
        scene: String,
        /// The source shown.
        source: Option<String>,
        /// Or the scene shown.
        nested: Option<String>,
        /// Fields of the item, in place of the sensible ones.
        item: Option<Changes>,
    },
    /// Takes items out of a scene; sources stay.
    RemoveItems {
        /// The scene.
        scene: String,
        /// Their ids.
        items: Vec<String>,
    },
    /// Copies items within their scene. Gives `items`.
    DuplicateItems {
        /// The scene.
        scene: String,
        /// Their ids.
        items: Vec<String>,
    },
    /// Moves an item in the order of drawing: the last is on top.
    MoveItem {
        /// The scene.
        scene: String,
        /// The item.
        item: String,
        /// Its place afterwards in the scene's list, from 0.
        index: usize,
        /// The group or layout it comes into, where it stays where it is seen; the scene itself when empty. What holds it stays
        /// when absent.
        parent: Option<String>,
    },
    /// Puts items into a new group, or with `layout` into a layout of the canvas' size. Gives `item`.
    GroupItems {
        /// The scene.
        scene: String,
        /// Their ids; a layout may begin empty.
        items: Vec<String>,
        /// Name for people.
        name: Option<String>,
        /// Kind of the layout; a plain group when absent.
        layout: Option<String>,
        /// Settings of the layout; the kind's defaults for what is absent.
        settings: Option<Changes>,
        /// Rectangle of a plain group: x, y, width, height; around the items when absent.
        frame: Option<[f64; 4]>,
    },
    /// Takes a group or layout apart: its members stay where they are seen. Gives `items`.
    UngroupItems {
        /// The scene.
        scene: String,
        /// The group or layout.
        item: String,
    },
    /// Changes the rule of a layout, or makes a layout of a group; absent fields stay.
    SetLayout {
        /// The scene.
        scene: String,
        /// The layout or group.
        item: String,
        /// Another kind; settings that both have stay. `none` makes it a plain group.
        kind: Option<String>,
        /// The changed settings.
        settings: Option<Changes>,
        /// How long members glide to new places, ms, 0 to 20000.
        duration_ms: Option<u32>,
        /// How that begins and ends.
        easing: Option<project::Ease>,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Begins animations of an item now, whatever else begins them.
    PlayAnimation {
        /// The scene.
        scene: String,
        /// The item.
        item: String,
        /// One of its animations; all of them when absent.
        animation: Option<String>,
    },
    /// Changes several items at once.
    SetItems {
        /// The scene.
        scene: String,
        /// The changes.
        changes: Vec<ItemChange>,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Puts copied items into a scene, on top. Gives `items`.
    PasteItems {
        /// The scene.
        scene: String,
        /// The items as they were copied.
        items: Vec<SceneItem>,
        /// Their sources, used for those that are not in this project (any more).
        sources: Option<Vec<Source>>,
    },

    /// Puts a filter on a source, an item or a scene. Gives `filter`.
    AddFilter {
        /// The source whose filters are meant.
        source: Option<String>,
        /// Or the scene, or with `item` the scene it is in.
        scene: Option<String>,
        /// The item whose filters are meant.
        item: Option<String>,
        /// Its kind.
        kind: String,
        /// Name for people; the kind's when absent.
        name: Option<String>,
        /// Settings; the kind's defaults for what is absent.
        settings: Option<Changes>,
        /// Its place in the list, from 0; the end when absent.
        index: Option<usize>,
    },
    /// Changes a filter; absent fields stay.
    SetFilter {
        /// The source whose filters are meant.
        source: Option<String>,
        /// Or the scene, or with `item` the scene it is in.
        scene: Option<String>,
        /// The item whose filters are meant.
        item: Option<String>,
        /// The filter.
        filter: String,
        /// Name for people.
        name: Option<String>,
        /// Whether it is done.
        enabled: Option<bool>,
        /// The changed settings.
        settings: Option<Changes>,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Takes a filter away.
    RemoveFilter {
        /// The source whose filters are meant.
        source: Option<String>,
        /// Or the scene, or with `item` the scene it is in.
        scene: Option<String>,
        /// The item whose filters are meant.
        item: Option<String>,
        /// The filter.
        filter: String,
    },
    /// Moves a filter in its list; they are done in order.
    MoveFilter {
        /// The source whose filters are meant.
        source: Option<String>,
        /// Or the scene, or with `item` the scene it is in.
        scene: Option<String>,
        /// The item whose filters are meant.
        item: Option<String>,
        /// The filter.
        filter: String,
        /// Its place afterwards, from 0.
        index: usize,
    },

    /// Adds a destination. Gives `destination`.
    AddDestination {
        /// Its kind.
        kind: String,
        /// Name for people; the kind's when absent.
        name: Option<String>,
        /// Settings; the kind's defaults for what is absent.
        settings: Option<Changes>,
        /// Whether it goes live with the show; yes when absent.
        enabled: Option<bool>,
        /// The encoder it carries; the first when absent.
        encoder: Option<String>,
        /// Id of the service in the list of services.
        service: Option<String>,
    },
    /// Changes a destination; absent fields stay. One that is under way reconnects when its settings or encoder change.
    SetDestination {
        /// The destination.
        id: String,
        /// Name for people.
        name: Option<String>,
        /// Whether it goes live with the show.
        enabled: Option<bool>,
        /// The encoder it carries.
        encoder: Option<String>,
        /// Changed settings. A secret that is empty or absent stays; `null` clears it.
        settings: Option<Changes>,
        /// Id of the service in the list of services.
        service: Option<String>,
        /// How much later it gets the show, seconds, 0 to 600.
        delay_s: Option<f64>,
        /// What happens when its line is too slow for an encode that it shares.
        when_slow: Option<WhenSlow>,
        /// The destination it stands in for while that one does not work; empty for none.
        standby_for: Option<String>,
    },
    /// Changes what a destination wants differently from its encoder; one that is under way reconnects.
    SetDestinationEncode {
        /// The destination.
        id: String,
        /// Fields named as in the project file; absent ones stay, `null` takes one back.
        changes: Changes,
    },
    /// Chooses the audio tracks of a destination; absent fields stay. One that is under way reconnects.
    SetDestinationTracks {
        /// The destination.
        id: String,
        /// Ids of its tracks; the first track when empty.
        audio_tracks: Option<Vec<String>>,
        /// Id of the track for the service's archive; none when empty.
        vod_track: Option<String>,
    },
    /// Removes a destination; one that is live ends first.
    RemoveDestination {
        /// The destination.
        id: String,
    },
    /// Moves a destination in the list.
    MoveDestination {
        /// The destination.
        id: String,
        /// Its place afterwards, from 0.
        index: usize,
    },
    /// Adds an encoder, like another one. Gives `encoder`.
    AddEncoder {
        /// The one it begins as; the first when absent.
        like: Option<String>,
        /// Changed fields, named as in the project file.
        changes: Option<Changes>,
    },
    /// Changes an encoder. Who uses it reconnects with the new settings.
    SetEncoder {
        /// The encoder.
        id: String,
        /// Changed fields, named as in the project file.
        changes: Changes,
    },
    /// Removes an encoder nobody names any more. The last one stays.
    RemoveEncoder {
        /// The encoder.
        id: String,
    },
    /// Changes how recordings are made; from the next one on.
    SetRecording {
        /// Changed fields, named as in the project file.
        changes: Changes,
    },
    /// Adds a canvas: a composition with its own size, for those who want the show in another shape. Only off air: the show
    /// starts anew. Gives `canvas`.
    AddCanvas {
        /// What its id is made of; "canvas" when absent.
        name: Option<String>,
        /// Width in pixels, even.
        width: u32,
        /// Height in pixels, even.
        height: u32,
        /// The scene it shows; that of the first canvas when absent.
        scene: Option<String>,
        /// It shows the first canvas' scene from now on, by the same transitions, with a layout of its own: by this rule.
        follow: Option<FollowRule>,
    },
    /// Gives an item a place of its own on a canvas that follows the main one.
    SetCanvasItem {
        /// The canvas.
        canvas: String,
        /// The scene.
        scene: String,
        /// The item.
        item: String,
        /// Changed fields of its place, in pixels of this canvas; `null` takes one back to the rule, none at all everything.
        changes: Changes,
        /// Joins edits into one step.
        gesture: Option<String>,
    },
    /// Removes a canvas that no encoder and no destination names. The first one stays. Only off air.
    RemoveCanvas {
        /// The canvas.
        id: String,
    },
    /// Changes the closed captions.
    SetCaptions {
        /// Changed fields, named as in the project file.
        changes: Changes,
    },
    /// Changes a canvas. Size and rate only off air: the show starts anew.
    SetCanvas {
        /// The canvas.
        id: String,
        /// Changed fields, named as in the project file.
        changes: Changes,
    },
    /// Changes the project's own properties.
    SetProject {
        /// Its name.
        name: Option<String>,
    },

    /// Takes the last edit back. Gives `label`.
    Undo,
    /// Does again what was taken back last. Gives `label`.
    Redo,
    /// Several edits as one step: all or none. Gives `results`, one for each.
    Batch {
        /// What the step is called in the list of what can be undone.
        label: String,
        /// The edits.
        commands: Vec<Command>,
    },

    /// Studio mode: what is edited is the preview, and goes on show with `take` or `cut`.
    SetStudioMode {
        /// On or off.
        on: bool,
        /// Whether the preview becomes the old programme after a take; stays when absent.
        swap: Option<bool>,
        /// Whether the programme shows a copy of its scene, so that edits are seen in the preview alone until the scene is
        /// taken; stays when absent.
        duplicate: Option<bool>,
    },
    /// Puts a scene into the preview.
    SetPreview {
        /// The scene's id or name.
        scene: String,
    },
    /// Chooses how one scene follows another.
    SetTransition {
        /// Id or name of one of the project's transitions, `cut` or `fade`.
        #[serde(alias = "kind")]
        transition: String,
        /// How long, ms, 0 to 20000; when absent its own length, or the last one chosen for a cut or a fade.
        duration_ms: Option<u32>,
    },
    /// A hand on the T-bar: holds the transition to the preview there. 0 goes back to the programme, 1 ends it.
    SetTransitionPosition {
        /// 0 to 1.
        position: f32,
    },
    /// The preview goes on show with a transition.
    Take {
        /// Id or name of a transition, for this once; the chosen one when absent.
        transition: Option<String>,
        /// How long it takes this once, ms.
        duration_ms: Option<u32>,
    },
    /// The preview goes on show at once.
    Cut,

    /// Goes on air.
    GoLive {
        /// Which destinations; the enabled ones when absent.
        destinations: Option<Vec<String>>,
        /// Whether to record; as the project says when absent.
        record: Option<bool>,
    },
    /// Goes off air: every destination, and the recording that `go_live` began.
    EndLive,
    /// A marker in the show's report, and a chapter of the recording.
    Mark {
        /// What it marks.
        name: Option<String>,
    },
    /// Goes live to a destination.
    StartDestination {
        /// The destination.
        id: String,
    },
    /// Ends one destination.
    StopDestination {
        /// The destination.
        id: String,
    },
    /// Tries again at once.
    RetryDestination {
        /// The destination.
        id: String,
    },
    /// Tells listeners what is being played, where a destination can (Icecast). Kept by the destination until it ends.
    SetTitle {
        /// The title, such as `Artist - Song`; empty for none. One line, at most 300 characters.
        title: String,
        /// The destination; every one that is started when absent.
        id: Option<String>,
    },
    /// Captions a text (CEA-608), in every picture that carries captions. Gives `missing`: characters that can't be shown.
    Caption {
        /// At most 1000 characters; empty takes away what is shown and what waits.
        text: String,
    },
    /// Timed metadata: goes with the pictures of this moment to every destination that carries it (RTMP, HLS).
    Metadata {
        /// Names with texts, numbers or truth values; at most 32, 4096 bytes in all.
        fields: Changes,
        /// How long from now, ms, 0 to 600000; now when absent.
        after_ms: Option<u32>,
    },
    /// Starts a recording.
    StartRecording {
        /// The file; by the project's pattern when absent. Only from this machine's own command line.
        #[serde(skip)]
        path: Option<PathBuf>,
    },
    /// Ends the recording.
    StopRecording,
    /// Goes on in a new file; no picture is lost or doubled.
    SplitRecording,
    /// Stops the recording for a while.
    PauseRecording,
    /// Goes on with a paused recording; its time has no gap.
    ResumeRecording,
    /// Copies a recording into another kind of file, beside it. Gives `file`.
    RemuxRecording {
        /// Name of the file, without folder.
        file: String,
        /// Kind of the new file.
        format: RecordingFormat,
    },
    /// Begins to keep the last seconds of the show.
    StartReplay,
    /// Forgets them.
    StopReplay,
    /// Writes the last seconds into the recording folder, without stopping. Gives `file`.
    SaveReplay,
    /// Saves the last seconds and plays them again in the sources that show instant replays. Gives `file`.
    PlayReplay {
        /// The source; all of that kind when absent.
        source: Option<String>,
    },
    /// Writes a picture into the recording folder as PNG. Gives `file`.
    Screenshot {
        /// `program`, `program:CANVAS`, `preview`, `scene:ID` or `source:ID`; the programme when absent.
        target: Option<String>,
    },
    /// Writes the project as it is now into its folder.
    SaveProject,
    /// Ends the show.
    EndShow,
}

/// What a command gives back: ids of what it made, beside `"ok": true`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outcome(pub Map<String, Value>);

impl Outcome {
    /// Nothing to tell.
    pub fn none() -> Self {
        Self::default()
    }
    /// With one more field.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }
    /// A text of it.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_json() {
        let c: Command = serde_json::from_str(r#"{"command":"set_scene","scene":"b"}"#).expect("valid");
        assert_eq!(
            c,
            Command::SetScene {
                canvas: None,
                scene: "b".into()
            }
        );
        let e = serde_json::from_str::<Command>(r#"{"command":"fly"}"#)
            .expect_err("unknown")
            .to_string();
        assert!(e.contains("fly") && e.contains("set_scene"), "{e}");
        let inner = r#"{"command":"batch","label":"x","commands":[{"command":"undo"},{"command":"take"}]}"#;
        assert!(serde_json::from_str::<Command>(inner).is_ok());
        assert!(serde_json::from_str::<Command>(r#"{"command":"mark","nome":"x"}"#).is_err());
    }

    #[test]
    fn the_schema_names_every_command() {
        let schema = serde_json::to_string(&schemars::schema_for!(Command)).expect("json");
        for name in ["set_items", "paste_items", "go_live", "undo", "set_transition"] {
            assert!(schema.contains(name), "{name}");
        }
    }
}
