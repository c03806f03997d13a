//! The package as people install it: it is made without a network, everything it needs is named, it installs into an empty
//! root, and the installed window opens on a display in memory.

use crate::desk::{Desk, LIMIT, STUDIO};
use std::{fs, path::Path, process::Command};
use test_support::{process::run, wait_for};

#[test]
fn the_installed_deb_opens() {
    let desk = Desk::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (built, out) = (Path::new(STUDIO).parent().expect("folder"), desk.dir.path().join("out"));
    let mut make = Command::new(root.join("installer/package.sh"));
    // Not compressed: the test's time goes into it otherwise.
    run(make.arg(built).arg(&out).arg("deb").env("COMPRESS", "none")).expect("made");
    let deb = fs::read_dir(&out)
        .expect("out")
        .flatten()
        .next()
        .expect("a package")
        .path();
    let told = |args: &[&str]| {
        let text = run(Command::new("dpkg-deb").args(args).arg(&deb)).expect("dpkg-deb");
        String::from_utf8_lossy(&text).into_owned()
    };
    let depends = told(&["--show", "--showformat=${Depends}"]);
    for needed in ["libwebkit2gtk-4.1-0 (>=", "libavcodec", "libvulkan1", "libc6"] {
        assert!(depends.contains(needed), "{needed} is missing in: {depends}");
    }
    let files = told(&["--contents"]);
    for file in [
        "usr/bin/footlight\n",
        "usr/bin/footlight-studio\n",
        "usr/share/applications/org.footlight.studio.desktop",
        "usr/share/metainfo/org.footlight.studio.metainfo.xml",
        "usr/share/mime/packages/footlight.xml",
        "usr/share/icons/hicolor/48x48/apps/footlight.png",
        "usr/share/doc/footlight/copyright",
    ] {
        assert!(files.contains(file), "{file} is missing in: {files}");
    }

    let system = desk.dir.path().join("system");
    for folder in ["info", "updates", "triggers"] {
        fs::create_dir_all(system.join("var/lib/dpkg").join(folder)).expect("folder");
    }
    for file in ["status", "available"] {
        fs::write(system.join("var/lib/dpkg").join(file), "").expect("file");
    }
    let mut install = Command::new("dpkg");
    // An empty root has nothing it depends on; that is asked of the real system above.
    install.arg(format!("--root={}", system.display())).args([
        "--force-depends",
        "--force-not-root",
        "--force-bad-path",
    ]);
    run(install.arg("--install").arg(&deb)).expect("installed");

    let mut studio = desk.command(&system.join("usr/bin/footlight-studio").to_string_lossy());
    studio.arg(desk.project("Installed"));
    let mut studio = desk.start(studio, "studio");
    assert!(
        wait_for(LIMIT, || desk.has_window("Installed")),
        "{:?} {}",
        desk.windows(),
        studio.log()
    );
    studio.terminate();
    assert!(!studio.is_running());
}
