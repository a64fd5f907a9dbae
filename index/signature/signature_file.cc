#include "index/signature/signature_file.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "index/signature/sm2.h"
#include "nlohmann/json.hpp"

namespace creditreg {
namespace {

constexpr char kForm[] = "creditreg-signature-1";
constexpr char kAlgorithm[] = "SM2-SM3";

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("signature file: ", what));
}

// Empty where there is no such text.
std::string TextOf(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return std::string();
  return found->get<std::string>();
}

}  // namespace

std::string WriteSignatureFile(const DetachedSignature& signature) {
  nlohmann::ordered_json json;
  json["form"] = kForm;
  json["algorithm"] = kAlgorithm;
  json["signer_id"] = kSm2SignerId;
  json["key_id"] = signature.key_id;
  json["content_sm3"] = signature.content_sm3;
  json["signature"] = absl::Base64Escape(signature.signature);
  return absl::StrCat(json.dump(2), "\n");
}

absl::StatusOr<DetachedSignature> ReadSignatureFile(absl::string_view text) {
  const nlohmann::json json = nlohmann::json::parse(
      text.begin(), text.end(), /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Wrong("no JSON object");
  if (TextOf(json, "form") != kForm) {
    return Wrong(absl::StrCat("form, want ", kForm));
  }
  if (TextOf(json, "algorithm") != kAlgorithm) {
    return Wrong(absl::StrCat("algorithm, want ", kAlgorithm));
  }
  if (TextOf(json, "signer_id") != kSm2SignerId) {
    return Wrong(absl::StrCat("signer_id, want ", kSm2SignerId));
  }
  DetachedSignature signature;
  signature.key_id = TextOf(json, "key_id");
  signature.content_sm3 = TextOf(json, "content_sm3");
  if (!absl::Base64Unescape(TextOf(json, "signature"), &signature.signature) ||
      signature.signature.empty() || signature.key_id.empty()) {
    return Wrong("want key_id, and signature in base64");
  }
  return signature;
}

}  // namespace creditreg
