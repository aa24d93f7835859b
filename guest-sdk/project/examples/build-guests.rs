//! Builds every prebuilt component from its source, in place, and writes the digests and the compiler's version
//! beside them: run it after changing a guest.

use std::error::Error;
use std::fs;
use std::path::Path;

use tito_project::{Built, Toolchain, build, build_examples};

const EXAMPLES: [&str; 3] = ["hello-layer", "reference", "textbook"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let toolchain = Toolchain::find()?;
    println!("{}", toolchain.describe());
    let examples = root.join("examples");
    let prebuilt = examples.join("prebuilt");
    let built = EXAMPLES
        .iter()
        .map(|name| {
            build(&toolchain, &examples.join(name), Some(&prebuilt.join(name).with_extension("wasm")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    record(&built, &toolchain, &prebuilt)?;
    let guests = root.join("tests/guests");
    let prebuilt = guests.join("prebuilt");
    record(&build_examples(&toolchain, &guests, &prebuilt)?, &toolchain, &prebuilt)
}

/// Writes `SHA256SUMS`, as `sha256sum --check` reads it, and `TOOLCHAIN`.
fn record(built: &[Built], toolchain: &Toolchain, folder: &Path) -> Result<(), Box<dyn Error>> {
    let name = |guest: &Built| guest.component.file_name().unwrap_or_default().display().to_string();
    let mut lines: Vec<_> =
        built.iter().map(|guest| format!("{}  {}\n", guest.sha256, name(guest))).collect();
    lines.sort_by(|left, right| left[64..].cmp(&right[64..]));
    println!("{} components in {}", built.len(), folder.display());
    fs::write(folder.join("SHA256SUMS"), lines.concat())?;
    Ok(fs::write(folder.join("TOOLCHAIN"), format!("rustc {}\n", toolchain.version()))?)
}
