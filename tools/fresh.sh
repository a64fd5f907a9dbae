#!/usr/bin/env bash
# tools/fresh.sh: shows that an empty Debian 12 root is enough.
#
# Makes a root with debootstrap below build/fresh, copies the tracked files as
# they are now into it, and runs `./x demo --once` and `./x test` there as a new
# user would, with a cold compiler cache. The caller's apt sources, proxies and
# certificates go in with it, the real data is mounted read-only.
#
# Mounts and processes live in namespaces of their own, so none outlives this
# script however it ends. The bare root is cached; remove build/fresh to renew.
set -euo pipefail
cd "$(dirname "$0")/.."

suite=bookworm
work="$PWD/build/fresh"
root="$work/root"
project=/root/creditreg   # inside the root
data="${CREDITREG_TEST_DATA:-$PWD/../shared/data}"

fail() {
  echo "fresh: $*" >&2
  exit 1
}

# The caller's Debian sources, without what other software has added.
debian_sources() {
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
    if [ -s "$file" ]; then echo "$file"; fi
  done
}

mirror() {
  debian_sources | xargs -r cat |
    sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb  *\(\[.*\] *\)\?\([^ ]*\) .*/\2/p' |
    head -n 1
}

make_base() {
  [ -e "$work/base.tar.zst" ] && return
  echo "fresh: debootstrap $suite" >&2
  rm -rf "$work/base"
  debootstrap --variant=minbase "$suite" "$work/base" $(mirror) >&2
  tar -C "$work/base" --zstd -cf "$work/base.part" .
  mv "$work/base.part" "$work/base.tar.zst"
  rm -rf "$work/base"
}

make_root() {
  rm -rf "$root"
  mkdir -p "$root"
  tar -C "$root" --zstd -xf "$work/base.tar.zst"
  copy_network_settings
  copy_project
}

copy_network_settings() {
  local file
  for file in $(debian_sources); do
    # debootstrap's own list would name the mirror a second time.
    rm -f "$root/etc/apt/sources.list"
    cp "$file" "$root$file"
  done
  apt-config dump | grep -E '^Acquire::(http|https|Retries)' \
    > "$root/etc/apt/apt.conf.d/99caller" || true
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  cp -L "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" \
    "$root/etc/caller-ca.crt"
}

copy_project() {
  mkdir -p "$root$project"
  git ls-files -z | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
  done | tar --null -T - -cf - | tar -C "$root$project" -xf -
}

# The environment of the new user, and nothing else of the caller's.
settings() {
  echo HOME=/root
  echo PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  echo LANG=C.UTF-8
  echo NODE_EXTRA_CA_CERTS=/etc/caller-ca.crt
  echo npm_config_cafile=/etc/caller-ca.crt
  if command -v npm >/dev/null; then
    echo "npm_config_registry=$(npm config get registry 2>/dev/null)"
  fi
  env | grep -iE '^(https?|no|all)_proxy=' || true
  if [ -d "$data" ]; then echo CREDITREG_TEST_DATA=/mnt; fi
}

inside() {  # COMMAND: in the root, with its own mounts and processes
  local environment
  mapfile -t environment < <(settings)
  root="$root" data="$data" unshare --mount --pid --fork --kill-child \
    bash -euo pipefail -c '
      mount --rbind /dev "$root/dev"
      mount -t proc proc "$root/proc"
      mount -t sysfs -o ro sysfs "$root/sys"
      mount -t tmpfs tmpfs "$root/tmp"
      if [ -d "$data" ]; then mount --bind -o ro "$data" "$root/mnt"; fi
      exec chroot "$root" /usr/bin/env -i "$@"' \
    bash "${environment[@]}" bash -c "cd $project && $1" </dev/null
}

main() {
  [ "$(id -u)" -eq 0 ] || fail "needs root, for chroot"
  tools/deps.sh run fresh
  mkdir -p "$work"
  make_base
  make_root
  inside './x demo --once'
  inside './x test'
  rm -rf "$root"
  echo "fresh: ok"
}

main
