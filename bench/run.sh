#!/usr/bin/env bash
# bench/run.sh NAME [--quick]: measures, and prints one JSON line for each figure
# on standard output; everything else goes to standard error. README.md says what
# the fields mean.
#
# Ends with 1 where a figure misses its limit (floors.tsv), with 2 where nothing
# could be measured. --quick takes small data and judges nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

build_dir="${CREDITREG_BUILD_DIR:-build}"
bin="$build_dir/bin"

usage() {
  echo "usage: bench/run.sh core [--quick]" >&2
  exit 2
}

remove_work() {
  local code=$?
  rm -rf "$work"
  exit "$code"
}

# Below the build folder and not in /tmp, which may lie in memory: there a sync
# costs nothing.
make_work() {
  mkdir -p "$build_dir"
  work="$(mktemp -d "$(realpath "$build_dir")/bench-work.XXXXXX")"
  trap remove_work EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

bench_core() {  # [--quick]
  local enterprises=20000
  [ $# -eq 0 ] || enterprises=500
  echo "bench: makes the data set, $enterprises enterprises" >&2
  "$bin/creditreg_generate" --seed 1 --enterprises "$enterprises" \
    --out "$work/source" >&2
  mkdir "$work/servers"
  "$bin/creditreg_bench" core --data "$work/source" --work "$work/servers" \
    --server "$bin/creditregd" \
    --file_system "$(stat --file-system --format=%T "$work")" "$@"
}

main() {
  [ $# -ge 1 ] && [ $# -le 2 ] || usage
  [ $# -eq 1 ] || [ "$2" = --quick ] || usage
  declare -F "bench_$1" > /dev/null || usage
  make_work
  "bench_$@"
}

main "$@"
