//! The questions: what the command line and the routes both ask, so that they are answered alike.
//!
//! Each function takes the database and what was asked, and gives a body of [`crate::body`].

pub mod alerts;
pub mod corrections;
pub mod digest;
pub mod events;
pub mod flags;
pub mod journal;
pub mod maps;
pub mod mentions;
pub mod themes;
pub mod versions;
