//! `moodline token`: who may ask the service over HTTP.

use anyhow::{Context as _, Result};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use moodline_api::{ask::journal, new_secret, token_hash};
use moodline_store::NewToken;
use moodline_types::{Clock, Interval, TokenName};
use serde_json::json;

use super::Context;
use crate::{
    cli::{ShowFormat, TokenCommand, TokenCreateArgs},
    output::Output,
    wire::App,
};

pub(super) async fn run(command: TokenCommand, context: &Context) -> Result<()> {
    let app = context.app().await?;
    match command {
        TokenCommand::Create(args) => create(args, &app).await,
        TokenCommand::List { format } => list(format, &app).await,
        TokenCommand::Revoke { name, actor, format } => revoke(&name, &actor, format, &app).await,
    }
}

async fn revoke(name: &TokenName, actor: &str, format: ShowFormat, app: &App) -> Result<()> {
    let now = app.clock.now();
    app.store.revoke_token(name, actor, now).await?;
    let mut out = Output::new();
    if format == ShowFormat::Json {
        let tokens = journal::tokens(app.store.as_ref(), now).await?;
        out.json(&tokens.iter().find(|token| token.name == *name))?;
    } else {
        out.line(format!("token {name} opens nothing any more"))?;
    }
    Ok(out.flush()?)
}

async fn create(args: TokenCreateArgs, app: &App) -> Result<()> {
    let now = app.clock.now();
    let expires_at = args.expires.as_deref().map(|when| end(when, now)).transpose()?;
    let secret = new_secret();
    let token = NewToken { name: args.name.clone(), hash: token_hash(&secret), scope: args.scope, expires_at };
    app.store.add_token(&token, &args.actor, now).await?;
    let mut out = Output::new();
    if args.format == ShowFormat::Json {
        out.json(&json!({"name": args.name, "scope": args.scope, "expires_at": expires_at, "token": secret}))?;
    } else {
        out.line(&secret)?;
        out.line(format!("This is shown once and kept nowhere. Use it as `Authorization: Bearer {secret}`."))?;
    }
    Ok(out.flush()?)
}

/// When a token ends: after a time from now (`90d`), or with a day.
fn end(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let wrong = || format!("--expires: `{text}` is neither a time from now (90d, 12h) nor a day to come (2027-01-31)");
    let end = if let Ok(day) = text.parse::<NaiveDate>() {
        day.succ_opt().map(|next| next.and_time(NaiveTime::MIN).and_utc())
    } else {
        let time = text.parse::<Interval>().with_context(wrong)?;
        TimeDelta::from_std(time.duration()).ok().and_then(|time| now.checked_add_signed(time))
    };
    end.filter(|end| *end > now).with_context(wrong)
}

async fn list(format: ShowFormat, app: &App) -> Result<()> {
    let tokens = journal::tokens(app.store.as_ref(), app.clock.now()).await?;
    let mut out = Output::new();
    if format == ShowFormat::Json {
        out.json(&tokens)?;
        return Ok(out.flush()?);
    }
    let minute = |at: Option<DateTime<Utc>>, none: &str| {
        at.map_or_else(|| none.to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string())
    };
    let mut table = out.new_table(&["Token", "Scope", "Valid", "Made (UTC)", "Expires", "Seen last", "Revoked"]);
    for token in tokens {
        table.add_row([
            token.name.to_string(),
            token.scope.to_string(),
            if token.valid { "yes" } else { "no" }.to_owned(),
            minute(Some(token.created_at), ""),
            minute(token.expires_at, "never"),
            minute(token.used_at, "never"),
            minute(token.revoked_at, "–"),
        ]);
    }
    out.table(&table)?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_after_a_time_or_with_a_day() {
        let now: DateTime<Utc> = "2026-05-10T12:00:00Z".parse().unwrap();
        assert_eq!(end("90d", now).unwrap().to_rfc3339(), "2026-08-08T12:00:00+00:00");
        assert_eq!(end("2026-05-31", now).unwrap().to_rfc3339(), "2026-06-01T00:00:00+00:00");
        for bad in ["soon", "0s", "2026-05-09", "99999999999d", ""] {
            assert!(end(bad, now).unwrap_err().to_string().contains("90d"), "{bad}");
        }
    }
}
