-- What was out of the ordinary, and what teams did about their touchpoints.

-- Stretches of days during which a touchpoint or a source was out of the ordinary.
CREATE TABLE alerts (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind          TEXT    NOT NULL,                -- negative | drift | volume | source
    map           TEXT    NOT NULL,                -- '' with stage and touchpoint: about a source
    stage         TEXT    NOT NULL,
    touchpoint    TEXT    NOT NULL,
    source        TEXT    NOT NULL,                -- '': about a touchpoint
    tier          TEXT    NOT NULL,                -- watch | alert: the loudest it has been
    status        TEXT    NOT NULL,                -- what people did about it
    from_day      TEXT    NOT NULL,
    last_day      TEXT    NOT NULL,                -- the last day out of the ordinary
    ended_day     TEXT,                            -- NULL while it goes on
    observed      INTEGER,                         -- the figures, NULL for a source
    n             INTEGER,
    expected      REAL,
    expected_low  REAL,
    expected_high REAL,
    change        REAL,
    change_low    REAL,
    change_high   REAL,
    probability   REAL,
    adjusted      REAL,
    usual_n       REAL,
    power_to      REAL,
    power         REAL,
    detail        TEXT    NOT NULL,                -- a sentence for people
    opened_ms     INTEGER NOT NULL,
    alerted_ms    INTEGER,                         -- when it rose above a watch
    updated_ms    INTEGER NOT NULL,
    actor         TEXT,
    note          TEXT,
    UNIQUE (kind, map, touchpoint, source, from_day)
) STRICT;
CREATE INDEX alerts_going_on ON alerts (map, touchpoint) WHERE ended_day IS NULL;
CREATE INDEX alerts_by_change ON alerts (updated_ms);

-- The mentions that moved an alert, the most severe first.
CREATE TABLE alert_mentions (
    alert_id   INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    ordinal    INTEGER NOT NULL,
    mention_id INTEGER NOT NULL REFERENCES mentions (id) ON DELETE CASCADE,
    PRIMARY KEY (alert_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_mentions_of_mention ON alert_mentions (mention_id);

-- What teams did at their touchpoints.
CREATE TABLE changes (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    map        TEXT    NOT NULL REFERENCES maps (id),
    touchpoint TEXT    NOT NULL,
    day        TEXT    NOT NULL,                   -- the first it was in effect
    what       TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    added_ms   INTEGER NOT NULL,
    UNIQUE (map, touchpoint, day, what)
) STRICT;
