#!/usr/bin/env python3
"""What a night costs as history grows: 10,000 new mentions placed and drawn over databases of different size.

Usage: benches/nightly.py [--moodline target/release/moodline] [--history 100000 1000000] [--new 10000]
                          [--postgres postgres://root@127.0.0.1/night]

History is that of benches/databases.py; the new mentions are of the last two days. With --postgres the database named has
to be empty; its schema is dropped and made anew for every size (psql is needed). Prints a line for each size: seconds of
the first `moodline layers` over the history, then, with the new ones in, of `moodline assign` and of `moodline layers`;
and rows that the night reads: rollups, and tallies of voices heard more than once in the two headline windows.
"""
import argparse, time

from databases import DAY, LAST, mentions, project

arguments = argparse.ArgumentParser()
arguments.add_argument("--moodline", default="target/release/moodline")
arguments.add_argument("--history", type=int, nargs="+", default=[100_000, 1_000_000])
arguments.add_argument("--new", type=int, default=10_000)
arguments.add_argument("--postgres")
arguments = arguments.parse_args()


def tonight(db, size, new):
    posted = f"({LAST} - i % {2 * DAY})"
    first, last = size + 1, size + new
    return [
        *mentions(db, first, last, posted, max(1, size // 5)),
        f"INSERT INTO opinion_embeddings (opinion_id, embedding) SELECT i, {db.bytes} FROM {db.series(first, last)} AS s",
        f"""INSERT INTO work (kind, target, mention_id, queued_ms)
            SELECT 'assign', 'online-bank', i, 0 FROM {db.series(first, last)} AS s""",
    ]


def night(at, size):
    db = at.db
    at.fill(size)
    first, _ = at.timed("layers")
    db.run(tonight(db, size, arguments.new))
    assign, said = at.timed("--quiet", "assign")
    assert f"{arguments.new} mentions" in said, said
    layers, said = at.timed("layers")
    since = lambda days: f"map = 'online-bank' AND day >= '{time.strftime('%Y-%m-%d', time.gmtime(LAST / 1000 - days * 86400))}'"
    rollups = db.count(f"SELECT count(*) FROM rollups WHERE {since(395)}")
    voices = db.count(f"""SELECT count(*) FROM tallies WHERE {since(56)} AND voice IN
                          (SELECT voice FROM tallies WHERE {since(56)} AND repeated GROUP BY voice HAVING count(*) > 1)""")
    kind = type(db).__name__
    print(f"| {kind} | {size:,} | {first:.1f} s | {assign:.1f} s | {layers:.1f} s | {rollups:,} | {voices:,} |", flush=True)


print("| database | history | first layers | assign | layers | rollups read | tallies of repeated voices read |\n"
      "|---|---:|---:|---:|---:|---:|---:|", flush=True)
for size in arguments.history:
    with project(arguments.moodline, arguments.postgres) as at:
        night(at, size)
