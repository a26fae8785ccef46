"""Databases of a given size for the benches beside this file: one opinion a mention over three years at the touchpoints of
the online bank's map, from 6 sources in 4 languages, by a fifth as many authors as mentions. The databases write it
themselves."""
import contextlib, os, pathlib, re, shutil, sqlite3, subprocess, tempfile, time

root = pathlib.Path(__file__).parent.parent
touchpoints = re.findall(r'\[\[stages\.touchpoints\]\]\nid = "([a-z-]+)"', (root / "config/maps/online-bank.toml").read_text())
stages, stage = {}, None
for line in (root / "config/maps/online-bank.toml").read_text().splitlines():
    if line.startswith("[[stages]]"):
        stage = None
    elif line.startswith("id = ") and stage is None:
        stage = line.split('"')[1]
    elif line.startswith("id = ") and line.split('"')[1] in touchpoints:
        stages[line.split('"')[1]] = stage
assert len(touchpoints) == 14 and all(stages.values()), "the map's touchpoints were not found"

DAY = 86_400_000
LAST = int(time.time() * 1000) // DAY * DAY  # this midnight, UTC


class Sqlite:
    def __init__(self, folder):
        self.url = f"sqlite:{folder}/night.db"
        self.file = folder / "night.db"

    def run(self, statements, bulk=False):
        db = sqlite3.connect(self.file)
        for pragma in ["cache_size = -400000", "synchronous = OFF"]:
            db.execute(f"PRAGMA {pragma}")
        indexes = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall() if bulk else []
        for name, _ in indexes:
            db.execute(f"DROP INDEX {name}")
        for statement in statements:
            db.execute(statement)
            db.commit()
        for _, made in indexes:
            db.execute(made)
            db.commit()
        db.close()

    def count(self, sql):
        return sqlite3.connect(self.file).execute(sql).fetchone()[0]

    series = staticmethod(lambda first, last: f"(WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) SELECT i FROM n)")
    day = staticmethod(lambda ms: f"date(({ms}) / 1000, 'unixepoch')")
    bytes = "randomblob(128)"
    ids = ""


class Postgres:
    def __init__(self, url):
        self.url = url

    def run(self, statements, bulk=False):
        if bulk:
            # Sorted at once, indexes take a fraction of the time.
            made = """SELECT indexdef, indexname FROM pg_indexes WHERE schemaname = 'public' AND NOT EXISTS
                      (SELECT 1 FROM pg_constraint WHERE conname = indexname)"""
            rows = subprocess.run(["psql", "-Atq", "-F", "\t", self.url, "-c", made], text=True, check=True, capture_output=True).stdout
            indexes = [line.split("\t") for line in rows.splitlines()]
            statements = [f"DROP INDEX {name}" for _, name in indexes] + statements + [sql for sql, _ in indexes]
        script = "SET session_replication_role = replica; SET synchronous_commit = off;" + ";".join(statements) + "; ANALYZE;"
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", self.url], input=script, text=True, check=True, stdout=subprocess.DEVNULL)

    def count(self, sql):
        return int(subprocess.run(["psql", "-Atq", self.url, "-c", sql], text=True, check=True, capture_output=True).stdout)

    series = staticmethod(lambda first, last: f"(SELECT i FROM generate_series({first}::BIGINT, {last}) AS n (i))")
    day = staticmethod(lambda ms: f"(TIMESTAMP 'epoch' + ({ms}) * INTERVAL '1 millisecond')::DATE")
    bytes = "decode(repeat(md5(random()::TEXT), 8), 'hex')"
    ids = "OVERRIDING SYSTEM VALUE"


def place(column):
    cases = " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(column))
    return f"CASE i % 14 {cases} END"


def mentions(db, first, last, posted, authors):
    """Mentions of these numbers, each with the opinion of its number."""
    language = "CASE i % 4 WHEN 0 THEN 'zh-Hans' WHEN 1 THEN 'ja' WHEN 2 THEN 'es' ELSE 'en' END"
    label = "CASE WHEN i * 31 % 100 < 30 THEN 'negative' WHEN i * 31 % 100 < 50 THEN 'neutral' ELSE 'positive' END"
    return [
        f"""INSERT INTO mentions (id, source, external_id, author_hash, text, language, posted_ms, posted_approximate,
            content_hash, first_seen_ms, changed_ms, fingerprinted, searchable) {db.ids}
            SELECT i, 'source-' || (i % 6), '' || i, 'author-' || (i * 7919 % {authors}), 'an opinion, number ' || i,
            {language}, {posted}, FALSE, '' || i, 0, 0, TRUE, TRUE FROM {db.series(first, last)} AS s""",
        f"""INSERT INTO opinions (id, mention_id, model, revision, ordinal, start_char, end_char, evidence, negative, neutral,
            positive, label, verdict, joy, anger, sadness, fear, surprise, disgust, calm, emotion) {db.ids}
            SELECT i, i, 'night', 1, 0, 0, 10, 'an opinion of kind ' || i % 100, 0.3, 0.2, 0.5, {label}, {label}, 0, 0, 0, 0, 0, 0, 1, 'neutral'
            FROM {db.series(first, last)} AS s""",
    ]


