#include "index/signature/public_keys.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
constexpr absl::string_view kEnd = "-----END PUBLIC KEY-----";
constexpr absl::string_view kKeyId = "Key-Id:";
constexpr absl::string_view kFrom = "From:";
constexpr absl::string_view kUntil = "Until:";

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("keys: ", what));
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return Wrong("a time that is none, want 2026-04-01T00:00:00Z");
  }
  return time;
}

// What stands before a block.
struct Bounds {
  std::string key_id;
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
};

absl::Status TakeLine(absl::string_view line, Bounds* bounds) {
  absl::string_view value = line;
  if (absl::ConsumePrefix(&value, kKeyId)) {
    bounds->key_id = std::string(absl::StripAsciiWhitespace(value));
  } else if (absl::ConsumePrefix(&value, kFrom)) {
    CREDITREG_ASSIGN_OR_RETURN(bounds->from,
                               ParseTime(absl::StripAsciiWhitespace(value)));
  } else if (absl::ConsumePrefix(&value, kUntil)) {
    CREDITREG_ASSIGN_OR_RETURN(bounds->until,
                               ParseTime(absl::StripAsciiWhitespace(value)));
  }
  return absl::OkStatus();
}

}  // namespace

std::string WritePublicKeys(const std::vector<DatedPublicKey>& keys) {
  std::string text;
  for (const DatedPublicKey& key : keys) {
    absl::StrAppend(&text, kKeyId, " ", key.key.id(), "\n");
    if (key.from != absl::InfinitePast()) {
      absl::StrAppend(&text, kFrom, " ", TimeText(key.from), "\n");
    }
    if (key.until != absl::InfiniteFuture()) {
      absl::StrAppend(&text, kUntil, " ", TimeText(key.until), "\n");
    }
    absl::StrAppend(&text, key.key.pem());
  }
  return text;
}

absl::StatusOr<std::vector<DatedPublicKey>> ReadPublicKeys(
    absl::string_view text) {
  std::vector<DatedPublicKey> keys;
  Bounds bounds;
  std::string block;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (block.empty() && line != kBegin) {
      CREDITREG_RETURN_IF_ERROR(TakeLine(line, &bounds));
      continue;
    }
    absl::StrAppend(&block, line, "\n");
    if (line != kEnd) continue;
    absl::StatusOr<Sm2PublicKey> key = Sm2PublicKey::FromPem(block);
    if (!key.ok()) return Wrong(key.status().message());
    if (!bounds.key_id.empty() && bounds.key_id != key->id()) {
      return Wrong("a Key-Id is not that of the key behind it");
    }
    keys.push_back({*std::move(key), bounds.from, bounds.until});
    bounds = Bounds();
    block.clear();
  }
  if (!block.empty()) return Wrong("a block without its end");
  if (keys.empty()) return Wrong("none, want PEM blocks of public keys");
  return keys;
}

const DatedPublicKey* FindPublicKey(const std::vector<DatedPublicKey>& keys,
                                    absl::string_view id) {
  for (const DatedPublicKey& key : keys) {
    if (key.key.id() == id) return &key;
  }
  return nullptr;
}

}  // namespace creditreg
