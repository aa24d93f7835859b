//! Batches of records: in the published archive, or as somebody has them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};
use tito_data::{Dataset, Description, Progress, Provenance, Split, Store, fetch, import};

use crate::fake::{self, ARCHIVE, BATCHED, IMAGE, PER_BATCH, RECORD};
use crate::server::{Request, honest, ok, rest, serve, whole};

/// A folder to import from and a store.
struct Case {
    from: tempfile::TempDir,
    to: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        Self { from: tempfile::tempdir().unwrap(), to: tempfile::tempdir().unwrap() }
    }

    fn with(self, name: &str, bytes: &[u8]) -> Self {
        fs::write(self.from.path().join(name), bytes).unwrap();
        self
    }

    /// With all batches, a pixel of the first being another than the published one.
    fn with_batches(self) -> Self {
        let mut first = fake::batch("one.bin");
        first[RECORD + 1] ^= 1;
        self.with("one.bin", &first)
            .with("two.bin", &fake::batch("two.bin"))
            .with("test.bin", &fake::batch("test.bin"))
    }

    fn store(&self) -> Store {
        Store::at(self.to.path())
    }

    fn stored(&self, name: &str) -> PathBuf {
        self.to.path().join("batched").join(name)
    }

    fn import(&self) -> Result<Vec<&'static str>, String> {
        import(&self.store(), &BATCHED, self.from.path()).map_err(|error| error.to_string())
    }

    fn load(&self, split: Split) -> Dataset {
        self.store().load(&BATCHED, split).unwrap()
    }

    #[track_caller]
    fn check_loads(&self, provenance: &Provenance) {
        let [train, test] = [Split::Train, Split::Test].map(|split| self.load(split));
        assert_eq!((train.len(), test.len()), (2 * PER_BATCH, PER_BATCH));
        assert_eq!((train.provenance(), test.provenance()), (provenance, provenance));
        check_example(&train, PER_BATCH + 2, &fake::batch("two.bin")[2 * RECORD..][..RECORD]);
        check_example(&test, 6, &fake::batch("test.bin")[6 * RECORD..]);
        assert_eq!(self.store().verify(&BATCHED).provenance.as_ref(), Some(provenance));
    }

    /// Neither split is loaded, and verifying fails: both say this.
    #[track_caller]
    fn check_is_refused(&self, error: &str) {
        let found = self.store().load(&BATCHED, Split::Train).unwrap_err().to_string();
        assert!(found.contains(error), "{found}");
        let state = self.store().verify(&BATCHED);
        assert!(!state.ready && state.provenance.is_none(), "{state:?}");
        assert!(serde_json::to_string(&state.files).unwrap().contains(error), "{state:?}");
    }

    /// The import is refused with this and leaves what was there.
    #[track_caller]
    fn check_is_not_imported(&self, error: &str) {
        let before = files(&self.to.path().join("batched"));
        let found = self.import().unwrap_err();
        assert!(found.contains(error), "{found}");
        assert_eq!(files(&self.to.path().join("batched")), before);
    }
}

#[track_caller]
fn check_example(dataset: &Dataset, index: usize, record: &[u8]) {
    let (images, labels) = dataset.batch(&[index]);
    assert_eq!(images.shape().extents(), [1, 3, 2, 5]);
    let pixels: Vec<_> = record[1..].iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
    assert_eq!((images.data(), labels), (&pixels[..], vec![u32::from(record[0])]));
}

/// The names in a folder, none where it is not there.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What `sha256sum one.bin two.bin test.bin | sha256sum` prints in the folder.
fn digest_in(folder: &Path) -> Provenance {
    let digest = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let line = |name: &str| format!("{}  {name}\n", digest(&fs::read(folder.join(name)).unwrap()));
    Provenance::Imported { sha256: digest(fake::batch_names().map(line).concat().as_bytes()) }
}

#[test]
fn the_published_archive_stays_packed_and_is_loaded_in_the_order_of_the_batches() {
    let case = Case::new().with(ARCHIVE, &fake::archive());
    assert_eq!(case.import().unwrap(), [ARCHIVE]);
    assert!(case.import().unwrap().is_empty());
    assert_eq!(files(&case.to.path().join("batched")), [ARCHIVE]);
    case.check_loads(&Provenance::Published);
}

#[test]
fn the_archive_goes_before_the_batches_beside_it() {
    let case = Case::new().with_batches().with(ARCHIVE, &fake::archive());
    assert_eq!(case.import().unwrap(), [ARCHIVE]);
    case.check_loads(&Provenance::Published);
    fs::remove_file(case.from.path().join(ARCHIVE)).unwrap();
    assert!(case.import().unwrap().is_empty(), "the store has the published one");
    case.check_loads(&Provenance::Published);
}

