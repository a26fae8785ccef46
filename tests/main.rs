//! End to end: the real binary with the real model, against local servers and both databases.
//!
//! Each file is one promise of the README, read as a user would notice it kept or broken.

mod classify;
mod crash;
mod demo;
mod feeds;
mod importing;
mod queries;
mod seams;
mod service;
mod settings;
mod support;
