//! Files that are named on the command line, read with a cap.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use crate::failure::Failure;

/// The bytes of a regular file of at most `most` bytes. Neither a pipe nor a device is opened: reading one may never
/// end.
pub(crate) fn read(what: &str, path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let doing = format!("read the {what}");
    let failed = |error| Failure::io(&doing, path, error);
    let problem = |problem: &str| Failure::usage(format!("cannot {doing} '{}': {problem}", path.display()));
    let found = fs::metadata(path).map_err(failed)?;
    if found.is_dir() {
        return Err(problem("it is a folder; name the file in it"));
    }
    if !found.is_file() {
        return Err(problem("it is no regular file; copy what it gives into one"));
    }
    if found.len() > most {
        return Err(problem(&format!(
            "it has {} bytes, more than the {most} that are read at all",
            found.len()
        )));
    }
    let mut bytes = Vec::new();
    // The file may grow while it is read.
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_the_right_size_are_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        fs::write(&file, b"four").expect("it can be written");
        for (path, most, expected) in [
            (file.as_path(), 4, None),
            (&file, 3, Some("it has 4 bytes, more than the 3 that are read at all")),
            (folder.path(), 4, Some("it is a folder; name the file in it")),
            (Path::new("/dev/zero"), 4, Some("it is no regular file; copy what it gives into one")),
        ] {
            let found = read("thing", path, most).err().map(|failure| failure.to_string());
            let expected =
                expected.map(|problem| format!("cannot read the thing '{}': {problem}", path.display()));
            assert_eq!(found, expected);
        }
    }
}
