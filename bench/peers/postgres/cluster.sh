#!/usr/bin/env bash
# bench/peers/postgres/cluster.sh start DIRECTORY | stop DIRECTORY
#
# A PostgreSQL 15 of its own for one run: data, socket and log below DIRECTORY,
# no TCP port. `start` prints the connection string. The server refuses to run
# as root: then it runs as the package's user `postgres`, else as the caller.
set -euo pipefail

bin=/usr/lib/postgresql/15/bin
name=creditreg_bench

# The cluster is nobody else's; a root caller hands it to `postgres`.
as_server() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

# Each setting with its reason. Durable as the registry: fsync, full_page_writes
# and synchronous_commit stay on.
settings() {  # SOCKET DIRECTORY
  cat <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$1'
unix_socket_permissions = 0777
max_connections = 50
synchronous_commit = on
fsync = on
full_page_writes = on
# A quarter of 8 GiB; the registry gets 512 MiB of blocks and its pages. The
# system's cache is there for both.
shared_buffers = 2GB
effective_cache_size = 6GB
# Sorts of index builds and of batches stay in memory.
work_mem = 64MB
maintenance_work_mem = 1GB
# A first load may skip the log of tables made in its own transaction.
wal_level = minimal
max_wal_senders = 0
# Checkpoints are spread, not forced by the load; less full pages in the log.
max_wal_size = 8GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
wal_buffers = 64MB
wal_compression = lz4
# At a time of its own it would fall into somebody else's measurement. The bench
# vacuums after the load; what the imports and look-ups do needs none.
autovacuum = off
# Solid-state disks.
random_page_cost = 1.1
effective_io_concurrency = 100
# Plans are short and prepared: compiling them costs more than it gives.
jit = off
max_parallel_maintenance_workers = 2
log_min_messages = warning
SETTINGS
}

start() {  # DIRECTORY
  local directory="$1" owner
  mkdir -p "$directory"
  directory="$(realpath "$directory")"
  owner="$(id -un)"
  [ "$(id -u)" -ne 0 ] || owner=postgres
  chown "$owner" "$directory"
  # Paths of sockets are short.
  local socket
  socket="$(as_server mktemp -d /tmp/creditreg-pg.XXXXXX)"
  echo "$socket" > "$directory/socket"
  # The server's user may not be let into the caller's home.
  if ! as_server test -w "$directory"; then
    as_server mktemp -d /var/tmp/creditreg-pg.XXXXXX > "$directory/elsewhere"
    ln -s "$(cat "$directory/elsewhere")" "$directory/data"
  fi
  local data="$directory/data"
  [ ! -e "$data" ] || data="$(realpath "$data")"
  as_server "$bin/initdb" --pgdata="$data" --auth=trust \
    --username="$name" --encoding=UTF8 --locale=C --no-sync > "$directory/initdb.log"
  settings "$socket" >> "$data/postgresql.auto.conf"
  as_server "$bin/pg_ctl" --pgdata="$data" --log="$data/log" \
    --wait --timeout=60 start > /dev/null
  local database
  for database in "$name" "${name}_bulk"; do
    as_server "$bin/createdb" --host="$socket" --username="$name" "$database"
  done
  echo "host=$socket user=$name dbname=$name"
}

stop() {  # DIRECTORY
  local directory="$1"
  [ -e "$directory/socket" ] || return 0
  if [ -e "$directory/data/postmaster.pid" ]; then
    as_server "$bin/pg_ctl" --pgdata="$(realpath "$directory/data")" --mode=immediate \
      --wait --timeout=60 stop > /dev/null || true
  fi
  [ ! -e "$directory/elsewhere" ] || rm -rf "$(cat "$directory/elsewhere")"
  rm -rf "$(cat "$directory/socket")" "$directory"
}

case "${1:-}" in
  start | stop) "$@" ;;
  *) echo "usage: cluster.sh start|stop DIRECTORY" >&2; exit 2 ;;
esac
