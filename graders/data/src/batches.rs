//! Batches: files of records, each a label of one byte and then an image, alone or in a `.tar.gz`.
//!
//! Sizes are the form's. What a file says of its own size is compared with them, and nothing is allocated
//! for it.

use std::io::{self, BufReader, Read};

use flate2::read::GzDecoder;
use tar::Archive;

use crate::checked::Expected;
use crate::{Batch, Examples, ImageForm, Problem, Split};

/// What an archive may hold besides its batches: headers, padding, a file that says what it is.
const BESIDES: u64 = 1 << 20;

impl Batch {
    /// Its length.
    pub(crate) fn bytes(&self, form: &ImageForm) -> u64 {
        self.examples as u64 * (1 + form.image_size() as u64)
    }

    /// The bytes of this digest.
    pub(crate) fn expected<'a>(&self, form: &ImageForm, sha256: &'a str) -> Expected<'a> {
        Expected { bytes: self.bytes(form), sha256 }
    }
}

/// The place of a batch among the examples of its split.
pub(crate) struct Room<'a> {
    /// What it is for.
    pub(crate) batch: &'static Batch,
    labels: &'a mut [u8],
    pixels: &'a mut [u8],
    is_full: bool,
}

/// As many examples as these batches have, all zero.
pub(crate) fn zeros(form: &ImageForm, batches: &[&Batch]) -> Examples {
    let count: usize = batches.iter().map(|batch| batch.examples).sum();
    Examples { pixels: vec![0; count * form.image_size()], labels: vec![0; count] }
}

/// The places of these batches in that many examples, in order.
pub(crate) fn rooms<'a>(
    form: &ImageForm,
    batches: &[&'static Batch],
    examples: &'a mut Examples,
) -> Vec<Room<'a>> {
    let (mut labels, mut pixels) = (&mut examples.labels[..], &mut examples.pixels[..]);
    let mut take = |batch: &'static Batch| Room {
        batch,
        labels: labels.split_off_mut(..batch.examples).expect("there are as many examples as batches have"),
        pixels: pixels
            .split_off_mut(..batch.examples * form.image_size())
            .expect("there are as many pixels as batches have"),
        is_full: false,
    };
    batches.iter().map(|batch| take(batch)).collect()
}

impl Room<'_> {
    /// Reads the records of the batch, which must be all that there is.
    pub(crate) fn fill(&mut self, source: impl Read) -> io::Result<()> {
        let mut source = BufReader::with_capacity(1 << 16, source);
        let size = self.pixels.len() / self.labels.len();
        for (label, image) in self.labels.iter_mut().zip(self.pixels.chunks_exact_mut(size)) {
            source.read_exact(std::slice::from_mut(label))?;
            source.read_exact(image)?;
        }
        self.is_full = true;
        Ok(())
    }
}

/// The examples of a split from an archive. Only the split's own batches are read, whatever else is there, and no
/// more is unpacked than they and a little besides.
pub(crate) fn unpack(
    form: &ImageForm,
    batches: &'static [Batch],
    split: Split,
    packed: impl Read,
) -> Result<Examples, Problem> {
    let most = batches.iter().map(|batch| batch.bytes(form)).sum::<u64>() + BESIDES;
    let wanted = of(batches, split);
    let mut examples = zeros(form, &wanted);
    let mut rooms = rooms(form, &wanted, &mut examples);
    let unpacked = GzDecoder::new(BufReader::with_capacity(1 << 16, packed)).take(most);
    fill(form, &mut rooms, unpacked)?;
    match rooms.iter().find(|room| !room.is_full) {
        Some(room) => Err(Problem::Content(format!("there is no {} in it", room.batch.name))),
        None => Ok(examples),
    }
}

/// The batches of a split, in order.
pub(crate) fn of(batches: &'static [Batch], split: Split) -> Vec<&'static Batch> {
    batches.iter().filter(|batch| batch.split == split).collect()
}

/// Stops once every room is full, and never looks at what follows.
fn fill(form: &ImageForm, rooms: &mut [Room<'_>], tar: impl Read) -> Result<(), Problem> {
    let mut archive = Archive::new(tar);
    for entry in archive.entries().map_err(Problem::Unreadable)? {
        let entry = entry.map_err(Problem::Unreadable)?;
        let name = entry.path_bytes().rsplit(|&byte| byte == b'/').next().map(<[u8]>::to_vec);
        let is_it =
            |room: &&mut Room<'_>| !room.is_full && Some(room.batch.name.as_bytes()) == name.as_deref();
        let Some(room) = rooms.iter_mut().find(is_it) else { continue };
        is_as_long(form, room.batch, entry.size())?;
        room.fill(entry).map_err(Problem::Unreadable)?;
        if rooms.iter().all(|room| room.is_full) {
            break;
        }
    }
    Ok(())
}

/// Whether a batch that somebody has may be imported: its length and its labels are right. Of one that is too long
/// a byte too many is enough.
pub(crate) fn check(form: &ImageForm, batch: &Batch, bytes: &[u8]) -> Result<(), Problem> {
    if bytes.len() as u64 > batch.bytes(form) {
        return Err(Problem::Longer { bytes: batch.bytes(form) });
    }
    is_as_long(form, batch, bytes.len() as u64)?;
    let labels: Vec<u8> = bytes.iter().copied().step_by(1 + form.image_size()).collect();
    match form.wrong_label(&labels) {
        Some(problem) => Err(Problem::Content(problem)),
        None => Ok(()),
    }
}

fn is_as_long(form: &ImageForm, batch: &Batch, found: u64) -> Result<(), Problem> {
    match batch.bytes(form) {
        bytes if bytes == found => Ok(()),
        bytes => Err(Problem::Content(format!("{} has {found} bytes, not {bytes}", batch.name))),
    }
}
