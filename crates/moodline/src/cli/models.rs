//! Arguments of `moodline model`.

use clap::{Args, Subcommand};
use moodline_types::ModelId;

use super::ShowFormat;

#[derive(Debug, Subcommand)]
#[command(after_help = "A new model, step by step:
  moodline enrich --model models/candidate    judges every mention beside the opinions that count
  moodline eval --diff                        what would change at every touchpoint
  moodline model adopt ID                     makes its opinions count: places and draws anew
  moodline model adopt OLD-ID                 undoes that
  moodline model forget OLD-ID                deletes the opinions of a model that does not count")]
pub(crate) enum ModelCommand {
    /// List the models that have judged mentions, and the settings' model
    List(ModelListArgs),
    /// Make the opinions of a model count, place them and draw every map anew
    Adopt(AdoptArgs),
    /// Delete a model that does not count, with its opinions
    Forget(ForgetArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ModelListArgs {
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// The model; `moodline model list` names those there are
    #[arg(value_name = "ID")]
    pub(crate) model: ModelId,
    /// Also where mentions that it has not judged cannot be judged now: they count nowhere until they are
    #[arg(long)]
    pub(crate) partial: bool,
    /// Who adopts it
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
}

#[derive(Debug, Args)]
pub(crate) struct ForgetArgs {
    /// The model; its opinions must not be those that count
    #[arg(value_name = "ID")]
    pub(crate) model: ModelId,
    /// Who forgets it
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
}
