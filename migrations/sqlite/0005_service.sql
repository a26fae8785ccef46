-- What the service needs to run for months: who did what, and whose work a dead process left behind.

-- Every act of a person or administrator, in order; nothing changes or deletes a row.
CREATE TABLE acts (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    action  TEXT    NOT NULL,                      -- relabel, erase, restore, …
    subject TEXT    NOT NULL,                      -- what it was done to
    detail  TEXT    NOT NULL                       -- how, for a person to read; never what was erased
) STRICT;

-- Claimed work by its holder, to find what a dead process held.
CREATE INDEX work_by_holder ON work (holder) WHERE holder IS NOT NULL;