#[test]
fn an_archive_that_is_not_the_published_one_is_refused() {
    let mut damaged = fake::archive();
    damaged[200] ^= 1;
    let case = Case::new().with_batches().with(ARCHIVE, &damaged);
    case.check_is_not_imported("its SHA-256 is");
    let case = case.with(ARCHIVE, &fake::archive());
    case.import().unwrap();
    for bytes in [&damaged[..], &fake::archive()[..300], &[]] {
        fs::write(case.stored(ARCHIVE), bytes).unwrap();
        case.check_is_refused("its SHA-256 is");
    }
    fs::write(case.stored(ARCHIVE), [fake::archive(), vec![0]].concat()).unwrap();
    case.check_is_refused("it is longer than the expected");
    assert_eq!(case.import().unwrap(), [ARCHIVE], "it is replaced");
    case.check_loads(&Provenance::Published);
}

/// Loads a split of an archive that has the right digest and is none that means anything.
#[track_caller]
fn check_archive(archive: &[u8], error: &str) {
    let case = Case::new().with(ARCHIVE, archive);
    let dataset: &'static Description = Box::leak(Box::new(fake::batched(archive)));
    import(&case.store(), dataset, case.from.path()).unwrap();
    let found = case.store().load(dataset, Split::Train).unwrap_err().to_string();
    assert!(found.contains(error), "{found}");
}

#[test]
fn an_archive_is_not_believed_for_its_digest_alone() {
    let (one, two) = (fake::batch("one.bin"), fake::batch("two.bin"));
    let packed = |files: &[(&str, &[u8])]| fake::gzip(&fake::tar(files));
    check_archive(&fake::archive()[..fake::archive().len() / 2], "it cannot be read to its end");
    check_archive(b"not gzip", "it cannot be read to its end");
    check_archive(&fake::gzip(&[7; 2000]), "it cannot be read to its end");
    check_archive(&packed(&[("one.bin", &one)]), "there is no two.bin in it");
    check_archive(&packed(&[("one.bin", &one), ("two.bin", &two[1..])]), "two.bin has 216 bytes, not 217");
    let long = [&two[..], &[0]].concat();
    check_archive(&packed(&[("one.bin", &one), ("two.bin", &long)]), "two.bin has 218 bytes, not 217");
    let wrong = [&[3], &two[1..]].concat();
    let error = "label 3 of example 7 is none of the 3 classes";
    check_archive(&packed(&[("one.bin", &one), ("two.bin", &wrong)]), error);
}

#[test]
fn a_bomb_is_not_unpacked() {
    let bomb = vec![0; 64 << 20];
    let archive = fake::gzip(&fake::tar(&[("bomb", &bomb), ("one.bin", &fake::batch("one.bin"))]));
    check_archive(&archive, "it cannot be read to its end");
}

#[test]
fn batches_are_imported_as_found() {
    let case = Case::new().with_batches();
    assert_eq!(case.import().unwrap(), fake::batch_names());
    let provenance = digest_in(case.from.path());
    case.check_loads(&provenance);
    let (images, _) = case.load(Split::Train).batch(&[1]);
    assert_eq!(images.data()[0], f32::from(fake::batch("one.bin")[RECORD + 1] ^ 1) / 255.0);
    let Provenance::Imported { sha256 } = &provenance else { panic!("{provenance:?}") };
    assert_eq!(provenance.to_string(), format!("as imported, SHA-256 {sha256}"));
    let state = serde_json::to_value(case.store().verify(&BATCHED)).unwrap();
    assert_eq!(state["provenance"], json!({ "kind": "imported", "sha256": sha256 }));
    assert_eq!(
        (&state["files"][0]["status"], &state["files"][2]["file"]),
        (&json!("as-imported"), &json!("test.bin"))
    );
}

#[test]
fn other_batches_replace_those_that_were_imported() {
    let case = Case::new().with_batches();
    case.import().unwrap();
    let before = digest_in(case.from.path());
    let case = case.with("one.bin", &fake::batch("one.bin"));
    case.import().unwrap();
    assert_ne!(digest_in(case.from.path()), before);
    case.check_loads(&digest_in(case.from.path()));
    assert_eq!(files(&case.to.path().join("batched")), ["SHA256SUMS", "one.bin", "test.bin", "two.bin"]);
}

#[test]
fn batches_go_in_place_of_a_damaged_archive() {
    let case = Case::new().with_batches();
    fs::create_dir(case.to.path().join("batched")).unwrap();
    fs::write(case.stored(ARCHIVE), "damaged").unwrap();
    case.import().unwrap();
    case.check_loads(&digest_in(case.from.path()));
}

