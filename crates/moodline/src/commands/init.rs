//! `moodline init`: settings and a first map.

use std::{fs, io::Write, path::Path};

use anyhow::{Context as _, Result};
use moodline_maps::{instantiate, template};

use crate::{cli::InitArgs, output::Output};

/// The settings with every key at its default, as they stand in the repository.
pub(crate) const DEFAULT_SETTINGS: &str = include_str!("../../../../config/moodline.toml");

pub(super) fn run(args: &InitArgs) -> Result<()> {
    let map = instantiate(template(&args.template)?, &args.map, Some(args.map.as_str()))?;
    let maps = args.dir.join("maps");
    fs::create_dir_all(&maps).with_context(|| format!("could not make the folder {}", maps.display()))?;
    let settings = args.dir.join("moodline.toml");
    let map_file = maps.join(format!("{}.toml", args.map));
    write_new(&settings, DEFAULT_SETTINGS)?;
    write_new(&map_file, &map)?;
    let mut out = Output::new();
    out.line(format!("wrote {}  (settings, every key at its default)", settings.display()))?;
    out.line(format!("wrote {}  (a map to edit: touchpoints, keywords, examples)", map_file.display()))?;
    out.gap()?;
    out.line("next:")?;
    if args.dir != Path::new(".") {
        out.line(format!("  cd {}", args.dir.display()))?;
    }
    out.line("  moodline check                  says what is wrong, with file, line and column")?;
    out.line("  moodline import reviews.csv     or add [[sources.feeds]] to the settings")?;
    out.line("  moodline refresh                judges, places and draws")?;
    out.line(format!("  moodline map show {}", args.map))?;
    Ok(out.flush()?)
}

/// Writes a file that must not exist yet.
pub(super) fn write_new(path: &Path, text: &str) -> Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .with_context(|| format!("will not overwrite or cannot make {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("could not write {}", path.display()))
}
