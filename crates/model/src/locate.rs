//! Where the model's folder is.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{ModelError, manifest::MANIFEST};

/// Names a model folder from outside, when no setting does.
const VARIABLE: &str = "MOODLINE_MODEL";

/// The folder of the model to use.
///
/// Looks, in this order, at `explicit`, at the variable `MOODLINE_MODEL`, at `models/` beside the program, at
/// `../share/moodline/models/` beside the program's folder, and at the `models/` of the source tree the program was
/// built from. The first two name one folder, and nothing else is tried once one of them is given; the others hold
/// one folder per model, of which the last by name is taken.
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

fn first_model(named: Option<PathBuf>, program_folder: Option<&Path>) -> Result<PathBuf, ModelError> {
    if let Some(folder) = named {
        return if is_model(&folder) { Ok(folder) } else { Err(ModelError::NotFound { looked_at: vec![folder] }) };
    }
    let mut shelves = Vec::new();
    if let Some(folder) = program_folder {
        shelves.push(folder.join("models"));
        shelves.push(folder.join("../share/moodline/models"));
    }
    shelves.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"));
    shelves.iter().find_map(|shelf| last_on(shelf)).ok_or(ModelError::NotFound { looked_at: shelves })
}

/// The last model folder by name directly under `shelf`.
fn last_on(shelf: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(shelf).ok()?;
    entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| is_model(path)).max()
}

fn is_model(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file()
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
    fn beside_the_program_the_newest_name_wins() {
        let here = tempfile::tempdir().unwrap();
        put_model(&here.path().join("models/small-1"));
        put_model(&here.path().join("models/small-2"));
        fs::create_dir_all(here.path().join("models/training")).unwrap();
        assert_eq!(first_model(None, Some(here.path())).unwrap(), here.path().join("models/small-2"));
    }
}
