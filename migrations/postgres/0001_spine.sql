-- The spine: sources, mentions, work, opinions, maps, assignments, rollups, layers and runs.
-- Instants are unix milliseconds in columns named *_ms.

-- How far each source has been read, and how reading it goes.
CREATE TABLE sources (
    source          TEXT    NOT NULL PRIMARY KEY,
    cursor          TEXT,                          -- the source's own note, written with the mentions it covers
    last_success_ms BIGINT,
    last_failure_ms BIGINT,
    last_error      TEXT,
    failures        INTEGER NOT NULL DEFAULT 0,    -- since the last success
    mentions        BIGINT  NOT NULL DEFAULT 0     -- kept equal to the rows in `mentions`, hidden ones included
);
COMMENT ON TABLE sources IS 'How far each source has been read, and how reading it goes';

-- Reviews, posts and comments as fetched; identity is (source, external_id).
CREATE TABLE mentions (
    id                 BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source             TEXT    NOT NULL,
    external_id        TEXT    NOT NULL,
    revision           INTEGER NOT NULL DEFAULT 1, -- one more for every change of content upstream
    url                TEXT,
    author_hash        TEXT,                       -- keyed hash, never the handle
    title              TEXT,
    text               TEXT    NOT NULL,
    language           TEXT,                       -- the source's hint until judged, then the identified language
    posted_ms          BIGINT  NOT NULL,
    posted_approximate BOOLEAN NOT NULL,           -- true: posted_ms is the time of fetching for want of better
    rating_value       REAL,
    rating_worst       REAL,
    rating_best        REAL,
    content_hash       TEXT    NOT NULL,           -- of everything whose change makes a revision
    first_seen_ms      BIGINT  NOT NULL,
    changed_ms         BIGINT  NOT NULL,           -- when the current revision was stored
    hidden_ms          BIGINT,                     -- set: counts nowhere
    UNIQUE (source, external_id)
);
COMMENT ON TABLE mentions IS 'Reviews, posts and comments as fetched; identity is (source, external_id)';
CREATE INDEX mentions_by_time ON mentions (posted_ms DESC, id);
CREATE INDEX mentions_hidden ON mentions (id) WHERE hidden_ms IS NOT NULL;

-- Rows and entries that could not become mentions.
CREATE TABLE rejected_rows (
    id      BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source  TEXT    NOT NULL,
    origin  TEXT    NOT NULL,
    line    BIGINT  NOT NULL,                      -- 1-based; 0 where unknown
    reason  TEXT    NOT NULL,
    excerpt TEXT    NOT NULL,
    at_ms   BIGINT  NOT NULL
);
COMMENT ON TABLE rejected_rows IS 'Rows and entries that could not become mentions';
-- Hashes, because an index row holds less than 2.7 kB.
CREATE UNIQUE INDEX rejected_rows_once ON rejected_rows (source, md5(origin), line, md5(reason));
CREATE INDEX rejected_rows_by_time ON rejected_rows (at_ms DESC, id DESC);
CREATE INDEX rejected_rows_by_source ON rejected_rows (source, at_ms DESC, id DESC);

-- Models that judged or will judge mentions; the one adopted last is the one whose opinions count.
CREATE TABLE models (
    id                     TEXT    NOT NULL PRIMARY KEY,
    dimensions             INTEGER NOT NULL,
    unassigned_below       REAL    NOT NULL,
    similarity_temperature REAL    NOT NULL,
    registered_ms          BIGINT  NOT NULL,
    adopted_ms             BIGINT
);
COMMENT ON TABLE models IS 'Models that judged or will judge mentions; the one adopted last is the one whose opinions count';

-- What still has to be done: a row is written with its cause and deleted with its result.
CREATE TABLE work (
    kind            TEXT    NOT NULL,              -- enrich | assign
    target          TEXT    NOT NULL,              -- a model id | a map id
    mention_id      BIGINT  NOT NULL REFERENCES mentions (id),
    tries           INTEGER NOT NULL DEFAULT 0,    -- claims so far, less those given back
    queued_ms       BIGINT  NOT NULL,
    holder          TEXT,                          -- unique per claim
    leased_until_ms BIGINT,
    error           TEXT,                          -- of the last failure
    set_aside       BOOLEAN NOT NULL DEFAULT FALSE, -- true: given up until somebody retries
    PRIMARY KEY (kind, target, mention_id)
);
COMMENT ON TABLE work IS 'What still has to be done: a row is written with its cause and deleted with its result';
CREATE INDEX work_by_age ON work (kind, target, queued_ms, mention_id) WHERE NOT set_aside;

