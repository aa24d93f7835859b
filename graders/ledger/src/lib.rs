//! A log that can only grow, and proofs of what is in it (RFC 6962, C2SP notes).
//!
//! A [`Tree`] takes the [`leaf_hash`] of every entry and gives the [`TreeHead`] of the log at each size that it had,
//! with proofs that an entry is in it ([`verify_inclusion`]) and that one head continues another
//! ([`verify_consistency`]). A [`SigningKey`] signs a head as a checkpoint, which a [`VerifierKey`] opens. A [`Receipt`]
//! is a proof and a checkpoint in one file: with it a student shows, without the log, that an entry is in it. All of it
//! is pure: no file, no clock, no randomness. Entries, their order and their storage are left to `tito-course`, what
//! they mean to `tito-gradebook`.
//!
//! ```
//! use tito_ledger::{Receipt, SigningKey, Tree, TreeHead, leaf_hash};
//!
//! let tree: Tree = [b"received".as_slice(), b"graded"].into_iter().map(leaf_hash).collect();
//! let key = SigningKey::new("example.edu/cs101", &[7; 32])?;
//! let head = tree.head();
//! let proof = tree.inclusion(0, head.size).expect("entry 0 is in the log");
//! let file = Receipt { extra: vec![], index: 0, proof, checkpoint: key.sign(&head) }.to_string();
//!
//! // Elsewhere, with the entry's bytes and the published key.
//! let published = key.verifier().to_string();
//! let signed: TreeHead = file.parse::<Receipt>()?.verify(b"received", &published.parse()?)?;
//! assert_eq!(signed, head);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Against whom it protects
//!
//! | Who | What comes to light |
//! |---|---|
//! | A student who changes a file after handing it in | always: the log has the digest |
//! | A student who claims to have handed in | a receipt proves it; none proves nothing |
//! | Somebody who edits the log without the key | always, when the last signed checkpoint is known; a log that was put back to an earlier one still has a valid signature, and shows when compared with any later checkpoint or receipt |
//! | Whoever has the key and rewrites the log | to all who hold a receipt or a checkpoint from before, since no proof leads from it to the new log |
//! | Whoever has the key and shows two logs | when two who were shown them compare checkpoints |
//!
//! Against whoever has the key nothing helps that only they keep. So checkpoints must be published where they cannot be
//! taken back: a post on the course's site, a mailing list, a witness. No log helps against somebody who refuses a
//! receipt, notes another time than it was, or grades falsely: the second is found by comparing, the third by grading
//! again. And since entries are published as digests, an entry must hold something that cannot be guessed, as
//! `tito_gradebook::Entry` has its nonce.
//!
//! # Forms
//!
//! As specified at <https://c2sp.org> by `signed-note`, `tlog-checkpoint` and `tlog-proof@v1`, and as Go's
//! `golang.org/x/mod/sumdb/note` reads them, with Ed25519 alone. Two things are stricter: a checkpoint's origin must be
//! the name of the key, and it has no lines beyond the three.
//!
//! # Cost
//!
//! Measured on one core of a busy two-core machine: 18 ms to build the tree of 100,000 leaf hashes, which takes about
//! 64 bytes a leaf; 0.2 µs to push one; 1 to 3 µs for a head or a proof of 17 hashes; 40 µs to sign; 85 µs to read and
//! verify a receipt, which is a text of 1 kB. So a course builds its tree anew at every start and stores none.

mod checkpoint;
mod hash;
mod head;
mod key_id;
mod note;
mod proof;
mod receipt;
mod signing_key;
mod text;
mod tree;
mod verifier_key;

pub use hash::{Hash, HashError, leaf_hash};
pub use head::TreeHead;
pub use key_id::KeyError;
pub use note::NoteError;
pub use proof::{ProofError, verify_consistency, verify_inclusion};
pub use receipt::{Receipt, ReceiptError};
pub use signing_key::SigningKey;
pub use tree::Tree;
pub use verifier_key::VerifierKey;
