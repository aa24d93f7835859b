//! `tito build`: from a project to its component, and what the gate says of that.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tito_artifact::{Artifact, Gated, Limits};
use tito_project::{Built, Toolchain};

use crate::{exit::Exit, failure::Failure, input, report, screen};

/// Builds a project's component.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tito build\n  tito build --output my-component.wasm my-framework")]
pub(crate) struct Build {
    /// The project
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Where to write the component [default: component.wasm in the project]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A component that was built and admitted.
#[derive(Serialize)]
struct Admitted<'a> {
    file: &'a str,
    bytes: usize,
    sha256: &'a str,
    exports: &'a [String],
}

impl Build {
    /// Refused where the gate refuses the component.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        if !self.path.join("Cargo.toml").is_file() {
            let failure =
                Failure::usage(format!("cannot build '{}': it holds no Cargo.toml", self.path.display()));
            return Err(failure.help("name a project, or make one with `tito new NAME`"));
        }
        let built = tito_project::build(&Toolchain::find()?, &self.path, self.output.as_deref())?;
        let bytes = input::read("component", &built.component, built.bytes as u64)?;
        match Artifact::gate(bytes, &Limits::default()) {
            Gated::Refused(refusal) => report::print_refusal(&refusal, self.json),
            Gated::Admitted(artifact) => {
                self.print(&built, &artifact)?;
                Ok(Exit::Passed)
            }
        }
    }

    fn print(&self, built: &Built, artifact: &Artifact) -> Result<(), Failure> {
        let file = built.component.display().to_string();
        let (bytes, sha256, exports) = (built.bytes, built.sha256.as_str(), artifact.exports());
        if self.json {
            return screen::print_json("tito.build", &Admitted { file: &file, bytes, sha256, exports });
        }
        let rows = [
            ("component", file),
            ("size", format!("{bytes} bytes")),
            ("sha256", sha256.into()),
            ("gate", "admitted".into()),
            ("exports", exports.join(", ")),
        ];
        screen::print(&screen::table(rows.map(|(name, value)| [name.into(), value])))
    }
}
