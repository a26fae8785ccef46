-- Who looks after a flag, and until when.
ALTER TABLE flags ADD COLUMN assignee TEXT;
ALTER TABLE flags ADD COLUMN due_ms   INTEGER;

-- What people did with a flag, in order; a flag with a history is never taken away by the machine.
CREATE TABLE flag_events (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    flag_id  INTEGER NOT NULL REFERENCES flags (id) ON DELETE CASCADE,
    at_ms    INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    status   TEXT    NOT NULL,                     -- as left by this act, like the two below
    assignee TEXT,
    due_ms   INTEGER,
    note     TEXT
) STRICT;
CREATE INDEX flag_events_of_flag ON flag_events (flag_id, id);
CREATE INDEX flags_by_severity ON flags (map, severity DESC, id);
