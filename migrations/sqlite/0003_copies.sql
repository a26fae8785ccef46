-- Mentions that say the same as an earlier one, from any source: only the original is judged and counted.

ALTER TABLE mentions ADD COLUMN copy_of       INTEGER REFERENCES mentions (id) ON DELETE SET NULL; -- the original; NULL: it is one itself
ALTER TABLE mentions ADD COLUMN fingerprinted INTEGER NOT NULL DEFAULT 0; -- 0: not yet compared with the others
CREATE INDEX mentions_copies ON mentions (copy_of, id) WHERE copy_of IS NOT NULL;
CREATE INDEX mentions_to_compare ON mentions (id) WHERE NOT fingerprinted;

-- What originals are looked up by: hashes of parts of their text, and of their canonical id.
CREATE TABLE mention_keys (
    key        INTEGER NOT NULL,
    mention_id INTEGER NOT NULL REFERENCES mentions (id) ON DELETE CASCADE,
    PRIMARY KEY (key, mention_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_keys_of_mention ON mention_keys (mention_id);

-- Items that the rules of their source keep out.
CREATE TABLE dropped_items (
    source      TEXT    NOT NULL,
    external_id TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    excerpt     TEXT    NOT NULL,
    at_ms       INTEGER NOT NULL,
    PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dropped_items_by_time ON dropped_items (source, at_ms DESC);
