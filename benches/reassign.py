#!/usr/bin/env python3
"""What editing a map costs: every stored opinion placed again from its stored vector, without the transformer.

Usage: benches/reassign.py [--moodline target/release/moodline] [--opinions 1000000] [--postgres postgres://root@127.0.0.1/night]

The opinions are those of benches/databases.py with vectors drawn at random. Three edits, one after the other: the first
placing of all of them by this program, which moves most; another keyword, which moves one opinion in a hundred; another
description, which gives every opinion placed by likeness another score. Prints seconds of each edit: of `moodline map
list`, which registers the map and queues its opinions, and of `moodline assign`; and what the latter says.
"""
import argparse

from databases import project, vectors

arguments = argparse.ArgumentParser()
arguments.add_argument("--moodline", default="target/release/moodline")
arguments.add_argument("--opinions", type=int, default=1_000_000)
arguments.add_argument("--postgres")
arguments = arguments.parse_args()


def edited(at, what, old, new):
    before, first, touchpoints = at.map.read_text().partition("[[stages.touchpoints]]")
    assert old in touchpoints, f"no touchpoint of the map has {old}"
    at.map.write_text(before + first + touchpoints.replace(old, new, 1))
    queue, _ = at.timed("map", "list")
    at.db.run([vectors(at.db)])
    assign, said = at.timed("--quiet", "assign")
    assert f"{arguments.opinions} mentions" in said, said
    print(f"| {type(at.db).__name__} | {arguments.opinions:,} | {what} | {queue:.1f} s | {assign:.1f} s | {arguments.opinions / assign:,.0f} |", flush=True)
    print("\n".join(said.splitlines()[:4]), flush=True)


print("| database | opinions | edit | queue | assign | opinions a second |\n|---|---:|---|---:|---:|---:|", flush=True)
with project(arguments.moodline, arguments.postgres) as at:
    at.fill(arguments.opinions, embedded=True)
    edited(at, "all anew", 'keywords = [', 'keywords = ["a word that nobody says", ')
    edited(at, "a keyword", 'keywords = [', 'keywords = ["kind 7", ')
    edited(at, "a description", 'description = ', 'description = "Said in other words." #')
