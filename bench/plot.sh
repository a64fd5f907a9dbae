#!/usr/bin/env bash
# bench/plot.sh: runs the curves of docs/performance.md and draws them as SVG:
# throughput and latency against load, and against the number of enterprises.
#
# Needs ./x build and the packages of `bench`. Sizes: CREDITREG_PLOT_SIZES.
set -euo pipefail
cd "$(dirname "$0")/.."

build_dir="${CREDITREG_BUILD_DIR:-build}"
bin="$build_dir/bin"
sizes="${CREDITREG_PLOT_SIZES:-1000 10000 100000 1000000}"
out=docs/plots
server_pid=

finish() {
  local code=$?
  [ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null || true
  rm -rf "$work"
  exit "$code"
}

# Starts a registry of $1 enterprises without records, and sets `target`.
serve() {
  local folder="$work/$1"
  mkdir -p "$folder"
  "$bin/creditreg_generate" --seed 1 --enterprises "$1" --scale 0.1 \
    --out "$folder/in" >&2
  "$bin/creditreg_load" --data_dir "$folder/data" --key_dir "$folder/keys" \
    --enterprise "$folder/in/enterprise.csv" > "$folder/load.log" 2>&1 ||
    [ $? -eq 5 ]
  "$bin/creditregd" --listen=127.0.0.1:0 --local_development_caller --port_file="$folder/port" \
    --data_dir="$folder/data" --key_dir="$folder/keys" --page_cache_mb=16 \
    --log_level=warning > "$folder/log" 2>&1 &
  server_pid=$!
  while [ ! -s "$folder/port" ]; do sleep 0.1; done
  target="$(cat "$folder/port")"
}

stop() {
  kill "$server_pid"
  wait "$server_pid" || true
  server_pid=
}

look_up() {  # SIZE RATE: "rate calls/s p50 p99"
  "$bin/creditreg_bench" lookups --public --data "$work/$1/in" \
    --target "$target" --seconds 3 --rate "$2"
}

draw() {  # FILE TITLE X-LABEL Y-LABEL DATA-FILE X Y1 TITLE1 [Y2 TITLE2]
  gnuplot <<PLOT
set terminal svg size 720,420 dynamic background rgb 'white' font 'sans,12'
set output '$out/$1'
set title '$2'
set xlabel '$3'
set ylabel '$4'
set grid
set key left top
set yrange [0:*]
$( [ "$3" != enterprises ] || echo "set logscale x" )
plot '$5' using $6:$7 with linespoints pt 7 title '$8'$(
  [ $# -lt 10 ] || echo ", '$5' using $6:$9 with linespoints pt 5 title '${10}'")
PLOT
}

main() {
  local size rate peak fraction
  mkdir -p "$build_dir" "$out"
  work="$(mktemp -d "$(realpath "$build_dir")/bench-plot.XXXXXX")"
  trap finish EXIT
  for size in $sizes; do
    serve "$size"
    read -r rate peak _ <<< "$(look_up "$size" 0)"
    echo "$size $peak $(look_up "$size" "$(awk "BEGIN { print $peak / 2 }")" |
      cut -d' ' -f3-)" >> "$work/size"
    [ "$size" = "${sizes##* }" ] || stop
  done
  # Against load: on the largest.
  for fraction in 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0; do
    look_up "$size" "$(awk "BEGIN { print $peak * $fraction }")" >> "$work/load"
  done
  stop
  draw load_throughput.svg "Public look-ups done, $size enterprises" \
    "calls due a second" "calls a second" "$work/load" 1 2 done
  draw load_latency.svg "Latency of public look-ups, $size enterprises" \
    "calls due a second" "microseconds from the time a call was due" \
    "$work/load" 1 3 p50 4 p99
  draw size_throughput.svg "Public look-ups, 64 calls in flight" \
    enterprises "calls a second" "$work/size" 1 2 "uniform keys"
  draw size_latency.svg "Latency at half of that rate" \
    enterprises "microseconds from the time a call was due" "$work/size" \
    1 3 p50 4 p99
}

main
