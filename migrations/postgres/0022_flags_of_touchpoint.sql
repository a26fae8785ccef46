-- The flags of one touchpoint, the most severe first; its status and mention are there for counting.
CREATE INDEX flags_of_touchpoint ON flags (map, touchpoint, severity DESC, id, status, mention_id);
