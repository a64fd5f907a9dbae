#include "server/load/request_id.h"

#include <cstddef>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/base/check.h"
#include "openssl/evp.h"

namespace creditreg {

std::string FileRequestId(absl::string_view file_sm3, v1::ImportFormat format,
                          absl::string_view source_id) {
  // As client/import_upload.cc: each part with its length before it; encoding
  // to be found, to be stored.
  std::string text;
  for (const std::string& part :
       {std::string(file_sm3), absl::StrCat(static_cast<int>(format)),
        std::string(source_id), std::string("0"), std::string("0")}) {
    absl::StrAppend(&text, part.size(), ":", part);
  }
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  CREDITREG_CHECK(EVP_Digest(text.data(), text.size(),
                             reinterpret_cast<unsigned char*>(digest.data()),
                             &size, EVP_sha256(), nullptr) == 1,
                  "OpenSSL has SHA-256");
  digest.resize(size);
  constexpr std::size_t kHexDigits = 48;
  return absl::StrCat("file-",
                      absl::BytesToHexString(digest).substr(0, kHexDigits));
}

}  // namespace creditreg
