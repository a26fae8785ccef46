#!/usr/bin/env python3
"""The dashboard as text, fed by a real run: every panel's queries, asked of a real Prometheus that scrapes moodline.

Usage: monitoring/render.py [--moodline target/release/moodline] [--prometheus prometheus] [--minutes 4] > docs/dashboard.txt

Starts `moodline run` in a folder of its own with a watched file that grows, a second source that fails, and Prometheus
(Debian: `apt install prometheus`) with the alert rules of this folder; then asks each panel of grafana-dashboard.json what
Grafana would ask. Fails where a query is refused, or a panel stays empty.
"""
import argparse, datetime, json, os, pathlib, re, signal, socket, subprocess, sys, tempfile, time
import urllib.error, urllib.parse, urllib.request

arguments = argparse.ArgumentParser()
arguments.add_argument("--moodline", default="target/release/moodline")
arguments.add_argument("--prometheus", default="prometheus")
arguments.add_argument("--minutes", type=float, default=4)
arguments = arguments.parse_args()

here = pathlib.Path(__file__).resolve().parent
folder = pathlib.Path(tempfile.mkdtemp(prefix="moodline-dashboard-"))
BARS = "▁▂▃▄▅▆▇█"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


listen, asked = free_port(), free_port()
(folder / "maps").mkdir()
for name in ("online-bank", "food-delivery"):
    source = here.parent / "config/maps" / f"{name}.toml"
    if source.exists():
        (folder / "maps" / f"{name}.toml").write_text(source.read_text())
(folder / "moodline.toml").write_text(
    f'[api]\nlisten = "127.0.0.1:{listen}"\n[http]\nallow_private_addresses = true\n[log]\nlevel = "error"\n'
    '[schedule]\nfetch = "*/15 * * * * *"\nrefresh = "30 * * * * *"\njitter = "0s"\n'
    '[[sources.files]]\nid = "app-reviews"\npath = "reviews.jsonl"\n'
    f'[[sources.feeds]]\nid = "forum"\nurl = "http://127.0.0.1:{free_port()}/latest.rss"\n'
)
(folder / "prometheus.yml").write_text(
    f"global: {{ scrape_interval: 5s, evaluation_interval: 5s }}\nrule_files: ['{here}/moodline-alerts.yml']\n"
    f"scrape_configs:\n  - job_name: moodline\n    static_configs: [{{ targets: ['127.0.0.1:{listen}'] }}]\n"
)
reviews = folder / "reviews.jsonl"
reviews.touch()
TEXTS = ["转账失败，第{}次了，电话13812345678", "love the app, {} stars", "开户很方便，只等了{}分钟", "the chatbot is useless after {} tries"]


def grow(start, count):
    with open(reviews, "a") as log:
        for n in range(start, start + count):
            log.write(json.dumps({"id": f"r{n}", "text": TEXTS[n % 4].format(n), "time": datetime.datetime.now(
                datetime.timezone.utc).isoformat()}, ensure_ascii=False) + "\n")
    return start + count


def ask(path, **query):
    url = f"http://127.0.0.1:{asked}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        sys.exit(f"{query}: {error.read().decode()}")


def number(value, unit):
    if unit == "s":
        for length, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (0.001, "ms")):
            if abs(value) >= length:
                return f"{value / length:.3g} {name}"
        return "0 s" if value == 0 else f"{value * 1e6:.3g} µs"
    return f"{value:.0f}" if value == int(value) else f"{value:.3g}"


def curve(values, width=48):
    values = values[-width:]
    low, high = min(values), max(values)
    return "".join(BARS[int((value - low) / (high - low) * 7)] if high > low else BARS[0] for value in values)


service = subprocess.Popen([os.path.abspath(arguments.moodline), "run"], cwd=folder)
scraper = subprocess.Popen([arguments.prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
                            f"--web.listen-address=127.0.0.1:{asked}", "--log.level=error"])
try:
    began, written = time.time(), 0
    while time.time() - began < arguments.minutes * 60:
        written = grow(written, 40)
        time.sleep(10)
        if service.poll() is not None or scraper.poll() is not None:
            sys.exit("moodline or Prometheus ended early")
    end = time.time()
    dashboard = json.load(open(here / "grafana-dashboard.json"))
    print(f"# {dashboard['title']}: a run of {arguments.minutes:g} minutes on {datetime.date.today()}, {written} mentions, one source down")
    empty = []
    for panel in dashboard["panels"]:
        if not panel.get("targets"):
            continue
        unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "short")
        print(f"\n── {panel['title']} " + "─" * (70 - len(panel["title"])))
        shown = 0
        for target in panel["targets"]:
            def named(labels):
                legend = target.get("legendFormat") or panel["title"]
                return re.sub(r"{{\s*(\w+)\s*}}", lambda name: labels.get(name[1], ""), legend)

            if panel["type"] == "stat":
                for series in ask("query", query=target["expr"], time=end)["result"]:
                    print(f"   {named(series['metric']):<42} {number(float(series['value'][1]), unit):>10}")
                    shown += 1
            else:
                found = ask("query_range", query=target["expr"], start=began, end=end, step=5)["result"]
                for series in found:
                    values = [float(value) for _, value in series["values"] if value != "NaN"]
                    if values:
                        print(f"   {named(series['metric']):<42} {curve(values):<48} {number(values[-1], unit):>10}")
                        shown += 1
        if not shown:
            empty.append(panel["title"])
            print("   no data")
    print("\n── Alert rules " + "─" * 58)
    for group in ask("rules")["groups"]:
        for rule in group["rules"]:
            if rule["health"] != "ok":
                sys.exit(f"{rule['name']}: {rule.get('lastError')}")
            print(f"   {rule['name']:<42} {rule['state']}")
    if empty:
        sys.exit(f"these panels stayed empty: {', '.join(empty)}")
finally:
    for process in (service, scraper):
        process.send_signal(signal.SIGTERM)
        process.wait(30)
