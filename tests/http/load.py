"""Asks a service mixed questions for a while: `load.py [ADDRESS] [--seconds 20] [--connections 16] [--rate 0]`.

Prints requests a second, latency (median, 95th and 99th percentile) and every status that is not 200. Connections are kept
and each asks one question at a time; a rate above 0 spaces the questions out over all connections. Needs only Python, and
takes processor time of its own: on a machine that it shares with the service, the service could answer more.
"""

import argparse
import collections
import http.client
import json
import os
import threading
import time
import urllib.parse

parser = argparse.ArgumentParser()
parser.add_argument("address", nargs="?", default="http://127.0.0.1:7171")
parser.add_argument("--seconds", type=float, default=20)
parser.add_argument("--connections", type=int, default=16)
parser.add_argument("--rate", type=float, default=0)
arguments = parser.parse_args()
place = urllib.parse.urlsplit(arguments.address)
token = os.environ.get("MOODLINE_TOKEN")
headers = {"Authorization": f"Bearer {token}"} if token else {}


def asked(path):
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (path, answer.status, body)
    return json.loads(body)


def questions():
    """What a page and a few dashboards ask: lists by touchpoint, counts, curves, flags."""
    paths = []
    for one in asked("/v1/maps"):
        name = one["map"]
        paths += [f"/v1/maps/{name}", f"/v1/maps/{name}/layers?period=week&level=touchpoint", f"/v1/maps/{name}/stages"]
        for touchpoint in asked(f"/v1/maps/{name}/touchpoints")[:6]:
            of = f"map={name}&touchpoint={touchpoint['id']}"
            paths += [
                f"/v1/mentions?{of}&sentiment=negative&limit=20",
                f"/v1/mentions?{of}&flagged=true&sort=severity&limit=20",
                f"/v1/mentions/count?{of}",
                f"/v1/flags?{of}&status=open&limit=20",
            ]
    return paths


paths = questions()
lengths, statuses, lock = [], collections.Counter(), threading.Lock()
began = time.perf_counter()
until = began + arguments.seconds


def worker(number):
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    own, seen, turn = [], collections.Counter(), number
    gap = arguments.connections / arguments.rate if arguments.rate else 0
    due = time.perf_counter() + gap * number / arguments.connections
    while time.perf_counter() < until:
        if gap:
            time.sleep(max(0, due - time.perf_counter()))
            due += gap
        start = time.perf_counter()
        try:
            connection.request("GET", paths[turn % len(paths)], headers=headers)
            answer = connection.getresponse()
            answer.read()
            seen[answer.status] += 1
        except OSError as error:
            seen[type(error).__name__] += 1
            connection.close()
        own.append(time.perf_counter() - start)
        turn += 7
    with lock:
        lengths.extend(own)
        statuses.update(seen)


workers = [threading.Thread(target=worker, args=(number,)) for number in range(arguments.connections)]
for one in workers:
    one.start()
for one in workers:
    one.join()
took = time.perf_counter() - began
lengths.sort()
at = lambda share: 1000 * lengths[min(len(lengths) - 1, int(share * len(lengths)))]
print(f"{len(lengths)} requests over {len(paths)} questions in {took:.1f} s: {len(lengths) / took:.0f} a second")
print(f"latency: median {at(0.5):.1f} ms, 95 % {at(0.95):.1f} ms, 99 % {at(0.99):.1f} ms")
print("statuses:", dict(statuses))
raise SystemExit(0 if set(statuses) == {200} else 1)