#[test]
fn batches_of_another_form_change_nothing() {
    let two = fake::batch("two.bin");
    let mut wrong = two.clone();
    wrong[4 * RECORD] = 3;
    let long = [&two[..], &[0]].concat();
    for is_there in [false, true] {
        let case = Case::new().with_batches();
        if is_there {
            case.import().unwrap();
        }
        let case = case.with("two.bin", &long);
        case.check_is_not_imported("it is longer than the expected 217 bytes");
        let case = case.with("two.bin", &two[..216]);
        case.check_is_not_imported("two.bin has 216 bytes, not 217");
        let case = case.with("two.bin", &wrong);
        case.check_is_not_imported("label 3 of example 4 is none of the 3 classes");
        fs::remove_file(case.from.path().join("two.bin")).unwrap();
        case.check_is_not_imported(
            "holds neither batches.tar.gz nor two.bin; name the folder that holds them",
        );
        assert_eq!(case.store().verify(&BATCHED).ready, is_there);
    }
}

#[test]
fn what_was_imported_is_held_against_what_was_recorded() {
    let case = Case::new().with_batches();
    case.import().unwrap();
    let mut changed = fake::batch("two.bin");
    changed[3] ^= 1;
    for bytes in [&changed[..], &changed[..9]] {
        fs::write(case.stored("two.bin"), bytes).unwrap();
        case.check_is_refused("its SHA-256 is");
    }
    fs::write(case.stored("two.bin"), [0; 300]).unwrap();
    case.check_is_refused("it is longer than the expected 217 bytes");
    let error = case.store().load(&BATCHED, Split::Train).unwrap_err().to_string();
    assert!(error.ends_with("; run `tito data import batched FOLDER` to replace it"), "{error}");
    assert_eq!(case.load(Split::Test).len(), PER_BATCH, "the other split is whole");
    case.import().unwrap();
    case.check_loads(&digest_in(case.from.path()));
    fs::remove_file(case.stored("one.bin")).unwrap();
    let error = case.store().load(&BATCHED, Split::Train).unwrap_err().to_string();
    assert!(error.contains("one.bin is not there"), "{error}");
    assert!(!case.store().verify(&BATCHED).ready);
}

#[test]
fn a_record_is_what_was_written_and_nothing_else() {
    let case = Case::new().with_batches();
    case.import().unwrap();
    let record = fs::read_to_string(case.stored("SHA256SUMS")).unwrap();
    let [first, ..] = &record.lines().collect::<Vec<_>>()[..] else { panic!("{record}") };
    for other in [
        String::new(),
        record.replace("two.bin", "../two.bin"),
        record.replace('\n', "\r\n"),
        format!("{record}{first}\n"),
        record[..record.len() - 1].to_owned(),
        record.replacen(&record[..1], "é", 1),
        format!("{first}\n").repeat(2),
    ] {
        fs::write(case.stored("SHA256SUMS"), other).unwrap();
        case.check_is_refused("it is not the list of digests that was written at import");
    }
    fs::remove_file(case.stored("SHA256SUMS")).unwrap();
    let error = case.store().load(&BATCHED, Split::Train).unwrap_err().to_string();
    assert!(error.contains("batches.tar.gz is not there"), "{error}");
}

#[test]
fn an_archive_is_fetched_and_gone_on_with() {
    let case = Case::new();
    let archive = fake::archive();
    let path = format!("/{ARCHIVE}");
    let fetch = |answer: &(dyn Fn(&Request) -> Vec<u8> + Sync)| {
        let run = |url: &str| fetch(&case.store(), &BATCHED, Some(url), &mut |_: Progress| {});
        let (result, asked) = serve(answer, run);
        (result.map_err(|error| error.to_string()), asked)
    };
    let (result, asked) = fetch(&|_| ok(&archive[..300]));
    assert!(result.unwrap_err().contains("300 bytes are kept; run the same command again"));
    assert_eq!(asked, [whole(&path)]);
    let (result, asked) = fetch(&|request| honest(request, &archive));
    assert_eq!((result.unwrap(), asked), (vec![ARCHIVE], vec![rest(&path, 300)]));
    assert_eq!(files(&case.to.path().join("batched")), [ARCHIVE]);
    case.check_loads(&Provenance::Published);
    fs::remove_file(case.stored(ARCHIVE)).unwrap();
    let (result, _) = fetch(&|_| ok(&[&archive[..], &[0]].concat()));
    assert!(result.unwrap_err().contains("longer than the expected"));
    let (result, _) = fetch(&|_| ok(&vec![0; archive.len()]));
    assert!(result.unwrap_err().contains("its SHA-256 is"));
    assert!(files(&case.to.path().join("batched")).is_empty());
}

#[test]
fn channels_are_told_apart() {
    let case = Case::new().with_batches();
    case.import().unwrap();
    let test = case.load(Split::Test);
    let moments = test.part(vec![0]).moments();
    let image = &fake::batch("test.bin")[1..=IMAGE];
    for (plane, mean) in image.chunks(10).zip(moments.mean) {
        let sum: u32 = plane.iter().map(|&pixel| u32::from(pixel)).sum();
        assert!((mean - f64::from(sum) / 2550.0).abs() < 1e-12, "{mean}");
    }
}
