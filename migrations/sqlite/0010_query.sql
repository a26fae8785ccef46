-- The query at scale: words to be found, orders that an index has, flags where their opinions are, views for other tools.

-- The words of visible mentions, cut by moodline: see `search.rs`. Every character beyond ASCII is part of a word here.
CREATE VIRTUAL TABLE mention_words USING fts5 (words, tokenize = 'ascii');
-- What is deleted leaves the index at once, not at the next merge.
INSERT INTO mention_words (mention_words, rank) VALUES ('secure-delete', 1);
ALTER TABLE mentions ADD COLUMN searchable INTEGER NOT NULL DEFAULT 0; -- 0: its words are still to be put into mention_words
CREATE INDEX mentions_to_index ON mentions (id) WHERE NOT searchable;

-- Where an opinion lies on a map (continued).
DROP INDEX assignments_by_time;
DROP INDEX assignments_by_severity;
DROP INDEX assignments_by_stage;
DROP INDEX opinions_by_severity;
ALTER TABLE assignments ADD COLUMN representative REAL NOT NULL DEFAULT 0; -- how well it stands for what is said there, 0 to 1
ALTER TABLE assignments ADD COLUMN flag_status TEXT;   -- copy of the status of the flag it shows; NULL: it shows none
UPDATE assignments SET
    representative = coalesce((SELECT max(o.negative, o.neutral, o.positive)
        * CASE WHEN assignments.touchpoint IS NULL THEN 1.0 ELSE assignments.score END
        * min(1.0, length(CAST(o.evidence AS BLOB)) / 60.0)
        FROM opinions o WHERE o.id = assignments.opinion_id), 0),
    flag_status = (SELECT f.status FROM flags f WHERE f.map = assignments.map AND f.mention_id = assignments.mention_id
        AND f.touchpoint = assignments.touchpoint AND (f.opinion_id = assignments.opinion_id
        OR NOT EXISTS (SELECT 1 FROM assignments x WHERE x.opinion_id = f.opinion_id AND x.map = f.map)));

-- One order each, read from its end; all columns the same way round, so that a page can begin in the middle.
CREATE INDEX assignments_by_time ON assignments (map, touchpoint, posted_ms, opinion_id);
CREATE INDEX assignments_by_severity ON assignments (map, touchpoint, negative, opinion_id);
CREATE INDEX assignments_by_likeness ON assignments (map, touchpoint, representative, opinion_id);
CREATE INDEX assignments_by_stage ON assignments (map, stage, posted_ms, opinion_id);
CREATE INDEX assignments_of_map_by_likeness ON assignments (map, representative, opinion_id);
CREATE INDEX assignments_flagged_by_time ON assignments (map, touchpoint, posted_ms, opinion_id)
    WHERE flag_status IS NOT NULL;
CREATE INDEX assignments_flagged_by_severity ON assignments (map, touchpoint, negative, opinion_id)
    WHERE flag_status IS NOT NULL;
CREATE INDEX assignments_flagged_by_likeness ON assignments (map, touchpoint, representative, opinion_id)
    WHERE flag_status IS NOT NULL;
CREATE INDEX assignments_of_map_flagged_by_time ON assignments (map, posted_ms, opinion_id)
    WHERE flag_status IS NOT NULL;
CREATE INDEX assignments_of_map_flagged_by_severity ON assignments (map, negative, opinion_id)
    WHERE flag_status IS NOT NULL;
CREATE INDEX assignments_of_map_flagged_by_likeness ON assignments (map, representative, opinion_id)
    WHERE flag_status IS NOT NULL;
CREATE INDEX opinions_by_severity ON opinions (model, negative, id);
CREATE INDEX flags_of_assignee ON flags (map, assignee, mention_id) WHERE assignee IS NOT NULL;

-- Every visible mention; copies of another are told by copy_of.
CREATE VIEW v_mentions AS
SELECT m.id AS mention_id, m.source, m.external_id, m.url, m.author_hash, m.title, m.text, m.language,
    strftime('%Y-%m-%dT%H:%M:%fZ', m.posted_ms / 1000.0, 'unixepoch') AS posted_at, m.posted_approximate,
    m.rating_value AS rating, m.rating_worst, m.rating_best,
    1 + 4.0 * (m.rating_value - m.rating_worst) / (m.rating_best - m.rating_worst) AS stars,
    m.revision, m.copy_of, m.thread,
    strftime('%Y-%m-%dT%H:%M:%fZ', m.first_seen_ms / 1000.0, 'unixepoch') AS first_seen_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', m.changed_ms / 1000.0, 'unixepoch') AS changed_at
FROM mentions m WHERE m.hidden_ms IS NULL;

-- Every opinion that counts: of the adopted model, in visible mentions that are no copies.
CREATE VIEW v_opinions AS
SELECT o.id AS opinion_id, o.mention_id, o.model, o.ordinal, o.start_char, o.end_char, o.evidence,
    o.negative, o.neutral, o.positive, o.label, o.verdict, o.emotion,
    o.joy, o.anger, o.sadness, o.fear, o.surprise, o.disgust, o.calm,
    m.source, m.language, strftime('%Y-%m-%dT%H:%M:%fZ', m.posted_ms / 1000.0, 'unixepoch') AS posted_at
FROM opinions o JOIN mentions m ON m.id = o.mention_id
WHERE o.model = (SELECT id FROM models WHERE adopted_ms IS NOT NULL ORDER BY adopted_ms DESC, id LIMIT 1)
    AND m.hidden_ms IS NULL AND m.copy_of IS NULL;

