-- What many opinions at one touchpoint say alike; an id stays with its theme from night to night.
CREATE TABLE themes (
    id            BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    map           TEXT    NOT NULL REFERENCES maps (id),
    touchpoint    TEXT    NOT NULL,
    kind          TEXT    NOT NULL,                -- complaint | praise | suggestion | question
    terms         TEXT    NOT NULL,                -- JSON array, as last found
    centre        BYTEA   NOT NULL,                -- mean of its opinions' vectors, one signed byte per dimension
    first_seen_ms BIGINT  NOT NULL,
    last_seen_ms  BIGINT  NOT NULL
);
COMMENT ON TABLE themes IS 'What many opinions at one touchpoint say alike; an id stays with its theme from night to night';
CREATE INDEX themes_of_touchpoint ON themes (map, touchpoint);

-- Which opinions were looked at when a touchpoint was clustered last, and the theme each fell into.
CREATE TABLE theme_mentions (
    map        TEXT    NOT NULL REFERENCES maps (id),
    opinion_id BIGINT  NOT NULL REFERENCES opinions (id) ON DELETE CASCADE,
    mention_id BIGINT  NOT NULL,
    touchpoint TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    theme_id   BIGINT  REFERENCES themes (id) ON DELETE CASCADE, -- NULL: of this kind, in no theme
    centrality REAL    NOT NULL,                   -- likeness to the rest of the theme; 0 without one
    PRIMARY KEY (map, opinion_id)
);
COMMENT ON TABLE theme_mentions IS 'Which opinions were looked at when a touchpoint was clustered last, and the theme each fell into';
CREATE INDEX theme_mentions_of_touchpoint ON theme_mentions (map, touchpoint);
CREATE INDEX theme_mentions_of_theme ON theme_mentions (theme_id, centrality DESC);
CREATE INDEX theme_mentions_of_opinion ON theme_mentions (opinion_id);

-- What lay at a touchpoint when it was clustered last: only where that changed is it clustered again.
CREATE TABLE theme_marks (
    map        TEXT NOT NULL REFERENCES maps (id),
    touchpoint TEXT NOT NULL,
    mark       TEXT NOT NULL,
    PRIMARY KEY (map, touchpoint)
);
COMMENT ON TABLE theme_marks IS 'What lay at a touchpoint when it was clustered last: only where that changed is it clustered again';

-- Themes as each run measured them.
CREATE TABLE theme_versions (
    map             TEXT    NOT NULL REFERENCES maps (id),
    run_id          BIGINT  NOT NULL REFERENCES runs (id),
    ordinal         INTEGER NOT NULL,
    theme_id        BIGINT  NOT NULL REFERENCES themes (id) ON DELETE CASCADE,
    stage           TEXT    NOT NULL,
    touchpoint      TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    terms           TEXT    NOT NULL,              -- JSON array
    quotes          TEXT    NOT NULL,              -- JSON array of opinion ids; their words stay with the opinions
    mentions        BIGINT  NOT NULL,
    mentions_before BIGINT  NOT NULL,
    share           DOUBLE PRECISION NOT NULL,
    change_share    DOUBLE PRECISION, -- NULL where this window or the one before has no data
    change_low      DOUBLE PRECISION,
    change_high     DOUBLE PRECISION,
    emotion         TEXT    NOT NULL,
    impact          DOUBLE PRECISION, -- NULL where nothing else is left to measure
    impact_low      DOUBLE PRECISION,
    impact_high     DOUBLE PRECISION,
    PRIMARY KEY (map, run_id, ordinal)
);
COMMENT ON TABLE theme_versions IS 'Themes as each run measured them';
CREATE INDEX theme_versions_of_theme ON theme_versions (theme_id, run_id);

-- Touchpoints as each run found them when it looked for themes.
CREATE TABLE theme_touchpoints (
    map         TEXT    NOT NULL REFERENCES maps (id),
    run_id      BIGINT  NOT NULL REFERENCES runs (id),
    ordinal     INTEGER NOT NULL,
    stage       TEXT    NOT NULL,
    touchpoint  TEXT    NOT NULL,
    from_day    DATE    NOT NULL,
    to_day      DATE    NOT NULL,
    mentions    BIGINT  NOT NULL,
    impact      DOUBLE PRECISION,
    impact_low  DOUBLE PRECISION,
    impact_high DOUBLE PRECISION,
    opinions    BIGINT  NOT NULL,
    sampled     BIGINT  NOT NULL,
    PRIMARY KEY (map, run_id, ordinal)
);
COMMENT ON TABLE theme_touchpoints IS 'Touchpoints as each run found them when it looked for themes';
