-- Mentions that say the same as an earlier one, from any source: only the original is judged and counted.

ALTER TABLE mentions
    ADD COLUMN copy_of       BIGINT  REFERENCES mentions (id) ON DELETE SET NULL, -- the original; NULL: it is one itself
    ADD COLUMN fingerprinted BOOLEAN NOT NULL DEFAULT FALSE;          -- false: not yet compared with the others
CREATE INDEX mentions_copies ON mentions (copy_of, id) WHERE copy_of IS NOT NULL;
CREATE INDEX mentions_to_compare ON mentions (id) WHERE NOT fingerprinted;

-- What originals are looked up by: hashes of parts of their text, and of their canonical id.
CREATE TABLE mention_keys (
    key        BIGINT NOT NULL,
    mention_id BIGINT NOT NULL REFERENCES mentions (id) ON DELETE CASCADE,
    PRIMARY KEY (key, mention_id)
);
COMMENT ON TABLE mention_keys IS 'What originals are looked up by: hashes of parts of their text, and of their canonical id';
CREATE INDEX mention_keys_of_mention ON mention_keys (mention_id);

-- Items that the rules of their source keep out.
CREATE TABLE dropped_items (
    source      TEXT   NOT NULL,
    external_id TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    excerpt     TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (source, external_id)
);
COMMENT ON TABLE dropped_items IS 'Items that the rules of their source keep out';
CREATE INDEX dropped_items_by_time ON dropped_items (source, at_ms DESC);
