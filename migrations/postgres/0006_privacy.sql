-- What protects people: what was replaced before it was stored, what was erased, what has outlived its keeping.

-- Personal data replaced in texts before they were stored, by its kind.
CREATE TABLE redactions (
    source TEXT    NOT NULL,
    kind   TEXT    NOT NULL,                       -- e-mail, phone, …, or the name of a pattern from the settings
    items  BIGINT  NOT NULL,
    PRIMARY KEY (source, kind)
);

-- What was erased and must not come back: hashes under the author key, which is not in the database.
CREATE TABLE tombstones (
    mark      TEXT    NOT NULL PRIMARY KEY,        -- of an identity, an address or an author
    erased_ms BIGINT  NOT NULL
);

-- When the text of a mention went for its age; its counts stay, and nothing judges or places it again.
ALTER TABLE mentions ADD COLUMN text_dropped_ms BIGINT;
CREATE INDEX mentions_with_text ON mentions (source, posted_ms) WHERE text_dropped_ms IS NULL;
COMMENT ON TABLE redactions IS 'Personal data replaced in texts before they were stored, by its kind';
COMMENT ON TABLE tombstones IS 'What was erased and must not come back: hashes under the author key';
