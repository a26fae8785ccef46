-- Partitions the tables that grow, on PostgreSQL 14 or newer. Optional, once, with every moodline process stopped:
--
--     psql --set ON_ERROR_STOP=1 "$MOODLINE_DATABASE_URL" -f migrations/optional/partition-postgres.sql
--
-- It copies these tables inside one transaction, so it takes the room of a second copy of them meanwhile. Nothing in
-- moodline changes with it; later migrations of moodline apply as before. Then, once a month (cron, pg_cron):
--
--     psql "$MOODLINE_DATABASE_URL" -c 'CALL moodline_make_room()'
--
-- assignments and tallies go by the month a mention was posted in: windows of time read their months only.
-- mentions, opinions and opinion_embeddings go by ranges of ids: what is there is cut where a month of arrival began, what
-- comes in ranges of a million or more. Their ids grow with time, everything refers to them by id, and old ranges are
-- written no more, so that vacuum leaves them alone.
--
-- What a partitioned table cannot promise by itself: UNIQUE (source, external_id) of mentions and (mention_id, model,
-- ordinal) of opinions get the id added, and hold no more. moodline does not rely on them: it writes a source under the
-- lock of its row, and the opinions of a mention under its lease. `moodline check` counts again as before.

BEGIN;
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = 0;

-- The first instant of the month that holds an instant in milliseconds, in milliseconds, in UTC.
CREATE FUNCTION moodline_month_ms(at_ms BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS
$$ SELECT (extract(epoch FROM date_trunc('month', to_timestamp(at_ms / 1000.0) AT TIME ZONE 'UTC')) * 1000)::BIGINT $$;

-- Puts a partitioned table in the place of one that is not: same columns, defaults and rows; no constraints yet.
CREATE PROCEDURE moodline_shell(name TEXT, key TEXT) LANGUAGE plpgsql AS $$
DECLARE
    indexed TEXT;
BEGIN
    EXECUTE format('ALTER TABLE %I RENAME TO %I', name, name || '_whole');
    -- Constraints and indexes of the new table take the names of the old ones.
    FOR indexed IN SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                   WHERE i.indrelid = to_regclass(quote_ident(name || '_whole')) LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO %I', indexed, 'whole_' || indexed);
    END LOOP;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING STORAGE INCLUDING COMMENTS) '
                   'PARTITION BY RANGE (%I)', name, name || '_whole', key);
END $$;

-- What each table had: its indexes, its constraints, and the foreign keys of others that refer to it.
CREATE TEMPORARY TABLE had ON COMMIT DROP AS
    SELECT t.name, t.key, c.conname AS part, 'constraint' AS kind, c.contype::TEXT AS type, r.relname::TEXT AS holder,
           pg_get_constraintdef(c.oid) AS definition
    FROM (VALUES ('mentions', 'id'), ('opinions', 'id'), ('opinion_embeddings', 'opinion_id'),
                 ('assignments', 'posted_ms'), ('tallies', 'day')) AS t (name, key)
    JOIN pg_constraint c ON c.conrelid = to_regclass(t.name) OR (c.contype = 'f' AND c.confrelid = to_regclass(t.name))
    JOIN pg_class r ON r.oid = c.conrelid
    UNION ALL
    SELECT t.name, t.key, i.indexname, 'index', NULL, t.name, i.indexdef
    FROM (VALUES ('mentions', 'id'), ('opinions', 'id'), ('opinion_embeddings', 'opinion_id'),
                 ('assignments', 'posted_ms'), ('tallies', 'day')) AS t (name, key)
    JOIN pg_indexes i ON i.schemaname = current_schema() AND i.tablename = t.name
    WHERE NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = to_regclass(quote_ident(i.indexname)));

-- Views are made anew afterwards, in the order in which they were made; whoever might read tables and views still may.
CREATE TEMPORARY TABLE viewed ON COMMIT DROP AS
    SELECT c.oid AS place, c.relname::TEXT AS name, pg_get_viewdef(c.oid) AS definition,
           obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'v';
CREATE TEMPORARY TABLE granted ON COMMIT DROP AS
    SELECT c.relname::TEXT AS name, a.privilege_type AS privilege,
           CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::TEXT END AS grantee
    FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.relnamespace = current_schema()::regnamespace AND a.grantee <> c.relowner
    AND (c.relkind = 'v' OR c.relname IN (SELECT name FROM had));

-- Where the id ranges of a table are cut: the first id of every month of arrival after the first.
CREATE TEMPORARY TABLE cuts ON COMMIT DROP AS
    SELECT 'mentions' AS name, moodline_month_ms(first_seen_ms) AS month, min(id) AS first, max(max(id)) OVER () AS newest
    FROM mentions GROUP BY 2
    UNION ALL
    SELECT t.name, moodline_month_ms(m.first_seen_ms), min(o.id), max(max(o.id)) OVER () FROM opinions o JOIN mentions m ON m.id = o.mention_id,
           (VALUES ('opinions'), ('opinion_embeddings')) AS t (name) GROUP BY 1, 2;
