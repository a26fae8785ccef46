-- Who may ask the service over HTTP.

-- Bearer tokens: only hashes, so that a copy of the database opens nothing. A revoked one stays, for the record.
CREATE TABLE tokens (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,                   -- who holds it; the actor of what is done with it
    hash       TEXT    NOT NULL UNIQUE,            -- SHA-256 of 256 random bits, in hexadecimal digits
    scope      TEXT    NOT NULL,                   -- read | triage | admin; each may what those before it may
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,                            -- NULL: never
    used_ms    INTEGER,                            -- last seen, to the minute
    revoked_ms INTEGER                             -- set: no longer valid
) STRICT;
CREATE UNIQUE INDEX tokens_by_name ON tokens (name) WHERE revoked_ms IS NULL;
