//! Makes a project playable that was edited by hand or half damaged, so that it can be opened and put right in the window.
//! Only what keeps a show from starting is touched, and all of it is told.

use project::{Canvas, Project, Scene, edit};

/// Mends the document; gives a sentence for each thing that was changed.
pub(crate) fn repair(p: &mut Project) -> Vec<String> {
    let mut told = vec![];
    if p.canvases.is_empty() {
        p.canvases.push(Canvas::default());
        told.push("the project had no canvas; it has one of 1920×1080 now".to_owned());
    }
    if p.scenes.is_empty() {
        p.scenes.push(Scene::default());
        told.push("the project had no scene; it has an empty one now".to_owned());
    }
    if p.encoders.is_empty() {
        p.encoders.push(project::Encoder {
            canvas: p.canvases[0].id.clone(),
            ..Default::default()
        });
    }
    for i in 0..p.canvases.len() {
        if p.scene(&p.canvases[i].scene).is_none() {
            let first = p.scenes[0].id.clone();
            told.push(format!(
                "canvas {} named a scene that is not there; it shows {} now",
                p.canvases[i].id,
                p.scenes[0].label()
            ));
            p.canvases[i].scene = first;
        }
        let c = &mut p.canvases[i];
        if !c.width.is_multiple_of(2) || !c.height.is_multiple_of(2) {
            (c.width, c.height) = (c.width & !1, c.height & !1);
            told.push(format!(
                "canvas {} had an odd size; it is {}×{} now",
                c.id, c.width, c.height
            ));
        }
    }
    for i in 0..p.encoders.len() {
        if !p.canvases.iter().any(|c| c.id == p.encoders[i].canvas) {
            p.encoders[i].canvas = p.canvases[0].id.clone();
            let text = "encoder {} named a canvas that is not there; it encodes the first one now";
            told.push(text.replace("{}", &p.encoders[i].id));
        }
    }
    let all = [
        ("source", distinct(&mut p.sources, |s| &mut s.id, "source")),
        ("scene", distinct(&mut p.scenes, |s| &mut s.id, "scene")),
        (
            "destination",
            distinct(&mut p.destinations, |d| &mut d.id, "destination"),
        ),
        ("encoder", distinct(&mut p.encoders, |e| &mut e.id, "encoder")),
    ];
    for (what, changed) in all {
        for id in changed {
            told.push(format!("a {what} had no id of its own; it is called {id} now"));
        }
    }
    told
}

/// Gives ids to what has none or another one's; gives the new ids.
fn distinct<T>(list: &mut [T], id: fn(&mut T) -> &mut String, otherwise: &str) -> Vec<String> {
    let mut seen: Vec<String> = vec![];
    let mut made = vec![];
    for x in list {
        let own = id(x);
        if own.is_empty() || seen.contains(own) {
            let base = if own.is_empty() { otherwise } else { own.as_str() };
            *own = edit::unique_id(base, seen.iter());
            made.push(own.clone());
        }
        seen.push(own.clone());
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use project::Source;

    #[test]
    fn a_broken_project_can_be_opened() {
        let twin = Source {
            id: "cam".into(),
            kind: "color".into(),
            ..Source::default()
        };
        let mut p = Project {
            canvases: vec![],
            scenes: vec![],
            sources: vec![twin.clone(), twin],
            ..Project::default()
        };
        p.encoders[0].canvas = "gone".into();
        let told = repair(&mut p);
        assert_eq!(told.len(), 4, "{told:?}");
        let fatal = |f: &project::Finding| f.severity == media::Severity::Fatal;
        assert!(!crate::validate(&p).iter().any(fatal));
        assert_eq!(repair(&mut p), Vec::<String>::new());
    }
}
