-- How sources are doing, and what ties mentions together beyond their source.

-- How far each source has been read, and how reading it goes (continued).
ALTER TABLE sources ADD COLUMN next_due_ms INTEGER;      -- when it is fetched next; NULL while no service runs
ALTER TABLE sources ADD COLUMN note TEXT;                -- what the last fetch said of itself
ALTER TABLE sources ADD COLUMN thin_since_ms INTEGER;    -- set: answers are to be doubted since then

-- Reviews, posts and comments as fetched (continued).
ALTER TABLE mentions ADD COLUMN canonical_id TEXT;       -- identity beyond the source: a federated post's URI
ALTER TABLE mentions ADD COLUMN thread TEXT;             -- the conversation, by the source's own id
CREATE INDEX mentions_by_canonical_id ON mentions (canonical_id) WHERE canonical_id IS NOT NULL;
CREATE INDEX mentions_by_author ON mentions (author_hash) WHERE author_hash IS NOT NULL;
CREATE INDEX mentions_by_source_time ON mentions (source, posted_ms);
