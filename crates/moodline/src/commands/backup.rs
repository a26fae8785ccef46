//! `moodline backup` and `moodline restore`: copies of a database file.

use anyhow::Result;
use moodline_types::counted;

use super::Context;
use crate::{
    cli::{BackupArgs, RestoreArgs},
    output::Output,
    wire,
};

pub(super) async fn backup(args: BackupArgs, context: &Context) -> Result<()> {
    let app = context.app().await?;
    app.store.backup(&args.file).await?;
    let bytes = std::fs::metadata(&args.file)?.len();
    app.record(args.actor, "backup", "the database", format!("to {}", args.file.display())).await?;
    let mut out = Output::new();
    let key = &app.loaded.settings.privacy.author_key_file;
    out.line(format!(
        "wrote {} ({bytes} bytes); the author key ({}) is not in it",
        args.file.display(),
        key.display()
    ))?;
    Ok(out.flush()?)
}

pub(super) async fn restore(args: RestoreArgs, context: &Context) -> Result<()> {
    let loaded = context.settings(false)?;
    wire::restore(&loaded, &args.file, args.overwrite).await?;
    let app = wire::App::open(loaded, context.drain.clone(), context.progress).await?;
    app.record(args.actor, "restore", "the database", format!("from {}", args.file.display())).await?;
    let mentions = counted(app.store.mention_count().await?, "mention");
    let mut out = Output::new();
    out.line(format!("restored {mentions} from {}", args.file.display()))?;
    Ok(out.flush()?)
}
