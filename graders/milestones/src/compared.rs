//! The components of a submission whose code is compared.

use tito_artifact::Artifact;
use tito_sandbox::Launch;

/// Why nothing is compared, where nobody says more.
pub const NO_VISION: &str = "no vision component to compare with: put the one that was graded for milestones 2 to 4 \
                             beside component.wasm as vision.wasm, or name it with --baseline FILE";

/// A component, and guests of it that count what their functions use.
#[derive(Clone, Copy)]
pub struct Profiled<'a> {
    /// What was handed in.
    pub artifact: &'a Artifact,
    /// On the engine that [profiles](tito_sandbox::Metering::Profiled), within
    /// [`profile_limits`](crate::profile_limits).
    pub launch: &'a dyn Launch,
}

/// The components of a submission whose code is compared.
#[derive(Clone, Copy)]
pub struct Compared<'a> {
    /// The one that was graded for the vision milestones.
    pub vision: Profiled<'a>,
    /// The one that is graded.
    pub language: Profiled<'a>,
}
