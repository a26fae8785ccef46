-- What was looked for row by row.

-- Erasing a mention asks for its assignments.
CREATE INDEX assignments_of_mention ON assignments (mention_id);

-- Whoever follows the events asks for the alerts raised since.
CREATE INDEX alerts_by_raising ON alerts (alerted_ms) WHERE alerted_ms IS NOT NULL;
