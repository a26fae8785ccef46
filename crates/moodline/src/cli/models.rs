//! Arguments of `moodline model`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use moodline_types::ModelId;

use super::ShowFormat;

const ADD: &str = "A BERT, RoBERTa, XLM-RoBERTa or DistilBERT sequence classifier (config.json, model.safetensors, tokenizer.json) needs a
program built with `--features rust-bert`, and gets a manifest.json that says which of its classes mean what:
  moodline model add models/twitter-xlm --negative LABEL_0 --neutral LABEL_1 --positive LABEL_2";

#[derive(Debug, Subcommand)]
#[command(after_help = "A new model, step by step:
  moodline model add models/candidate         checks it and makes it known (`moodline model add --help`)
  moodline enrich --model models/candidate    judges every mention beside the opinions that count
  moodline eval --diff                        what would change at every touchpoint
  moodline model adopt ID                     makes its opinions count: places and draws anew
  moodline model adopt OLD-ID                 undoes that
  moodline model forget OLD-ID                deletes the opinions of a model that does not count")]
pub(crate) enum ModelCommand {
    /// List the models that have judged mentions, and the settings' model
    List(ModelListArgs),
    /// Make a model's folder known: check it, try it, and queue every mention for it
    #[command(after_help = ADD)]
    Add(AddArgs),
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
pub(crate) struct AddArgs {
    /// The model's folder: one with a manifest.json, or a sequence classifier as `transformers` saves it
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Name of a model without a manifest; its folder's name unless given
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<ModelId>,
    /// Class of negative texts of a model without a manifest; again for another
    #[arg(long, value_name = "CLASS")]
    pub(crate) negative: Vec<String>,
    /// Class of texts that take no side
    #[arg(long, value_name = "CLASS")]
    pub(crate) neutral: Vec<String>,
    /// Class of positive texts
    #[arg(long, value_name = "CLASS")]
    pub(crate) positive: Vec<String>,
    /// Who adds it
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
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
