#!/usr/bin/env python3
"""A month of `moodline run` in minutes: 30 nightly refreshes, 300,000 mentions, its memory after every night.

Usage: benches/month.py [--moodline target/release/moodline] [--nights 30] [--mentions 10000] [--limit-mib 350]

The real service with the real model on SQLite, its clock moved by libfaketime (Debian: `apt install faketime`): time
runs 20 times as fast and jumps over the hours in which nothing is due, wall clock and timers alike, as if the machine
had slept. Every night a watched file has grown by --mentions short texts in five languages, in 400 wordings, so that the
model reads some hundreds of them a batch; texts are dropped after 20 days. First, with the true clock: how long
from start to ready, and what an idle service costs.

Fails where a mention is missing, a night has no curve, memory passes the limit, or memory grows from the fifth night to
the last by more than a tenth.
"""
import argparse, datetime, glob, json, os, pathlib, signal, socket, sqlite3, statistics, subprocess, sys, tempfile, time

arguments = argparse.ArgumentParser()
arguments.add_argument("--moodline", default="target/release/moodline")
arguments.add_argument("--nights", type=int, default=30)
arguments.add_argument("--mentions", type=int, default=10_000)
arguments.add_argument("--limit-mib", type=float, default=350)
arguments.add_argument("--rate", type=int, default=20)
arguments.add_argument("--idle-seconds", type=int, default=60)
arguments.add_argument("--faketime", help="libfaketimeMT.so.1 where it is not in /usr/lib")
arguments = arguments.parse_args()

moodline = os.path.abspath(arguments.moodline)
library = arguments.faketime or next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
if library is None:
    sys.exit("libfaketimeMT.so.1 is not here: apt install faketime, or name it with --faketime")
folder = pathlib.Path(tempfile.mkdtemp(prefix="moodline-month-"))
repository = pathlib.Path(__file__).resolve().parent.parent
(folder / "maps").mkdir()
(folder / "maps" / "online-bank.toml").write_text((repository / "config/maps/online-bank.toml").read_text())
(folder / "moodline.toml").write_text(
    '[schedule]\nfetch = "50 2 * * *"\nrefresh = "52 2 * * *"\njitter = "0s"\n[privacy]\nkeep_text = "20d"\n'
    '[log]\nlevel = "warn"\n[[sources.files]]\nid = "log"\npath = "log.jsonl"\n'
)
mentions_file, clock_file = folder / "log.jsonl", folder / "clock"
mentions_file.touch()
# As the units in systemd/ set it.
SETTING = {"MALLOC_ARENA_MAX": "2"}
WORDS = ["转账失败，第{}次了", "love the app, {} stars", "开户很方便，等了{}分钟", "the chatbot is useless after {} tries",
         "送金が早い、{}分", "pésimo servicio, {} llamadas", "客服態度很差，{}次", "普通吧 {}"]


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid, field="VmRSS"):
    """A line of the process's status: VmRSS is what is resident, RssAnon the part of it that is no file's."""
    line = next(line for line in open(f"/proc/{pid}/status") if line.startswith(field))
    return int(line.split()[1]) / 1024


def started(environment):
    """A service, and the seconds it took to say that it is ready."""
    path = str(folder / "notify")
    pathlib.Path(path).unlink(missing_ok=True)
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(path)
    ear.settimeout(120)
    began = time.monotonic()
    process = subprocess.Popen([moodline, "run"], cwd=folder, env={**os.environ, **SETTING, "NOTIFY_SOCKET": path, **environment})
    while b"READY=1" not in ear.recv(4096):
        pass
    return process, time.monotonic() - began


def stopped(process):
    process.send_signal(signal.SIGTERM)
    if process.wait(30) != 0:
        sys.exit(f"the service ended with {process.returncode}")


def ask(sql):
    with sqlite3.connect(f"file:{folder}/moodline.db?mode=ro", uri=True, timeout=30) as database:
        return database.execute(sql).fetchone()[0]


ready = []
for _ in range(4):
    process, took = started({})
    ready.append(took)
    if len(ready) < 4:
        stopped(process)
