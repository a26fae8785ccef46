-- Who looks after a flag, and until when.
ALTER TABLE flags ADD COLUMN assignee TEXT;
ALTER TABLE flags ADD COLUMN due_ms   BIGINT;

-- What people did with a flag, in order; a flag with a history is never taken away by the machine.
CREATE TABLE flag_events (
    id       BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flag_id  BIGINT  NOT NULL REFERENCES flags (id) ON DELETE CASCADE,
    at_ms    BIGINT  NOT NULL,
    actor    TEXT    NOT NULL,
    status   TEXT    NOT NULL,                     -- as left by this act, like the two below
    assignee TEXT,
    due_ms   BIGINT,
    note     TEXT
);
COMMENT ON TABLE flag_events IS 'What people did with a flag, in order';
CREATE INDEX flag_events_of_flag ON flag_events (flag_id, id);
CREATE INDEX flags_by_severity ON flags (map, severity DESC, id);
