//! Puts the window's page (`ui/dist`, made by `make ui`) into the program: every file with its type, a mark of its content and,
//! where that is smaller, compressed. Without a page there the table is empty and the server says how to make it.

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write as _,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let ui = here.join("../../ui");
    let dist = ui.join("dist");
    // Cargo takes a path that is not there for changed, so the nearest one that is there is watched.
    let watched = [&dist, &ui].into_iter().find(|p| p.exists());
    println!("cargo:rerun-if-changed=build.rs");
    if let Some(watched) = watched {
        println!("cargo:rerun-if-changed={}", watched.display());
    }
    let mut files = BTreeMap::new();
    if dist.join("index.html").exists() {
        collect(&dist, "", &mut files)?;
    }
    let mut table = String::from("pub(crate) static FILES: &[File] = &[\n");
    for (i, (name, path)) in files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let small = compressed(&bytes)?;
        let gzip = if small.len() + 64 < bytes.len() {
            let file = out.join(format!("page-{i}.gz"));
            fs::write(&file, small)?;
            format!("Some(include_bytes!({file:?}))")
        } else {
            "None".to_owned()
        };
        writeln!(
            table,
            "    File {{ name: {name:?}, kind: {:?}, mark: {:?}, plain: include_bytes!({:?}), gzip: {gzip} }},",
            content_type(name),
            mark(&bytes),
            fs::canonicalize(path)?,
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("page.rs"), table)?;
    Ok(())
}

fn collect(dir: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else if !name.ends_with(".map") {
            files.insert(name, entry.path());
        }
    }
    Ok(())
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Tells contents apart; it guards nothing.
fn mark(bytes: &[u8]) -> String {
    let mut h = DefaultHasher::new();
    bytes.hash(&mut h);
    format!("\"{:016x}-{:x}\"", h.finish(), bytes.len())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
