//! One suite that every store must pass (written beside the SQLite store).
