//! What stands between the network and the routes, from the outside in.
//!
//! [`outermost`] gives every request an id, tells the log of it, turns every error into a problem document and bounds how
//! many are answered at once and how long. [`admit`] knows who asks and how often. [`fresh`] spares readers what they
//! have already.

mod access;
mod etag;
mod outer;
mod rate;

pub(crate) use access::{Admin, Caller, Triager, admit};
pub use access::{new_secret, token_hash};
pub(crate) use etag::fresh;
pub(crate) use outer::{Outer, outermost};
pub(crate) use rate::Rates;
