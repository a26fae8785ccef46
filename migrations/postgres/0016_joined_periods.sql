-- A night reads what changed: closed weeks and months are joined once, and again where a day of theirs is counted otherwise.

CREATE TABLE tally_days (
    map     TEXT   NOT NULL REFERENCES maps (id),
    day     DATE   NOT NULL,
    changes BIGINT NOT NULL,
    PRIMARY KEY (map, day)
);
COMMENT ON TABLE tally_days IS 'How often what is counted on a day has changed: what was computed from the day holds while the number stands';

CREATE TABLE joined_periods (
    map        TEXT             NOT NULL REFERENCES maps (id),
    period     TEXT             NOT NULL,          -- week | month
    from_day   DATE             NOT NULL,
    stage      TEXT             NOT NULL,          -- '' with touchpoint: the whole map
    touchpoint TEXT             NOT NULL,          -- '': the whole stage
    shape      TEXT             NOT NULL,          -- hash of the map's stages and measured touchpoints
    changes    BIGINT           NOT NULL,          -- of its days together, when they were read
    negative   DOUBLE PRECISION NOT NULL,          -- differences of weights
    neutral    DOUBLE PRECISION NOT NULL,
    positive   DOUBLE PRECISION NOT NULL,
    squares    DOUBLE PRECISION NOT NULL,          -- and of the sum of their squares
    PRIMARY KEY (map, period, from_day, stage, touchpoint)
);
COMMENT ON TABLE joined_periods IS 'What letting every voice count once changes in a week or month that is over, by node; a row of the map for each';
