#!/bin/sh
# Makes a client from the service's own document and triages the worst flag with it: `client.sh [ADDRESS]`.
# MOODLINE_TOKEN is sent where it is set.
set -eu
address=${1:-http://127.0.0.1:7171}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
venv=${VENV:-$work/venv}
[ -x "$venv/bin/openapi-python-client" ] ||
    { python3 -m venv "$venv"; "$venv/bin/pip" --quiet install openapi-python-client; }
PATH="$venv/bin:$PATH" openapi-python-client generate --url "$address/v1/openapi.json" --output-path "$work/client" \
    --meta none
mv "$work/client" "$work/moodline_client"
PYTHONPATH=$work "$venv/bin/python" "$here/triage.py" "$address"
