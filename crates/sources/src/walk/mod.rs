//! How far a paged list has been read: the state machines that every API source stands on.
//!
//! - [`NewestFirst`] for lists that begin with the newest item (most APIs).
//! - [`Watched`] for such lists from which deleted items vanish.
//! - [`OldestFirst`] for lists that can be asked for what came after a time or id, oldest first.
//! - [`Lanes`] for a source that reads several lists: storefronts, hashtags, repositories.
//!
//! Each is the source's cursor: it is read from the stored [`Cursor`](moodline_types::Cursor), says what to ask for,
//! takes what was answered, and gives the [`Page`](crate::Page) to return:
//!
//! ```ignore
//! async fn fetch(&mut self, cursor: Option<&Cursor>) -> Result<Page, SourceError> {
//!     let walk = NewestFirst::load(cursor, self.id())?;
//!     let request = self.request(walk.token());          // None: the top of the list
//!     let response = self.http.send(&request).await.map_err(SourceError::from_http)?;
//!     let step: Step = parse(&response.body)?;           // items, and the token of the next page
//!     Ok(walk.take(step, &Marks::times(Duration::from_secs(600))).into_page())
//! }
//! ```

mod lanes;
mod newest_first;
mod oldest_first;
mod seen;
mod step;
#[cfg(test)]
mod tests;
mod watched;

pub use lanes::Lanes;
pub use newest_first::NewestFirst;
pub use oldest_first::OldestFirst;
pub(crate) use seen::Seen;
pub use step::{Item, Marks, Step, Taken, Walk};
pub(crate) use watched::Watch;
pub use watched::Watched;