-- Judged parts of mentions. A new judgement gets new ids.
CREATE TABLE opinions (
    id         BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mention_id BIGINT  NOT NULL REFERENCES mentions (id),
    model      TEXT    NOT NULL REFERENCES models (id),
    revision   INTEGER NOT NULL,                   -- of the mention, as judged
    ordinal    INTEGER NOT NULL,                   -- order in the text, from 0
    start_char INTEGER NOT NULL,                   -- Unicode scalar values into title and text together
    end_char   INTEGER NOT NULL,
    evidence   TEXT    NOT NULL,
    negative   REAL    NOT NULL,
    neutral    REAL    NOT NULL,
    positive   REAL    NOT NULL,
    label      TEXT    NOT NULL,                   -- the model's verdict
    verdict    TEXT    NOT NULL,                   -- the same, unless a person said otherwise
    joy        REAL    NOT NULL,
    anger      REAL    NOT NULL,
    sadness    REAL    NOT NULL,
    fear       REAL    NOT NULL,
    surprise   REAL    NOT NULL,
    disgust    REAL    NOT NULL,
    calm       REAL    NOT NULL,                   -- the emotion `neutral`
    emotion    TEXT    NOT NULL,                   -- the one that shows most
    UNIQUE (mention_id, model, ordinal)
);
COMMENT ON TABLE opinions IS 'Judged parts of mentions. A new judgement gets new ids';
CREATE INDEX opinions_by_severity ON opinions (model, negative DESC, id);

-- Embeddings apart from their opinions, so that listing opinions reads narrow rows. One signed byte per dimension.
CREATE TABLE opinion_embeddings (
    opinion_id BIGINT  NOT NULL PRIMARY KEY REFERENCES opinions (id) ON DELETE CASCADE,
    embedding  BYTEA   NOT NULL
);
COMMENT ON TABLE opinion_embeddings IS 'Embeddings apart from their opinions, so that listing opinions reads narrow rows. One signed byte per dimension';

-- Journey maps as registered.
CREATE TABLE maps (
    id            TEXT    NOT NULL PRIMARY KEY,
    version       TEXT    NOT NULL,                -- hash of everything that decides assignments
    definition    TEXT    NOT NULL,                -- as written by its author
    registered_ms BIGINT  NOT NULL,
    retired_ms    BIGINT                           -- set: out of use
);
COMMENT ON TABLE maps IS 'Journey maps as registered';

-- The texts of a map that need a vector.
CREATE TABLE map_texts (
    map     TEXT    NOT NULL REFERENCES maps (id),
    ordinal INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    PRIMARY KEY (map, ordinal)
);
COMMENT ON TABLE map_texts IS 'The texts of a map that need a vector';

-- Vectors of map texts, shared by all maps.
CREATE TABLE text_vectors (
    model  TEXT NOT NULL REFERENCES models (id),
    text   TEXT NOT NULL,
    vector BYTEA NOT NULL
);
COMMENT ON TABLE text_vectors IS 'Vectors of map texts, shared by all maps';
-- A hash, because an index row holds less than 2.7 kB.
CREATE UNIQUE INDEX text_vectors_once ON text_vectors (model, md5(text));

-- Where an opinion lies on a map. The copies of time, verdict and probability exist for the indexes.
CREATE TABLE assignments (
    opinion_id BIGINT  NOT NULL REFERENCES opinions (id) ON DELETE CASCADE,
    map        TEXT    NOT NULL REFERENCES maps (id),
    mention_id BIGINT  NOT NULL REFERENCES mentions (id),
    stage      TEXT,                               -- NULL with touchpoint: unassigned
    touchpoint TEXT,
    score      REAL    NOT NULL,
    reason     TEXT    NOT NULL,
    detail     TEXT,
    verdict    TEXT    NOT NULL,
    negative   REAL    NOT NULL,
    posted_ms  BIGINT  NOT NULL,
    PRIMARY KEY (opinion_id, map)
);
COMMENT ON TABLE assignments IS 'Where an opinion lies on a map. The copies of time, verdict and probability exist for the indexes';
CREATE INDEX assignments_by_time ON assignments (map, touchpoint, posted_ms DESC, opinion_id);
CREATE INDEX assignments_by_severity ON assignments (map, touchpoint, negative DESC, opinion_id);
CREATE INDEX assignments_by_stage ON assignments (map, stage, posted_ms DESC, opinion_id);

-- What each mention adds to the counts: once per touchpoint. Rollups are sums of these rows.
CREATE TABLE tallies (
    map        TEXT    NOT NULL REFERENCES maps (id),
    mention_id BIGINT  NOT NULL REFERENCES mentions (id),
    touchpoint TEXT    NOT NULL,                   -- '' = unassigned
    persona    TEXT    NOT NULL,                   -- '' = none
    day        DATE    NOT NULL,
    source     TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    label      TEXT    NOT NULL,
    emotion    TEXT    NOT NULL,
    PRIMARY KEY (map, mention_id, touchpoint)
);
COMMENT ON TABLE tallies IS 'What each mention adds to the counts: once per touchpoint. Rollups are sums of these rows';
CREATE INDEX tallies_of_mention ON tallies (mention_id, label);

