#!/usr/bin/env bash
# tools/demo.sh [--once]: the registry at work, from an empty folder.
#
# Starts creditregd with TLS on a free loopback port, makes a province-like data
# set, imports it through the public call, and shows what becomes of it: a file
# as government and as the public sees it and who is refused, a batch of look-ups
# with a verdict each, the figures, and the proof that all is whole. Certificates
# and tokens are tools/dev_auth.sh's. What is shown is checked against
# the data set's manifest; anything wrong ends the demo with an error.
#
# Stays until Ctrl-C; with --once it stops what it started and ends with
# "demo: ok". The binaries are in $CREDITREG_BUILD_DIR/bin (default build), the
# data goes to build/demo, emptied at each start; a second demo beside a running
# one takes build/demo.2, and so on.
set -euo pipefail
cd "$(dirname "$0")/.."

build_dir="${CREDITREG_BUILD_DIR:-build}"
bin="$build_dir/bin"
seed=1
enterprises=3000
once=false
server_pid=

fail() {
  echo "demo: $*" >&2
  exit 1
}

usage() {
  echo "usage: tools/demo.sh [--once]" >&2
  exit 2
}

heading() {  # NUMBER CHINESE ENGLISH
  printf '\n━━━ %s. %s · %s\n\n' "$1" "$2" "$3"
}

# ---------------------------------------------------------------- processes

# Ends the server, if there is one; false if it did not end well.
stop_server() {
  local pid="$server_pid"
  [ -n "$pid" ] || return 0
  server_pid=
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid"
}

on_exit() {
  local code=$?
  trap '' INT TERM HUP
  stop_server || true
  exit "$code"
}

# The first of build/demo, build/demo.2, ... that no living demo holds. The
# server inherits the lock, so its data is never wiped while it runs.
take_directory() {
  local number suffix
  mkdir -p "$build_dir"
  for number in {1..50}; do
    suffix=".$number"
    [ "$number" -gt 1 ] || suffix=
    directory="$(realpath "$build_dir")/demo$suffix"
    exec 9> "$directory.lock"
    if flock --nonblock 9; then
      rm -rf "$directory"
      mkdir -p "$directory/reports"
      return
    fi
  done
  fail "50 demos are running"
}

start_server() {
  # Should this script be killed outright, the server follows it.
  setpriv --pdeathsig TERM "$bin/creditregd" --listen=127.0.0.1:0 \
    --data_dir="$directory/data" --key_dir="$directory/keys" --conf_dir=conf \
    --port_file="$directory/port" \
    --tls_certificate="$auth/server.pem" --tls_key="$auth/server.key" \
    --tls_client_ca="$auth/ca.pem" --identities="$auth/identities.textproto" \
    < /dev/null > "$directory/server.log" 2>&1 &
  server_pid=$!
  local _
  for _ in {1..600}; do
    if [ -s "$directory/port" ]; then
      address="$(cat "$directory/port")"
      export CREDITCTL_SERVER="$address"
      return
    fi
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 "$directory/server.log" >&2
  fail "the server did not start"
}

# --------------------------------------------------------------- who does it

make_identities() {
  auth="$directory/auth"
  tools/dev_auth.sh make "$auth"
  tools/dev_auth.sh token "$auth" centre_reviewer sub=reviewer \
    > "$auth/reviewer.jwt"
  tools/dev_auth.sh token "$auth" system_admin sub=admin > "$auth/admin.jwt"
  tools/dev_auth.sh token "$auth" inspector sub=inspector units=gd \
    > "$auth/inspector.jwt"
  export CREDITCTL_CA="$auth/ca.pem"
  export CREDITCTL_TOKEN_FILE="$auth/reviewer.jwt"
  export CREDITCTL_PURPOSE="演示"
}

# ---------------------------------------------------------------- what it does

# Without the lock: a command that outlives the demo holds nothing.
creditctl() { "$bin/creditctl" "$@" 9>&-; }

facts() { python3 tools/demo_facts.py "$@"; }

import_file() {  # FILE FORMAT
  local name="$1" format="$2" code=0
  local receipt="$directory/reports/$name.receipt.json"
  # A program, by its certificate.
  CREDITCTL_TOKEN_FILE='' creditctl import "$directory/source/$name.csv" \
    --cert "$auth/exchange.pem" --key "$auth/exchange.key" \
    --format "$format" \
    --report "$directory/reports/$name.csv" --output json \
    > "$receipt" || code=$?
  # 5: some rows were refused, which is what the data set's faulty rows are for.
  [ "$code" -eq 0 ] || [ "$code" -eq 5 ] ||
    fail "import of $name.csv: creditctl ended with $code"
  facts receipt "$manifest" "$name.csv" "$receipt"
}

start() {
  heading 1 启动登记库 "start the registry"
  take_directory
  make_identities
  start_server
  echo "地址 (address)  $address"
  echo "数据 (data)     $directory"
}

