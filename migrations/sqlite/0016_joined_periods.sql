-- A night reads what changed: closed weeks and months are joined once, and again where a day of theirs is counted otherwise.

-- How often what is counted on a day has changed: what was computed from the day holds while the number stands.
CREATE TABLE tally_days (
    map     TEXT    NOT NULL REFERENCES maps (id),
    day     TEXT    NOT NULL,
    changes INTEGER NOT NULL,
    PRIMARY KEY (map, day)
) STRICT, WITHOUT ROWID;

-- What letting every voice count once changes in a week or month that is over, by node; a row of the map for each.
CREATE TABLE joined_periods (
    map        TEXT    NOT NULL REFERENCES maps (id),
    period     TEXT    NOT NULL,                   -- week | month
    from_day   TEXT    NOT NULL,
    stage      TEXT    NOT NULL,                   -- '' with touchpoint: the whole map
    touchpoint TEXT    NOT NULL,                   -- '': the whole stage
    shape      TEXT    NOT NULL,                   -- hash of the map's stages and measured touchpoints
    changes    INTEGER NOT NULL,                   -- of its days together, when they were read
    negative   REAL    NOT NULL,                   -- differences of weights
    neutral    REAL    NOT NULL,
    positive   REAL    NOT NULL,
    squares    REAL    NOT NULL,                   -- and of the sum of their squares
    PRIMARY KEY (map, period, from_day, stage, touchpoint)
) STRICT, WITHOUT ROWID;

-- With `repeated` in it the index answers by itself: SQLite looks a row up for every column that it does not have.
DROP INDEX tallies_repeated;
CREATE INDEX tallies_repeated ON tallies (map, day, voice, mention_id, touchpoint, persona, source, language, label, repeated)
    WHERE repeated;

-- Daily counts that came down to zeros, until they are deleted: all of a batch at once.
CREATE INDEX rollups_of_zeros ON rollups (map)
    WHERE positive = 0 AND neutral = 0 AND negative = 0 AND mixed = 0 AND unsure = 0;
