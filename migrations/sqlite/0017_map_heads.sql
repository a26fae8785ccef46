-- Heads of maps: what was learned from people's corrections of one touchpoint, and whether it helps.

-- The newest fit for each touchpoint that people have placed opinions at.
CREATE TABLE map_heads (
    map           TEXT    NOT NULL REFERENCES maps (id),
    model         TEXT    NOT NULL REFERENCES models (id), -- whose vectors it reads
    touchpoint    TEXT    NOT NULL,
    version       TEXT    NOT NULL,                -- hash of the map's version and the corrections it was fitted to
    corrections   INTEGER NOT NULL,                -- opinions that people placed at the touchpoint
    others        INTEGER NOT NULL,                -- opinions that they placed elsewhere
    without_head  REAL,                            -- F1 on corrections held out; NULL: too few to fit
    with_head     REAL,
    low           REAL,                            -- 95 % interval of the difference
    high          REAL,
    right_low     REAL,                            -- lower end of the rise in the share told right
    in_use        INTEGER NOT NULL,
    bias          REAL,
    weights       BLOB,                            -- 32-bit floats, little-endian, one per dimension
    fitted_ms     INTEGER NOT NULL,
    PRIMARY KEY (map, model, touchpoint)
) STRICT, WITHOUT ROWID;
