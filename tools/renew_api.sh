#!/usr/bin/env bash
# tools/renew_api.sh: makes the committed image of the protos the present one.
# For a deliberate break, in the same commit, with a line in CHANGELOG.md.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/deps.sh node
mkdir -p tests/golden
node_modules/.bin/buf build proto --exclude-source-info -o tests/golden/api.binpb
