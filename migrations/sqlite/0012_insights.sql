-- What the curve needs beyond counts: who spoke, how they felt and when; what surveys said; what maps and models were.

-- What each mention adds to the counts (continued).
ALTER TABLE tallies ADD COLUMN voice    INTEGER NOT NULL DEFAULT 0; -- who speaks: from the author or thread (> 0), or the mention alone (< 0)
ALTER TABLE tallies ADD COLUMN repeated INTEGER NOT NULL DEFAULT 0; -- 1: the voice may have other tallies
ALTER TABLE tallies ADD COLUMN hour     INTEGER;                    -- of posting, UTC, where the map tells the time of day
UPDATE tallies SET voice = -mention_id, repeated = (SELECT count(*) > 1 FROM tallies t
    WHERE t.map = tallies.map AND t.mention_id = tallies.mention_id);
CREATE INDEX tallies_repeated ON tallies (map, day, voice, mention_id, touchpoint, persona, source, language, label) WHERE repeated;
CREATE INDEX tallies_by_hour ON tallies (map, day, hour, touchpoint, source, label) WHERE hour IS NOT NULL;

-- Daily counts (continued): by the emotion that shows most, of what the model is sure of.
ALTER TABLE rollups ADD COLUMN joy      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollups ADD COLUMN anger    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollups ADD COLUMN sadness  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollups ADD COLUMN fear     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollups ADD COLUMN surprise INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollups ADD COLUMN disgust  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollups ADD COLUMN calm     INTEGER NOT NULL DEFAULT 0; -- the emotion `neutral`
UPDATE rollups SET joy = c.joy, anger = c.anger, sadness = c.sadness, fear = c.fear, surprise = c.surprise,
    disgust = c.disgust, calm = c.calm
FROM (SELECT map, touchpoint, persona, day, source, language,
        count(*) FILTER (WHERE emotion = 'joy') AS joy, count(*) FILTER (WHERE emotion = 'anger') AS anger,
        count(*) FILTER (WHERE emotion = 'sadness') AS sadness, count(*) FILTER (WHERE emotion = 'fear') AS fear,
        count(*) FILTER (WHERE emotion = 'surprise') AS surprise, count(*) FILTER (WHERE emotion = 'disgust') AS disgust,
        count(*) FILTER (WHERE emotion = 'neutral') AS calm
      FROM tallies WHERE label <> 'unsure' GROUP BY map, touchpoint, persona, day, source, language) AS c
WHERE rollups.map = c.map AND rollups.touchpoint = c.touchpoint AND rollups.persona = c.persona
    AND rollups.day = c.day AND rollups.source = c.source AND rollups.language = c.language;

-- The emotion layer of a map (continued).
ALTER TABLE layers ADD COLUMN segment_kind       TEXT;                       -- source | language | hour; NULL: all of them
ALTER TABLE layers ADD COLUMN segment            TEXT;
ALTER TABLE layers ADD COLUMN joy                INTEGER NOT NULL DEFAULT 0;
ALTER TABLE layers ADD COLUMN anger              INTEGER NOT NULL DEFAULT 0;
ALTER TABLE layers ADD COLUMN sadness            INTEGER NOT NULL DEFAULT 0;
ALTER TABLE layers ADD COLUMN fear               INTEGER NOT NULL DEFAULT 0;
ALTER TABLE layers ADD COLUMN surprise           INTEGER NOT NULL DEFAULT 0;
ALTER TABLE layers ADD COLUMN disgust            INTEGER NOT NULL DEFAULT 0;
ALTER TABLE layers ADD COLUMN calm               INTEGER NOT NULL DEFAULT 0;
ALTER TABLE layers ADD COLUMN corrected_negative REAL;                       -- shares after the model's errors; NULL: not corrected
ALTER TABLE layers ADD COLUMN corrected_neutral  REAL;
ALTER TABLE layers ADD COLUMN corrected_positive REAL;
ALTER TABLE layers ADD COLUMN corrected_low      REAL;                       -- of positive less negative
ALTER TABLE layers ADD COLUMN corrected_high     REAL;
ALTER TABLE layers ADD COLUMN corrected_labels   INTEGER;                    -- labelled texts behind the correction

-- Every definition a map has had, in order; the last is the one in use.
CREATE TABLE map_versions (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    map           TEXT    NOT NULL REFERENCES maps (id),
    version       TEXT    NOT NULL,
    definition    TEXT    NOT NULL,
    registered_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX map_versions_of_map ON map_versions (map, id);
INSERT INTO map_versions (map, version, definition, registered_ms)
    SELECT id, version, definition, registered_ms FROM maps ORDER BY id;

-- Answers to survey questions: one per respondent, place and day, or a number of like ones.
CREATE TABLE survey_answers (
    map        TEXT    NOT NULL REFERENCES maps (id),
    metric     TEXT    NOT NULL,                   -- nps | csat | ces
    stage      TEXT    NOT NULL,                   -- '' with touchpoint: the whole map
    touchpoint TEXT    NOT NULL,                   -- '': the whole stage
    day        TEXT    NOT NULL,
    respondent TEXT    NOT NULL,                   -- a keyed hash; `=VALUE` where only the number of such answers is known
    value      REAL    NOT NULL,
    answers    INTEGER NOT NULL,
    PRIMARY KEY (map, metric, stage, touchpoint, day, respondent)
) STRICT, WITHOUT ROWID;
CREATE INDEX survey_answers_by_day ON survey_answers (map, day);

-- How many customers entered a stage, by day.
CREATE TABLE stage_entries (
    map     TEXT    NOT NULL REFERENCES maps (id),
    stage   TEXT    NOT NULL,
    day     TEXT    NOT NULL,
    entered INTEGER NOT NULL,
    PRIMARY KEY (map, stage, day)
) STRICT, WITHOUT ROWID;

-- What a model said of texts whose label is known: what its shares are corrected by.
CREATE TABLE confusions (
    model    TEXT    NOT NULL,
    gold     TEXT    NOT NULL,                     -- what a person said
    said     TEXT    NOT NULL,                     -- what the model said
    texts    INTEGER NOT NULL,
    saved_ms INTEGER NOT NULL,
    PRIMARY KEY (model, gold, said)
) STRICT, WITHOUT ROWID;
