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
  echo "usage: bench/run.sh core|trust [--quick]" >&2
  exit 2
}

remove_work() {
  local code=$?
  trap '' INT TERM HUP
  bench/peers/postgres/cluster.sh stop "$work/postgres" || true
  rm -rf "$work"
  exit "$code"
}

# Below the build folder and not in /tmp, which may lie in memory: there a sync
# costs nothing.
make_work() {
  mkdir -p "$build_dir"
  work="$(mktemp -d "$(realpath "$build_dir")/bench-work.XXXXXX")"
  # PostgreSQL runs as another user where the caller is root.
  chmod 711 "$work"
  trap remove_work EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

make_data() {  # FOLDER ENTERPRISES RECORDS_PER_ENTERPRISE
  "$bin/creditreg_generate" --seed 1 --enterprises "$2" --scale "$3" \
    --out "$1" >&2
}

# CREDITREG_BENCH_ENTERPRISES: size of the data set, which has five records for
# each. CREDITREG_BENCH_BULK: enterprises of the first load, so too.
# CREDITREG_BENCH_SLICE: rows that one repetition of the imports takes.
# CREDITREG_BENCH_GROWTH: enterprises of the larger of the two registries that
# say what size does; the other has a tenth.
bench_core() {  # [--quick]
  local enterprises="${CREDITREG_BENCH_ENTERPRISES:-1000000}"
  local bulk="${CREDITREG_BENCH_BULK:-200000}"
  local growth="${CREDITREG_BENCH_GROWTH:-5000000}"
  local slice="${CREDITREG_BENCH_SLICE:-200000}" connection bytes scale
  if [ $# -gt 0 ]; then
    enterprises=500 bulk=200 growth=1000 slice=300
  fi
  # The slices come on top.
  scale="$(awk "BEGIN { print 5 + 3.2 * $slice / $enterprises }")"
  echo "bench: makes the data sets, $enterprises enterprises" >&2
  make_data "$work/source" "$enterprises" "$scale"
  make_data "$work/bulk" "$bulk" 5
  make_data "$work/growth_small" $((growth / 10)) 0.1
  make_data "$work/growth_large" "$growth" 0.1
  bytes="$(cat "$work"/source/*.csv | zstd -3 -T0 -c | wc -c)"
  connection="$(bench/peers/postgres/cluster.sh start "$work/postgres")"
  mkdir "$work/servers"
  "$bin/creditreg_bench" core --data "$work/source" --work "$work/servers" \
    --bulk_data "$work/bulk" --growth_small "$work/growth_small" \
    --growth_large "$work/growth_large" --server "$bin/creditregd" \
    --loader "$bin/creditreg_load" \
    --postgres "$connection" --csv_zstd_bytes "$bytes" --slice_rows "$slice" \
    --file_system "$(stat --file-system --format=%T "$work")" "$@"
}

# Certificates, identities and tokens of agency readers in AUTH, and tables in
# CONF, with quotas that limit nobody: what is measured is what a call costs.
make_callers() {  # AUTH CONF TOKENS
  local i quota='quota { calls_per_second: 1000000 burst: 1000000 concurrent: 1000 }'
  tools/dev_auth.sh make "$1"
  for ((i = 1; i <= $3; ++i)); do
    tools/dev_auth.sh token "$1" agency_reader "sub=reader-$i" \
      agency=11440300GDY000B9XJ >> "$1/tokens"
  done
  cp -r conf "$2"
  sed -i "s/quota {.*}/$quota/" "$1/identities.textproto" \
    "$2/access/policy.textproto"
}

# CREDITREG_BENCH_SLICE: complaints that one repetition of the imports takes.
bench_trust() {  # [--quick]
  local enterprises=20000 tokens=64 slice="${CREDITREG_BENCH_SLICE:-40000}"
  if [ $# -gt 0 ]; then
    enterprises=500 tokens=4 slice=300
  fi
  echo "bench: makes the data sets, $enterprises enterprises" >&2
  make_data "$work/source" "$enterprises" 5
  # Five slices of complaints, of which there are some 37 of 100 records.
  make_data "$work/rows" "$enterprises" \
    "$(awk "BEGIN { print 1 + 15 * $slice / $enterprises }")"
  make_callers "$work/auth" "$work/conf" "$tokens"
  mkdir "$work/servers"
  "$bin/creditreg_bench" trust --data "$work/source" --rows_data "$work/rows" \
    --work "$work/servers" --server "$bin/creditregd" \
    --loader "$bin/creditreg_load" --conf "$work/conf" --auth "$work/auth" \
    --slice_rows "$slice" \
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
