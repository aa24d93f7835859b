//! A component that passed the gate.

use std::sync::Arc;

use crate::{Digest, Limits, Refusal, gate};

/// A component that passed the gate: its bytes, digest and exports. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Artifact {
    bytes: Arc<[u8]>,
    digest: Digest,
    exports: Arc<[String]>,
}

/// What the gate says of some bytes.
#[derive(Clone, Debug)]
pub enum Gated {
    /// It may be compiled.
    Admitted(Artifact),
    /// It may not, and why.
    Refused(Refusal),
}

impl Artifact {
    /// Checks a file against `limits`, without compiling or running it, in time and memory linear in its size. (The
    /// parser may reserve up to 80 MB for types that a file claims to have, which it does not touch.)
    pub fn gate(bytes: Vec<u8>, limits: &Limits) -> Gated {
        let digest = Digest::of(&bytes);
        match gate::inspect(&bytes, limits) {
            Ok(exports) => Gated::Admitted(Self { bytes: bytes.into(), digest, exports: exports.into() }),
            Err(breach) => Gated::Refused(Refusal {
                sha256: digest,
                bytes: bytes.len() as u64,
                rule: breach.rule,
                message: breach.message,
            }),
        }
    }

    /// The component, valid WebAssembly under the features that the sandbox switches on.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the file.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The names that the component exports, in its own order, escaped.
    pub fn exports(&self) -> &[String] {
        &self.exports
    }
}