generate() {
  heading 2 "造一个省的示例数据（无一真实）" "make a province, nobody in it real"
  "$bin/creditreg_generate" --seed "$seed" --enterprises "$enterprises" \
    --out "$directory/source"
  manifest="$directory/source/manifest.json"
  facts files "$manifest"
}

import_all() {
  heading 3 "导入：逐行校验、逐行落盘" "import: every row checked, every row synced"
  import_file enterprise enterprise
  import_file licence licence
  import_file penalty penalty
  import_file complaint complaint
  # Their records came first and waited.
  import_file enterprise_later enterprise
  printf '\n有问题的行怎样写明原因 (findings, some of licence.csv):\n'
  facts findings "$directory/reports/licence.csv"
}

show_file() {
  local code
  code="$(facts code "$manifest" typical)"
  heading 4 "一户的档案：政府视角" "one file as government sees it"
  echo "\$ creditctl get $code"
  creditctl get "$code"
  printf '\n$ creditctl records %s\n' "$code"
  creditctl records "$code"
  creditctl get "$code" --output json |
    facts summary "$manifest" typical

  heading 5 "同一户：公众视角" "the same file as the public sees it"
  echo "\$ creditctl --public get $code"
  creditctl --public get "$code"
  printf '\n$ creditctl --public records %s\n' "$code"
  creditctl --public records "$code"
}

# Refused with 3, which is what should be.
refused() {
  local code=0
  creditctl "$@" || code=$?
  [ "$code" -eq 3 ] || fail "creditctl $1 ended with $code, not refused"
}

show_refusals() {
  local code
  code="$(facts code "$manifest" typical)"
  heading 6 "谁不能看：无凭证、辖区外、角色不符" "who is refused"
  echo "\$ creditctl get $code    # 无凭证 (no credentials)"
  CREDITCTL_TOKEN_FILE='' refused get "$code"
  printf '\n$ creditctl get %s    # 检查员，辖区外 (inspector of another unit)\n' "$code"
  CREDITCTL_TOKEN_FILE="$auth/inspector.jwt" refused get "$code"
  printf '\n$ creditctl get %s    # 系统管理员 (system administrator)\n' "$code"
  CREDITCTL_TOKEN_FILE="$auth/admin.jwt" refused get "$code"
}

# What is offered instead of a mistyped code.
show_repair() {
  local code
  code="$(facts mistyped "$manifest")"
  printf '\n$ creditctl get %s\n' "$code"
  # 1: nothing was found.
  creditctl get "$code" || [ $? -eq 1 ]
}

look_up_batch() {
  heading 7 "批量查询：每个号码一个结论" "a batch: one verdict for each code"
  facts batch "$manifest" > "$directory/codes.txt"
  echo "\$ creditctl batch-get codes.txt"
  creditctl batch-get "$directory/codes.txt" |
    facts label "$manifest"
  show_repair
  creditctl --quiet batch-get "$directory/codes.txt" --output json |
    facts verdicts "$manifest"
}

show_state() {
  export CREDITCTL_TOKEN_FILE="$auth/admin.jwt"
  heading 8 "登记库的各项数字" "the registry's figures"
  creditctl stats
  heading 9 "全库校验：变更链、索引、密封字段" "verify: changes, index rows, sealed rows"
  creditctl verify --open-sealed
  heading 10 "审计日志：谁看过什么、谁被拒绝，离线校验" "the audit log, checked offline"
  creditctl audit verify "$directory/data.audit"
}

say_goodbye() {
  heading 11 接着看 "go on from here"
  cat <<EOF
export CREDITCTL_SERVER=$address CREDITCTL_CA=$auth/ca.pem CREDITCTL_PURPOSE=试用
export CREDITCTL_TOKEN_FILE=$auth/reviewer.jwt
$bin/creditctl get $(facts code "$manifest" large)
$bin/creditctl records $(facts code "$manifest" large) --family penalty --limit 5
$bin/creditctl quarantine --limit 5
$bin/creditctl --help

日志 (log)      $directory/server.log
凭证 (credentials)  $auth    tools/dev_auth.sh token $auth inspector units=gd
报告 (reports)  $directory/reports
EOF
}

stay() {
  printf '\n按 Ctrl-C 结束 · Ctrl-C ends the demo\n'
  local code=0
  # Now it is how the demo ends.
  trap 'exit 0' INT TERM HUP
  wait "$server_pid" || code=$?
  server_pid=
  fail "the server ended with $code"
}

main() {
  case "$*" in
    '') ;;
    --once) once=true ;;
    *) usage ;;
  esac
  local program
  for program in creditregd creditctl creditreg_generate; do
    [ -x "$bin/$program" ] || fail "$bin/$program is missing: ./x build"
  done
  # Tables as wide as the terminal, but never as wide as a file allows.
  export COLUMNS="${COLUMNS:-$( (tput cols < /dev/tty) 2>/dev/null || echo 150)}"
  trap on_exit EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP

  start
  generate
  import_all
  show_file
  show_refusals
  look_up_batch
  show_state
  say_goodbye
  $once || stay
  stop_server || fail "the server did not end well, see $directory/server.log"
  echo "demo: ok"
}

main "$@"
