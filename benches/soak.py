#!/usr/bin/env python3
"""Polls 200 feeds on 20 local hosts with a real `moodline run` and reports what it cost.

Usage: benches/soak.py [--moodline target/release/moodline] [--minutes 10] [--feeds 200] [--hosts 20]

The hosts are 127.0.0.1 to 127.0.0.20 of this machine. Every feed shows its latest 30 entries, gains one now and then,
and answers 304 to those who know its ETag. Every feed is due twice a minute. In the end every entry ever shown must be
stored exactly once.
"""
import argparse, http.server, json, os, random, signal, subprocess, tempfile, threading, time
from collections import Counter, defaultdict

arguments = argparse.ArgumentParser()
arguments.add_argument("--moodline", default="target/release/moodline")
arguments.add_argument("--minutes", type=float, default=10)
arguments.add_argument("--feeds", type=int, default=200)
arguments.add_argument("--hosts", type=int, default=20)
arguments = arguments.parse_args()

lock = threading.Lock()
entries = defaultdict(lambda: 5)
statuses, bodies = Counter(), 0
times = defaultdict(list)


class Feeds(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        global bodies
        feed, host = self.path, self.headers["Host"].split(":")[0]
        with lock:
            times[host].append(time.monotonic())
            count = entries[feed]
        tag = f'"{count}"'
        status = 304 if self.headers.get("If-None-Match") == tag else 200
        items = "".join(
            f"<item><guid>{feed}#{n}</guid><title>Entry {n}</title><description>Words of entry {n} of {feed}, "
            f"which are as many as a short post has.</description></item>"
            for n in range(count, max(0, count - 30), -1)
        )
        body = b"" if status == 304 else f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()
        with lock:
            statuses[status] += 1
            bodies += len(body)
        self.send_response(status)
        self.send_header("ETag", tag)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid):
    line = next(line for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Feeds)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
folder = tempfile.mkdtemp(prefix="moodline-soak-")
port = server.server_address[1]
settings = ['[http]', 'allow_private_addresses = true', '[log]', 'level = "warn"', '']
for n in range(arguments.feeds):
    host = f"127.0.0.{n % arguments.hosts + 1}"
    settings += ["[[sources.feeds]]", f'id = "feed-{n}"', f'url = "http://{host}:{port}/feed/{n}"',
                 f'schedule = "{n % 30},{n % 30 + 30} * * * * *"', ""]
config = os.path.join(folder, "moodline.toml")
open(config, "w").write("\n".join(settings))

process = subprocess.Popen([arguments.moodline, "--config", config, "run", "--role", "fetch"])
began, memory = time.monotonic(), []
end = began + arguments.minutes * 60
while time.monotonic() < end and process.poll() is None:
    time.sleep(1)
    memory.append(memory_mib(process.pid))
    # In the last minute nothing new appears, so that everything can have been seen.
    if end - time.monotonic() > 60:
        with lock:
            for n in random.sample(range(arguments.feeds), max(1, arguments.feeds // 120)):
                entries[f"/feed/{n}"] += 1
cpu = cpu_seconds(process.pid)
took = time.monotonic() - began
process.send_signal(signal.SIGTERM)
process.wait(30)
states = json.loads(subprocess.check_output([arguments.moodline, "--config", config, "sources", "--format", "json"]))
stored = sum(state["mentions"] for state in states)
shown = sum(entries[f"/feed/{n}"] for n in range(arguments.feeds))
gaps = [b - a for host in times.values() for a, b in zip(sorted(host), sorted(host)[1:])]
per_host = [len(host) for host in times.values()]
total = sum(statuses.values())
print(f"{arguments.feeds} feeds on {len(times)} hosts for {took:.0f} s, exit status {process.returncode}")
print(f"requests: {total} ({total / took:.1f} a second), per host {min(per_host)} to {max(per_host)}, "
      f"{bodies / 1e6:.1f} MB of bodies")
print(f"answered 304: {100 * statuses[304] / total:.1f} %")
print(f"shortest time between two requests to one host: {min(gaps):.2f} s")
print(f"processor: {cpu:.1f} s ({100 * cpu / took:.1f} % of one core)")
print(f"memory: {memory[len(memory) // 2]:.0f} MiB half-way, {max(memory):.0f} MiB at most, {memory[-1]:.0f} MiB at the end")
print(f"failing: {sum(state['failures'] > 0 for state in states)}; entries shown {shown}, stored {stored}")
raise SystemExit(0 if shown == stored and process.returncode == 0 else 1)
