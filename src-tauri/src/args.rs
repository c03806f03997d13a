//! What is asked for on the command line.

use std::ffi::OsString;

/// What `--help` says.
pub(crate) const HELP: &str = "\
Footlight's window.

  footlight-studio                     opens the project of last time
  footlight-studio PROJECT             opens a project's folder
  footlight-studio FILE.footlight      takes in a project that was sent in one file
  footlight-studio footlight://LINK    follows a link

The command line without a window is `footlight`.";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Open the window, with a project, a bundle or a link.
    Open(Option<String>),
    /// Encode two frames and say whether it worked (asked by ourselves).
    Probe(String),
    Help,
    Version,
    Unknown(String),
}

pub(crate) fn read(args: impl Iterator<Item = OsString>) -> Wish {
    let args: Vec<String> = args.map(|a| a.to_string_lossy().into_owned()).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Wish::Open(None),
        ["__probe-encoder", id] => Wish::Probe(id.to_owned()),
        ["--help" | "-h", ..] => Wish::Help,
        ["--version" | "-V", ..] => Wish::Version,
        [what] if !what.starts_with('-') => Wish::Open(Some(what.to_owned())),
        ["--", what] => Wish::Open(Some(what.to_owned())),
        [first, second, ..] if !first.starts_with('-') => Wish::Unknown(second.to_owned()),
        [first, ..] => Wish::Unknown(first.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_read() {
        let read = |args: &[&str]| super::read(args.iter().map(OsString::from));
        assert_eq!(read(&[]), Wish::Open(None));
        assert_eq!(read(&["/shows/a b"]), Wish::Open(Some("/shows/a b".into())));
        assert_eq!(read(&["--", "-odd"]), Wish::Open(Some("-odd".into())));
        assert_eq!(read(&["__probe-encoder", "x264"]), Wish::Probe("x264".into()));
        assert_eq!(read(&["-h"]), Wish::Help);
        assert_eq!(read(&["--fly"]), Wish::Unknown("--fly".into()));
        assert_eq!(read(&["a", "b"]), Wish::Unknown("b".into()));
    }
}
