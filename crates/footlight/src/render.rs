//! `footlight render`: one picture of the show, as the show would draw it.

use crate::{args::RenderArgs, load};
use anyhow::{Context, Result};

#[expect(clippy::print_stderr, clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn render(args: &RenderArgs) -> Result<u8> {
    let opened = load::open(&args.project)?;
    let midway = args.from.as_ref().map(|from| engine::Midway {
        from: from.clone(),
        transition: args.transition.clone(),
        progress: args.progress,
    });
    let drawn = engine::render_frame(
        &opened.project,
        &opened.dir,
        &engine::Moment {
            canvas: args.canvas.as_deref(),
            scene: args.scene.as_deref(),
            at_s: args.at,
            midway: midway.as_ref(),
        },
        args.renderer.into(),
    )?;
    for n in &drawn.notices {
        eprintln!("footlight: {n}");
    }
    let rgba = compositor::to_rgba(&drawn.frame);
    image::save_buffer(
        &args.out,
        &rgba,
        drawn.frame.width,
        drawn.frame.height,
        image::ExtendedColorType::Rgba8,
    )
    .with_context(|| {
        format!(
            "the picture can't be written to {} (a name ending in .png is needed)",
            args.out.display()
        )
    })?;
    println!(
        "{}: {}x{}, drawn by the {} renderer",
        args.out.display(),
        drawn.frame.width,
        drawn.frame.height,
        drawn.renderer
    );
    Ok(0)
}