-- Daily counts, moved with every change of a tally; rows of zeros are deleted.
CREATE TABLE rollups (
    map        TEXT    NOT NULL REFERENCES maps (id),
    touchpoint TEXT    NOT NULL,                   -- '' = unassigned
    persona    TEXT    NOT NULL,                   -- '' = none
    day        DATE    NOT NULL,
    source     TEXT    NOT NULL,
    language   TEXT    NOT NULL,
    positive   BIGINT  NOT NULL,
    neutral    BIGINT  NOT NULL,
    negative   BIGINT  NOT NULL,
    mixed      BIGINT  NOT NULL,
    unsure     BIGINT  NOT NULL,
    PRIMARY KEY (map, touchpoint, persona, day, source, language)
);
COMMENT ON TABLE rollups IS 'Daily counts, moved with every change of a tally; rows of zeros are deleted';
CREATE INDEX rollups_by_day ON rollups (map, day);

-- Negative opinions that ask for attention: at most one per mention and touchpoint.
CREATE TABLE flags (
    id         BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    map        TEXT    NOT NULL REFERENCES maps (id),
    mention_id BIGINT  NOT NULL REFERENCES mentions (id),
    stage      TEXT    NOT NULL,
    touchpoint TEXT    NOT NULL,
    opinion_id BIGINT  NOT NULL,                   -- the most negative there; gone once the mention is judged again
    severity   REAL    NOT NULL,                   -- its probability of negative
    status     TEXT    NOT NULL,
    raised_ms  BIGINT  NOT NULL,
    updated_ms BIGINT  NOT NULL,
    UNIQUE (map, mention_id, touchpoint)
);
COMMENT ON TABLE flags IS 'Negative opinions that ask for attention: at most one per mention and touchpoint';
CREATE INDEX flags_by_status ON flags (map, status, mention_id);

-- Corrections by people; they hold for the words, so they outlive opinions.
CREATE TABLE overrides (
    id         BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mention_id BIGINT  NOT NULL REFERENCES mentions (id),
    evidence   TEXT    NOT NULL,                   -- the words it holds for
    sentiment  TEXT,
    map        TEXT,                               -- set: the place on this map is corrected
    stage      TEXT,                               -- NULL with touchpoint while map is set: it belongs nowhere
    touchpoint TEXT,
    relevant   BOOLEAN,
    actor      TEXT    NOT NULL,
    at_ms      BIGINT  NOT NULL
);
COMMENT ON TABLE overrides IS 'Corrections by people; they hold for the words, so they outlive opinions';
CREATE INDEX overrides_of_mention ON overrides (mention_id, id);

-- The journal of what ran.
CREATE TABLE runs (
    id          BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        TEXT    NOT NULL,
    subject     TEXT    NOT NULL,                  -- the source, model or map it worked on
    status      TEXT    NOT NULL,
    started_ms  BIGINT  NOT NULL,
    finished_ms BIGINT,
    summary     TEXT                               -- what it did, or why it failed
);
COMMENT ON TABLE runs IS 'The journal of what ran';
CREATE INDEX runs_by_kind ON runs (kind, id);

-- The emotion layer of a map, one version per run.
CREATE TABLE layers (
    map         TEXT    NOT NULL REFERENCES maps (id),
    run_id      BIGINT  NOT NULL REFERENCES runs (id),
    ordinal     INTEGER NOT NULL,
    level       TEXT    NOT NULL,                  -- map | stage | touchpoint
    stage       TEXT,
    touchpoint  TEXT,
    persona     TEXT,                              -- NULL: everyone
    period      TEXT    NOT NULL,
    from_day    DATE    NOT NULL,
    to_day      DATE    NOT NULL,
    positive    BIGINT  NOT NULL,
    neutral     BIGINT  NOT NULL,
    negative    BIGINT  NOT NULL,
    mixed       BIGINT  NOT NULL,
    unsure      BIGINT  NOT NULL,
    n_effective DOUBLE PRECISION NOT NULL,
    net         DOUBLE PRECISION,                  -- NULL without data
    low         DOUBLE PRECISION,
    high        DOUBLE PRECISION,
    state       TEXT    NOT NULL,
    change_net  DOUBLE PRECISION,                  -- NULL where this window or the one before has no data
    change_low  DOUBLE PRECISION,
    change_high DOUBLE PRECISION,
    perceived   DOUBLE PRECISION,
    target      DOUBLE PRECISION,
    PRIMARY KEY (map, run_id, ordinal)
);
COMMENT ON TABLE layers IS 'The emotion layer of a map, one version per run';
