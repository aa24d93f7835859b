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
    /// Of a folder.
    Folder {
        /// The sources; the analysis may lie in them.
        source: Option<PathBuf>,
        /// Where the analysis is beside the component, if it is there.
        beside: Option<PathBuf>,
    },
    /// The files of a submission by their paths: sources in `source/`, the analysis there or beside it.
    Files(BTreeMap<String, Vec<u8>>),
}

impl Written {
    /// What a parser measures of the sources; `None` where there are none.
    pub(crate) fn quality(&self) -> Result<Option<Quality>, QualityError> {
        match self {
            Self::Folder { source, .. } => source.as_deref().map(measure).transpose(),
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
            Self::Folder { source, beside } => {
                let among = source.as_ref().map(|folder| folder.join(ANALYSIS));
                let mut places = [beside.clone(), among].into_iter().flatten();
                let Some(path) = places.find(|path| path.is_file()) else { return Ok(None) };
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

    const SOURCE: &str = "/// One.\npub fn one() -> u32 { 1 }\n";

    /// The same files in a folder, as `milestone test` finds them, and handed in.
    #[track_caller]
    fn check(paths: &[(&str, &str)], functions: Option<usize>, analysis: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("source")).unwrap();
        for (name, text) in paths {
            fs::write(path(name), text).unwrap();
        }
        let source = functions.map(|_| path("source"));
        let files = paths.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        for written in
            [Written::Folder { source, beside: Some(path(ANALYSIS)) }, Written::Files(files.collect())]
        {
            let quality = written.quality().unwrap();
            assert_eq!(quality.map(|quality| quality.functions.len()), functions, "{written:?}");
            assert_eq!(written.analysis().unwrap().as_deref(), analysis, "{written:?}");
        }
    }

    #[test]
    fn a_folder_and_files_are_read_alike() {
        let (source, beside, among) =
            (("source/lib.rs", SOURCE), (ANALYSIS, "beside"), ("source/analysis.md", "among"));
        check(&[], None, None);
        check(&[source], Some(1), None);
        check(&[beside], None, Some("beside"));
        check(&[source, beside], Some(1), Some("beside"));
        check(&[source, among], Some(1), Some("among"));
        check(&[source, among, beside], Some(1), Some("beside"));
    }
}
