-- Heads of maps: what was learned from people's corrections of one touchpoint, and whether it helps.

CREATE TABLE map_heads (
    map           TEXT    NOT NULL REFERENCES maps (id),
    model         TEXT    NOT NULL REFERENCES models (id), -- whose vectors it reads
    touchpoint    TEXT    NOT NULL,
    version       TEXT    NOT NULL,                -- hash of the map's version and the corrections it was fitted to
    corrections   BIGINT  NOT NULL,                -- opinions that people placed at the touchpoint
    others        BIGINT  NOT NULL,                -- opinions that they placed elsewhere
    without_head  DOUBLE PRECISION,                -- F1 on corrections held out; NULL: too few to fit
    with_head     DOUBLE PRECISION,
    low           DOUBLE PRECISION,                -- 95 % interval of the difference
    high          DOUBLE PRECISION,
    right_low     DOUBLE PRECISION,                -- lower end of the rise in the share told right
    in_use        BOOLEAN NOT NULL,
    bias          REAL,
    weights       BYTEA,                           -- 32-bit floats, little-endian, one per dimension
    fitted_ms     BIGINT  NOT NULL,
    PRIMARY KEY (map, model, touchpoint)
);
COMMENT ON TABLE map_heads IS 'The newest fit for each touchpoint that people have placed opinions at';
