-- Views of layers tell segments, emotions and corrected shares, which layers have had since.

DROP VIEW v_layer_latest;
DROP VIEW v_layers;

-- Every layer of every finished run; those with a segment are parts of the others.
CREATE VIEW v_layers AS
SELECT l.map, l.run_id, strftime('%Y-%m-%dT%H:%M:%fZ', r.finished_ms / 1000.0, 'unixepoch') AS computed_at,
    r.as_of IS NOT NULL AS looked_back, l.level, l.stage, l.touchpoint, l.persona, l.period, l.from_day, l.to_day,
    l.positive, l.neutral, l.negative, l.mixed, l.unsure,
    l.positive + l.neutral + l.negative + l.mixed AS n, l.n_effective, l.net, l.low, l.high, l.state,
    l.change_net, l.change_low, l.change_high, l.perceived, l.target, l.segment_kind, l.segment,
    l.joy, l.anger, l.sadness, l.fear, l.surprise, l.disgust, l.calm,
    l.corrected_negative, l.corrected_neutral, l.corrected_positive, l.corrected_low, l.corrected_high, l.corrected_labels
FROM layers l JOIN runs r ON r.id = l.run_id
WHERE r.status = 'done';

-- The layers of the newest run of every map: how things stand.
CREATE VIEW v_layer_latest AS
SELECT v.* FROM maps JOIN v_layers v ON v.map = maps.id AND v.run_id = (
    SELECT r.id FROM runs r WHERE r.status = 'done' AND r.kind = 'layers'
        AND EXISTS (SELECT 1 FROM layers l WHERE l.map = maps.id AND l.run_id = r.id)
    ORDER BY r.as_of IS NOT NULL, r.as_of DESC, r.id DESC LIMIT 1);
