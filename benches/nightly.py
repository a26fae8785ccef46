#!/usr/bin/env python3
"""What a night costs as history grows: 10,000 new mentions placed and drawn over databases of different size.

Usage: benches/nightly.py [--moodline target/release/moodline] [--history 100000 1000000] [--new 10000]
                          [--postgres postgres://root@127.0.0.1/night]

History is one opinion a mention over three years at the touchpoints of the online bank's map, from 6 sources in 4
languages, by a fifth as many authors as mentions; the new ones are of the last two days. The databases write it
themselves. With --postgres the database named has to be empty; its schema is dropped and made anew for every size (psql is
needed). Prints a line for each size: seconds of `moodline assign` and of `moodline layers`, and rows that layers read.
"""
import argparse, os, pathlib, re, shutil, sqlite3, subprocess, tempfile, time

arguments = argparse.ArgumentParser()
arguments.add_argument("--moodline", default="target/release/moodline")
arguments.add_argument("--history", type=int, nargs="+", default=[100_000, 1_000_000])
arguments.add_argument("--new", type=int, default=10_000)
arguments.add_argument("--postgres")
arguments = arguments.parse_args()

root = pathlib.Path(__file__).parent.parent
moodline = str(pathlib.Path(arguments.moodline).resolve())
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

    def run(self, statements):
        db = sqlite3.connect(self.file)
        db.execute("PRAGMA cache_size = -400000")
        for statement in statements:
            db.execute(statement)
        db.commit()
        db.execute("ANALYZE")
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

    def run(self, statements):
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
    language = "CASE i % 4 WHEN 0 THEN 'zh-Hans' WHEN 1 THEN 'ja' WHEN 2 THEN 'es' ELSE 'en' END"
    label = "CASE WHEN i * 31 % 100 < 30 THEN 'negative' WHEN i * 31 % 100 < 50 THEN 'neutral' ELSE 'positive' END"
    return [
        f"""INSERT INTO mentions (id, source, external_id, author_hash, text, language, posted_ms, posted_approximate,
            content_hash, first_seen_ms, changed_ms, fingerprinted, searchable) {db.ids}
            SELECT i, 'source-' || (i % 6), '' || i, 'author-' || (i * 7919 % {authors}), 'an opinion, number ' || i,
            {language}, {posted}, FALSE, '' || i, 0, 0, TRUE, TRUE FROM {db.series(first, last)} AS s""",
        f"""INSERT INTO opinions (id, mention_id, model, revision, ordinal, start_char, end_char, evidence, negative, neutral,
            positive, label, verdict, joy, anger, sadness, fear, surprise, disgust, calm, emotion) {db.ids}
            SELECT i, i, 'night', 1, 0, 0, 10, 'an opinion', 0.3, 0.2, 0.5, {label}, {label}, 0, 0, 0, 0, 0, 0, 1, 'neutral'
            FROM {db.series(first, last)} AS s""",
    ]


def history(db, size):
    posted = f"({LAST} - (i * 7919 % 1095) * {DAY} - i % {DAY})"
    authors = max(1, size // 5)
    return [
        f"INSERT INTO text_vectors (model, text, vector) SELECT DISTINCT 'night', text, {db.bytes} FROM map_texts",
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


def tonight(db, size, new):
    posted = f"({LAST} - i % {2 * DAY})"
    first, last = size + 1, size + new
    return [
        *mentions(db, first, last, posted, max(1, size // 5)),
        f"INSERT INTO opinion_embeddings (opinion_id, embedding) SELECT i, {db.bytes} FROM {db.series(first, last)} AS s",
        f"""INSERT INTO work (kind, target, mention_id, queued_ms)
            SELECT 'assign', 'online-bank', i, 0 FROM {db.series(first, last)} AS s""",
    ]


def timed(*command, **options):
    began = time.monotonic()
    ran = subprocess.run([moodline, "--quiet", *command], text=True, capture_output=True, **options)
    assert ran.returncode == 0, ran.stderr
    return time.monotonic() - began, ran.stdout.strip()


def night(db, folder, size):
    (folder / "maps").mkdir()
    shutil.copy(root / "config/maps/online-bank.toml", folder / "maps")
    (folder / "moodline.toml").write_text("")
    options = {"cwd": folder, "env": {**os.environ, "MOODLINE_DATABASE_URL": db.url}}
    timed("map", "list", **options)
    model = """INSERT INTO models (id, dimensions, unassigned_below, similarity_temperature, registered_ms, adopted_ms)
               VALUES ('night', 128, -1, 0.1, 0, 0)"""
    db.run([model, *history(db, size)])
    db.run(tonight(db, size, arguments.new))
    assign, said = timed("assign", **options)
    assert f"{arguments.new} mentions" in said, said
    layers, said = timed("layers", **options)
    begins = f"'{time.strftime('%Y-%m-%d', time.gmtime(LAST / 1000 - 395 * 86400))}'"
    rollups = db.count(f"SELECT count(*) FROM rollups WHERE map = 'online-bank' AND day >= {begins}")
    voices = db.count(f"SELECT count(*) FROM tallies WHERE map = 'online-bank' AND day >= {begins} AND repeated")
    kind = type(db).__name__
    print(f"| {kind} | {size:,} | {assign:.1f} s | {layers:.1f} s | {rollups:,} | {voices:,} |", flush=True)


print("| database | history | assign | layers | rollups read | tallies of repeated voices read |\n|---|---:|---:|---:|---:|---:|", flush=True)
for size in arguments.history:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="night-"))
    try:
        db = Postgres(arguments.postgres) if arguments.postgres else Sqlite(folder)
        if arguments.postgres:
            subprocess.run(["psql", "-q", db.url, "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public"], check=True, stderr=subprocess.DEVNULL)
        night(db, folder, size)
    finally:
        shutil.rmtree(folder)