def history(db, size):
    """What fills an empty database with so many opinions that were placed and counted long ago."""
    # The multiplier of the minimal standard generator, so that days have nothing to do with authors.
    posted = f"({LAST} - (i * 48271 % 2147483647 % 1095) * {DAY} - i % {DAY})"
    authors = max(1, size // 5)
    return [
        vectors(db),
        *mentions(db, 1, size, posted, authors),
        f"""INSERT INTO assignments (opinion_id, map, mention_id, stage, touchpoint, score, reason, verdict, negative, posted_ms)
            SELECT i, 'online-bank', i, {place([stages[t] for t in touchpoints])}, {place(touchpoints)}, 0.5, 'similarity',
            o.verdict, 0.3, {posted} FROM {db.series(1, size)} AS s JOIN opinions o ON o.id = i""",
        f"""INSERT INTO tallies (map, mention_id, touchpoint, persona, day, source, language, label, emotion, voice, repeated)
            SELECT 'online-bank', i, {place(touchpoints)}, '', {db.day("m.posted_ms")}, m.source, m.language, o.verdict,
            'neutral', 1 + i * 7919 % {authors}, TRUE FROM {db.series(1, size)} AS s
            JOIN mentions m ON m.id = i JOIN opinions o ON o.id = i""",
        """INSERT INTO rollups (map, touchpoint, persona, day, source, language, positive, neutral, negative, mixed, unsure, calm)
            SELECT map, touchpoint, persona, day, source, language, count(*) FILTER (WHERE label = 'positive'),
            count(*) FILTER (WHERE label = 'neutral'), count(*) FILTER (WHERE label = 'negative'), 0, 0, count(*)
            FROM tallies GROUP BY map, touchpoint, persona, day, source, language""",
    ]


def vectors(db):
    """Vectors for the texts of the map that have none."""
    return f"""INSERT INTO text_vectors (model, text, vector) SELECT 'night', text, {db.bytes} FROM
               (SELECT DISTINCT text FROM map_texts) AS t WHERE text NOT IN (SELECT text FROM text_vectors)"""


class Project:
    """A folder with the map of the online bank, on a database of its own."""

    def __init__(self, moodline, folder, db):
        self.moodline, self.folder, self.db = str(pathlib.Path(moodline).resolve()), folder, db
        self.map = folder / "maps/online-bank.toml"
        self.map.parent.mkdir()
        shutil.copy(root / "config/maps/online-bank.toml", self.map)
        (folder / "moodline.toml").write_text("")
        self.timed("map", "list")

    def timed(self, *command):
        """Seconds that a command takes, and what it says."""
        began = time.monotonic()
        environment = {**os.environ, "MOODLINE_DATABASE_URL": self.db.url}
        ran = subprocess.run([self.moodline, *command], text=True, capture_output=True, cwd=self.folder, env=environment)
        assert ran.returncode == 0, ran.stderr
        return time.monotonic() - began, ran.stdout.strip()

    def fill(self, size, embedded=False):
        model = """INSERT INTO models (id, dimensions, unassigned_below, similarity_temperature, registered_ms, adopted_ms)
                   VALUES ('night', 128, -1, 0.1, 0, 0)"""
        all = f"INSERT INTO opinion_embeddings (opinion_id, embedding) SELECT i, {self.db.bytes} FROM {self.db.series(1, size)} AS s"
        self.db.run([model, *history(self.db, size), *([all] if embedded else [])], bulk=True)


@contextlib.contextmanager
def project(moodline, postgres):
    """A project on a new SQLite database or, where an address is given, on that PostgreSQL database, emptied."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        if postgres:
            empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
            subprocess.run(["psql", "-q", postgres, "-c", empty], check=True, stderr=subprocess.DEVNULL)
        yield Project(moodline, folder, Postgres(postgres) if postgres else Sqlite(folder))
    finally:
        shutil.rmtree(folder)