-- A month whose first id is not beyond that of the month before has no range of its own.
DELETE FROM cuts later USING cuts earlier
    WHERE later.name = earlier.name AND later.month > earlier.month AND later.first <= earlier.first;

DO $$
DECLARE
    shape RECORD;
    piece RECORD;
    lower_bound TEXT;
BEGIN
    FOR piece IN SELECT name FROM viewed ORDER BY place DESC LOOP
        EXECUTE format('DROP VIEW %I', piece.name);
    END LOOP;
    -- Foreign keys first: their targets move.
    FOR piece IN SELECT DISTINCT part, holder FROM had WHERE type = 'f' LOOP
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', piece.holder, piece.part);
    END LOOP;
    FOR shape IN SELECT DISTINCT name, key FROM had LOOP
        CALL moodline_shell(shape.name, shape.key);
        IF shape.key IN ('id', 'opinion_id') THEN
            lower_bound := 'MINVALUE';
            FOR piece IN SELECT to_char(to_timestamp(month / 1000) AT TIME ZONE 'UTC', 'YYYY_MM') AS suffix,
                                lead(first, 1, newest + 1) OVER (ORDER BY month) AS until
                         FROM cuts WHERE name = shape.name ORDER BY month
            LOOP
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
                               shape.name || '_' || piece.suffix, shape.name, lower_bound, piece.until);
                lower_bound := piece.until::TEXT;
            END LOOP;
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (MAXVALUE)', shape.name || '_rest',
                           shape.name, lower_bound);
        ELSE
            EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', shape.name || '_other', shape.name);
        END IF;
    END LOOP;
END $$;

-- Makes the months of assignments and tallies from one instant to another, those there are left as they are; rows of a
-- new month that lie in the default partition move into it.
CREATE PROCEDURE moodline_months(from_ms BIGINT, until_ms BIGINT) LANGUAGE plpgsql AS $$
DECLARE
    month TIMESTAMP := to_timestamp(moodline_month_ms(from_ms) / 1000) AT TIME ZONE 'UTC';
    following TIMESTAMP;
    shape RECORD;
    partition TEXT;
    within TEXT;
    bounds TEXT;
BEGIN
    WHILE month <= to_timestamp(until_ms / 1000.0) AT TIME ZONE 'UTC' LOOP
        following := month + INTERVAL '1 month';
        FOR shape IN SELECT * FROM (VALUES ('assignments', 'posted_ms'), ('tallies', 'day')) AS t (name, key) LOOP
            partition := shape.name || to_char(month, '_YYYY_MM');
            CONTINUE WHEN to_regclass(quote_ident(partition)) IS NOT NULL;
            IF shape.key = 'day' THEN
                bounds := format('FROM (%L) TO (%L)', month::DATE, following::DATE);
                within := format('day >= %L AND day < %L', month::DATE, following::DATE);
            ELSE
                bounds := format('FROM (%s) TO (%s)', extract(epoch FROM month)::BIGINT * 1000,
                                 extract(epoch FROM following)::BIGINT * 1000);
                within := format('posted_ms >= %s AND posted_ms < %s', extract(epoch FROM month)::BIGINT * 1000,
                                 extract(epoch FROM following)::BIGINT * 1000);
            END IF;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, shape.name);
            EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %s RETURNING *) INSERT INTO %I SELECT * FROM moved',
                           shape.name || '_other', within, partition);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES %s', shape.name, partition, bounds);
        END LOOP;
        month := following;
    END LOOP;
END $$;

DO $$
DECLARE
    oldest BIGINT;
    newest BIGINT;
BEGIN
    newest := (extract(epoch FROM now()) * 1000)::BIGINT;
    SELECT coalesce(min(posted_ms), newest) INTO oldest FROM assignments_whole;
    -- What is older than five years lies together in the default partition.
    oldest := greatest(oldest, (extract(epoch FROM now() - INTERVAL '5 years') * 1000)::BIGINT);
    CALL moodline_months(least(oldest, newest), newest + 62 * 86400000::BIGINT);
END $$;

-- The rows, and then everything that holds them together.
DO $$
DECLARE
    shape RECORD;
    piece RECORD;
    key_definition TEXT;
    whole BIGINT;
    copied BIGINT;
