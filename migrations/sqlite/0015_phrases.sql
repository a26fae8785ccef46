-- Phrases that a model would misread.

-- What the model read in the place of which phrase when it judged the opinions here: a change of the settings is noticed by it.
CREATE TABLE phrase_rules (
    phrase  TEXT NOT NULL PRIMARY KEY,
    read_as TEXT NOT NULL
) STRICT, WITHOUT ROWID;
