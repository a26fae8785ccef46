//! Triage: what people do with flags.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{FlagEvent, FlagId, FlagQuery, FlagRow, Triage, counted};

use crate::{NewAct, Result};

/// What the audit log says of a change to flags, however many: which they were is in the history of each. A note may name
/// people and goes with the mention it is about; the log stays, so it only says that there was one.
pub fn triage_act(flags: &[FlagId], change: &Triage) -> NewAct {
    let Triage { status, assignee, due_at, note, actor } = change;
    let status = status.map(|status| status.to_string());
    let assignee =
        assignee.as_ref().map(|name| name.as_ref().map_or("for nobody".to_owned(), |name| format!("for {name}")));
    let due = due_at.map(|due| due.map_or("without a due time".to_owned(), |due| format!("due {}", due.to_rfc3339())));
    let note = note.as_ref().map(|_| "with a note".to_owned());
    NewAct {
        actor: actor.clone(),
        action: "triage".to_owned(),
        subject: match flags {
            [flag] => format!("flag {flag}"),
            many => counted(many.len(), "flag"),
        },
        detail: [status, assignee, due, note].into_iter().flatten().collect::<Vec<_>>().join(", "),
    }
}

/// The flag table and its history. Flags are raised and lowered with assignments; this is for people.
#[async_trait]
pub trait FlagStore: Send + Sync {
    /// The flags that fit, the most severe first, of equals the one raised first. Those of hidden mentions are left out.
    async fn flags(&self, query: &FlagQuery) -> Result<Vec<FlagRow>>;

    /// The flags raised after `flag`, in the order they were raised: at most `limit`. None ever shows before one that was
    /// read: ids are handed out in the order in which transactions end.
    async fn flags_after(&self, flag: FlagId, limit: u32) -> Result<Vec<FlagRow>>;

    /// The flag raised last, whatever became of it; `None` before the first.
    async fn newest_flag(&self) -> Result<Option<FlagId>>;

    /// How many fit, whatever the limit and where they begin.
    async fn count_flags(&self, query: &FlagQuery) -> Result<u64>;

    /// Does the same with all of these flags, and writes it into the history of each and into the audit log: all of
    /// them or, where one does not exist, none.
    async fn triage(&self, flags: &[FlagId], change: &Triage, now: DateTime<Utc>) -> Result<()>;

    /// What people did with a flag, oldest first.
    async fn flag_history(&self, flag: FlagId) -> Result<Vec<FlagEvent>>;
}
