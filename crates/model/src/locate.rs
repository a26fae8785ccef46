//! Where the model's folder is.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use moodline_types::ModelId;

use crate::{
    ModelError, embedded, is_embedded,
    manifest::{Head, MANIFEST},
};

/// Names a model folder from outside, when no setting does.
const VARIABLE: &str = "MOODLINE_MODEL";

/// The folder of the model to use.
///
/// Looks, in this order, at `explicit`, at the variable `MOODLINE_MODEL`, into the program itself (feature `embed-model`),
/// at `models/` beside the program, at `../share/moodline/models/` beside the program's folder, and at the `models/` of the
/// source tree the program was built from. The first two name one folder, and nothing else is tried once one of them is
/// given; the last three hold one folder per model, of which the last by name is taken.
///
/// # Errors
/// [`ModelError::NotFound`] with every place looked at.
pub fn find_model(explicit: Option<&Path>) -> Result<PathBuf, ModelError> {
    let named = explicit
        .map(Path::to_path_buf)
        .or_else(|| env::var_os(VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from));
    let program = env::current_exe().ok();
    first_model(named, program.as_deref().and_then(Path::parent))
}

/// The folder of the model `id`: the first with that id of `folders`, of the one that `MOODLINE_MODEL` names, of the
/// folders beside these, and of all where models are shipped ([`find_model`]).
///
/// # Errors
/// [`ModelError::NotAtHand`] with every place looked at.
pub fn find_model_of(id: &ModelId, folders: &[PathBuf]) -> Result<PathBuf, ModelError> {
    let variable = env::var_os(VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    let inside = Some(PathBuf::from(embedded::FOLDER)).filter(|folder| is_embedded(folder));
    let named: Vec<PathBuf> = folders.iter().cloned().chain(variable).chain(inside).collect();
    let program = env::current_exe().ok();
    let mut shelves: Vec<PathBuf> = named.iter().filter_map(|folder| Some(folder.parent()?.to_path_buf())).collect();
    shelves.extend(shipped(program.as_deref().and_then(Path::parent)));
    model_of(id, &named, &shelves)
}

fn model_of(id: &ModelId, named: &[PathBuf], shelves: &[PathBuf]) -> Result<PathBuf, ModelError> {
    let is_it = |folder: &PathBuf| Head::read(folder).is_ok_and(|head| head.id == *id);
    let found = named.iter().find(|folder| is_it(folder)).cloned();
    let found = found.or_else(|| shelves.iter().flat_map(|shelf| models_on(shelf)).find(is_it));
    found.ok_or_else(|| {
        let mut looked_at: Vec<PathBuf> = Vec::new();
        for place in named.iter().chain(shelves) {
            if !looked_at.contains(place) {
                looked_at.push(place.clone());
            }
        }
        ModelError::NotAtHand { id: id.clone(), looked_at }
    })
}

fn first_model(named: Option<PathBuf>, program_folder: Option<&Path>) -> Result<PathBuf, ModelError> {
    if let Some(folder) = named {
        return if is_model(&folder) { Ok(folder) } else { Err(ModelError::NotFound { looked_at: vec![folder] }) };
    }
    if is_embedded(Path::new(embedded::FOLDER)) {
        return Ok(embedded::FOLDER.into());
    }
    let shelves = shipped(program_folder);
    shelves.iter().find_map(|shelf| last_on(shelf)).ok_or(ModelError::NotFound { looked_at: shelves })
}

/// Where models are shipped: folders of model folders.
fn shipped(program_folder: Option<&Path>) -> Vec<PathBuf> {
    let mut shelves = Vec::new();
    if let Some(folder) = program_folder {
        shelves.push(folder.join("models"));
        shelves.push(folder.join("../share/moodline/models"));
    }
    shelves.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"));
    shelves
}

/// The last model folder by name directly under `shelf`.
fn last_on(shelf: &Path) -> Option<PathBuf> {
    models_on(shelf).pop()
}

/// The model folders directly under `shelf`, by name.
fn models_on(shelf: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(shelf).into_iter().flatten().filter_map(Result::ok);
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_model(path)).collect();
    folders.sort();
    folders
}

fn is_model(folder: &Path) -> bool {
    is_embedded(folder) || folder.join(MANIFEST).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_model(folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(MANIFEST), "{}").unwrap();
    }

    #[test]
    fn a_named_folder_is_taken_or_refused_but_never_replaced() {
        let here = tempfile::tempdir().unwrap();
        let model = here.path().join("mine");
        put_model(&model);
        assert_eq!(first_model(Some(model.clone()), None).unwrap(), model);
        let missing = here.path().join("other");
        let error = first_model(Some(missing.clone()), Some(here.path())).unwrap_err();
        assert_eq!(error.to_string(), format!("no model found; looked at {}", missing.display()));
    }

    #[test]
    fn a_model_is_found_by_its_id_whatever_its_folder_is_called() {
        let here = tempfile::tempdir().unwrap();
        let (first, second) = (here.path().join("a/old"), here.path().join("b/new"));
        for (folder, id) in [(&first, "tiny-1"), (&second, "tiny-2")] {
            put_model(folder);
            let mut manifest = crate::manifest::tests::manifest_of(b"weights");
            manifest["id"] = id.into();
            fs::write(folder.join(MANIFEST), manifest.to_string()).unwrap();
        }
        let (named, shelves) = ([first.clone()], [here.path().join("a"), here.path().join("b")]);
        let find = |id: &str| model_of(&id.parse().unwrap(), &named, &shelves);
        assert_eq!((find("tiny-1").unwrap(), find("tiny-2").unwrap()), (first, second));
        let error = find("tiny-3").unwrap_err().to_string();
        assert!(error.starts_with("model tiny-3 is not at hand; looked at "), "{error}");
    }

    #[test]
    fn beside_the_program_the_newest_name_wins() {
        let here = tempfile::tempdir().unwrap();
        put_model(&here.path().join("models/small-1"));
        put_model(&here.path().join("models/small-2"));
        fs::create_dir_all(here.path().join("models/training")).unwrap();
        assert_eq!(first_model(None, Some(here.path())).unwrap(), here.path().join("models/small-2"));
    }
}
