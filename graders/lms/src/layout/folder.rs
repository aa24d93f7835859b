//! A folder or an archive for every student, by id: `john_doe/…`, `john_doe.zip`, `john_doe.wasm`.

use std::collections::BTreeMap;

use super::{Class, Handed, Who};
use crate::slug::is_id;

/// What a student's file may end in, the longest first.
const ENDINGS: [&str; 5] = [".tar.gz", ".tgz", ".tar", ".zip", ".wasm"];

pub(super) fn class(paths: &[&str]) -> Class {
    let mut class = Class::default();
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths {
        match path.split_once('/') {
            Some((id, rest)) if is_id(id) => {
                let at = *folders.entry(id).or_insert_with(|| {
                    class.handed.push(of(id, format!("{id}/")));
                    class.handed.len() - 1
                });
                // A folder's own entry makes its owner known and is no file.
                if !rest.is_empty() && !rest.ends_with('/') {
                    class.handed[at].paths.push((*path).to_owned());
                }
            }
            None if id_of_file(path).is_some_and(is_id) => {
                let handed = of(id_of_file(path).unwrap_or_default(), String::new());
                class.handed.push(Handed { paths: vec![(*path).to_owned()], ..handed });
            }
            _ if path.ends_with('/') => {}
            _ => class.left.push((*path).to_owned()),
        }
    }
    class
}

fn id_of_file(name: &str) -> Option<&str> {
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending))
}

fn of(id: &str, root: String) -> Handed {
    Handed {
        who: vec![Who::Id(id.to_owned())],
        at: None,
        late: None,
        paths: Vec::new(),
        root,
        original_name: None,
        resubmission: None,
    }
}
