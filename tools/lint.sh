#!/usr/bin/env bash
# tools/lint.sh [--all]: format, names, layers, protos, the calendar's days.
#
# clang-tidy looks at the files changed since $CREDITREG_LINT_BASE (default: the
# commit before the last) and at what is not committed; --all takes every file.
# Without --all it stops starting files after $CREDITREG_TIDY_SECONDS (240) and
# says how many it left out.
set -euo pipefail
cd "$(dirname "$0")/.."

build_dir="${CREDITREG_BUILD_DIR:-build}"
all="${1:-}"
tidy_seconds="${CREDITREG_TIDY_SECONDS:-240}"

sources() {  # PATTERN ...: what is committed or could be
  git ls-files -co --exclude-standard --deduplicate "$@" |
    while read -r file; do [ ! -e "$file" ] || echo "$file"; done
}

check_format() {
  echo "lint: clang-format" >&2
  sources '*.h' '*.cc' | xargs -r clang-format --dry-run -Werror
}

check_layers() {
  echo "lint: layers" >&2
  tools/check_layers.py "$build_dir/targets.json"
}

check_protos() {
  local buf=node_modules/.bin/buf image=tests/golden/api.binpb
  echo "lint: buf" >&2
  "$buf" lint
  if [ -e "$image" ]; then "$buf" breaking proto --against "$image"; fi
}

check_calendar() {
  echo "lint: calendar" >&2
  node tools/make_calendar.js --check
}

changed_sources() {
  local base="${CREDITREG_LINT_BASE:-HEAD~1}"
  if [ "$all" = --all ] || ! git rev-parse -q --verify "$base^{commit}" >/dev/null
  then
    sources '*.cc'
    return
  fi
  { git diff --name-only --diff-filter=d "$base" -- '*.cc' '*.h'
    git ls-files -o --exclude-standard '*.cc' '*.h'; } | with_sources | sort -u
}

# A header is looked at through the .cc file of its name.
with_sources() {
  local file
  while read -r file; do
    file="${file%.h}"
    file="${file%.cc}.cc"
    if [ -e "$file" ]; then echo "$file"; fi
  done
}

in_database() {  # keeps what the build compiles
  grep -Fxf <(python3 -c '
import json, os, sys
for entry in json.load(open(sys.argv[1])):
    print(os.path.relpath(entry["file"], sys.argv[2]))
' "$build_dir/compile_commands.json" "$PWD") || true
}

tidy_one() {  # FILE
  if [ "$(date +%s)" -ge "$tidy_until" ]; then
    echo "$1" >> "$tidy_left_out"
  else
    clang-tidy --quiet -p "$build_dir" "$1" 2> >(grep -v 'warnings\? generated' >&2)
  fi
}

check_tidy() {
  local files left
  mapfile -t files < <(changed_sources | in_database)
  echo "lint: clang-tidy on ${#files[@]} files" >&2
  [ "${#files[@]}" -gt 0 ] || return 0
  tidy_until=$(($(date +%s) + tidy_seconds))
  if [ "$all" = --all ]; then tidy_until=9999999999; fi
  tidy_left_out="$(mktemp)"
  export build_dir tidy_until tidy_left_out
  export -f tidy_one
  printf '%s\0' "${files[@]}" |
    xargs -0 -P "$(nproc)" -I{} bash -c 'tidy_one {}'
  left="$(wc -l < "$tidy_left_out")"
  rm -f "$tidy_left_out"
  [ "$left" -eq 0 ] ||
    echo "lint: clang-tidy left out $left files for time; --all takes all" >&2
}

# Runs every check, so that one look shows all there is to mend.
main() {
  local check failed=()
  tools/deps.sh build run lint node
  # Configured, and the generated headers there, before the deeper checks.
  ./x build creditreg_protos
  for check in check_format check_layers check_protos check_calendar check_tidy; do
    set +e
    (set -e; "$check")
    [ $? -eq 0 ] || failed+=("$check")
    set -e
  done
  if [ "${#failed[@]}" -gt 0 ]; then
    echo "lint: failed: ${failed[*]}" >&2
    exit 1
  fi
  echo "lint: ok"
}

main
