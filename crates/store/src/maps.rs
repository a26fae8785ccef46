//! Maps as the database knows them, the vectors of their texts, and where opinions lie on them.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moodline_types::{Assignment, Embedding, MapId, MentionId, ModelId, NewFlag, Tally, TouchpointId};

use crate::Result;

/// A map as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapRecord {
    /// Its id.
    pub id: MapId,
    /// Hash of everything in the map that decides assignments; changes when they may change.
    pub version: String,
    /// The whole map as its author wrote it (TOML).
    pub definition: String,
    /// Every text of it that needs a vector: descriptions and examples.
    pub texts: Vec<String>,
}

/// A definition that a map has had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapVersion {
    /// Row id; grows with time.
    pub id: i64,
    /// Hash of everything in it that decides assignments.
    pub version: String,
    /// The whole map as its author wrote it (TOML).
    pub definition: String,
    /// Since when it was in use.
    pub registered_at: DateTime<Utc>,
}

/// What registering a map changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapChange {
    /// First seen, or back after having been retired: every judged mention is queued for it.
    Added,
    /// Its version differs: every judged mention is queued for it again.
    Changed,
    /// Same version; at most its wording for people differs, which was stored.
    Unchanged,
}

/// The map table.
#[async_trait]
pub trait MapStore: Send + Sync {
    /// Makes a map, or a new version of it, known.
    async fn register_map(&self, map: &MapRecord, now: DateTime<Utc>) -> Result<MapChange>;

    /// The maps in use, by id.
    async fn maps(&self) -> Result<Vec<MapRecord>>;

    /// Every definition a map has had, oldest first; the last is the one in use. One that was brought back is in it again.
    async fn map_versions(&self, map: &MapId) -> Result<Vec<MapVersion>>;

    /// Takes a map out of use: its work is dropped, its layers stay readable. `false` if it was not in use.
    async fn retire_map(&self, map: &MapId, now: DateTime<Utc>) -> Result<bool>;
}

/// Vectors of map texts, per model.
#[async_trait]
pub trait VectorStore: Send + Sync {
    /// Texts of maps in use that this model has not embedded yet.
    async fn pending_texts(&self, model: &ModelId, limit: u32) -> Result<Vec<String>>;

    /// Stores vectors; one that exists is replaced.
    async fn write_text_vectors(&self, model: &ModelId, vectors: &[(String, Embedding)]) -> Result<()>;

    /// The vectors of these texts; missing ones are left out.
    async fn text_vectors(&self, model: &ModelId, texts: &[String]) -> Result<HashMap<String, Embedding>>;
}

/// One mention's place on a map.
#[derive(Debug, Clone, PartialEq)]
pub struct MentionAssignments {
    /// The mention.
    pub mention: MentionId,
    /// One per opinion.
    pub assignments: Vec<Assignment>,
    /// What the mention adds to the counts, at most one per touchpoint; empty when it counts nowhere.
    pub tallies: Vec<Tally>,
    /// What asks for attention, at most one per touchpoint.
    pub flags: Vec<NewFlag>,
}

/// Opinions that left one place on a map for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Where they were; `None` for the unassigned bucket.
    pub from: Option<TouchpointId>,
    /// Where they are now.
    pub to: Option<TouchpointId>,
    /// How many.
    pub opinions: u64,
}

/// What writing assignments did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replaced {
    /// Mentions whose result was written.
    pub written: u64,
    /// Mentions whose lease was gone; see [`crate::WriteOutcome::lost`].
    pub lost: u64,
    /// Opinions that had a place on the map before and have another now, by both places.
    pub moved: Vec<Moved>,
}

/// A rollup that does not equal the sum of its tallies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollupDifference {
    /// The rollup's key, for a person to read.
    pub key: String,
    /// What the rollup says.
    pub rollup: i64,
    /// What the tallies add up to.
    pub tallies: i64,
}

/// Assignments, tallies, rollups and flags.
#[async_trait]
pub trait AssignmentStore: Send + Sync {
    /// Replaces the assignments of mentions held under `holder`, moves the rollups from their old tallies to the new
    /// ones, and ends their work, in one transaction. What is as it was is not written again.
    ///
    /// Flags follow: a new one is raised as open; one that is no longer warranted goes if nobody touched it (still
    /// open) and stays with its history otherwise.
    async fn write_assignments(
        &self,
        map: &MapId,
        holder: &str,
        mentions: &[MentionAssignments],
        now: DateTime<Utc>,
    ) -> Result<Replaced>;

    /// Counts the tallies again and names every rollup that differs: empty in a sound database.
    async fn recount(&self, map: &MapId) -> Result<Vec<RollupDifference>>;
}
