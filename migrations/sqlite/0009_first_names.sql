-- How far each source has been read, and how reading it goes (continued).
ALTER TABLE sources ADD COLUMN first_name TEXT;          -- set once it was renamed: its authors and tombstones are keyed by this
