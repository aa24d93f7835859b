//! What a student wrote besides the component: sources and the analysis.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::PathBuf,
};

use tito_quality::{Quality, QualityError, measure, measure_files};

/// The analysis, among the sources or beside them.
pub(crate) const ANALYSIS: &str = "analysis.md";

/// No analysis is longer; what comes after is not counted.
const MOST_BYTES: u64 = 1 << 20;

/// What a student wrote besides the component.
#[derive(Clone, Debug)]
pub enum Written {
    /// The folder of the sources; an analysis lies in it.
    Folder(PathBuf),
    /// The files of a submission by their paths: sources in `source/`, the analysis there or beside it.
    Files(BTreeMap<String, Vec<u8>>),
}

impl Written {
    /// What a parser measures of the sources; `None` where there are none.
    pub(crate) fn quality(&self) -> Result<Option<Quality>, QualityError> {
        match self {
            Self::Folder(folder) => measure(folder).map(Some),
            Self::Files(files) => {
                let sources =
                    files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("source/")?, bytes)));
                let sources: Vec<_> = sources.map(|(path, bytes)| (path, bytes.as_slice())).collect();
                if sources.is_empty() { Ok(None) } else { measure_files(sources).map(Some) }
            }
        }
    }

    /// The text of the analysis, where there is one.
    pub(crate) fn analysis(&self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        match self {
            Self::Folder(folder) => {
                let path = folder.join(ANALYSIS);
                if !path.is_file() {
                    return Ok(None);
                }
                File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
            }
            Self::Files(files) => {
                let found = files.get(ANALYSIS).or_else(|| files.get(&format!("source/{ANALYSIS}")));
                let Some(found) = found else { return Ok(None) };
                found.take(MOST_BYTES).read_to_end(&mut bytes)?;
            }
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_and_files_are_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        let (source, analysis) = ("/// One.\npub fn one() -> u32 { 1 }\n", "3 words here");
        fs::write(folder.path().join("lib.rs"), source).unwrap();
        fs::write(folder.path().join(ANALYSIS), analysis).unwrap();
        let folder = Written::Folder(folder.path().to_owned());
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        let files = Written::Files([file("source/lib.rs", source), file(ANALYSIS, analysis)].into());
        assert_eq!(folder.quality().unwrap(), files.quality().unwrap());
        assert_eq!(files.quality().unwrap().unwrap().functions.len(), 1);
        assert_eq!(folder.analysis().unwrap().as_deref(), Some(analysis));
        assert_eq!(files.analysis().unwrap().as_deref(), Some(analysis));
        assert_eq!(Written::Files(BTreeMap::new()).quality().unwrap(), None);
    }
}
