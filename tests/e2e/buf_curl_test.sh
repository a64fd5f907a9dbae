#!/usr/bin/env bash
# A client that knows nothing: buf curl learns the contract from the server's
# reflection. The server's address is in CREDITREG_ADDRESS.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
buf="$root/node_modules/.bin/buf"
# buf keeps a cache in the home directory, which a test has no business with.
export BUF_CACHE_DIR="$CREDITREG_WORK_DIR/buf-cache"

fail() {
  echo "buf_curl_test: $*" >&2
  exit 1
}

# Calls METHOD with the request on standard input.
rpc() {  # METHOD
  "$buf" curl --protocol grpc --http2-prior-knowledge \
    --reflect-protocol grpc-v1alpha --data @- \
    "http://$CREDITREG_ADDRESS/creditreg.v1.$1"
}

want() {  # ANSWER PATTERN
  grep -qE "$2" <<<"$1" || fail "want $2 in: $1"
}

uscc=91440106GDX7E2E01E # both check characters are right
put="$(rpc RegistryWriteService/PutEnterprise <<JSON
{"requestId": "buf-put-1",
 "enterprise": {"uscc": "$uscc", "name": "广州示例反射科技有限公司",
                "category": "PARTY_CATEGORY_ORGANISATION",
                "establishedOn": "2019-03-01"}}
JSON
)"
want "$put" '"outcome": ?"OUTCOME_CREATED"'

submitted="$(rpc RegistryWriteService/SubmitRecords <<JSON
{"requestId": "buf-submit-1",
 "records": [{"record": {
   "family": "FAMILY_LICENCE",
   "party": {"name": "广州示例反射科技有限公司", "uscc": "$uscc",
             "category": "PARTY_CATEGORY_ORGANISATION"},
   "decidingAgency": {"name": "广州市天河区市场监督管理局"},
   "submittingAgency": {"name": "广州市天河区市场监督管理局"},
   "licence": {"documentName": "食品经营许可决定书",
               "documentNumber": "示许〔2025〕9号", "licenceType": "普通",
               "content": "准予从事预包装食品销售",
               "decidedOn": "2025-05-06", "validFrom": "2025-05-06",
               "validTo": "2099-12-31", "state": "STATE_VALID"}}}]}
JSON
)"
want "$submitted" '"outcome": ?"OUTCOME_CREATED"'

got="$(rpc RegistryReadService/GetEnterprise \
  <<<"{\"item\": {\"identifier\": \"$uscc\"}}")"
want "$got" '"verdict": ?"LOOKUP_VERDICT_FOUND"'
want "$got" '"name": ?"广州示例反射科技有限公司"'

listed="$(rpc RegistryReadService/ListRecords \
  <<<"{\"item\": {\"identifier\": \"$uscc\"}}")"
want "$listed" '"documentNumber": ?"示许〔2025〕9号"'
want "$listed" "\"enterpriseUscc\": ?\"$uscc\""

# buf's exit code for an error is gRPC's shifted by three bits.
code=0
rpc RegistryReadService/GetRecord <<<'{"recordId": "short"}' \
  2>"$CREDITREG_WORK_DIR/error" >/dev/null || code=$?
[ "$code" -eq $((3 << 3)) ] || fail "exit code $code, want INVALID_ARGUMENT"
want "$(cat "$CREDITREG_WORK_DIR/error")" 'record_id'

echo "buf_curl_test: ok"
