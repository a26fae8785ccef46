-- Who may ask the service over HTTP.

-- Bearer tokens: only hashes, so that a copy of the database opens nothing. A revoked one stays, for the record.
CREATE TABLE tokens (
    id         BIGINT  NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name       TEXT    NOT NULL,                   -- who holds it; the actor of what is done with it
    hash       TEXT    NOT NULL UNIQUE,            -- SHA-256 of 256 random bits, in hexadecimal digits
    scope      TEXT    NOT NULL,                   -- read | triage | admin; each may what those before it may
    created_ms BIGINT  NOT NULL,
    expires_ms BIGINT,                             -- NULL: never
    used_ms    BIGINT,                             -- last seen, to the minute
    revoked_ms BIGINT                              -- set: no longer valid
);
CREATE UNIQUE INDEX tokens_by_name ON tokens (name) WHERE revoked_ms IS NULL;
COMMENT ON TABLE tokens IS 'Who may ask the service over HTTP: hashes of bearer tokens';
