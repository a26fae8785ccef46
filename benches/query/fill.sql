-- A database of as many opinions as wanted, two to a mention, consistent with itself: tallies are those of the
-- assignments, rollups sums of the tallies, flags and their copies alike. Embeddings are left out: nothing that is asked
-- for reads them. Everything follows from the row's number, so that both databases hold the same.
--
-- {series N} is a table of one column `i` from 1 to N; {mentions}, {opinions} and {phrases} are how many there are; other
-- words in braces are what the dialects write differently: see main.rs.

INSERT INTO models (id, dimensions, unassigned_below, similarity_temperature, registered_ms, adopted_ms)
VALUES ('bench', 128, 0.3, 0.1, 0, 0);

INSERT INTO maps (id, version, definition, registered_ms) VALUES ('bench', '1', '{definition}', 0);

INSERT INTO sources (source, mentions)
SELECT 'source-' || (i % 6), count(*) FROM {series {mentions}} AS n GROUP BY i % 6;

-- Two years of them, in no order.
INSERT INTO mentions (id, source, external_id, url, author_hash, text, language, posted_ms, posted_approximate,
    rating_value, rating_worst, rating_best, content_hash, first_seen_ms, changed_ms, fingerprinted, searchable) {ids}
SELECT i, 'source-' || (i % 6), {nine i}, 'https://example.org/' || i, 'author-' || (i % 500000),
    a.text || ' ' || b.text || ' no ' || i, CASE i % 4 WHEN 0 THEN 'zh-Hans' WHEN 1 THEN 'ja' ELSE 'en' END,
    1717200000000 + (i * 7919 % {mentions}) * (63072000000 / {mentions}), FALSE,
    CASE WHEN i % 5 < 3 THEN 1 + i % 5 END, CASE WHEN i % 5 < 3 THEN 1 END, CASE WHEN i % 5 < 3 THEN 5 END,
    'hash ' || i, 0, 0, TRUE, TRUE
FROM {series {mentions}} AS n
JOIN bench_phrases a ON a.number = i % {phrases} JOIN bench_phrases b ON b.number = i * 31 % {phrases};

{words}

-- Probability of negative: even from 0 to 1 over the numbers.
INSERT INTO opinions (id, mention_id, model, revision, ordinal, start_char, end_char, evidence, negative, neutral, positive,
    label, verdict, joy, anger, sadness, fear, surprise, disgust, calm, emotion) {ids}
SELECT i, (i + 1) / 2, 'bench', 1, (i + 1) % 2, 0, 1, p.text, r, (1 - r) / 4, (1 - r) * 3 / 4, v, v,
    0, 0, 0, 0, 0, 0, 0, CASE WHEN r >= 0.85 THEN 'anger' WHEN r >= 0.7 THEN 'sadness' ELSE 'neutral' END
FROM (
    SELECT i, r, CASE WHEN r >= 0.7 THEN 'negative' WHEN r >= 0.4 THEN 'neutral' ELSE 'positive' END AS v
    FROM (SELECT i, (i * 40503 % 999983) / 999983.0 AS r FROM {series {opinions}} AS n) AS drawn
) AS judged
JOIN bench_phrases p ON p.number = (CASE WHEN i % 2 = 1 THEN (i + 1) / 2 ELSE (i + 1) / 2 * 31 END) % {phrases};

-- Four fifths lie on one of 40 touchpoints in 8 stages.
INSERT INTO flags (map, mention_id, stage, touchpoint, opinion_id, severity, status, raised_ms, updated_ms, assignee)
SELECT 'bench', (i + 1) / 2, 's' || (h % 40 / 5), 't' || (h % 40), i, r,
    CASE h / 200 % 10 WHEN 7 THEN 'acknowledged' WHEN 8 THEN 'resolved' WHEN 9 THEN 'false_positive' ELSE 'open' END,
    0, 0, CASE WHEN h / 200 % 10 = 7 THEN 'team-' || (h % 7) END
FROM (SELECT i, (i * 40503 % 999983) / 999983.0 AS r, i * 2654435761 % 1000003 AS h FROM {series {opinions}} AS n) AS drawn
WHERE r >= 0.9 AND h / 40 % 5 <> 0
ON CONFLICT (map, mention_id, touchpoint) DO NOTHING;

INSERT INTO assignments (opinion_id, map, mention_id, stage, touchpoint, score, reason, detail, verdict, negative,
    posted_ms, representative, flag_status)
