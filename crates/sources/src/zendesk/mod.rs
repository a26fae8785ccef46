//! What customers wrote to a help desk on Zendesk: tickets, their follow-up messages, and satisfaction ratings.
//!
//! Only the words of the person who asked count: what agents write is not the customer's mood, and neither is the mail
//! a customer answered.

mod config;
mod lane;
mod parse;
mod reply;
mod source;
#[cfg(test)]
mod tests;

pub use config::ZendeskConfig;
pub use parse::{Export, Ticket, parse_comments, parse_export, parse_ratings, parse_surveys};
