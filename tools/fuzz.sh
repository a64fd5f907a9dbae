#!/usr/bin/env bash
# tools/fuzz.sh [--minutes N] [--target NAME]... [--seed S]: libFuzzer on the
# targets of tests/fuzz, on what `./x fuzz` has built in build/fuzz.
#
# The minutes are divided equally among the targets, two of which run at a time.
# Each starts from a copy of its committed seeds; the tree stays as it is. The
# last line is "fuzz: ok seed=S", else the commands that repeat what was found,
# and exit code 1. Findings are in build/fuzz/artifacts, what was learnt in
# build/fuzz/corpus until the next run, logs in build/fuzz/logs.
set -euo pipefail
cd "$(dirname "$0")/.."

build_dir=build/fuzz
artifacts="$build_dir/artifacts"
logs="$build_dir/logs"
at_a_time=2

# The largest of what is bounded elsewhere stays out (a file's 1 MiB window, a
# row's 1 MiB): inputs of this size reach every branch, and larger ones only
# make each run slower.
max_input_bytes=8192
# An input takes a millisecond under ASan. Ten seconds are four orders above it
# and still safe on a machine that does something else as well.
timeout_seconds=10
# ASan's shadow and quarantine and the tables take some 400 MiB. What asks for
# this much beside them would be a way to stop a server with one request.
rss_limit_mb=1536

minutes=10
seed=
targets=()

usage() {
  echo "usage: ./x fuzz [--minutes N] [--target NAME]... [--seed S]" >&2
  exit 2
}

parse_arguments() {
  while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage
    case "$1" in
      --minutes) minutes="$2" ;;
      --target) targets+=("${2%_fuzz}") ;;
      --seed) seed="$2" ;;
      *) usage ;;
    esac
    shift 2
  done
  [[ "$minutes" =~ ^[0-9]+$ && "$minutes" -gt 0 ]] || usage
  # libFuzzer takes 32 bits, and 0 as "choose one".
  seed="${seed:-$(($(od -An -N4 -tu4 /dev/urandom) % 4294967295 + 1))}"
  [[ "$seed" =~ ^[0-9]+$ && "$seed" -gt 0 ]] || usage
}

choose_targets() {
  local binary name
  if [ ${#targets[@]} -eq 0 ]; then
    for binary in "$build_dir"/bin/*_fuzz; do
      name="$(basename "$binary")"
      targets+=("${name%_fuzz}")
    done
  fi
  for name in "${targets[@]}"; do
    [ -x "$build_dir/bin/${name}_fuzz" ] || {
      echo "fuzz: no target '$name' in $build_dir/bin" >&2
      exit 2
    }
  done
}

# Needed to repeat a finding too, hence one line that is printed as it is run.
limits() {
  echo "-timeout=$timeout_seconds -rss_limit_mb=$rss_limit_mb"
}

run_one() {  # NAME SECONDS
  local name="$1" seconds="$2" corpus="$build_dir/corpus/$1"
  rm -rf "$corpus"
  mkdir -p "$corpus"
  cp tests/fuzz/corpus/"$name"/* "$corpus"
  # shellcheck disable=SC2046
  exec "$build_dir/bin/${name}_fuzz" "$corpus" $(limits) \
    -seed="$seed" -max_total_time="$seconds" -max_len="$max_input_bytes" \
    -artifact_prefix="$artifacts/$name-" -print_final_stats=1 \
    >"$logs/$name.log" 2>&1 </dev/null
}

# Runs every target, `at_a_time` side by side; the names of those that found
# something are put into `failed`.
run_all() {  # SECONDS
  local -A running=()
  local name
  failed=()
  trap 'kill "${!running[@]}" 2>/dev/null || true' EXIT
  for name in "${targets[@]}"; do
    while [ ${#running[@]} -ge "$at_a_time" ]; do reap; done
    echo "fuzz: $name for $1 s" >&2
    run_one "$name" "$1" &
    running[$!]="$name"
  done
  while [ ${#running[@]} -gt 0 ]; do reap; done
  trap - EXIT
}

reap() {  # uses `running` and `failed` of run_all
  local status=0 pid name
  wait -n -p pid "${!running[@]}" || status=$?
  name="${running[$pid]}"
  unset "running[$pid]"
  if [ "$status" -eq 0 ]; then
    summarise "$name"
  else
    failed+=("$name")
    tail -n 40 "$logs/$name.log" >&2
  fi
}

summarise() {  # NAME
  awk -v name="$1" '
    /^stat::number_of_executed_units/ { runs = $2 }
    /^stat::peak_rss_mb/ { rss = $2 }
    / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") coverage = $(i + 1) }
    END { printf "fuzz: %s: %d runs, %d edges, %d MiB at most\n",
                 name, runs, coverage, rss }' "$logs/$1.log" >&2
}

# The command that repeats each new finding.
report_failures() {
  local name file
  echo "fuzz: failed: ${failed[*]} (logs in $logs)"
  for name in "${failed[@]}"; do
    for file in "$artifacts/$name"-*; do
      [ -e "$file" ] || continue
      echo "LSAN_OPTIONS=$LSAN_OPTIONS $build_dir/bin/${name}_fuzz" \
        "$(limits) $file"
    done
  done
  exit 1
}

main() {
  parse_arguments "$@"
  choose_targets
  rm -rf "$artifacts" "$logs"
  mkdir -p "$artifacts" "$logs"
  # gRPC's resolver library keeps a few bytes until the process ends.
  export LSAN_OPTIONS="suppressions=cmake/lsan.supp:print_suppressions=0"
  local rounds=$(((${#targets[@]} + at_a_time - 1) / at_a_time))
  run_all $((minutes * 60 / rounds))
  [ ${#failed[@]} -eq 0 ] || report_failures
  echo "fuzz: ok seed=$seed"
}

main "$@"