SELECT o.id, 'bench', o.mention_id, CASE WHEN d.placed THEN 's' || (d.h % 40 / 5) END,
    CASE WHEN d.placed THEN 't' || (d.h % 40) END, CASE WHEN d.placed THEN 0.4 + d.h % 600 / 1000.0 ELSE 0 END,
    CASE WHEN d.placed THEN 'similarity' ELSE 'unassigned' END, NULL, o.verdict, o.negative, m.posted_ms,
    {greatest} (o.negative, o.positive) * CASE WHEN d.placed THEN 0.4 + d.h % 600 / 1000.0 ELSE 1 END * p.telling, f.status
FROM (
    SELECT i, i * 2654435761 % 1000003 AS h, i * 2654435761 % 1000003 / 40 % 5 <> 0 AS placed
    FROM {series {opinions}} AS n
) AS d
{cross} JOIN opinions o ON o.id = d.i {cross} JOIN mentions m ON m.id = o.mention_id
JOIN bench_phrases p ON p.number = (CASE WHEN d.i % 2 = 1 THEN o.mention_id ELSE o.mention_id * 31 END) % {phrases}
LEFT JOIN flags f ON f.map = 'bench' AND f.mention_id = o.mention_id AND f.touchpoint = 't' || (d.h % 40)
    AND f.opinion_id = o.id;

INSERT INTO tallies (map, mention_id, touchpoint, persona, day, source, language, label, emotion)
SELECT 'bench', g.mention_id, g.touchpoint, '', {day m.posted_ms}, m.source, m.language, g.label, 'neutral'
FROM (
    SELECT a.mention_id, a.touchpoint, CASE WHEN min(a.verdict) = max(a.verdict) THEN min(a.verdict)
        WHEN min(a.verdict) = 'negative' AND max(a.verdict) = 'positive' THEN 'mixed'
        WHEN min(a.verdict) = 'negative' THEN 'negative' ELSE 'positive' END AS label
    FROM assignments a WHERE a.touchpoint IS NOT NULL GROUP BY a.mention_id, a.touchpoint
) AS g JOIN mentions m ON m.id = g.mention_id;

INSERT INTO rollups (map, touchpoint, persona, day, source, language, positive, neutral, negative, mixed, unsure)
SELECT map, touchpoint, persona, day, source, language, sum(CASE WHEN label = 'positive' THEN 1 ELSE 0 END),
    sum(CASE WHEN label = 'neutral' THEN 1 ELSE 0 END), sum(CASE WHEN label = 'negative' THEN 1 ELSE 0 END),
    sum(CASE WHEN label = 'mixed' THEN 1 ELSE 0 END), 0
FROM tallies GROUP BY map, touchpoint, persona, day, source, language;

-- A year of nights, each with the window and eight weeks of every node of the map.
INSERT INTO runs (id, kind, subject, status, started_ms, finished_ms, summary) {ids}
SELECT i, 'layers', 'bench', 'done', 1747000000000 + i * 86400000, 1747000000000 + i * 86400000, '' FROM {series 365} AS n;

INSERT INTO layers (map, run_id, ordinal, level, stage, touchpoint, persona, period, from_day, to_day, positive, neutral,
    negative, mixed, unsure, n_effective, net, low, high, state, change_net, change_low, change_high, perceived, target)
SELECT 'bench', r.i, n.i * 9 + w.i - 10, CASE WHEN n.i = 1 THEN 'map' WHEN n.i < 10 THEN 'stage' ELSE 'touchpoint' END,
    CASE WHEN n.i = 1 THEN NULL WHEN n.i < 10 THEN 's' || (n.i - 2) ELSE 's' || ((n.i - 10) / 5) END,
    CASE WHEN n.i >= 10 THEN 't' || (n.i - 10) END, NULL, CASE WHEN w.i = 1 THEN 'window' ELSE 'week' END,
    {day 1744500000000 + r.i * 86400000 - w.i * 604800000}, {day 1747000000000 + r.i * 86400000 - w.i * 604800000},
    40, 30, 30, 5, 5, 100.5, 0.1, -0.05, 0.25, 'ok', 0.01, -0.1, 0.12, NULL, NULL
FROM {series 365} AS r CROSS JOIN {series 49} AS n CROSS JOIN {series 9} AS w;
