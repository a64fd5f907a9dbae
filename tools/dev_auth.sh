#!/usr/bin/env bash
# tools/dev_auth.sh: an authority, certificates and tokens for development and
# the demo. Nothing made here is fit for a real registry: whoever reads DIR can
# be anybody.
#
#   make DIR        makes what is missing in DIR:
#     ca.pem, ca.key                  the authority
#     server.pem, server.key          for localhost, 127.0.0.1 and ::1
#     website.pem, website.key        account of the public website
#     exchange.pem, exchange.key      account that hands files in for everybody
#     issuer.jwk, jwks.json           the key that tokens are signed with
#     identities.textproto            who is known: accounts, issuer, units
#   token DIR ROLE[,ROLE] [NAME=VALUE ...]
#     prints a token good for eight hours. ROLE as in conf/access in lower case
#     ("inspector"). NAMEs: sub, agency, uscc, authorised_until; units (several
#     with commas); factors=1 for one without a second factor
set -euo pipefail
umask 077

usage() {
  sed -n 's/^# \{0,1\}//; 6,16p' "$0" >&2
  exit 2
}

issuer=https://login.creditreg.test
days=365

new_key() {  # FILE
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -out "$1" 2> /dev/null
}

make_authority() {
  [ ! -e ca.pem ] || return 0
  new_key ca.key
  openssl req -x509 -new -key ca.key -out ca.pem -days "$days" \
    -subj "/CN=creditreg development authority" \
    -addext "basicConstraints=critical,CA:TRUE" \
    -addext "keyUsage=critical,keyCertSign,cRLSign" 2> /dev/null
}

make_pair() {  # NAME ALTERNATIVE_NAMES
  [ ! -e "$1.pem" ] || return 0
  new_key "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$1" 2> /dev/null |
    openssl x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days "$days" \
      -extfile <(printf 'subjectAltName=%s\n' "$2") -out "$1.pem" 2> /dev/null
}

make_issuer() {
  [ ! -e jwks.json ] || return 0
  jose jwk gen -i '{"alg":"ES256","kid":"dev-1"}' -o issuer.jwk
  jose jwk pub -s -i issuer.jwk -o jwks.json
}

make_identities() {
  [ ! -e identities.textproto ] || return 0
  cat > identities.textproto <<EOF
# proto-file: proto/creditreg/conf/v1/access.proto
# proto-message: creditreg.conf.v1.Identities

accounts {
  name: "spiffe://creditreg.test/website"
  purpose: "信用网站公示查询"
  quota { calls_per_second: 20000 burst: 20000 concurrent: 1000 }
}
accounts {
  name: "spiffe://creditreg.test/exchange"
  rights { roles: ROLE_CENTRE_REVIEWER }
  purpose: "公共信用信息归集"
}
issuers {
  issuer: "$issuer"
  audiences: "creditreg"
  jwks_file: "jwks.json"
  second_factor_amr: "otp"
  roles: [ROLE_ENTERPRISE, ROLE_ENTERPRISE_AGENT, ROLE_AGENCY_WRITER,
          ROLE_AGENCY_READER, ROLE_INSPECTOR, ROLE_SUPERVISOR,
          ROLE_CENTRE_REVIEWER, ROLE_DEPARTMENT_REVIEWER, ROLE_RISK_ANALYST,
          ROLE_SECURITY_ADMIN, ROLE_SYSTEM_ADMIN, ROLE_AUDITOR]
}
units { id: "gd" name: "广东省市场监督管理局" }
EOF
}

make() {  # DIR
  mkdir -p "$1"
  cd "$1"
  make_authority
  make_pair server "DNS:localhost,IP:127.0.0.1,IP:::1"
  make_pair website "URI:spiffe://creditreg.test/website"
  make_pair exchange "URI:spiffe://creditreg.test/exchange"
  make_issuer
  make_identities
}

token() {  # DIR ROLE[,ROLE] [NAME=VALUE ...]
  local directory="$1" claims
  shift
  claims="$(python3 - "$issuer" "$@" <<'EOF'
import json, secrets, sys, time
issuer, roles, *pairs = sys.argv[1:]
now = int(time.time())
claims = {"iss": issuer, "aud": "creditreg", "sub": "dev",
          "jti": secrets.token_hex(16), "iat": now, "exp": now + 8 * 3600,
          "roles": roles.split(","), "amr": ["pwd", "otp"]}
for pair in pairs:
    name, separator, value = pair.partition("=")
    if name == "factors":
        claims["amr"] = ["pwd"] if value == "1" else ["pwd", "otp"]
    elif name == "units":
        claims["units"] = value.split(",")
    elif separator and name in ("sub", "agency", "uscc", "authorised_until"):
        claims[name] = value
    else:
        sys.exit(f"dev_auth: {name}: no such claim")
print(json.dumps(claims))
EOF
)"
  jose jws sig -I <(printf '%s' "$claims") -k "$directory/issuer.jwk" -c \
    -s '{"protected":{"alg":"ES256","kid":"dev-1","typ":"at+jwt"}}'
  echo
}

case "${1:-}" in
  make) [ $# -eq 2 ] || usage; make "$2" ;;
  token) [ $# -ge 3 ] || usage; shift; token "$@" ;;
  *) usage ;;
esac