BEGIN
    FOR shape IN SELECT DISTINCT name, key FROM had LOOP
        EXECUTE format('INSERT INTO %I OVERRIDING SYSTEM VALUE SELECT * FROM %I', shape.name, shape.name || '_whole');
        GET DIAGNOSTICS copied = ROW_COUNT;
        EXECUTE format('SELECT count(*) FROM %I', shape.name || '_whole') INTO whole;
        IF copied <> whole THEN
            RAISE EXCEPTION '% rows of % were copied of %', copied, shape.name, whole;
        END IF;
    END LOOP;
    FOR piece IN SELECT * FROM had WHERE type IN ('p', 'u') LOOP
        key_definition := piece.definition;
        -- A key of a partitioned table holds the column it is partitioned by.
        IF key_definition !~ format('[(, ]%s[,)]', piece.key) THEN
            key_definition := replace(key_definition, ')', format(', %I)', piece.key));
        END IF;
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', piece.holder, piece.part, key_definition);
    END LOOP;
    FOR piece IN SELECT * FROM had WHERE kind = 'index' LOOP
        EXECUTE piece.definition;
    END LOOP;
    FOR piece IN SELECT DISTINCT part, holder, definition FROM had WHERE type = 'f' LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', piece.holder, piece.part, piece.definition);
    END LOOP;
    FOR piece IN SELECT DISTINCT part, holder, definition FROM had WHERE type = 'c' LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', piece.holder, piece.part, piece.definition);
    END LOOP;
    -- Ids go on where they were.
    FOR shape IN SELECT * FROM (VALUES ('mentions'), ('opinions')) AS t (name) LOOP
        EXECUTE format('SELECT setval(%L, greatest(last_value, 1), is_called) FROM %s',
                       pg_get_serial_sequence(quote_ident(shape.name), 'id'),
                       pg_get_serial_sequence(quote_ident(shape.name || '_whole'), 'id'));
    END LOOP;
    FOR shape IN SELECT DISTINCT name FROM had LOOP
        EXECUTE format('DROP TABLE %I', shape.name || '_whole');
    END LOOP;
    FOR piece IN SELECT * FROM viewed ORDER BY place LOOP
        EXECUTE format('CREATE VIEW %I AS %s', piece.name, piece.definition);
        EXECUTE format('COMMENT ON VIEW %I IS %L', piece.name, piece.comment);
    END LOOP;
    FOR piece IN SELECT * FROM granted LOOP
        EXECUTE format('GRANT %s ON %I TO %s', piece.privilege, piece.name, piece.grantee);
    END LOOP;
END $$;

-- Makes room ahead: months of assignments and tallies, and ranges of ids until two of `block` ids are free. The last,
-- open range of a table stays empty so; only an empty one can be cut, because others refer to its rows.
CREATE PROCEDURE moodline_make_room(block BIGINT DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
    shape RECORD;
    rest TEXT;
    lower_bound TEXT;
    first_id BIGINT;
    newest BIGINT;
    size BIGINT;
    is_used BOOLEAN;
BEGIN
    FOR shape IN SELECT * FROM (VALUES ('mentions', 'id'), ('opinions', 'id'), ('opinion_embeddings', 'opinion_id'))
                 AS t (name, key) LOOP
        SELECT c.relname, btrim(substring(pg_get_expr(c.relpartbound, c.oid) FROM $re$FROM \(([^)]*)\)$re$), '''')
            INTO rest, lower_bound
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = to_regclass(quote_ident(shape.name))
            AND pg_get_expr(c.relpartbound, c.oid) LIKE '%TO (MAXVALUE)';
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', rest) INTO is_used;
        IF is_used THEN
            RAISE WARNING 'the ids of % have reached its last range, %: it stays open and is cut no more', shape.name, rest;
            CONTINUE;
        END IF;
        EXECUTE format('SELECT coalesce(max(%I), 0) FROM %I', shape.key, shape.name) INTO newest;
        size := coalesce(block, greatest(1000000, newest / 10));
        first_id := CASE lower_bound WHEN 'MINVALUE' THEN 1 ELSE lower_bound::BIGINT END;
        CONTINUE WHEN first_id - newest > 2 * size;
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', shape.name, rest);
        EXECUTE format('DROP TABLE %I', rest);
        WHILE first_id - newest <= 2 * size LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
                           shape.name || '_from_' || first_id, shape.name, lower_bound, first_id + size);
            first_id := first_id + size;
            lower_bound := first_id::TEXT;
        END LOOP;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (MAXVALUE)', shape.name || '_rest',
                       shape.name, lower_bound);
    END LOOP;
    CALL moodline_months((extract(epoch FROM now()) * 1000)::BIGINT,
                         (extract(epoch FROM now()) * 1000)::BIGINT + 62 * 86400000::BIGINT);
END $$;

CALL moodline_make_room();
DROP PROCEDURE moodline_shell(TEXT, TEXT);
COMMIT;