-- Where every opinion that counts lies, once per map.
CREATE VIEW v_places AS
SELECT a.map, a.stage, a.touchpoint, a.opinion_id, a.mention_id, a.score, a.reason, a.detail, a.representative,
    a.flag_status, o.verdict, o.negative, o.neutral, o.positive, o.emotion, o.evidence,
    m.source, m.url, m.language, strftime('%Y-%m-%dT%H:%M:%fZ', m.posted_ms / 1000.0, 'unixepoch') AS posted_at
FROM assignments a JOIN opinions o ON o.id = a.opinion_id JOIN mentions m ON m.id = a.mention_id
WHERE o.model = (SELECT id FROM models WHERE adopted_ms IS NOT NULL ORDER BY adopted_ms DESC, id LIMIT 1)
    AND m.hidden_ms IS NULL AND m.copy_of IS NULL;

-- Every flag of a visible mention, whatever its state.
CREATE VIEW v_flagged AS
SELECT f.id AS flag_id, f.map, f.stage, f.touchpoint, f.status, f.severity, f.assignee,
    strftime('%Y-%m-%dT%H:%M:%fZ', f.due_ms / 1000.0, 'unixepoch') AS due_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', f.raised_ms / 1000.0, 'unixepoch') AS raised_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', f.updated_ms / 1000.0, 'unixepoch') AS updated_at,
    f.mention_id, f.opinion_id, m.source, m.url, m.language,
    strftime('%Y-%m-%dT%H:%M:%fZ', m.posted_ms / 1000.0, 'unixepoch') AS posted_at,
    m.rating_value AS rating,
    1 + 4.0 * (m.rating_value - m.rating_worst) / (m.rating_best - m.rating_worst) AS stars,
    m.title, m.text, o.evidence, o.emotion
FROM flags f JOIN mentions m ON m.id = f.mention_id LEFT JOIN opinions o ON o.id = f.opinion_id
WHERE m.hidden_ms IS NULL;

-- Flags that wait for somebody.
CREATE VIEW v_flags_open AS
SELECT * FROM v_flagged WHERE status IN ('open', 'acknowledged');

-- What people did with flags.
CREATE VIEW v_flag_history AS
SELECT e.id AS event_id, e.flag_id, f.map, f.touchpoint,
    strftime('%Y-%m-%dT%H:%M:%fZ', e.at_ms / 1000.0, 'unixepoch') AS acted_at, e.actor, e.status, e.assignee,
    strftime('%Y-%m-%dT%H:%M:%fZ', e.due_ms / 1000.0, 'unixepoch') AS due_at, e.note
FROM flag_events e JOIN flags f ON f.id = e.flag_id;

-- Mentions per day, touchpoint, persona, source and language: one mention counts once per touchpoint.
CREATE VIEW v_touchpoint_daily AS
SELECT r.map, nullif(r.touchpoint, '') AS touchpoint, nullif(r.persona, '') AS persona, r.day, r.source, r.language,
    r.positive, r.neutral, r.negative, r.mixed, r.unsure,
    r.positive + r.neutral + r.negative + r.mixed AS n,
    1.0 * (r.positive - r.negative) / nullif(r.positive + r.neutral + r.negative + r.mixed, 0) AS net
FROM rollups r;

-- Every layer of every finished run.
CREATE VIEW v_layers AS
SELECT l.map, l.run_id, strftime('%Y-%m-%dT%H:%M:%fZ', r.finished_ms / 1000.0, 'unixepoch') AS computed_at,
    r.as_of IS NOT NULL AS looked_back, l.level, l.stage, l.touchpoint, l.persona, l.period, l.from_day, l.to_day,
    l.positive, l.neutral, l.negative, l.mixed, l.unsure,
    l.positive + l.neutral + l.negative + l.mixed AS n, l.n_effective, l.net, l.low, l.high, l.state,
    l.change_net, l.change_low, l.change_high, l.perceived, l.target
FROM layers l JOIN runs r ON r.id = l.run_id
WHERE r.status = 'done';

-- The layers of the newest run of every map: how things stand.
CREATE VIEW v_layer_latest AS
SELECT v.* FROM maps JOIN v_layers v ON v.map = maps.id AND v.run_id = (
    SELECT r.id FROM runs r WHERE r.status = 'done' AND r.kind = 'layers'
        AND EXISTS (SELECT 1 FROM layers l WHERE l.map = maps.id AND l.run_id = r.id)
    ORDER BY r.as_of IS NOT NULL, r.as_of DESC, r.id DESC LIMIT 1);

-- How every source stands.
CREATE VIEW v_sources AS
SELECT s.source, s.mentions,
    strftime('%Y-%m-%dT%H:%M:%fZ', s.last_success_ms / 1000.0, 'unixepoch') AS last_success_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', s.last_failure_ms / 1000.0, 'unixepoch') AS last_failure_at,
    s.last_error, s.failures, strftime('%Y-%m-%dT%H:%M:%fZ', s.next_due_ms / 1000.0, 'unixepoch') AS next_due_at,
    s.note, strftime('%Y-%m-%dT%H:%M:%fZ', s.thin_since_ms / 1000.0, 'unixepoch') AS thin_since
FROM sources s;

-- What people said against the machine.
CREATE VIEW v_corrections AS
SELECT v.id AS correction_id, v.mention_id, v.evidence, v.sentiment, v.map, v.stage, v.touchpoint, v.relevant, v.actor,
    strftime('%Y-%m-%dT%H:%M:%fZ', v.at_ms / 1000.0, 'unixepoch') AS said_at
FROM overrides v;

-- What ran, when and with what outcome.
CREATE VIEW v_runs AS
SELECT r.id AS run_id, r.kind, r.subject, r.status,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.started_ms / 1000.0, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.finished_ms / 1000.0, 'unixepoch') AS finished_at,
    (r.finished_ms - r.started_ms) / 1000.0 AS seconds, r.summary
FROM runs r;
