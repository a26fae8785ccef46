//! The model inside the program: the feature `embed-model` puts the shipped one there.
//!
//! It is a folder like any other, but that its files are read from the program. They are not copied: the word embeddings are
//! looked up where the program has them.

use std::path::Path;

/// Stands for the folder of the model inside the program.
pub(crate) const FOLDER: &str = "embedded";

#[cfg(feature = "embed-model")]
macro_rules! shipped {
    ($($name:literal),+) => {
        [$(($name, include_bytes!(concat!("../../../models/moodline-e5-small-2/", $name)) as &[u8])),+]
    };
}

#[cfg(feature = "embed-model")]
static FILES: [(&str, &[u8]); 5] =
    shipped!["manifest.json", "encoder.safetensors", "heads.safetensors", "tokenizer.json", "embeddings.q4"];
#[cfg(not(feature = "embed-model"))]
static FILES: [(&str, &[u8]); 0] = [];

/// Whether a folder is the one inside the program, which has to have one.
pub fn is_embedded(folder: &Path) -> bool {
    !FILES.is_empty() && folder == Path::new(FOLDER)
}

/// The content of a file of that folder; `None` for any other.
pub(crate) fn file(path: &Path) -> Option<&'static [u8]> {
    let name = path.file_name().filter(|_| path.parent().is_some_and(is_embedded))?;
    FILES.iter().find(|(known, _)| name == *known).map(|(_, bytes)| *bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folder_inside_the_program_is_read_from_there() {
        assert_eq!(is_embedded(Path::new("embedded")), cfg!(feature = "embed-model"));
        assert_eq!(file(Path::new("embedded/manifest.json")).is_some(), cfg!(feature = "embed-model"));
        for other in ["/models/embedded", "embedded/inside"] {
            assert!(
                !is_embedded(Path::new(other)) && file(&Path::new(other).join("manifest.json")).is_none(),
                "{other}"
            );
        }
        assert!(file(Path::new("embedded/notes.txt")).is_none());
    }
}
