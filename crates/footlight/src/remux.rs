//! `footlight remux`: a recording as another kind of file.

use crate::args::RemuxArgs;
use anyhow::{Result, bail};

#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn remux(args: &RemuxArgs) -> Result<u8> {
    if args.output.exists() {
        bail!("{} is there already; choose another name", args.output.display());
    }
    if let Err(e) = codec::remux(&args.input, &args.output) {
        // Half a file helps nobody; it was not there before.
        let _ = std::fs::remove_file(&args.output);
        return Err(e.into());
    }
    println!("{} is written", args.output.display());
    Ok(0)
}
