-- Layers of another day than their own: somebody looked back, and what they saw is not how things stand.
ALTER TABLE runs ADD COLUMN as_of DATE;            -- the last day of their window; NULL: the day the run began, or later
