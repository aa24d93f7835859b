//! One gzip stream, unpacked under a limit.

use flate2::bufread::GzDecoder;

use crate::{
    SubmissionLimits,
    folder::{unless_bomb, up_to},
    refused::{Checked, Refused, Rule},
};

/// What a gzip stream holds. Further streams behind the first, which some readers append and others ignore, are
/// refused.
pub(super) fn unpack(bytes: &[u8], limits: &SubmissionLimits) -> Checked<Vec<u8>> {
    let mut gzip = GzDecoder::new(bytes);
    let unpacked = up_to(limits.unpacked_bytes, &mut gzip)
        .map_err(|error| Refused::damaged("the gzip stream", &error))?;
    unless_bomb((Rule::UnpackedBytes, limits.unpacked_bytes), unpacked.len() as u64)?;
    let behind = gzip.into_inner().len();
    if behind > 0 {
        let message = format!("{behind} bytes follow the end of the gzip stream; pack one tar with one gzip");
        return Err(Refused::new(Rule::Ambiguous, message));
    }
    Ok(unpacked)
}
