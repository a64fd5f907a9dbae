#include "tests/testing/identity_factory.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "index/base/check.h"
#include "server/auth/json_value.h"
#include "server/auth/libjose.h"

namespace creditreg {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string TextOfBio(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

std::string PemOf(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(bio.get(), certificate);
  return TextOfBio(bio.get());
}

std::string PemOf(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr,
                           nullptr);
  return TextOfBio(bio.get());
}

void AddExtension(X509* certificate, X509* issuer, int nid,
                  const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  CREDITREG_CHECK(extension != nullptr, "the extension can be read");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* NewCertificate(EVP_PKEY* key, int serial, const std::string& name,
                     absl::Duration from, absl::Duration until) {
  X509* const certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate),
                  static_cast<long>(absl::ToInt64Seconds(from)));
  X509_gmtime_adj(X509_getm_notAfter(certificate),
                  static_cast<long>(absl::ToInt64Seconds(until)));
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

std::string Encoded(const std::string& text) {
  return absl::WebSafeBase64Escape(text);
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name)
    : key_(EVP_EC_gen("P-256")) {
  certificate_ =
      NewCertificate(key_, 1, name, -absl::Hours(24), absl::Hours(24 * 365));
  X509_set_issuer_name(certificate_, X509_get_subject_name(certificate_));
  AddExtension(certificate_, certificate_, NID_basic_constraints,
               "critical,CA:TRUE");
  AddExtension(certificate_, certificate_, NID_key_usage,
               "critical,keyCertSign");
  X509_sign(certificate_, key_, EVP_sha256());
  pem_ = PemOf(certificate_);
}

TestAuthority::~TestAuthority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

PemPair TestAuthority::Issue(const Wanted& wanted) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate =
      NewCertificate(key, next_serial_++, "test", wanted.from, wanted.until);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate_));
  AddExtension(certificate, certificate_, NID_subject_alt_name,
               wanted.alternative_names);
  X509_sign(certificate, key_, EVP_sha256());
  PemPair pair = {PemOf(certificate), PemOf(key)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pair;
}

std::string FingerprintOfPem(const std::string& certificate) {
  const Bio bio(
      BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())),
      &BIO_free);
  X509* const parsed = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  X509_digest(parsed, EVP_sha256(), digest, &length);
  X509_free(parsed);
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(digest), length));
}

TestIssuer::TestIssuer(std::string key_id, std::string algorithm)
    : key_id_(std::move(key_id)), algorithm_(std::move(algorithm)) {
  const JsonValue jwk(json_pack("{s:s,s:s}", "alg", algorithm_.c_str(), "kid",
                                key_id_.c_str()));
  CREDITREG_CHECK(jose_jwk_gen(nullptr, jwk.get()), "a key can be made");
  char* text = json_dumps(jwk.get(), 0);
  jwk_ = text;
  free(text);
  CREDITREG_CHECK(jose_jwk_pub(nullptr, jwk.get()), "a key has a public half");
  text = json_dumps(jwk.get(), 0);
  public_jwk_ = text;
  free(text);
}

std::string TestIssuer::KeySetJson(
    const std::vector<const TestIssuer*>& others) const {
  std::string keys = public_jwk_;
  for (const TestIssuer* other : others) {
    absl::StrAppend(&keys, ",", other->public_jwk_);
  }
  return absl::StrCat("{\"keys\":[", keys, "]}");
}

std::string TestIssuer::Sign(const nlohmann::json& claims,
                             const nlohmann::json& header) const {
  return SignText(claims.dump(), header);
}

std::string TestIssuer::SignText(const std::string& claims,
                                 const nlohmann::json& header) const {
  nlohmann::json whole = {
      {"alg", algorithm_}, {"kid", key_id_}, {"typ", "at+jwt"}};
  if (header.is_object()) whole.update(header);
  const JsonValue jwk = JsonValue::Parse(jwk_);
  const JsonValue jws(json_pack("{s:s}", "payload", Encoded(claims).c_str()));
  // A key says what it is for; a test may want it to sign otherwise.
  json_object_del(jwk.get(), "alg");
  JsonValue protected_header = JsonValue::Parse(whole.dump());
  const JsonValue signature(
      json_pack("{s:O}", "protected", protected_header.get()));
  CREDITREG_CHECK(jose_jws_sig(nullptr, jws.get(), signature.get(), jwk.get()),
                  "the claims can be signed");
  return absl::StrCat(TextOf(jws.get(), "protected"), ".",
                      TextOf(jws.get(), "payload"), ".",
                      TextOf(jws.get(), "signature"));
}

std::string UnsignedToken(const nlohmann::json& claims) {
  return absl::StrCat(Encoded("{\"alg\":\"none\",\"typ\":\"JWT\"}"), ".",
                      Encoded(claims.dump()), ".", "AA");
}

std::string SecretSignedToken(const nlohmann::json& claims,
                              const std::string& key_id,
                              const std::string& secret) {
  const nlohmann::json header = {
      {"alg", "HS256"}, {"kid", key_id}, {"typ", "JWT"}};
  const std::string signed_part =
      absl::StrCat(Encoded(header.dump()), ".", Encoded(claims.dump()));
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(signed_part.data()),
       signed_part.size(), mac, &length);
  return absl::StrCat(
      signed_part, ".",
      Encoded(std::string(reinterpret_cast<const char*>(mac), length)));
}

}  // namespace creditreg
