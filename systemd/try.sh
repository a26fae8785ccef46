#!/usr/bin/env bash
# Runs moodline.service under a real systemd: ready, watchdog, reload, killed, stopped. Needs root for its namespaces.
#
# Usage: systemd/try.sh target/release/moodline
#
# The user manager of this machine's systemd, alone in namespaces of its own. It gets the lines of moodline.service that say
# when the service is ready, alive, restarted and stopped; users' managers can do none of its hardening, which
# `systemd-analyze security --offline=true systemd/moodline.service` rates.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
if [ "${2:-}" != inside ]; then
  exec unshare --fork --pid --mount --mount-proc bash "$here/try.sh" "$(realpath "$1")" inside
fi
mount -t tmpfs none /run
mkdir -p /run/systemd/system
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export XDG_RUNTIME_DIR="$folder/run" HOME="$folder" XDG_CONFIG_HOME="$folder/config"
mkdir -p "$folder/config/systemd/user" "$folder/shop/maps"
mkdir -m 700 "$folder/run"
cp "$here/../config/maps/online-bank.toml" "$folder/shop/maps/"
echo '{"id": "1", "text": "转账失败", "time": "2026-05-01T08:00:00Z"}' > "$folder/shop/log.jsonl"
printf '[[sources.files]]\nid = "log"\npath = "log.jsonl"\n' > "$folder/shop/moodline.toml"
{
  echo "[Service]"
  grep -E '^(Type|NotifyAccess|WatchdogSec|TimeoutStartSec|ExecReload|Restart|RestartSec|TimeoutStopSec|Environment)=' \
    "$here/moodline.service" | sed 's/^WatchdogSec=.*/WatchdogSec=20s/'
  echo "ExecStart=$1 --config $folder/shop/moodline.toml run"
} > "$folder/config/systemd/user/moodline.service"
/lib/systemd/systemd --user --log-target=null &
manager=$!
for _ in $(seq 50); do [ -S "$folder/run/systemd/private" ] && break; sleep 0.2; done
told() { systemctl --user --no-pager show moodline --property="$1" --value; }
expect() { printf '%-44s %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "expected $3"; exit 1; }; }

systemctl --user start moodline
expect "started, as it said itself" "$(told ActiveState), $(told StatusText)" "active, running"
sleep 25
expect "past its watchdog's patience, restarts" "$(told ActiveState), $(told NRestarts)" "active, 0"
systemctl --user reload moodline
sleep 2
expect "reloaded" "$(told ActiveState), $(told StatusText)" "active, running"
kill -KILL "$(told MainPID)"
for _ in $(seq 60); do [ "$(told NRestarts)" = 1 ] && [ "$(told ActiveState)" = active ] && break; sleep 0.5; done
expect "killed, and back by itself" "$(told ActiveState), $(told NRestarts)" "active, 1"
systemctl --user stop moodline
expect "stopped in order" "$(told ActiveState), $(told Result)" "inactive, success"
kill "$manager"
wait "$manager" || true