print(f"start to ready: {statistics.median(ready[1:]):.2f} s (median of three on a warm disk)")
time.sleep(15)
before = processor_seconds(process.pid)
time.sleep(arguments.idle_seconds)
used = processor_seconds(process.pid) - before
print(f"idle: {100 * used / arguments.idle_seconds:.2f} % of one core, {memory_mib(process.pid):.0f} MiB resident")
stopped(process)

# The clock: libfaketime adds `offset` seconds to one that runs `rate` times as fast since the service began.
offset = 0.0
origin = time.time()


def now():
    real = time.time()
    return origin + (real - origin) * arguments.rate + offset


def jump_to(instant):
    global offset
    offset += max(0.0, instant - now())
    clock_file.write_text(f"+{offset:.3f} x{arguments.rate}\n")


jump_to(now() + 1)
origin = time.time()
process, _ = started({"LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(clock_file), "FAKETIME_CACHE_DURATION": "1"})
day = datetime.datetime.fromtimestamp(now(), datetime.timezone.utc).replace(hour=2, minute=49, second=0, microsecond=0)
written, memory, curves = 0, [], ask("SELECT count(*) FROM runs WHERE kind = 'themes' AND status = 'done'")
began = time.monotonic()
print("| night | mentions | resident MiB | of it no file's | database MiB | seconds |\n|---|---|---|---|---|---|")
for night in range(1, arguments.nights + 1):
    day += datetime.timedelta(days=1)
    posted = (day - datetime.timedelta(hours=6)).isoformat()
    with open(mentions_file, "a") as log:
        for n in range(written, written + arguments.mentions):
            text = WORDS[n % 8].format(n // 8 % 50)
            log.write(json.dumps({"id": f"m{n}", "text": text, "time": posted}, ensure_ascii=False) + "\n")
    written += arguments.mentions
    since = time.monotonic()
    jump_to(day.timestamp())
    while True:
        time.sleep(1)
        if process.poll() is not None:
            sys.exit(f"the service ended with {process.returncode} in night {night}")
        # Themes come after layers: a clock that jumps before they are found would jump within a night.
        drawn = ask("SELECT count(*) FROM runs WHERE kind = 'themes' AND status = 'done'")
        waiting = ask("SELECT count(*) FROM work")
        stored = ask("SELECT mentions FROM sources WHERE source = 'log'")
        if stored == written and waiting == 0 and drawn >= curves + night:
            break
        if time.monotonic() - since > 1200:
            sys.exit(f"night {night} does not end: {stored} of {written} stored, {waiting} wait, {drawn} curves")
    time.sleep(2)
    memory.append(memory_mib(process.pid))
    size = sum(path.stat().st_size for path in folder.glob("moodline.db*")) / 2**20
    own = memory_mib(process.pid, "RssAnon")
    print(f"| {night} | {stored} | {memory[-1]:.0f} | {own:.0f} | {size:.0f} | {time.monotonic() - since:.0f} |", flush=True)
peak = memory_mib(process.pid, "VmHWM")
dropped = ask("SELECT count(*) FROM mentions WHERE text_dropped_ms IS NOT NULL")
aside = ask("SELECT count(*) FROM work WHERE set_aside")
tallied = ask("SELECT count(DISTINCT mention_id) FROM tallies")
copies = ask("SELECT count(*) FROM mentions WHERE copy_of IS NOT NULL")
stopped(process)
checked = subprocess.run([moodline, "check"], cwd=folder, capture_output=True, text=True)
print(f"\n{arguments.nights} nights in {time.monotonic() - began:.0f} s: {written} mentions, {tallied} of them in the counts, "
      f"{copies} copies of others, {dropped} texts dropped for their age, {aside} set aside")
settled = memory[min(4, len(memory) - 1)]
print(f"resident: {settled:.0f} MiB after night {min(5, len(memory))}, {memory[-1]:.0f} MiB after the last, {peak:.0f} MiB at its peak")
sound = checked.returncode == 0 and "rollups equal" in checked.stdout
print("rollups equal a recount" if sound else checked.stdout + checked.stderr)
bad = not sound or tallied + copies != written or peak > arguments.limit_mib or memory[-1] > 1.1 * settled
print("FAILED" if bad else "passed")
sys.exit(bad)
