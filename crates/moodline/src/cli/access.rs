//! Arguments of the commands around the HTTP API: tokens, and what programs follow.

use clap::{Args, Subcommand};
use moodline_types::{RunKind, Scope, TokenName};

use super::ShowFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and show it once
    Create(TokenCreateArgs),
    /// Every token with when it was last seen
    List {
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
    /// Make a token worthless at once
    Revoke {
        /// The token
        #[arg(value_name = "NAME")]
        name: TokenName,
        /// Who says so
        #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
        actor: String,
        #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
        format: ShowFormat,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline token create dashboard
  moodline token create support-desk --scope triage --expires 90d

What is done with a token is done in its name (`moodline audit`). Only a hash of it is kept.")]
pub(crate) struct TokenCreateArgs {
    /// Who will hold it
    #[arg(value_name = "NAME")]
    pub(crate) name: TokenName,
    /// read, triage (also change flags and correct opinions) or admin (also see who did what, and revoke tokens)
    #[arg(long, value_name = "SCOPE", default_value = "read")]
    pub(crate) scope: Scope,
    /// Until when: a time from now (90d, 12h) or a day (2027-01-31) [default: until revoked]
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,
    /// Who makes it
    #[arg(long, env = "USER", default_value = "unknown", value_name = "NAME")]
    pub(crate) actor: String,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  moodline events --follow
  moodline events --after f120a0

One JSON object a line: the id to go on from, the kind, and the thing itself.")]
pub(crate) struct EventsArgs {
    /// Only what came after this event [default: everything, with --follow what is new from now on]
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<String>,
    /// Wait for more
    #[arg(long)]
    pub(crate) follow: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunsArgs {
    /// Only this step: fetch, enrich, assign or layers
    #[arg(long, value_name = "STEP")]
    pub(crate) kind: Option<RunKind>,
    /// Most rows to show, newest first
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
pub(crate) struct CorrectionsArgs {
    /// Only of mentions with a higher id
    #[arg(long, value_name = "MENTION")]
    pub(crate) after: Option<i64>,
    /// Most mentions whose corrections are shown
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}
