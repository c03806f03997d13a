//! The packages as people install them: they are made without a network, everything they need is named, they install into
//! an empty root, and the installed window opens on a display in memory.

use crate::desk::{Desk, LIMIT, STUDIO};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use test_support::{process::run, wait_for};

/// The package that `package.sh` makes of what was built for this test.
fn made(desk: &Desk, kind: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (built, out) = (Path::new(STUDIO).parent().expect("folder"), desk.dir.path().join("out"));
    let mut make = Command::new(root.join("installer/package.sh"));
    // Not compressed: the test's time goes into it otherwise.
    run(make.arg(built).arg(&out).arg(kind).env("COMPRESS", "none")).expect("made");
    let mut all = fs::read_dir(&out).expect("out").flatten();
    all.next().expect("a package").path()
}

/// The window of what was installed under `system` opens, and ends when it is asked to.
fn opens(desk: &Desk, system: &Path) {
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

#[test]
fn the_installed_rpm_opens() {
    let desk = Desk::new();
    let rpm = made(&desk, "rpm");
    let told = |args: &[&str]| {
        let text = run(Command::new("rpm").arg("-qp").args(args).arg(&rpm)).expect("rpm");
        String::from_utf8_lossy(&text).into_owned()
    };
    let needs = told(&["--requires"]);
    for needed in ["libwebkit2gtk-4.1.so.0", "libavcodec.so", "vulkan-loader", "libc.so.6"] {
        assert!(needs.contains(needed), "{needed} is missing in: {needs}");
    }
    assert_eq!(told(&["--queryformat", "%{LICENSE}"]), "GPL-3.0-or-later AND OFL-1.1");

    let system = desk.dir.path().join("system");
    fs::create_dir_all(&system).expect("folder");
    let mut install = Command::new("rpm");
    install.arg("--root").arg(&system);
    // An empty root has nothing it depends on; that is asked of the package above.
    run(install.args(["--nodeps", "--ignoreos", "--install"]).arg(&rpm)).expect("installed");
    let read = |file: &str| {
        let bytes = fs::read(system.join("usr/share").join(file));
        bytes.unwrap_or_else(|e| panic!("{file}: {e}"))
    };
    let text = |file: &str| String::from_utf8_lossy(&read(file)).into_owned();
    let entry = text("applications/org.footlight.studio.desktop");
    for line in ["Exec=footlight-studio", "Icon=footlight", "MimeType="] {
        assert!(entry.contains(line), "{line} is missing in: {entry}");
    }
    assert!(text("mime/packages/footlight.xml").contains("*.footlight"));
    assert!(text("metainfo/org.footlight.studio.metainfo.xml").contains("<id>org.footlight.studio</id>"));
    assert!(text("licenses/footlight/LICENSE").contains("GNU GENERAL PUBLIC LICENSE"));
    assert!(read("icons/hicolor/48x48/apps/footlight.png").starts_with(b"\x89PNG"));
    // What lies there is what the package says.
    let mut verify = Command::new("rpm");
    verify.arg("--root").arg(&system);
    run(verify.args(["--nodeps", "--verify", "footlight"])).expect("all there");
    opens(&desk, &system);
}

#[test]
fn the_installed_deb_opens() {
    let desk = Desk::new();
    let deb = made(&desk, "deb");
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
    opens(&desk, &system);
}
