#!/usr/bin/env bash
# tools/stress.sh --minutes N [--seed S] [--part NAME]: the long forms of tests
# that ctest runs for seconds.
#
# Divides the minutes among its parts. Each part is a test of the build, told by
# environment variables (tests/testing/long_run.h) which seed to begin with and how long
# to go on; parts run one after the other, each with the whole machine.
#
# Files are kept in memory where there is room: a kill does not lose them, and
# the power is cut on a simulated disk.
#
# Progress goes to standard error, all output to build/stress/PART.log. The last
# line of standard output is "stress: ok seed=S"; or, with exit code 1, the
# command that replays the failure.
#
# To add a part: a line in `parts`, and a function part_NAME that calls run_test.
set -euo pipefail
cd "$(dirname "$0")/.."

build_dir="${CREDITREG_BUILD_DIR:-build}"
parts=(oracle crash power faults publication as_of)

fail() {
  echo "stress: $*" >&2
  exit 2
}

usage() {
  echo "usage: tools/stress.sh --minutes N [--seed S] [--part NAME]" \
    "(parts: ${parts[*]})" >&2
  exit 2
}

# ---------------------------------------------------------------- the parts

# Operations on registry and oracle: 100,000 with each seed, the first seed also
# where the time is short for it (two minutes of one idle core).
part_oracle() {
  run_test tests/index/registry/registry_differential_test \
    DifferentialTest.TheRegistryAnswersAsTheOracle \
    CREDITREG_OPERATIONS=100000
}

# The server killed at random moments: an import alone, then writers beside it.
part_crash() {
  run_halves tests/crash/crash_over_grpc_test \
    CrashOverGrpcTest.AnImportAloneEndsAsIfUninterrupted \
    CrashOverGrpcTest.WithOtherCallersBesideItTheOracleAgrees
}

# The power cut at random moments; half of the time the disk writes in any order.
part_power() {
  run_halves tests/index/registry/registry_power_test \
    PowerTest.NothingAnsweredIsLostAndNothingIsHalf \
    PowerTest.WithSectorsOutOfOrderItRefusesOrHasEverything &&
    run_test tests/index/registry/registry_power_test 'PowerTest.Without*'
}

# The disk failing in random ways while callers repeat what was not answered.
part_faults() {
  run_test tests/index/registry/registry_random_faults_test 'RandomFaultsTest.*'
}

# Pages asked for as of every earlier day and position, after some 10,000 changes.
part_as_of() {
  run_test tests/server/service/as_of_test 'AsOfTest.*'
}

# The publication rules against a second reading of the law: a million records
# with each seed.
part_publication() {
  run_test tests/index/publication/second_reading_test 'SecondReadingTest.*'
}

# ---------------------------------------------------------------- running them

# Sets $scratch: what a test writes is not worth a real disk's syncs, which take
# most of the time.
choose_scratch() {
  local free=0
  if [ -d /dev/shm ] && [ -w /dev/shm ]; then
    free="$(df --output=avail -k /dev/shm | tail -n 1)"
  fi
  scratch="${TMPDIR:-/tmp}"
  if [ "$free" -ge $((2 * 1024 * 1024)) ]; then scratch=/dev/shm; fi
}

# run_test BINARY FILTER [NAME=VALUE ...]: for $seconds, with $seed.
run_test() {
  local binary="$build_dir/$1" filter="$2" code=0
  shift 2
  [ -x "$binary" ] || fail "$binary is not built"
  local environment=("CREDITREG_SEED=$seed" "$@")
  env "${environment[@]}" "CREDITREG_SECONDS=$seconds" \
    "TEST_TMPDIR=$scratch" \
    "$binary" --gtest_filter="$filter" 2>&1 < /dev/null |
    tee -a "$log" | show_progress || code=1
  [ "$code" -ne 0 ] || return 0
  tail -n 60 "$log" >&2
  # What the test says, if it could still say it.
  local said
  said="$(grep -oE '^replay: .*' "$log" | tail -n 1 | cut -d' ' -f2- || true)"
  replay="${said:-${environment[*]}} $binary --gtest_filter='$filter'"
  return 1
}

# run_halves BINARY TEST TEST: each for half of $seconds.
run_halves() {
  local binary="$1" test all="$seconds"
  shift
  for test in "$@"; do
    seconds="$((all / $#))"
    run_test "$binary" "$test" || return 1
  done
  seconds="$all"
}

show_progress() {
  # Reads to the end, or the test would be cut off.
  sed -un "s/^progress: /stress: $part: /p" >&2
}

main() {
  local minutes= only=
  seed="$((RANDOM * 32768 + RANDOM))"
  while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage
    case "$1" in
      --minutes) minutes="$2" ;;
      --seed) seed="$2" ;;
      --part) only="$2" ;;
      *) usage ;;
    esac
    shift 2
  done
  [[ "$minutes" =~ ^[1-9][0-9]*$ && "$seed" =~ ^[0-9]+$ ]] || usage
  if [ -n "$only" ]; then
    declare -F "part_$only" > /dev/null || usage
    parts=("$only")
  fi
  seconds="$((minutes * 60 / ${#parts[@]}))"
  choose_scratch
  mkdir -p "$build_dir/stress"
  for part in "${parts[@]}"; do
    log="$build_dir/stress/$part.log"
    local start="$SECONDS"
    : > "$log"
    echo "stress: $part: $seconds s, seed $seed, log in $log" >&2
    if ! "part_$part"; then
      echo "stress: $part: failed after $((SECONDS - start)) s" >&2
      echo "$replay"
      exit 1
    fi
    echo "stress: $part: ok after $((SECONDS - start)) s" >&2
  done
  echo "stress: ok seed=$seed"
}

main "$@"; exit
