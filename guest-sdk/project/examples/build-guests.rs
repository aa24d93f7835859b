//! Builds the example submissions into `examples/prebuilt` and writes their digests: run it after changing one.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use tito_project::{Toolchain, build};

const GUESTS: [&str; 3] = ["hello-layer", "reference", "textbook"];

fn main() -> Result<(), Box<dyn Error>> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let toolchain = Toolchain::find()?;
    println!("{}", toolchain.describe());
    let mut sums = String::new();
    for guest in GUESTS {
        let output = examples.join("prebuilt").join(guest).with_extension("wasm");
        let built = build(&toolchain, &examples.join(guest), Some(&output))?;
        println!("{}  {guest}.wasm, {} bytes", built.sha256, built.bytes);
        writeln!(sums, "{}  {guest}.wasm", built.sha256)?;
    }
    Ok(fs::write(examples.join("prebuilt/SHA256SUMS"), sums)?)
}
