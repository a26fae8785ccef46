-- What was out of the ordinary, and what teams did about their touchpoints.

-- Stretches of days during which a touchpoint or a source was out of the ordinary.
CREATE TABLE alerts (
    id            BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          TEXT    NOT NULL,                -- negative | drift | volume | source
    map           TEXT    NOT NULL,                -- '' with stage and touchpoint: about a source
    stage         TEXT    NOT NULL,
    touchpoint    TEXT    NOT NULL,
    source        TEXT    NOT NULL,                -- '': about a touchpoint
    tier          TEXT    NOT NULL,                -- watch | alert: the loudest it has been
    status        TEXT    NOT NULL,                -- what people did about it
    from_day      DATE    NOT NULL,
    last_day      DATE    NOT NULL,                -- the last day out of the ordinary
    ended_day     DATE,                            -- NULL while it goes on
    observed      BIGINT,                         -- the figures, NULL for a source
    n             BIGINT,
    expected      DOUBLE PRECISION,
    expected_low  DOUBLE PRECISION,
    expected_high DOUBLE PRECISION,
    change        DOUBLE PRECISION,
    change_low    DOUBLE PRECISION,
    change_high   DOUBLE PRECISION,
    probability   DOUBLE PRECISION,
    adjusted      DOUBLE PRECISION,
    usual_n       DOUBLE PRECISION,
    power_to      DOUBLE PRECISION,
    power         DOUBLE PRECISION,
    detail        TEXT    NOT NULL,                -- a sentence for people
    opened_ms     BIGINT  NOT NULL,
    alerted_ms    BIGINT,                         -- when it rose above a watch
    updated_ms    BIGINT  NOT NULL,
    actor         TEXT,
    note          TEXT,
    UNIQUE (kind, map, touchpoint, source, from_day)
);
CREATE INDEX alerts_going_on ON alerts (map, touchpoint) WHERE ended_day IS NULL;
CREATE INDEX alerts_by_change ON alerts (updated_ms);

-- The mentions that moved an alert, the most severe first.
CREATE TABLE alert_mentions (
    alert_id   BIGINT  NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    ordinal    INTEGER NOT NULL,
    mention_id BIGINT  NOT NULL REFERENCES mentions (id) ON DELETE CASCADE,
    PRIMARY KEY (alert_id, ordinal)
);
CREATE INDEX alert_mentions_of_mention ON alert_mentions (mention_id);

-- What teams did at their touchpoints.
CREATE TABLE changes (
    id         BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    map        TEXT    NOT NULL REFERENCES maps (id),
    touchpoint TEXT    NOT NULL,
    day        DATE    NOT NULL,                   -- the first it was in effect
    what       TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    added_ms   BIGINT  NOT NULL,
    UNIQUE (map, touchpoint, day, what)
);
COMMENT ON TABLE alerts IS 'Stretches of days during which a touchpoint or a source was out of the ordinary';
COMMENT ON TABLE alert_mentions IS 'The mentions that moved an alert, the most severe first';
COMMENT ON TABLE changes IS 'What teams did at their touchpoints';
