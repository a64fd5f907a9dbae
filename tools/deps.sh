#!/usr/bin/env bash
# tools/deps.sh [GROUP ...]: installs groups of deps/debian.txt and, for the
# group `node`, the npm packages of package-lock.json. No GROUP means all.
# Installs nothing, and needs no network, when everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

all_groups() {
  sed -n 's/^\[\(.*\)\]$/\1/p' deps/debian.txt
  echo node
}

packages_of() {  # GROUP
  awk -v group="[$1]" '
    /^\[/ { inside = ($0 == group); next }
    inside && !/^#/ && NF { print $1 }' deps/debian.txt
}

missing_of() {  # PACKAGE ...
  local package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null |
      grep -q '^ii' || echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -E "$@"; fi
}

install_debian() {  # PACKAGE ...
  local missing
  mapfile -t missing < <(missing_of "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  echo "deps: installing ${#missing[@]} Debian packages" >&2
  export DEBIAN_FRONTEND=noninteractive
  case " ${missing[*]} " in *" postgresql-"*) leave_out_main_cluster ;; esac
  as_root apt-get update -qq -o DPkg::Lock::Timeout=300 >&2
  as_root apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confold "${missing[@]}" >&2
}

# The benches make a PostgreSQL cluster of their own; without this the package
# would make one too, and start it.
leave_out_main_cluster() {
  local settings=/etc/postgresql-common/createcluster.conf
  [ ! -e "$settings" ] || return 0
  as_root mkdir -p "${settings%/*}"
  echo 'create_main_cluster = false' | as_root tee "$settings" > /dev/null
}

node_is_recent() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]
}

install_npm() {
  local stamp=node_modules/.installed want
  want="$(sha256sum package-lock.json | cut -d' ' -f1)"
  [ "$(cat "$stamp" 2>/dev/null)" != "$want" ] || return 0
  # An older Node that is already there does: the tools need 18.
  node_is_recent || install_debian nodejs npm
  echo "deps: installing npm packages" >&2
  # Not `npm ci`: it insists on buf's packages for other systems, which a mirror
  # need not have. This keeps to the lock file too, and writes nothing to it.
  npm install --no-save --ignore-scripts --no-audit --no-fund \
    --no-update-notifier --loglevel=error >&2
  echo "$want" > "$stamp"
}

main() {
  local groups=("$@") packages=() node=false group
  [ "${#groups[@]}" -gt 0 ] || mapfile -t groups < <(all_groups)
  for group in "${groups[@]}"; do
    if [ "$group" = node ]; then
      node=true
    else
      mapfile -t -O "${#packages[@]}" packages < <(packages_of "$group")
    fi
  done
  install_debian "${packages[@]}"
  if $node; then install_npm; fi
}

main "$@"
