// A file of public keys, as it is handed to whoever checks reports: PEM blocks,
// each with lines before it that say when it signed.
//
//   Key-Id: 0123456789abcdef0123456789abcdef
//   From: 2026-04-01T00:00:00Z
//   Until: 2027-04-01T00:00:00Z
//   -----BEGIN PUBLIC KEY-----
//   ...
//
// Other programs that read PEM leave such lines aside. Without From or Until
// the key has no such bound; a Key-Id must be the key's own.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_SIGNATURE_PUBLIC_KEYS_H_
#define CREDITREG_INDEX_SIGNATURE_PUBLIC_KEYS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "index/signature/sm2.h"

namespace creditreg {

struct DatedPublicKey {
  Sm2PublicKey key;
  // Signs from the one, and no longer at the other.
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();

  bool SignsAt(absl::Time time) const { return from <= time && time < until; }
};

std::string WritePublicKeys(const std::vector<DatedPublicKey>& keys);

// Errors: InvalidArgument "keys: ..." no key; a block that is no SM2 key; a
// line that cannot be read; a Key-Id of another key.
absl::StatusOr<std::vector<DatedPublicKey>> ReadPublicKeys(
    absl::string_view text);

// Null: none has the id.
const DatedPublicKey* FindPublicKey(const std::vector<DatedPublicKey>& keys,
                                    absl::string_view id);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_SIGNATURE_PUBLIC_KEYS_H_
