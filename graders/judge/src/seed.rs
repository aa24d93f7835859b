//! Where cases come from: a public seed for students, a secret one for each submission of a course.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use tito_artifact::Digest;
use tito_grade::SeedUsed;

use crate::Draw;

/// The public seed. A change would give every student other cases, so it carries a version.
const PUBLIC: &str = "tito public seed, version 1";

/// The 256 bits that all cases of a grading are drawn from.
#[derive(Clone)]
pub struct Seed {
    bytes: [u8; 32],
    is_secret: bool,
}

impl Seed {
    /// The seed that every student has.
    pub fn public() -> Self {
        Self { bytes: Sha256::digest(PUBLIC).into(), is_secret: false }
    }

    /// `HMAC-SHA256(course secret, milestone, component digest)`: no two submissions meet the same tensors, and
    /// whoever has the course's secret can derive every grade again.
    ///
    /// The message is the milestone as 4 little-endian bytes, then the 32 bytes of the digest.
    pub fn secret(course_secret: &[u8], milestone: u32, component: Digest) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(course_secret).expect("HMAC takes a key of any length");
        mac.update(&milestone.to_le_bytes());
        mac.update(component.as_bytes());
        Self { bytes: mac.finalize().into_bytes().into(), is_secret: true }
    }

    /// What a grade says of its seed; a secret one is known by its digest alone.
    pub fn used(&self) -> SeedUsed {
        match self.is_secret {
            false => SeedUsed::Public,
            true => SeedUsed::Secret(hex::encode(Sha256::digest(self.bytes))),
        }
    }

    /// An independent stream of draws for this purpose, for example `dense/3`.
    pub fn draw(&self, purpose: &str) -> Draw {
        let mut stream = Sha256::new();
        stream.update(self.bytes);
        stream.update(purpose);
        Draw::new(stream.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(seed: &Seed, purpose: &str) -> u64 {
        seed.draw(purpose).below(u64::MAX)
    }

    #[test]
    fn seeds_differ_by_secret_milestone_component_and_purpose() {
        let component = Digest::of(b"component");
        let seed = Seed::secret(b"course", 1, component);
        let others = [
            first(&Seed::public(), "dense"),
            first(&Seed::secret(b"another", 1, component), "dense"),
            first(&Seed::secret(b"course", 2, component), "dense"),
            first(&Seed::secret(b"course", 1, Digest::of(b"another")), "dense"),
            first(&seed, "relu"),
        ];
        assert!(!others.contains(&first(&seed, "dense")));
        assert_eq!(first(&seed, "dense"), first(&seed.clone(), "dense"));
    }

    #[test]
    fn a_secret_seed_is_not_shown() {
        let seed = Seed::secret(b"course", 1, Digest::of(b"component"));
        let SeedUsed::Secret(shown) = seed.used() else { panic!("it is secret") };
        assert_ne!(shown, hex::encode(seed.bytes));
    }
}
