// The `.sig` that stands beside a signed file: one JSON object, drawn in
// docs/report-signature.md.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_SIGNATURE_SIGNATURE_FILE_H_
#define CREDITREG_INDEX_SIGNATURE_SIGNATURE_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace creditreg {

struct DetachedSignature {
  std::string key_id;
  // DER.
  std::string signature;
  // SM3 of the signed bytes, in hexadecimal: tells a wrong file from a forged
  // one. Proves nothing.
  std::string content_sm3;
};

std::string WriteSignatureFile(const DetachedSignature& signature);

// Errors: InvalidArgument "signature file: ..." no such object; another form,
// algorithm or signer's id.
absl::StatusOr<DetachedSignature> ReadSignatureFile(absl::string_view text);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_SIGNATURE_SIGNATURE_FILE_H_
