#!/usr/bin/env bash
# tools/bazel.sh [--sync | --check]: writes the BUILD.bazel files from
# CMake's target list (--sync), or only compares them (--check), or, without an
# option, compares them, then builds and tests everything with Bazel, offline.
set -euo pipefail
cd "$(dirname "$0")/.."

build_dir="${CREDITREG_BUILD_DIR:-build}"
mode="${1:-}"

sync() {  # [--check]
  tools/deps.sh build run
  # A new CMakeLists.txt is seen by Ninja, a missing build tree by CMake.
  if [ -e "$build_dir/build.ninja" ]; then
    ninja -C "$build_dir" build.ninja >&2
  else
    cmake -S . -B "$build_dir" -G Ninja >&2
  fi
  tools/bazel_sync.py "$build_dir/targets.json" "$@"
}

# Runs a function of this script in a network namespace of its own, with loopback
# alone, which proves that nothing is fetched. Bazel's client reaches its server
# over loopback, so one namespace has to hold every call.
offline() {  # FUNCTION
  if [ "$(id -u)" -eq 0 ] && unshare -n true 2>/dev/null; then
    unshare -n bash -euo pipefail -c 'ip link set lo up; "$0"' "$1"
  else
    "$1"
  fi
}

build_and_test() {
  trap 'bazel shutdown' EXIT
  bazel build //...
  bazel test //...
}
export -f build_and_test

main() {
  case "$mode" in
    --sync) sync ;;
    --check) sync --check ;;
    '')
      sync --check
      tools/deps.sh bazel
      offline build_and_test
      ;;
    *)
      echo "bazel: $mode: want --sync or --check" >&2
      exit 2
      ;;
  esac
}

main
