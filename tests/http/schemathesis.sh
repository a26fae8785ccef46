#!/bin/sh
# Asks a running service everything its document allows, and much that it does not: `schemathesis.sh [ADDRESS]`.
# MOODLINE_TOKEN is sent where it is set; EXAMPLES (25) is how many requests each operation gets per phase.
set -eu
address=${1:-http://127.0.0.1:7171}
here=$(cd "$(dirname "$0")" && pwd)
venv=${VENV:-$(mktemp -d)/venv}
[ -x "$venv/bin/schemathesis" ] || { python3 -m venv "$venv"; "$venv/bin/pip" --quiet install 'schemathesis>=4'; }
# It leaves a folder of what it found where it runs.
cd "$(mktemp -d)"
# The stream of events has no end, so that no request for it would have one.
"$venv/bin/schemathesis" --config-file "$here/schemathesis.toml" run "$address/v1/openapi.json" \
    --max-examples "${EXAMPLES:-25}" --request-timeout 20 --exclude-path /v1/events \
    ${MOODLINE_TOKEN:+--header "Authorization: Bearer $MOODLINE_TOKEN"}
